"""Transfers, messages and the end of a call, which comes exactly once."""

from dataclasses import replace

import pytest

from calls.commands import (
    CancelTransfer,
    EndCall,
    HangUp,
    OpenTask,
    PlayMusic,
    RecordMessage,
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
from ivr.steps import HangUpStep, TransferStep

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


# --- messages -----------------------------------------------------------------------------------


def test_message_becomes_a_task_with_the_promise_that_was_made(scene):
    call = scene().at("5")
    assert not call.all(Say)[-1].barge_in
    call.finish()
    (record,) = call.all(RecordMessage)
    assert (record.recording_id, record.max_s) == ("c1-message-1", 60.0)
    call.recorded(12.0)
    (task,) = call.all(OpenTask)
    assert (task.kind, task.queue, task.promised_s) == ("message", "billing", 86400.0)
    call.finish()
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_empty_message_is_asked_for_once_more_then_left(scene):
    call = scene().at("5")
    call.finish()
    call.recorded(0.0)
    assert call.heard == ["leave-message en"]
    call.finish()
    assert call.all(RecordMessage)[-1].recording_id == "c1-message-2"
    call.recorded(0.0, number=2)
    assert call.heard == ["thanks en"]
    assert call.call.state is State.LEAVING


def test_message_the_line_never_reports_is_looked_for_and_traps_nobody(scene):
    call = scene().at("5")
    call.finish()
    call.wait(80)
    assert len(call.all(OpenTask)) == 1
    assert call.heard == ["thanks en"]
    call.recorded(12.0)
    assert len(call.all(OpenTask)) == 1


def test_message_of_a_caller_who_hangs_up_is_kept(scene):
    call = scene().at("5")
    call.finish()
    assert call.fact(CallerHungUp) == []
    call.recorded(7.0)
    assert [type(each) for each in call.commands[-2:]] == [OpenTask, EndCall]
    assert call.outcome is Outcome.MESSAGE_TAKEN


def left_without_a_word(scene, number="5551234", steps=None, **rules):
    call = scene(steps=steps, **rules).at("5", number=number)
    for number in (1, 2):
        call.finish()
        call.recorded(0.0, number=number)
    return call


def test_message_that_is_never_reported_after_the_caller_left_is_looked_for(scene):
    call = scene().at("5")
    call.finish()
    call.fact(CallerHungUp)
    call.wait(10)
    assert [task.kind for task in call.all(OpenTask)] == ["message"]
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_nothing_more_is_said_to_a_caller_who_has_left(scene):
    call = scene().at("2")
    call.finish()
    call.wait(25)
    call.fact(SpeechStarted)
    call.fact(CallerHungUp)
    call.commands.clear()
    call.wait(60)
    assert [type(each) for each in call.commands] == [EndCall]


def test_caller_who_says_nothing_twice_is_called_back_within_the_promised_time(scene):
    call = left_without_a_word(scene)
    call.finish()
    (task,) = call.all(OpenTask)
    assert (task.kind, task.queue, task.promised_s) == ("call-back", "billing", 86400.0)
    assert task.recording_id is None
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_silent_caller_hears_what_the_step_has_for_them(scene, steps):
    message = replace(steps["message"], silent_goto="silent")
    silent = HangUpStep(prompt="nothing-left")
    call = left_without_a_word(scene, steps={"message": message, "silent": silent})
    assert call.heard == ["nothing-left en"]
    call = scene(steps={"message": message, "silent": silent}).at("5")
    call.finish()
    call.recorded(2.0)
    assert call.heard == ["thanks en"]


def test_silent_caller_without_a_number_cannot_be_called_back(scene):
    call = left_without_a_word(scene, number="")
    call.finish()
    assert not call.all(OpenTask)
    assert call.outcome is Outcome.CONTAINED


def test_caller_who_hangs_up_without_a_word_is_called_back_and_counts_as_gone(scene):
    call = scene().at("5")
    call.finish()
    call.now += 30
    call.fact(CallerHungUp)
    call.recorded(0.0)
    assert [type(each) for each in call.commands[-2:]] == [OpenTask, EndCall]
    assert call.all(OpenTask)[0].kind == "call-back"
    assert call.outcome is Outcome.ABANDONED


def test_caller_who_leaves_before_the_beep_wants_no_call_back(scene):
    call = scene().at("5")
    call.fact(CallerHungUp)
    assert not call.all(OpenTask)


def test_second_message_that_was_left_needs_no_call_back(scene):
    call = scene().at("5")
    call.finish()
    call.recorded(0.0)
    call.finish()
    call.recorded(6.0, number=2)
    call.finish()
    assert [task.kind for task in call.all(OpenTask)] == ["message"]


def test_caller_who_spoke_with_somebody_instead_needs_no_call_back(scene):
    call = left_without_a_word(scene)
    call.press("0")
    call.connect()
    call.fact(CallerHungUp)
    assert not call.all(OpenTask)
    assert call.outcome is Outcome.HANDLED


def test_caller_who_was_handed_over_instead_needs_no_call_back(scene, steps):
    message = replace(steps["message"], silent_goto="menu")
    call = left_without_a_word(scene, steps={"message": message})
    call.press("4")
    call.finish()
    call.fact(TransferSucceeded)
    assert not call.all(OpenTask)
    assert call.outcome is Outcome.TRANSFERRED


def test_each_message_that_is_asked_for_is_asked_for_twice(scene, steps):
    message = replace(steps["message"], silent_goto="menu")
    call = left_without_a_word(scene, steps={"message": message})
    call.press("5")
    call.finish()
    call.recorded(0.0, number=3)
    assert call.heard == ["leave-message en"]


def test_call_back_is_for_the_people_of_the_last_message(scene):
    call = scene(message_promised_s=60.0).at("5")
    call.finish()
    call.recorded(0.0)
    call.press("0")
    call.unstaffed("general")
    for number in (2, 3):
        call.finish()
        call.recorded(0.0, number=number)
        assert call.heard == [["leave-message en"], ["goodbye en"]][number - 2]
    call.finish()
    (task,) = call.all(OpenTask)
    assert (task.queue, task.promised_s) == ("general", 60.0)


def test_silent_caller_with_a_red_flag_is_the_nurses_and_nobody_elses(scene):
    call = left_without_a_word(scene)
    call.press("9")
    call.fact(CallerHungUp)
    assert not call.all(OpenTask)
    assert call.outcome is Outcome.ADVISED


def test_lost_leg_of_a_silent_caller_is_seen_to_where_every_lost_leg_is(scene):
    call = scene().at("5")
    call.finish()
    call.fact(CallFailed, reason="media-timeout")
    call.recorded(0.0)
    assert not call.all(OpenTask)
    assert call.outcome is Outcome.ERROR


def test_person_key_ends_the_message_and_keeps_it(scene):
    call = scene().at("5")
    call.finish()
    call.press("0")
    assert call.queues == ["general"]
    call.recorded(3.0)
    assert len(call.all(OpenTask)) == 1


def test_report_of_a_message_cut_short_does_not_end_the_one_that_follows(scene, verdicts):
    call = scene().at("5")
    call.finish()
    call.speak("I feel dizzy", verdicts["ask"])
    call.press("2")
    call.finish()
    call.recorded(2.0, number=1)
    assert call.call.state is State.RECORDING
    call.recorded(5.0, number=2)
    assert call.heard == ["thanks en"]
    assert len(call.all(OpenTask)) == 2


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
