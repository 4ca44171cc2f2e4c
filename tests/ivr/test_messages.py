"""Messages: asked for twice, kept once, and a call-back for who left none."""

from dataclasses import replace

from calls.commands import (
    EndCall,
    OpenTask,
    RecordMessage,
    Say,
)
from calls.facts import (
    CallerHungUp,
    CallFailed,
    SpeechStarted,
    TransferSucceeded,
)
from calls.outcome import Outcome
from ivr import State
from ivr.steps import HangUpStep


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


def test_a_call_that_the_line_knows_no_more_waits_for_nothing_it_owed(scene):
    call = scene().at("5")
    call.finish()
    call.fact(CallerHungUp)
    assert call.call.state is State.CLOSING
    call.fact(CallFailed, reason="line-restarted")
    assert call.call.state is State.ENDED
