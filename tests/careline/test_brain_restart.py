"""Brain and line may each die at any instant: no caller is lost between them."""

from __future__ import annotations

import asyncio

import pytest

from adapters.telephony.simulated import SimulatedLine, SimulatedPhones
from calls.commands import Bridge, Command, OfferCall, Say
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentReady,
    CallArrived,
    CallEnded,
    CallQueued,
    CallResumed,
    Fact,
    FeatureDialled,
    OfferFailed,
)
from calls.ids import AgentId, CallId
from calls.ports import Entry, LineSnapshot, LineUnavailable
from tests.careline.driven import CALL, DrivenRig


async def test_a_killed_brain_loses_no_caller_and_no_place(clinic):
    rig = DrivenRig(clinic)
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
    # What began to ring while the new brain caught up is not taken for lost.
    assert not [record for record in rig.journaled if isinstance(record, OfferFailed)]
    rig.close()


async def test_an_event_that_comes_twice_counts_once(clinic):
    rig = DrivenRig(clinic)
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


async def test_a_restart_waits_for_no_event_that_was_acknowledged_and_left_no_trace(clinic):
    rig = DrivenRig(clinic)
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


class DyingLine(SimulatedLine):
    """Takes in whatever it is told until it is killed; is then gone."""

    dead_to: str = ""
    heard: asyncio.Event | None = None

    async def snapshot(self) -> LineSnapshot:
        if self.dead_to == "snapshot":
            # Its last events are read before its end is noticed.
            for _ in range(10):
                await asyncio.sleep(0)
            raise LineUnavailable("killed")
        return await super().snapshot()

    async def acknowledge(self, epoch: str, seq: int) -> None:
        if self.dead_to == "acknowledge":
            raise LineUnavailable("killed")
        await super().acknowledge(epoch, seq)
        if self.heard is not None:
            self.heard.set()

    async def carry_out(self, command: Command) -> None:
        if self.dead_to == "commands":
            raise LineUnavailable("killed")
        await super().carry_out(command)


def line_after(rig: DrivenRig) -> SimulatedLine:
    """The line process was started again: no caller of the old one is up."""
    rig.phones = SimulatedPhones(rig.site.id, rig.phones.agents, instant_prompts=True)
    return SimulatedLine(rig.phones, rig.clock, epoch="second")


class FallingLine(SimulatedLine):
    """Tells something each time after its picture was taken; is gone with the second."""

    tells: list[Fact]
    pictures = 0

    async def snapshot(self) -> LineSnapshot:
        picture = await super().snapshot()
        self.pictures += 1
        if self.tells:
            self.report(self.tells.pop(0))
        for _ in range(10):
            await asyncio.sleep(0)
        if self.pictures == 2:
            raise LineUnavailable("killed")
        return picture


async def test_what_a_line_told_is_handled_in_its_order_also_when_it_falls_in_between(clinic):
    rig = DrivenRig(clinic)
    line = rig.line = FallingLine(rig.phones, rig.clock)
    line.tells = [rig.phones.arrive(CALL, rig.clock()), *rig.phones.press(CALL, "0")]
    assert len(line.tells) == 2
    rig.brain.tell(AgentOnBreak(site=clinic.id, agent_id=AgentId("ben")))
    async with rig.driving():
        with pytest.raises(LineUnavailable):
            await rig.driven
    async with rig.driving():
        await rig.until(lambda: line._acknowledged == line._seq)
    heard = [entry.line_seq for _, entry in rig.journal.read() if entry.line_epoch]
    assert heard[:2] == [1, 2]
    rig.close()


@pytest.mark.parametrize("dead_to", ["commands", "acknowledge"])
async def test_when_the_line_dies_under_its_brain_callers_become_tasks_and_the_next_is_served(
    clinic, dead_to
):
    rig = DrivenRig(clinic)
    line = rig.line = DyingLine(rig.phones, rig.clock, epoch="first")
    for _ in range(9):
        # The new line's numbers begin again below those of the old one.
        line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*77"))
    async with rig.driving():
        line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Say)))
        line.dead_to = dead_to
        line.report(*rig.phones.press(CALL, "9"))
        await rig.until(lambda: any(isinstance(r, CallQueued) for r in rig.journaled))
        with pytest.raises(LineUnavailable):
            await rig.driven
    second = CallId("two")
    rig.line = line_after(rig)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(second, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Say)))
        assert rig.line._acknowledged == rig.line._seq
    tasks = [(task.order.call_id, task.order.kind) for task in rig.brain.switchboard.tasks]
    assert tasks == [(CALL, "red-flag-call-back")]
    assert list(rig.brain.switchboard.calls) == [second]
    rig.close()


