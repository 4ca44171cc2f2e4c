"""The escalation key pressed when the agent or the caller has left: it still brings a nurse."""

from __future__ import annotations

import pytest

from acd import RED_FLAG_TASK
from calls.commands import Bridge, CallBack, OfferCall, OpenTask
from calls.facts import (
    AgentHungUp,
    AgentKeyed,
    AgentReady,
    CallConnected,
    CallEnded,
    CallEscalated,
    CallReleased,
    FeatureDialled,
    OfferFailed,
)
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from careline.call_back_call import CallBackCall
from careline.rescue import Rescue
from careline.switchboard import Switchboard
from ivr import State
from tests.careline.driven import DrivenRig
from tests.careline.rig import CALL, Rig

NUMBER = "+12025550123"


@pytest.fixture
def rig(clinic):
    rig = Rig(clinic)
    yield rig
    rig.run.close()


def answered(rig: Rig) -> Bridge:
    """Ben speaks with a caller."""
    rig.ready("ben")
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=NUMBER))
    rig.press("0")
    rig.run.advance(5)
    (bridge,) = rig.of(Bridge)
    assert bridge.agent_id == "ben"
    return bridge


def keys(rig: Rig, bridge: Bridge, digits: str, agent: str = "ben") -> None:
    for digit in digits:
        rig.run.tell(
            AgentKeyed(
                site=rig.site.id,
                call_id=bridge.call_id,
                offer_id=bridge.offer_id,
                agent_id=AgentId(agent),
                digits=digit,
            )
        )


def leaves(rig: Rig) -> None:
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    assert CALL not in rig.run.switchboard.calls


def kinds(rig: Rig) -> list[str]:
    return [task.order.kind for task in rig.run.switchboard.tasks]


def test_an_escalation_after_the_caller_has_gone_is_a_red_flag_and_a_nurse_calls_back(rig):
    bridge = answered(rig)
    leaves(rig)
    keys(rig, bridge, "*9")
    assert kinds(rig) == [RED_FLAG_TASK]
    rig.ready("grace")
    rig.run.advance(30)
    (dialled,) = rig.of(CallBack)
    assert (dialled.answers, dialled.agent_id) == (CALL, "grace")
    assert dialled.destination.reveal() == NUMBER


def test_a_code_begun_before_the_caller_left_is_completed_after(rig):
    bridge = answered(rig)
    keys(rig, bridge, "*")
    leaves(rig)
    keys(rig, bridge, "9")
    assert kinds(rig) == [RED_FLAG_TASK]


def test_the_key_pressed_twice_is_one_task(rig):
    bridge = answered(rig)
    leaves(rig)
    keys(rig, bridge, "*9*9")
    assert kinds(rig) == [RED_FLAG_TASK]
    assert len([each for each in rig.records if isinstance(each, OpenTask)]) == 1


@pytest.mark.parametrize(("agent", "digits"), [("hannah", "*9"), ("ben", "*8"), ("ben", "9*")])
def test_only_the_key_counts_and_only_of_who_had_spoken_with_the_caller(rig, agent, digits):
    bridge = answered(rig)
    leaves(rig)
    keys(rig, bridge, digits, agent)
    assert kinds(rig) == []


def test_a_call_that_nobody_answered_cannot_be_escalated_afterwards(rig):
    bridge = Bridge(call_id=CALL, offer_id="none", agent_id=AgentId("ben"))
    rig.on_break("ben")
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=NUMBER))
    leaves(rig)
    keys(rig, bridge, "*9")
    assert kinds(rig) == []


def test_a_replay_opens_the_same_task(rig):
    bridge = answered(rig)
    leaves(rig)
    keys(rig, bridge, "*9")
    assert any(isinstance(each, CallEnded) for each in rig.records)
    reborn = Switchboard(rig.site)
    reborn.replay([(at, record) for at, turn in rig.turns for record in turn.records])
    assert [task.order for task in reborn.tasks] == [
        task.order for task in rig.run.switchboard.tasks
    ]
    assert reborn.distributor.call_back(CALL) == rig.run.switchboard.distributor.call_back(CALL)
    assert not reborn.faults


async def served(rig: DrivenRig, call_id: CallId, agent: str) -> None:
    """The agent takes a call and speaks; the caller hangs up, and the agent is free again."""
    rig.brain.tell(AgentReady(site=rig.site.id, agent_id=AgentId(agent)))
    rig.line.report(rig.phones.arrive(call_id, rig.clock(), caller=NUMBER))
    rig.line.report(*rig.phones.press(call_id, "0"))
    await rig.until(lambda: any(each.call_id == call_id for each in rig.commands(Bridge)))
    rig.line.report(*rig.phones.hang_up(call_id))
    await rig.until(lambda: call_id in rig.brain.switchboard.calls.ended)
    rig.brain.tell(AgentReady(site=rig.site.id, agent_id=AgentId(agent)))


def owed(rig: DrivenRig) -> list[CallId]:
    return [
        task.order.call_id
        for task in rig.brain.switchboard.tasks
        if task.order.kind == RED_FLAG_TASK
    ]


