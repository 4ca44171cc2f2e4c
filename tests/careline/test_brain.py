"""The driver: what is journaled when, and what happens when it cannot be."""

from __future__ import annotations

import threading

import pytest

from adapters.stores.memory import MemoryJournal
from adapters.telephony.simulated import SimulatedLine
from calls.commands import Bridge, Command, OfferCall, ReleaseAgent, Say, Transfer
from calls.facts import (
    AgentReady,
    CallArrived,
    CallFact,
    FeatureDialled,
    SpeechHeard,
    WordsAssessed,
)
from calls.ids import AgentId, CallId
from calls.ports import Entry, LineUnavailable
from calls.private import Private
from calls.verdict import Action, Verdict
from careline.gate import TriageGate, engine_of
from config.site import Site
from tests.careline.driven import CALL, DrivenRig
from triage import CallMemory, TriageEngine


async def test_a_red_flag_is_bridged_with_a_nurse(clinic):
    rig = DrivenRig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("grace")))
        rig.line.report(*rig.phones.speak(CALL, "chest pain and i cannot breathe"))
        await rig.until(lambda: bool(rig.commands(Bridge)))
    assert rig.commands(Bridge)[0].agent_id == "grace"
    rig.close()


async def test_words_are_journaled_with_their_verdict_and_never_without(clinic):
    rig = DrivenRig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.line.report(*rig.phones.speak(CALL, "i need an appointment"))
        await rig.until(lambda: any(isinstance(r, WordsAssessed) for r in rig.journaled))
    assert not [record for record in rig.journaled if isinstance(record, SpeechHeard)]
    rig.close()


async def test_a_fact_is_in_the_journal_before_what_it_causes_is_done(clinic):
    rig = DrivenRig(clinic)
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


async def test_a_full_disk_lets_no_new_call_in_and_calls_in_progress_go_on(clinic):
    rig = DrivenRig(clinic)
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


async def test_of_a_call_that_was_turned_away_nothing_is_journaled_to_its_end(clinic):
    rig = DrivenRig(clinic)
    second = CallId("two")
    async with rig.driving():
        rig.journal.outage = "the disk is full"
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Transfer)))
        rig.journal.outage = None
        rig.line.report(rig.phones.arrive(second, rig.clock()))
        await rig.until(lambda: bool(rig.journaled))
        rig.line.report(*rig.phones.hang_up(CALL, rig.clock()))
        await rig.until(lambda: CALL not in rig.brain.switchboard.calls)
        rig.line.report(*rig.phones.hang_up(second, rig.clock()))
        await rig.until(lambda: second not in rig.brain.switchboard.calls)
    about = {record.call_id for record in rig.journaled if isinstance(record, CallFact | Command)}
    assert about == {second}
    rig.close()


async def test_of_a_call_that_is_found_and_cannot_be_kept_the_agent_is_let_go(clinic):
    rig = DrivenRig(clinic)
    rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("ben")))
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.line.report(*rig.phones.press(CALL, "0"))
        await rig.until(lambda: bool(rig.commands(Bridge)))
    # What the next brain reads knows of nobody, and nothing more can be written.
    rig.journal = MemoryJournal()
    rig.new_brain()
    rig.journal.outage = "the disk is full"
    async with rig.driving():
        await rig.until(lambda: bool(rig.commands(Transfer)))
    kinds = [type(command) for command in rig.line.carried_out]
    assert kinds.index(ReleaseAgent) < kinds.index(Transfer)
    rig.close()


async def test_a_code_nobody_knows_changes_nothing(clinic):
    rig = DrivenRig(clinic)
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


async def test_triage_that_takes_too_long_gives_a_nurse(clinic):
    gate = TriageGate(engine_of(clinic), timeout_s=0.0)
    heard = SpeechHeard(site=clinic.id, call_id=CALL, words=Private("hello"), confidence=0.9)
    assessed = await gate.assess(heard)
    assert (assessed.verdict.action, assessed.verdict.reason) == (Action.NURSE, "timed-out")
    assert gate.timed_out == 1
    gate.close()


async def test_an_empty_restore_waits_for_nothing(clinic):
    rig = DrivenRig(clinic)
    assert rig.brain.restore() == 0
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Say)))
    assert not rig.commands(OfferCall)
    await rig.journal.append([Entry(at=1.0, record=AgentReady(site="s", agent_id=AgentId("x")))])
    rig.close()


class SlowTriage(TriageEngine):
    """Never comes to an end while it is held."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.protocols)
        self.go_on = threading.Event()

    def assess_heard(self, heard: SpeechHeard, memory: CallMemory) -> Verdict:
        self.go_on.wait()
        return super().assess_heard(heard, memory)


async def test_triage_that_hangs_brings_the_caller_to_a_nurse_and_holds_up_nobody(clinic):
    slow = SlowTriage(clinic)

    class Gate(TriageGate):
        def use(self, _engine: TriageEngine) -> None:
            return

    rig = DrivenRig(clinic)
    rig.gate.close()
    rig.gate = Gate(slow, timeout_s=0.01)
    rig.new_brain()
    second = CallId("two")
    async with rig.driving():
        rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("grace")))
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.line.report(*rig.phones.speak(CALL, "hello"))
        await rig.until(lambda: bool(rig.commands(Bridge)))
        rig.line.report(rig.phones.arrive(second, rig.clock()))
        await rig.until(lambda: any(c.call_id == second for c in rig.commands(Say)))
    assert rig.commands(Bridge)[0].agent_id == "grace"
    slow.go_on.set()
    rig.close()


async def test_a_caller_who_is_turned_away_rings_no_nurse_whatever_they_pressed_since(clinic):
    rig = DrivenRig(clinic)
    rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("grace")))
    async with rig.driving():
        await rig.until(lambda: any(isinstance(record, AgentReady) for record in rig.journaled))
        rig.journal.outage = "the disk is full"
        # All of it in one turn of the loop.
        rig.line.report(rig.phones.arrive(CALL, rig.clock()), *rig.phones.press(CALL, "9"))
        await rig.until(lambda: bool(rig.commands(Transfer)))
    assert not rig.commands(OfferCall)
    (say,) = rig.commands(Say)
    assert say.utterances[0].text == clinic.rules.prompts[clinic.rules.advice_911]["en"]
    rig.close()


async def test_a_published_site_counts_for_triage_also_when_the_line_dies_with_it(clinic):
    used: list[TriageEngine] = []

    class Gate(TriageGate):
        def use(self, engine: TriageEngine) -> None:
            used.append(engine)

    class DeafLine(SimulatedLine):
        async def carry_out(self, command: Command) -> None:
            raise LineUnavailable("killed")

    rig = DrivenRig(clinic)
    rig.gate.close()
    rig.gate = Gate(engine_of(clinic))
    rig.line = DeafLine(rig.phones, rig.clock)
    rig.new_brain()
    rig.line.report(rig.phones.arrive(CALL, rig.clock()))
    async with rig.driving():
        with pytest.raises(LineUnavailable):
            await rig.driven
    assert used
    rig.close()
