"""Transfers, messages and the end of a call, which comes exactly once."""

import pytest

from calls.commands import (
    CancelTransfer,
    EndCall,
    HangUp,
    PlayMusic,
    Say,
    Transfer,
)
from calls.facts import (
    CallerHungUp,
    CallFailed,
    SpeechStarted,
    TransferFailed,
    TransferSucceeded,
)
from calls.machine import IllegalFact
from calls.outcome import Outcome
from ivr import State
from ivr.steps import TransferStep

# --- transfers ----------------------------------------------------------------------------------


def test_caller_hears_to_whom_before_it_rings(scene):
    call = scene().at("4")
    assert call.heard == ["to-lab en"]
    assert not call.all(Say)[-1].barge_in
    assert not call.all(Transfer)
    call.finish()
    assert call.all(Transfer)[0].destination == "sip:lab@example.org"


def test_transferred_caller_counts_as_transferred(scene):
    call = scene().at("4")
    call.finish()
    call.fact(TransferSucceeded)
    assert call.outcome is Outcome.TRANSFERRED


def test_failed_transfer_leads_to_a_person(scene):
    call = scene().at("4")
    call.finish()
    call.fact(TransferFailed, reason="busy")
    assert call.queues == ["general"]
    assert not call.all(CancelTransfer)


@pytest.mark.parametrize("fails", [True, False], ids=["reported", "lost"])
def test_failed_transfer_leads_where_the_step_says(scene, fails):
    step = TransferStep(destination="lab", prompt="to-lab", on_failure="message")
    call = scene(steps={"lab": step}).at("4")
    call.finish()
    if fails:
        call.fact(TransferFailed, reason="no-answer")
    else:
        call.wait(60)
    assert call.call.step == "message"
    # Whoever answers after all must not take a caller who leaves a message by now.
    assert bool(call.all(CancelTransfer)) is not fails


def test_destination_nobody_knows_is_a_failed_transfer(scene):
    call = scene(outside={}).at("4")
    call.finish()
    assert not call.all(Transfer)
    assert call.queues == ["general"]


def test_late_failure_of_a_transfer_changes_nothing(scene):
    call = scene().at("4")
    call.finish()
    call.press("0")
    assert call.all(CancelTransfer)
    assert call.fact(TransferFailed, reason="no-answer") == []


# --- the end ------------------------------------------------------------------------------------


def test_line_hangs_up_after_the_last_words(scene):
    call = scene().at("8")
    assert call.heard == ["thanks en"]
    assert not call.all(HangUp)
    assert [type(each) for each in call.finish()] == [HangUp, EndCall]
    assert call.outcome is Outcome.CONTAINED


def test_lost_end_of_the_last_words_hangs_up_all_the_same(scene):
    call = scene().at("8")
    call.wait(60)
    assert call.outcome is Outcome.CONTAINED


def test_repeat_key_says_the_last_words_again_and_whole(scene):
    call = scene().at("8")
    call.fact(SpeechStarted)
    call.finish()
    call.heard = []
    call.press("*")
    assert call.heard == ["thanks en"]
    call.wait(9)
    assert not call.all(HangUp)
    call.finish()
    assert call.all(HangUp)


def test_person_key_works_up_to_the_last_word(scene):
    call = scene().at("8")
    call.press("0")
    assert call.queues == ["general"]
    call.now += 60
    call.fact(CallerHungUp)
    assert call.outcome is Outcome.ABANDONED


def test_caller_who_does_not_wait_for_the_last_words_was_served(scene):
    call = scene().at("8")
    call.fact(CallerHungUp)
    assert call.outcome is Outcome.CONTAINED


@pytest.mark.parametrize("keys", ["", "1", "2", "3", "4"])
@pytest.mark.parametrize(
    ("after_s", "outcome"), [(4.9, Outcome.SHORT_ABANDON), (5.0, Outcome.ABANDONED)]
)
def test_leaving_before_any_service_is_an_abandon_short_or_not(scene, keys, after_s, outcome):
    call = scene().to_menu()
    call.press(keys)
    call.now += after_s
    call.fact(CallerHungUp)
    assert call.outcome is outcome


