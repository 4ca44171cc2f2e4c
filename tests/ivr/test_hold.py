"""A caller whom an agent has put on hold: whoever feels worse there is heard, and is a nurse's."""

import pytest

from calls.commands import Enqueue, Listen, Say, StopListening
from calls.facts import CallHeld, CallReleased, CallRetrieved
from calls.verdict import CLEAR, Action
from ivr import State

ANA = {"agent_id": "ana", "offer_id": "o1"}


@pytest.fixture
def held(scene):
    call = scene().at("1")
    call.connect()
    assert type(call.commands[-1]) is StopListening
    call.fact(CallHeld, **ANA)
    return call


def nurses_asked(call):
    return [each for each in call.all(Enqueue) if each.requirement.emergency]


def test_on_hold_the_line_listens_until_the_agent_is_back(held):
    assert type(held.commands[-1]) is Listen
    held.fact(CallRetrieved, **ANA)
    assert type(held.commands[-1]) is StopListening


def test_the_emergency_key_on_hold_brings_a_nurse_and_the_advice(held):
    held.press("9")
    (asked,) = nurses_asked(held)
    assert asked.advised_911
    said = held.fact(CallReleased, agent_id="ana", requeued=True, emergency=True)
    (advice,) = [each for each in said if isinstance(each, Say)]
    assert advice.advises_911
    assert held.call.state is State.EMERGENCY


@pytest.mark.parametrize("verdict", ["911", "988", "nurse", "ask"])
def test_words_on_hold_bring_a_nurse_and_a_doubt_does_too(held, verdicts, verdict):
    held.speak("something", verdicts[verdict])
    assert len(nurses_asked(held)) == 1
    assert held.call.acuity.action.urgency >= Action.NURSE.urgency


@pytest.mark.parametrize("keys", ["0", "1", "*", "28"])
def test_other_keys_and_words_on_hold_change_nothing(held, keys):
    before = len(held.commands)
    held.press(keys)
    held.speak("billing", CLEAR)
    assert len(held.commands) == before


def test_who_speaks_with_an_agent_presses_keys_for_nobody(held):
    held.fact(CallRetrieved, **ANA)
    held.press("9")
    assert not nurses_asked(held)


def test_who_is_put_on_hold_by_a_nurse_is_with_her_already(scene):
    call = scene().at("9")
    call.connect()
    call.fact(CallHeld, **ANA)
    before = len(nurses_asked(call))
    call.press("9")
    assert len(nurses_asked(call)) == before


def test_a_restart_in_the_middle_of_a_hold_goes_on_listening(held):
    resumed = held.call.resume(held.now)
    assert [type(each) for each in resumed] == [Listen]
    held.fact(CallRetrieved, **ANA)
    assert held.call.resume(held.now) == []


def test_another_conversation_is_not_on_hold(held):
    held.fact(CallReleased, agent_id="ana", requeued=True)
    held.connect()
    held.press("9")
    assert not nurses_asked(held)