async def test_a_caller_whose_arrival_was_the_last_a_dying_line_told_becomes_a_task(clinic):
    rig = DrivenRig(clinic)
    line = rig.line = DyingLine(rig.phones, rig.clock, epoch="first")
    line.dead_to = "snapshot"
    for _ in range(9):
        line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*77"))
    line.report(rig.phones.arrive(CALL, rig.clock()))
    async with rig.driving():
        with pytest.raises(LineUnavailable):
            await rig.driven
    rig.line = line_after(rig)
    async with rig.driving():
        await rig.until(lambda: any(isinstance(r, CallEnded) for r in rig.journaled))
    assert [task.order.kind for task in rig.brain.switchboard.tasks] == ["call-back"]
    # Acknowledged to the new line, the old one's numbers would cost it events of its own.
    assert rig.line._acknowledged <= rig.line._seq
    rig.close()


async def test_an_acknowledgement_that_was_lost_is_given_again(clinic):
    rig = DrivenRig(clinic)
    # Prompts take their time, so that nothing else happens that would be acknowledged.
    rig.phones = SimulatedPhones(clinic.id, rig.phones.agents)
    line = rig.line = DyingLine(rig.phones, rig.clock)
    line.heard = asyncio.Event()
    line.dead_to = "acknowledge"
    line.report(rig.phones.arrive(CALL, rig.clock()))
    async with rig.driving():
        with pytest.raises(LineUnavailable):
            await rig.driven
    assert any(isinstance(record, CallArrived) for record in rig.journaled)
    line.dead_to = ""
    rig.new_brain()
    async with rig.driving(), asyncio.timeout(10):
        # Else the line would take the brain for one that hangs, and cut it off.
        await line.heard.wait()
    assert line._acknowledged == line._seq == 1
    rig.close()


async def test_what_was_journaled_and_never_carried_out_is_made_good(clinic):
    rig = DrivenRig(clinic)
    line = rig.line = DyingLine(rig.phones, rig.clock)
    rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("grace")))
    async with rig.driving():
        line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Say)))
        line.dead_to = "commands"
        line.report(*rig.phones.press(CALL, "9"))
        with pytest.raises(LineUnavailable):
            await rig.driven
    assert any(isinstance(record, OfferCall) for record in rig.journaled)
    assert not rig.commands(OfferCall)
    line.dead_to = ""
    rig.new_brain()
    async with rig.driving():
        await rig.until(lambda: any(isinstance(r, CallResumed) for r in rig.journaled))
    assert CALL in rig.brain.switchboard.calls
    assert rig.brain.switchboard.distributor.position(CALL) == 1
    assert rig.brain.switchboard.distributor.on_emergency_call(CALL)
    # The advice that was never said is said now.
    assert rig.commands(Say)[-1].prompt_id > rig.commands(Say)[0].prompt_id
    rig.close()


async def test_words_said_before_a_restart_are_remembered_for_calls_that_go_on(clinic):
    rig = DrivenRig(clinic)
    second = CallId("two")
    async with rig.driving():
        for call_id in (CALL, second):
            rig.line.report(rig.phones.arrive(call_id, rig.clock()))
            rig.line.report(*rig.phones.speak(call_id, "i need an appointment"))
        rig.line.report(*rig.phones.hang_up(second))
        await rig.until(lambda: any(isinstance(r, CallEnded) for r in rig.journaled))
    rig.gate.forget(CALL)
    rig.new_brain()
    assert list(rig.gate._memories) == [CALL]
    rig.close()


async def test_a_clock_that_was_set_back_costs_nobody_their_waiting_time(clinic, caplog):
    rig = DrivenRig(clinic)
    ahead = rig.clock() + 7200.0
    board = rig.brain.switchboard
    for fact in (
        AgentOnBreak(site=clinic.id, agent_id=AgentId("ben")),
        rig.phones.arrive(CALL, ahead),
        *rig.phones.press(CALL, "0"),
    ):
        turn = board.handle(fact, ahead)
        await rig.journal.append([Entry(at=ahead, record=record) for record in turn.records])
    rig.new_brain()
    assert 0.0 <= rig.brain.now() - ahead < 60.0
    waited_s = rig.brain.switchboard.distributor.waited_s(CALL, rig.brain.now())
    assert waited_s is not None
    assert 0.0 <= waited_s < 60.0
    assert "behind the journal" in caplog.text
    rig.close()