def test_lost_leg_is_an_error(scene):
    call = scene().at("1")
    call.fact(CallFailed, reason="media-timeout")
    assert call.outcome is Outcome.ERROR


def test_what_the_caller_got_stands_when_the_leg_is_lost_afterwards(scene):
    call = scene().at("1")
    call.connect()
    call.fact(CallFailed, reason="media-timeout")
    assert call.outcome is Outcome.HANDLED


def test_after_the_end_facts_are_taken_in_without_effect(scene):
    call = scene().at("5")
    late = call.prompt_id
    call.fact(CallerHungUp)
    assert call.call.state is State.ENDED
    for kind in (CallerHungUp, TransferSucceeded):
        assert call.fact(kind) == []
    assert call.fact(CallFailed, reason="line-restarted") == []
    call.prompt_id = late
    assert call.finish() == []
    assert call.press("0129*#") == []
    assert call.recorded(9.0) == []
    assert call.connect() == []
    assert call.call.next_deadline() is None
    assert call.call.resume(call.now) == []


def test_nothing_happens_to_a_call_before_it_arrives(scene):
    call = scene()
    with pytest.raises(IllegalFact):
        call.press("1")
    assert call.call.state is State.NEW


def test_agent_cannot_be_connected_with_a_caller_who_is_in_no_queue(scene, verdicts):
    call = scene().to_menu()
    with pytest.raises(IllegalFact):
        call.connect()
    call.speak("I feel dizzy", verdicts["ask"])
    with pytest.raises(IllegalFact):
        call.connect()
    assert call.call.state is State.QUESTION


# --- a restart of the brain ---------------------------------------------------------------------


def test_question_is_put_again_and_silence_measured_anew_after_a_restart(scene):
    call = scene().to_menu()
    call.finish()
    call.now += 300
    commands = call._done(call.call.resume(call.now))
    assert [type(each).__name__ for each in commands] == ["Listen", "Say"]
    assert call.heard == ["menu en"]
    assert call.wait(5) == []
    call.finish()
    call.wait(5)
    assert call.heard == ["menu-silence en", "menu en"]


def test_greeting_cut_short_by_a_restart_is_said_again(scene):
    call = scene()
    call.arrive()
    call.heard = []
    call._done(call.call.resume(call.now + 9))
    assert call.heard == ["advice-911 en", "advice-911 es"]


@pytest.mark.parametrize("keys", ["1", "9"])
def test_waiting_caller_hears_music_after_a_restart(scene, keys):
    call = scene().at(keys)
    if keys == "9":
        call.finish()
    commands = call.call.resume(call.now + 60)
    assert [type(each).__name__ for each in commands] == ["Listen", "PlayMusic"]


def test_advice_cut_short_by_a_restart_is_said_again(scene):
    call = scene().at("9")
    call.heard = []
    call._done(call.call.resume(call.now + 60))
    assert call.heard == ["advice-911 en", "nurse-wait en", "advice-911 es", "nurse-wait es"]


def test_connected_caller_is_not_disturbed_by_a_restart(scene):
    call = scene().at("1")
    call.connect()
    assert call.call.resume(call.now + 60) == []


def test_transfer_and_message_go_on_over_a_restart(scene):
    for keys in ("4", "5"):
        call = scene().at(keys)
        call.finish()
        before = call.call.state
        commands = call._done(call.call.resume(call.now + 300))
        call.now += 300
        assert not any(isinstance(each, Say | PlayMusic) for each in commands)
        assert call.wait(30) == []
        assert call.call.state is before


def test_words_begun_before_a_restart_are_not_waited_for_after_it(scene):
    call = scene().to_menu()
    call.fact(SpeechStarted)
    call.now += 2
    call._done(call.call.resume(call.now))
    call.finish()
    call.wait(5)
    assert call.heard == ["menu-silence en", "menu en"]
