"""The last way out: the advice in every language, then the fallback number, whatever happens."""

from __future__ import annotations

import pytest

from calls.commands import (
    CancelTransfer,
    EndCall,
    Enqueue,
    HangUp,
    OpenTask,
    PlayMusic,
    Say,
    StopListening,
    Transfer,
)
from calls.facts import (
    CallConnected,
    CallerHungUp,
    CallFailed,
    CallReleased,
    DigitsCollected,
    PromptFinished,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.private import Private
from careline.rescue import Rescue
from config.site import Site

CALL = CallId("one")
FALLBACK = "+12025550199"


def begun(clinic: Site, fallback: str | None = FALLBACK) -> tuple[Rescue, Say]:
    rescue = Rescue(CALL, clinic.rules, fallback, Outcome.ERROR)
    stop, say = rescue.start(100.0)
    assert isinstance(stop, StopListening)
    assert isinstance(say, Say)
    return rescue, say


def finished(say: Say) -> PromptFinished:
    return PromptFinished(site="s", call_id=CALL, prompt_id=say.prompt_id)


def test_the_advice_is_said_in_every_language_and_cannot_be_cut_short(clinic):
    _rescue, say = begun(clinic)
    assert [utterance.language for utterance in say.utterances] == list(clinic.rules.languages)
    assert not say.barge_in


def test_after_the_advice_the_caller_goes_to_the_fallback_number(clinic):
    rescue, say = begun(clinic)
    assert rescue.handle(finished(say), 110.0) == [
        PlayMusic(call_id=CALL),
        Transfer(call_id=CALL, destination=FALLBACK),
    ]
    end = EndCall(call_id=CALL, outcome=Outcome.ERROR)
    assert rescue.handle(TransferSucceeded(site="s", call_id=CALL), 120.0) == [end]
    assert rescue.ended
    assert rescue.next_deadline() is None


def test_without_a_fallback_number_the_call_ends_after_the_advice_and_a_person_rings_back(clinic):
    rescue, say = begun(clinic, None)
    hang_up, task, end = rescue.handle(finished(say), 110.0)
    assert (hang_up, end) == (HangUp(call_id=CALL), EndCall(call_id=CALL, outcome=Outcome.ERROR))
    assert task == OpenTask(call_id=CALL, kind="call-back", queue=clinic.rules.person_queue)


def test_a_fallback_that_fails_ends_the_call_with_a_task(clinic):
    rescue, say = begun(clinic)
    rescue.handle(finished(say), 110.0)
    failed = TransferFailed(site="s", call_id=CALL, reason="busy")
    assert [type(c) for c in rescue.handle(failed, 120.0)] == [HangUp, OpenTask, EndCall]


@pytest.mark.parametrize(
    "gone",
    [CallerHungUp(site="s", call_id=CALL), CallFailed(site="s", call_id=CALL, reason="lost")],
)
def test_a_caller_who_leaves_ends_it_once(clinic, gone):
    rescue, say = begun(clinic)
    assert [type(c) for c in rescue.handle(gone, 101.0)] == [EndCall]
    assert rescue.handle(gone, 102.0) == rescue.handle(finished(say), 103.0) == []
    assert rescue.tick(1e9) == []


def test_a_line_that_never_reports_is_not_waited_for(clinic):
    rescue, _say = begun(clinic)
    due = rescue.next_deadline()
    assert due is not None
    assert rescue.tick(due - 0.1) == []
    assert [type(c) for c in rescue.tick(due)] == [PlayMusic, Transfer]
    due = rescue.next_deadline()
    assert due is not None
    assert [type(c) for c in rescue.tick(due)] == [HangUp, OpenTask, EndCall]
    assert rescue.next_deadline() is None


def test_the_end_of_an_earlier_prompt_and_keys_change_nothing(clinic):
    rescue, _say = begun(clinic)
    old = PromptFinished(site="s", call_id=CALL, prompt_id=1)
    key = DigitsCollected(site="s", call_id=CALL, digits=Private("0"))
    assert rescue.handle(old, 101.0) == rescue.handle(key, 101.0) == []


def test_a_late_failure_of_a_transfer_that_was_not_asked_for_changes_nothing(clinic):
    rescue, _say = begun(clinic)
    assert rescue.handle(TransferFailed(site="s", call_id=CALL, reason="busy"), 101.0) == []
    assert not rescue.ended


def test_after_a_restart_it_begins_again_and_a_second_end_of_the_advice_dials_once(clinic):
    rescue, say = begun(clinic)
    assert [type(c) for c in rescue.resume(150.0)] == [StopListening, Say]
    assert [type(c) for c in rescue.handle(finished(say), 160.0)] == [PlayMusic, Transfer]
    assert rescue.handle(finished(say), 161.0) == []


def test_a_restart_during_the_transfer_costs_the_caller_nothing(clinic):
    rescue, say = begun(clinic)
    rescue.handle(finished(say), 110.0)
    rescue.resume(112.0)
    assert [type(c) for c in rescue.handle(finished(say), 120.0)] == [PlayMusic, Transfer]


def test_a_call_that_was_never_let_in_leaves_no_task_without_a_number_to_ring_back(clinic):
    rescue = Rescue(CALL, clinic.rules, None, Outcome.REFUSED)
    _stop, say = rescue.start(100.0)
    assert [type(c) for c in rescue.handle(finished(say), 110.0)] == [HangUp, EndCall]


def holding(clinic: Site, patience_s: float | None) -> Rescue:
    """The fallback number was busy, and the caller has a place in a queue."""
    rescue = Rescue(CALL, clinic.rules, FALLBACK, Outcome.ERROR, patience_s=patience_s)
    _stop, say = rescue.start(100.0)
    rescue.handle(finished(say), 110.0)
    failed = TransferFailed(site="s", call_id=CALL, reason="busy")
    assert [type(c) for c in rescue.handle(failed, 120.0)] == [CancelTransfer, PlayMusic]
    return rescue


def test_a_caller_who_has_a_place_in_a_queue_is_held_and_the_fallback_is_tried_again(clinic):
    rescue = holding(clinic, 300.0)
    due = rescue.next_deadline()
    assert due is not None
    _stop, say = rescue.tick(due)
    assert [type(c) for c in rescue.handle(finished(say), due + 5)] == [PlayMusic, Transfer]


@pytest.mark.parametrize(("patience_s", "let_go"), [(300.0, True), (None, False)])
def test_only_a_red_flag_is_held_for_ever(clinic, patience_s, let_go):
    rescue = holding(clinic, patience_s)
    while (due := rescue.next_deadline()) is not None and due < 5000.0:
        last = rescue.tick(due)
    assert rescue.ended is let_go
    assert (HangUp(call_id=CALL) in last) is let_go


def connected() -> CallConnected:
    return CallConnected(site="s", call_id=CALL, agent_id=AgentId("ben"), offer_id=OfferId("o"))


@pytest.mark.parametrize("already", [True, False])
def test_a_caller_who_speaks_with_an_agent_is_not_disturbed(clinic, already):
    rescue = Rescue(CALL, clinic.rules, FALLBACK, Outcome.ERROR, connected=already)
    rescue.start(100.0)
    if not already:
        assert rescue.handle(connected(), 105.0) == []
    assert rescue.next_deadline() is None
    assert rescue.tick(1e9) == rescue.resume(1e9) == []
    released = CallReleased(site="s", call_id=CALL, agent_id=AgentId("ben"))
    assert rescue.handle(released, 200.0) == [
        HangUp(call_id=CALL),
        EndCall(call_id=CALL, outcome=Outcome.HANDLED),
    ]


def test_a_caller_who_waits_again_after_an_agent_is_advised_anew(clinic):
    rescue = Rescue(CALL, clinic.rules, FALLBACK, Outcome.ERROR, connected=True)
    again = CallReleased(
        site="s", call_id=CALL, agent_id=AgentId("ben"), requeued=True, emergency=True
    )
    _stop, say = rescue.handle(again, 200.0)
    rescue.handle(finished(say), 210.0)
    failed = TransferFailed(site="s", call_id=CALL, reason="busy")
    assert [type(c) for c in rescue.handle(failed, 1e6)] == [CancelTransfer, PlayMusic]


def test_the_emergency_key_works_to_the_last(clinic):
    rescue, _say = begun(clinic)
    pressed = DigitsCollected(site="s", call_id=CALL, digits=Private(clinic.rules.keys.emergency))
    (queued,) = rescue.handle(pressed, 101.0)
    assert isinstance(queued, Enqueue)
    assert queued.requirement.emergency
    assert queued.requirement.queue == clinic.rules.nurse_queue