async def test_the_code_dialled_when_the_phone_is_free_again_is_for_the_last_caller(clinic):
    rig = DrivenRig(clinic)
    first, second = CallId("first"), CallId("second")
    async with rig.driving():
        await served(rig, first, "ben")
        await served(rig, second, "ben")
        rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("hannah"), code="*9"))
        rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*9"))
        await rig.until(lambda: bool(owed(rig)))
        assert owed(rig) == [second]
    # A restart keeps it, and knows whom to call.
    reborn = rig.new_brain()
    assert owed(rig) == [second]
    assert reborn.switchboard.calls.spoke_last(AgentId("ben")) == second
    rig.close()


async def test_the_code_dialled_while_the_call_is_held_brings_a_nurse_to_that_call(clinic):
    rig = DrivenRig(clinic)
    call = CallId("held")
    async with rig.driving():
        await served(rig, CallId("before"), "ben")
        rig.line.report(rig.phones.arrive(call, rig.clock(), caller=NUMBER))
        rig.line.report(*rig.phones.press(call, "0"))
        await rig.until(lambda: any(each.call_id == call for each in rig.commands(Bridge)))
        rig.line.report(FeatureDialled(site=clinic.id, agent_id=AgentId("ben"), code="*9"))
        await rig.until(lambda: any(isinstance(each, CallEscalated) for each in rig.journaled))
        assert owed(rig) == []
    rig.close()


def test_who_was_told_to_call_911_is_given_time_for_it_by_a_late_escalation_too(rig):
    rig.ready("grace")
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=NUMBER))
    rig.press("9")
    rig.run.advance(5)
    (bridge,) = rig.of(Bridge)
    keys(rig, bridge, "*", agent="grace")
    leaves(rig)
    keys(rig, bridge, "9", agent="grace")
    assert kinds(rig) == [RED_FLAG_TASK]
    rig.run.advance(rig.site.emergency.call_back_after_911_s - 10)
    assert rig.of(CallBack) == []
    rig.run.advance(30)
    assert [each.answers for each in rig.of(CallBack)] == [CALL]


def emergencies(rig: Rig) -> list[tuple[str, str]]:
    return [(each.call_id, each.agent_id) for each in rig.of(OfferCall) if each.emergency]


def lost(rig: Rig, bridge: Bridge) -> None:
    """The agent's phone is gone in mid-call; the agent is not."""
    rig.run.tell(
        OfferFailed(
            site=rig.site.id,
            call_id=bridge.call_id,
            offer_id=bridge.offer_id,
            agent_id=bridge.agent_id,
            reason="lost",
        )
    )


def test_who_was_cut_off_from_a_caller_who_waits_on_brings_them_a_nurse(rig):
    bridge = answered(rig)
    lost(rig, bridge)
    keys(rig, bridge, "*9")
    assert rig.run.switchboard.distributor.on_emergency_call(CALL)
    assert rig.run.switchboard.calls[CALL].engine.state is State.EMERGENCY
    rig.ready("grace")
    assert emergencies(rig) == [(CALL, "grace")]


def test_who_was_cut_off_brings_a_nurse_to_a_caller_whom_somebody_else_has_answered(rig):
    bridge = answered(rig)
    rig.ready("hannah")
    lost(rig, bridge)
    rig.run.advance(5)
    assert [each.agent_id for each in rig.of(Bridge)] == ["ben", "hannah"]
    rig.ready("grace")
    keys(rig, bridge, "*9")
    assert emergencies(rig) == [(CALL, "grace")]


def test_who_has_spoken_brings_a_nurse_to_a_caller_who_is_with_the_flow_again(rig):
    bridge = answered(rig)
    rig.run.tell(
        AgentHungUp(
            site=rig.site.id,
            call_id=bridge.call_id,
            offer_id=bridge.offer_id,
            agent_id=bridge.agent_id,
        )
    )
    assert rig.run.switchboard.distributor.position(CALL) is None
    keys(rig, bridge, "*9")
    assert rig.run.switchboard.distributor.on_emergency_call(CALL)


def test_keys_of_an_agent_who_never_spoke_with_the_caller_change_nothing(rig):
    bridge = answered(rig)
    keys(rig, bridge, "*9", agent="hannah")
    assert not rig.run.switchboard.distributor.on_emergency_call(CALL)
    assert not [each for each in rig.records if isinstance(each, CallEscalated)]


def test_a_caller_whose_flow_failed_can_be_escalated_while_they_wait(rig):
    bridge = answered(rig)
    live = rig.run.switchboard.calls[CALL]
    live.engine = Rescue(CALL, live.rules, None, Outcome.ERROR, patience_s=60.0, connected=True)
    lost(rig, bridge)
    keys(rig, bridge, "*9")
    assert rig.run.switchboard.distributor.on_emergency_call(CALL)
    rig.run.advance(600)
    assert CALL in rig.run.switchboard.calls


def test_who_was_called_back_and_waits_again_is_brought_to_a_nurse(rig):
    engine = CallBackCall(CALL, rig.site.rules, emergency=False)
    escalated = CallEscalated(site=rig.site.id, call_id=CALL, agent_id=AgentId("ben"))
    engine.start(0.0)
    assert engine.handle(escalated, 1.0) == []
    offer = {"site": rig.site.id, "call_id": CALL, "offer_id": "one", "agent_id": AgentId("ben")}
    engine.handle(CallConnected(**offer), 1.0)
    assert engine.handle(escalated, 2.0) == []
    released = CallReleased(site=rig.site.id, call_id=CALL, agent_id=AgentId("ben"), requeued=True)
    engine.handle(released, 3.0)
    (enqueue,) = engine.handle(escalated, 4.0)
    assert enqueue.requirement.emergency
