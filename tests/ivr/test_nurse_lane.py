"""In the nurse lane: agents who come and go, and the end of the call."""

import pytest

from calls.commands import (
    HangUp,
    Listen,
    OpenTask,
    RecordMessage,
)
from calls.facts import (
    CallerHungUp,
    CallEscalated,
    CallFailed,
    SpeechStarted,
    SpeechUnavailable,
)
from calls.outcome import Outcome
from calls.verdict import Action
from ivr import State


def test_red_flag_said_just_before_an_agent_answered_asks_for_a_nurse(scene, verdicts):
    call = scene().at("1")
    call.connect()
    (first,) = call.speak("my chest", verdicts["911"])
    assert first.requirement.emergency
    call.release(requeued=True, emergency=True)
    assert call.call.state is State.EMERGENCY
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_red_flag_heard_late_with_a_nurse_disturbs_nobody(scene, verdicts):
    call = scene().at("9")
    call.connect()
    assert call.speak("my chest", verdicts["911"]) == []


def test_escalated_caller_waits_in_the_lane(scene):
    call = scene().at("1")
    call.connect()
    assert call.fact(CallEscalated, agent_id="ana") == []
    assert call.call.acuity.reason == "clinician"
    call.release(requeued=True)
    assert call.call.state is State.EMERGENCY
    assert call.heard == ["nurse-wait en"]


def test_release_into_the_lane_raises_the_acuity_by_itself(scene):
    call = scene().at("1")
    call.connect()
    call.release(requeued=True, emergency=True)
    assert call.call.acuity.reason == "clinician"


def test_escalation_that_comes_after_the_agent_has_left_asks_for_a_nurse(scene):
    call = scene().at("1")
    call.connect()
    call.release()
    first, *_ = call.fact(CallEscalated, agent_id="ana")
    assert first.requirement.emergency
    assert call.call.state is State.EMERGENCY


@pytest.mark.parametrize("escalated", [True, False])
def test_nurse_whose_phone_is_lost_leaves_the_caller_in_the_lane(scene, escalated):
    call = scene().at("1" if escalated else "9")
    call.connect()
    if escalated:
        call.release(requeued=True, emergency=True)
        call.connect()
    commands = call.release(requeued=True)
    assert call.call.state is State.EMERGENCY
    assert isinstance(commands[0], Listen)


@pytest.mark.parametrize("how", ["at once", "out of a queue", "by an agent"])
def test_nurse_who_has_finished_ends_the_emergency_and_not_the_queue_before_it(scene, how):
    call = scene().at("9" if how == "at once" else "1")
    if how == "out of a queue":
        call.press("9")
    elif how == "by an agent":
        call.connect()
        call.release(requeued=True, emergency=True)
    call.connect()
    call.release()
    assert call.heard == ["goodbye en"]
    call.finish()
    assert call.outcome is Outcome.HANDLED


@pytest.mark.parametrize(
    ("action", "outcome"),
    [("911", Outcome.ADVISED), ("988", Outcome.ADVISED), ("nurse", Outcome.ABANDONED)],
)
def test_caller_who_leaves_the_lane_counts_as_advised_only_if_advised(
    scene, verdicts, action, outcome
):
    call = scene().to_menu()
    call.speak("help", verdicts[action])
    call.fact(CallerHungUp)
    assert call.outcome is outcome


def test_lost_leg_in_the_lane_is_an_error_not_a_choice_of_the_caller(scene):
    call = scene().at("9")
    call.fact(CallFailed, reason="media-timeout")
    assert call.outcome is Outcome.ERROR


def test_red_flag_assessed_after_the_caller_hung_up_becomes_a_task(scene, verdicts):
    call = scene().to_menu()
    call.fact(SpeechStarted)
    assert call.fact(CallerHungUp) == []
    call.speak("my chest", verdicts["911"])
    (task,) = call.all(OpenTask)
    assert task.kind == "red-flag-call-back"
    assert call.call.acuity.action is Action.CALL_911
    assert call.outcome is Outcome.ABANDONED


def test_an_agent_who_escalates_when_the_caller_has_just_hung_up_leaves_a_task_once(scene):
    call = scene().at("1")
    call.connect()
    call.release()
    call.fact(SpeechStarted)
    call.fact(CallerHungUp)
    assert call.call.state is State.CLOSING
    (task,) = call.fact(CallEscalated, agent_id="ana")
    assert task.kind == "red-flag-call-back"
    assert call.fact(CallEscalated, agent_id="ana") == []
    assert call.call.state is State.CLOSING


def test_speech_that_fails_after_the_caller_hung_up_is_waited_for_no_longer(scene):
    call = scene().to_menu()
    call.fact(SpeechStarted)
    call.fact(CallerHungUp)
    assert call.call.state is State.CLOSING
    call.fact(SpeechUnavailable, reason="failed")
    assert call.call.state is State.ENDED


def test_words_that_never_come_do_not_keep_a_call_from_ending(scene):
    call = scene().to_menu()
    call.fact(SpeechStarted)
    call.fact(CallerHungUp)
    call.wait(10)
    assert call.outcome is Outcome.SHORT_ABANDON


@pytest.mark.parametrize("understood", [True, False])
def test_words_that_have_come_are_waited_for_no_longer(scene, understood):
    call = scene().to_menu()
    call.fact(SpeechStarted)
    if understood:
        call.speak("hello")
    else:
        call.fact(SpeechUnavailable, reason="saturated")
    call.fact(CallerHungUp)
    assert call.call.state is State.ENDED


@pytest.mark.parametrize("understood", [True, False])
def test_line_hangs_up_once_a_caller_who_spoke_up_during_the_farewell_has_ended(scene, understood):
    call = scene().at("8")
    call.fact(SpeechStarted)
    call.finish()
    assert not call.all(HangUp)
    if understood:
        call.speak("thank you good bye")
    else:
        call.fact(SpeechUnavailable, reason="saturated")
    assert call.all(HangUp)


def test_words_at_the_farewell_that_never_come_keep_nobody_on_the_line(scene):
    call = scene().at("8")
    call.fact(SpeechStarted)
    call.finish()
    call.wait(8)
    assert call.all(HangUp)


def test_caller_who_speaks_up_during_the_farewell_is_heard_out(scene, verdicts):
    call = scene().at("8")
    call.fact(SpeechStarted)
    assert call.finish() == []
    call.speak("wait my chest hurts", verdicts["911"])
    assert call.queues == ["nurse"]


def test_no_message_is_offered_in_the_lane(scene):
    call = scene().at("9")
    call.wait(3600)
    assert not call.all(RecordMessage)


def test_new_red_flag_after_the_nurse_has_finished_counts_anew(scene, verdicts):
    call = scene().at("9")
    call.connect()
    call.release()
    call.press("0")
    call.connect()
    (first,) = call.speak("my chest", verdicts["911"])
    assert first.requirement.emergency


def test_caller_who_hangs_up_in_the_lane_is_not_waited_for(scene):
    call = scene().at("9")
    call.fact(SpeechStarted)
    call.fact(CallerHungUp)
    assert call.outcome is Outcome.ADVISED
