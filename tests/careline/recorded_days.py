"""Days of a simulated site, kept in a state folder as the line would have kept them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from adapters.stores.sqlite import SqliteJournal
from adapters.telephony.simulated import Behaviour, Pickup
from calls.facts import CallEscalated, SitePublished
from calls.ids import AgentId, CallId
from calls.ports import Entry
from careline.state import StateFolder
from careline.versions import SiteVersions
from config.site import Site
from tests.careline.rig import Rig

BILLING, RED_FLAG = "1532", "i have crushing chest pain"
DROPS, ESCALATED = CallId("drops"), CallId("escalated")


def busy_day(site: Site) -> list[Entry]:
    """A quarter of an hour in which two clerks cannot keep up and a third lets it ring."""
    rig = Rig(site, hannah=Pickup.LETS_IT_RING, dev=Pickup.DECLINES)
    rig.run.tell(SitePublished(site=site.id, version=site.version))
    rig.ready("grace", "elena", "mateo", "fiona", "hannah", "dev")
    for step in range(180):
        number, phase = divmod(step, 3)
        call = f"call-{number:02}"
        if phase == 0 and number < 50:
            rig.arrive(call)
        elif phase == 1 and number < 50:
            if number % 8 == 7:
                rig.say(RED_FLAG, call)
            else:
                rig.press(BILLING, call)
        if number % 5 == 4 and phase == 2:
            # Somebody who has waited for a minute, if nobody has answered, has had enough.
            rig.run.tell(*rig.phones.hang_up(f"call-{number - 4:02}"))
        for agent in site.agents:
            rig.run.tell(*rig.phones.agent_hangs_up(f"call-{number - 7:02}", agent))
        if step == 60:
            rig.on_break("fiona")
        elif step == 100:
            rig.ready("fiona")
        rig.run.advance(5)
    rig.run.close()
    return entries(rig)


def entries(rig: Rig) -> list[Entry]:
    """All that happened, as a journal has it."""
    return [Entry(at=at, record=record) for at, turn in rig.turns for record in turn.records]


def keep(folder: Path, sites: Iterable[Site], kept: list[Entry]) -> StateFolder:
    """A state folder with a journal, and with the versions that it names."""
    state = StateFolder(folder)
    state.make()
    for site in sites:
        SiteVersions(state.versions).keep(site)

    async def write() -> None:
        journal = SqliteJournal.open(state.journal)
        try:
            await journal.append(kept)
        finally:
            await journal.close()

    asyncio.run(write())
    return state


def rough_day(site: Site) -> list[Entry]:
    """Nurses who let it ring, a red flag who drops and is called back, and an escalation."""
    rig = Rig(site, grace=Pickup.LETS_IT_RING, elena=Pickup.LETS_IT_RING)
    rig.run.tell(SitePublished(site=site.id, version=site.version))
    rig.ready("grace", "elena", "mateo")
    rig.run.tell(rig.phones.arrive(DROPS, rig.run.now, caller="+15555550104"))
    rig.run.advance(3)
    rig.say(RED_FLAG, DROPS)
    rig.run.advance(25)
    rig.run.tell(*rig.phones.hang_up(DROPS))
    rig.phones.agents[AgentId("grace")] = Behaviour()
    rig.run.advance(30)
    rig.arrive(ESCALATED)
    rig.run.advance(2)
    rig.press(BILLING, ESCALATED)
    rig.run.advance(30)
    rig.run.tell(CallEscalated(site=site.id, call_id=ESCALATED, agent_id=AgentId("mateo")))
    rig.run.advance(30)
    rig.run.tell(*rig.phones.hang_up(ESCALATED))
    rig.run.advance(900)
    rig.run.close()
    return entries(rig)
