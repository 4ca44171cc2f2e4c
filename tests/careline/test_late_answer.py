"""What happened while the brain was away is taken in as it happened, not as if it happened now."""

from __future__ import annotations

import pytest

from acd import Work
from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.commands import Bridge, Command, OfferCall, RecallOffer, ReleaseAgent
from calls.facts import AgentReady, Fact, OfferAccepted
from calls.ports import Entry
from careline.dryrun import DryRun
from tests.careline.driven import CALL, DrivenRig

RANG_AGO_S = 50.0
"""Longer than any phone of the clinic rings."""


@pytest.mark.parametrize(("after_s", "in_time"), [(8.0, True), (40.0, False)])
async def test_an_agent_who_answered_while_the_brain_was_away_goes_on_talking(
    clinic, after_s, in_time
):
    rig = DrivenRig(clinic)
    rig.phones = SimulatedPhones(clinic.id, {"grace": Behaviour(pickup=Pickup.LETS_IT_RING)})
    began_at = rig.clock() - RANG_AGO_S
    records: list[tuple[float, Fact | Command]] = []
    before = DryRun(
        clinic,
        rig.phones,
        began_at,
        lambda at, turn: records.extend((at, record) for record in turn.records),
    )
    before.tell(AgentReady(site=clinic.id, agent_id="grace"))
    before.tell(rig.phones.arrive(CALL, began_at))
    before.tell(*rig.phones.press(CALL, "9"))
    before.close()
    (offer,) = [record for _at, record in records if isinstance(record, OfferCall)]
    await rig.journal.append([Entry(at=at, record=record) for at, record in records])

    # The line connects the two by itself while nobody drives it.
    rig.phones.carry_out(
        Bridge(call_id=CALL, offer_id=offer.offer_id, agent_id=offer.agent_id), began_at
    )
    rig.line.phones = rig.phones
    rig.line._clock = lambda: began_at + after_s
    rig.line.report(
        OfferAccepted(
            site=clinic.id, call_id=CALL, offer_id=offer.offer_id, agent_id=offer.agent_id
        )
    )
    rig.line._clock = rig.clock
    rig.new_brain()
    async with rig.driving():
        await rig.until(lambda: any(isinstance(r, OfferAccepted) for r in rig.journaled))
        await rig.until(lambda: rig.line._acknowledged == 1)
    taken_off = rig.commands(RecallOffer) + rig.commands(ReleaseAgent)
    live = rig.brain.switchboard.distributor.live_offers()
    if in_time:
        assert not taken_off
        assert [(each.offer_id, each.state) for each in live] == [(offer.offer_id, Work.TALKING)]
    else:
        assert taken_off
        assert offer.offer_id not in [each.offer_id for each in live]
    rig.close()
