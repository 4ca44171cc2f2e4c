"""The asyncio driver with a simulated line and a journal in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from adapters.stores.memory import MemoryJournal
from adapters.telephony.simulated import Behaviour, SimulatedLine, SimulatedPhones
from calls.commands import Bridge, Command, OfferCall, Say, Transfer
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentReady,
    CallArrived,
    CallQueued,
    Fact,
    FeatureDialled,
    SpeechHeard,
    WordsAssessed,
)
from calls.ids import AgentId, CallId
from calls.ports import Entry
from calls.private import Private
from calls.verdict import Action
from careline.brain import Brain
from careline.clock import WallClock
from careline.gate import TriageGate
from careline.switchboard import Turn
from config.site import Site
from triage import TriageEngine

CALL = CallId("one")


class Rig:
    """One brain on one simulated line; both can be replaced separately."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.clock = WallClock()
        self.journal = MemoryJournal()
        behaviours = {agent: Behaviour(after_s=0.05) for agent in site.agents}
        self.phones = SimulatedPhones(site.id, behaviours, instant_prompts=True)
        self.line = SimulatedLine(self.phones, self.clock)
        self.gate = TriageGate(TriageEngine(site.protocols))
        self.news = asyncio.Event()
        self.brain = self.new_brain()

    def new_brain(self) -> Brain:
        self.brain = Brain(self.site, self.journal, self.gate, self._observe)
        self.brain.restore()
        return self.brain

    @asynccontextmanager
    async def driving(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.brain.drive(self.line))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.news.clear()
                await self.news.wait()

    def commands(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.line.carried_out if type(command) is kind]

    @property
    def journaled(self) -> list[Fact | Command]:
        return [entry.record for _position, entry in self.journal.read()]

    def close(self) -> None:
        self.line.close()
        self.gate.close()

    def _observe(self, _now: float, _turn: Turn) -> None:
        self.news.set()


async def test_a_red_flag_is_bridged_with_a_nurse(clinic):
    rig = Rig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("grace")))
        rig.line.report(*rig.phones.speak(CALL, "chest pain and i cannot breathe"))
        await rig.until(lambda: bool(rig.commands(Bridge)))
    assert rig.commands(Bridge)[0].agent_id == "grace"
    rig.close()


async def test_words_are_journaled_with_their_verdict_and_never_without(clinic):
    rig = Rig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.line.report(*rig.phones.speak(CALL, "i need an appointment"))
        await rig.until(lambda: any(isinstance(r, WordsAssessed) for r in rig.journaled))
    assert not [record for record in rig.journaled if isinstance(record, SpeechHeard)]
    rig.close()


async def test_a_fact_is_in_the_journal_before_what_it_causes_is_done(clinic):
    rig = Rig(clinic)
    seen: list[tuple[str, bool]] = []
    carry_out = rig.line.carry_out

    class Watching(SimulatedLine):
        async def carry_out(self, command: Command) -> None:
            arrived = any(isinstance(record, CallArrived) for record in rig.journaled)
            seen.append((type(command).__name__, arrived))
            await carry_out(command)

    watching = Watching(rig.phones, rig.clock)
    rig.line = watching
    async with rig.driving():
        watching.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(seen))
    assert seen
    assert all(arrived for _kind, arrived in seen)
    rig.close()


async def test_a_killed_brain_loses_no_caller_and_no_place(clinic):
    rig = Rig(clinic)
    second = CallId("two")
    rig.brain.tell(AgentOnBreak(site=clinic.id, agent_id=AgentId("ben")))
    async with rig.driving():
        for call_id in (CALL, second):
            rig.line.report(rig.phones.arrive(call_id, rig.clock()))
            rig.line.report(*rig.phones.press(call_id, "1"))
            rig.line.report(*rig.phones.press(call_id, "0"))
        await rig.until(
            lambda: sum(isinstance(record, CallQueued) for record in rig.journaled) == 2
        )
    # Nobody drives the line now; what happens meanwhile waits there.
    rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*11"))
    rig.new_brain()
    assert rig.brain.live_calls == 2
    async with rig.driving():
        await rig.until(lambda: bool(rig.commands(Bridge)))
        rig.line.report(*rig.phones.agent_hangs_up(CALL, AgentId("ben")))
        await rig.until(lambda: any(isinstance(record, AgentHungUp) for record in rig.journaled))
        rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("ben")))
        await rig.until(lambda: len(rig.commands(Bridge)) == 2)
    assert [command.call_id for command in rig.commands(Bridge)] == [CALL, second]
    rig.close()


