"""The last way out: the advice in every language, then the fallback number, whatever happens."""

from __future__ import annotations

import pytest

from calls.commands import EndCall, HangUp, Say, StopListening, Transfer
from calls.facts import (
    CallerHungUp,
    CallFailed,
    DigitsCollected,
    PromptFinished,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import CallId
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
    (transfer,) = rescue.handle(finished(say), 110.0)
    assert transfer == Transfer(call_id=CALL, destination=FALLBACK)
    end = EndCall(call_id=CALL, outcome=Outcome.ERROR)
    assert rescue.handle(TransferSucceeded(site="s", call_id=CALL), 120.0) == [end]
    assert rescue.ended
    assert rescue.next_deadline() is None


def test_without_a_fallback_number_the_call_ends_after_the_advice(clinic):
    rescue, say = begun(clinic, None)
    assert [type(c) for c in rescue.handle(finished(say), 110.0)] == [HangUp, EndCall]


def test_a_fallback_that_fails_ends_the_call(clinic):
    rescue, say = begun(clinic)
    rescue.handle(finished(say), 110.0)
    failed = TransferFailed(site="s", call_id=CALL, reason="busy")
    assert [type(c) for c in rescue.handle(failed, 120.0)] == [HangUp, EndCall]


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
    assert [type(c) for c in rescue.tick(due)] == [Transfer]
    due = rescue.next_deadline()
    assert due is not None
    assert [type(c) for c in rescue.tick(due)] == [HangUp, EndCall]
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
    assert [type(c) for c in rescue.handle(finished(say), 160.0)] == [Transfer]
    assert rescue.handle(finished(say), 161.0) == []


def test_a_restart_during_the_transfer_costs_the_caller_nothing(clinic):
    rescue, say = begun(clinic)
    rescue.handle(finished(say), 110.0)
    rescue.resume(112.0)
    assert [type(c) for c in rescue.handle(finished(say), 120.0)] == [Transfer]