async def test_an_event_that_comes_twice_counts_once(clinic):
    rig = Rig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.journaled))
    rig.new_brain()
    # The line was not told that the fact arrived, and sends it again.
    again = SimulatedLine(rig.phones, rig.clock)
    rig.line = again
    async with rig.driving():
        again.report(rig.phones.arrive(CALL, rig.clock()))
        again.report(*rig.phones.press(CALL, "9"))
        await rig.until(lambda: any(isinstance(r, CallQueued) for r in rig.journaled))
    arrivals = [record for record in rig.journaled if isinstance(record, CallArrived)]
    assert len(arrivals) == 1
    rig.close()


async def test_a_full_disk_lets_no_new_call_in_and_calls_in_progress_go_on(clinic):
    rig = Rig(clinic)
    second, third = CallId("two"), CallId("three")
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("ben")))
        await rig.until(lambda: bool(rig.commands(Say)))
        rig.journal.outage = "the disk is full"
        rig.line.report(rig.phones.arrive(second, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Transfer)))
        assert {command.call_id for command in rig.commands(Transfer)} == {second}
        assert "the disk is full" in (rig.brain.journal_problem or "")
        rig.line.report(*rig.phones.press(CALL, "0"))
        await rig.until(lambda: bool(rig.commands(Bridge)))
        assert rig.commands(Bridge)[0].call_id == CALL
        rig.journal.outage = None
        rig.line.report(rig.phones.arrive(third, rig.clock()))
        await rig.until(
            lambda: any(isinstance(r, CallArrived) and r.call_id == third for r in rig.journaled)
        )
        assert third not in {command.call_id for command in rig.commands(Transfer)}
        assert rig.brain.journal_problem is None
    rig.close()


async def test_a_code_nobody_knows_changes_nothing(clinic):
    rig = Rig(clinic)
    async with rig.driving():
        rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*77"))
        rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ana"), code="*11"))
        rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*11"))
        await rig.until(lambda: any(isinstance(record, AgentReady) for record in rig.journaled))
    ready = {
        agent.agent_id
        for agent in rig.brain.switchboard.distributor.snapshot().agents
        if agent.presence.value == "ready"
    }
    assert ready == {"ben"}
    rig.close()


async def test_a_restart_waits_for_no_event_that_was_acknowledged_and_left_no_trace(clinic):
    rig = Rig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.journaled))
        # The last event of this brain's life is one that nothing follows from.
        rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*77"))
        await rig.until(lambda: rig.line._acknowledged == 2)
    rig.new_brain()
    async with rig.driving():
        rig.line.report(*rig.phones.press(CALL, "9"))
        await rig.until(lambda: any(isinstance(r, CallQueued) for r in rig.journaled))
    rig.close()


async def test_triage_that_takes_too_long_gives_a_nurse(clinic):
    gate = TriageGate(TriageEngine(clinic.protocols), timeout_s=0.0)
    heard = SpeechHeard(site=clinic.id, call_id=CALL, words=Private("hello"), confidence=0.9)
    assessed = await gate.assess(heard)
    assert (assessed.verdict.action, assessed.verdict.reason) == (Action.NURSE, "timed-out")
    assert gate.timed_out == 1
    gate.close()


async def test_an_empty_restore_waits_for_nothing(clinic):
    rig = Rig(clinic)
    assert rig.brain.restore() == 0
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Say)))
    assert not rig.commands(OfferCall)
    await rig.journal.append([Entry(at=1.0, record=AgentReady(site="s", agent_id=AgentId("x")))])
    rig.close()
