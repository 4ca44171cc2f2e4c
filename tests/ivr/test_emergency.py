"""Red flags: from anywhere, at once, and never back."""

from dataclasses import replace

import pytest

from calls.commands import (
    CancelTransfer,
    Dequeue,
    Enqueue,
    HangUp,
    Listen,
    OpenTask,
    PlayMusic,
    RecordMessage,
    Say,
    StopListening,
    Transfer,
)
from calls.facts import (
    CallerHungUp,
    CallEscalated,
    CallFailed,
    SpeechHeard,
    SpeechStarted,
    SpeechUnavailable,
    TransferFailed,
    TransferSucceeded,
)
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.private import Private
from calls.verdict import Action, Disposition, Verdict, to_nurse
from ivr import State
from ivr.states import INTERPRETED, MOVES, TABLE


def greeting(call):
    call.arrive()


def menu(call):
    call.to_menu()


def said(call):
    call.at("3")


def queue(call):
    call.at("1")


def comfort(call):
    call.at("2")
    call.finish()
    call.wait(30)


def transfer(call):
    call.at("4")
    call.finish()


def message(call):
    call.at("5")
    call.finish()


def farewell(call):
    call.at("8")


def question(call):
    call.to_menu()
    call.fact(SpeechStarted)
    dizzy = Verdict(action=Action.ASK, disposition=Disposition.SAME_DAY, question="breathing?")
    call.speak("I feel dizzy", dizzy)


EVERYWHERE = [greeting, menu, said, queue, comfort, transfer, message, farewell, question]


@pytest.mark.parametrize("place", EVERYWHERE)
@pytest.mark.parametrize(
    ("action", "heard"),
    [
        ("911", ["advice-911 en", "nurse-wait en"]),
        ("988", ["advice-988 en", "nurse-wait en"]),
        ("nurse", ["nurse-wait en"]),
    ],
)
def test_red_flag_interrupts_from_anywhere(scene, verdicts, place, action, heard):
    call = scene()
    place(call)
    commands = call.speak("help", verdicts[action])
    assert isinstance(commands[0], Enqueue)
    assert commands[0].requirement.emergency
    assert commands[0].requirement.queue == "nurse"
    assert call.heard == heard
    assert call.call.state is State.EMERGENCY


@pytest.mark.parametrize("place", EVERYWHERE)
def test_emergency_key_works_everywhere(scene, place):
    call = scene()
    place(call)
    commands = call.press("9")
    assert commands[0].requirement.emergency
    assert call.call.acuity.action is Action.CALL_911
    assert call.call.acuity.reason == "digit"
    assert call.heard[:2] == ["advice-911 en", "nurse-wait en"]


def test_emergency_key_counts_before_the_keys_around_it(scene):
    call = scene().at("1290")
    assert call.queues == ["nurse"]


def test_emergency_is_asked_for_before_all_that_earlier_keys_led_to(scene):
    call = scene().to_menu()
    commands = call.press("61")
    assert isinstance(commands[0], Enqueue)
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_change_of_language_in_the_same_burst_still_reaches_the_line(scene):
    call = scene().to_menu()
    commands = call.press("762")
    assert isinstance(commands[0], Enqueue)
    assert any(isinstance(each, StopListening) for each in commands)
    assert call.heard == ["advice-988 es", "nurse-wait es"]


def test_screen_key_is_as_urgent_as_its_protocol_rule(scene):
    call = scene(start="screen").at("2")
    assert call.call.acuity.action is Action.CALL_988
    assert call.call.acuity.flags[0].rule == "self-harm"
    assert call.heard == ["advice-988 en", "nurse-wait en"]


def test_screen_key_of_an_unknown_rule_is_treated_as_911(scene):
    call = scene(start="screen").at("1")
    assert call.call.acuity.action is Action.CALL_911
    assert call.call.acuity.flags[0].rule == "chest-pain"


def test_words_that_nobody_assessed_are_taken_in_nowhere(scene):
    assert not any(SpeechHeard in facts for facts in TABLE.values())
    assert SpeechHeard not in INTERPRETED
    for place in EVERYWHERE:
        call = scene()
        place(call)
        before = call.call.state
        with pytest.raises(IllegalFact):
            call.fact(SpeechHeard, words=Private("appointment"), confidence=0.9)
        assert call.call.state is before


def test_no_move_of_the_flow_leads_out_of_the_lane():
    assert MOVES[State.EMERGENCY] == frozenset()


def test_keys_and_words_never_lead_out_of_the_lane(scene, verdicts):
    call = scene().at("9")
    call.finish()
    for keys in ("0", "1", "2", "5", "*", "#", "0123456780"):
        call.press(keys)
        call.finish()
    call.speak("an appointment please")
    call.speak("I feel dizzy", verdicts["ask"])
    call.speak("mumble", confidence=0.1)
    assert call.call.state is State.EMERGENCY
    assert call.queues == ["nurse"]


def test_acuity_only_rises(scene, verdicts):
    call = scene().to_menu()
    for name, expected in (
        ("nurse", Action.NURSE),
        ("911", Action.CALL_911),
        ("988", Action.CALL_911),
        ("ask", Action.CALL_911),
    ):
        call.speak("help", verdicts[name])
        assert call.call.acuity.action is expected


def test_worse_news_is_told_and_the_same_news_is_not(scene, verdicts):
    call = scene().to_menu()
    call.speak("a bite", verdicts["nurse"])
    call.speak("my chest", verdicts["911"])
    assert call.heard == ["advice-911 en", "nurse-wait en"]
    again = call.speak("my chest", verdicts["911"])
    assert [type(each) for each in again] == [Enqueue]


def test_advice_is_not_cut_short_by_keys_or_noise(scene, verdicts):
    call = scene().to_menu()
    call.speak("my chest", verdicts["911"])
    assert not call.all(Say)[-1].barge_in
    assert call.press("0") == []
    assert call.press("*") == []


@pytest.mark.parametrize("key", ["0", "*"])
def test_caller_in_the_lane_who_asks_hears_again_what_was_said(scene, key):
    call = scene().at("6")
    call.press("9")
    call.finish()
    call.heard = []
    call.press(key)
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_caller_in_the_lane_hears_music_and_again_and_again_that_a_nurse_comes(scene):
    call = scene().at("6")
    call.press("9")
    assert isinstance(call.finish()[-1], PlayMusic)
    for _ in range(2):
        call.wait(20)
        assert call.heard == ["nurse-wait en"]
        assert isinstance(call.finish()[-1], PlayMusic)


@pytest.mark.parametrize(
    ("action", "advice"), [("911", "advice-911"), ("988", "advice-988"), ("nurse", "advice-911")]
)
def test_caller_who_waits_long_for_a_nurse_hears_the_advice_again(scene, verdicts, action, advice):
    call = scene().to_menu()
    call.speak("help", verdicts[action])
    heard = []
    for _ in range(6):
        call.finish()
        call.wait(20)
        heard.append(call.heard)
    assert heard == 2 * [["nurse-wait en"], ["nurse-wait en"], [f"{advice} en", "nurse-wait en"]]


def test_advice_repeated_to_whoever_waits_does_not_make_them_advised(scene, verdicts):
    call = scene().to_menu()
    call.speak("a bite", verdicts["nurse"])
    call.wait(600)
    call.fact(CallerHungUp)
    assert call.outcome is Outcome.ABANDONED


def test_red_flag_in_the_queue_keeps_the_caller_in_one_visit(scene, verdicts):
    call = scene().at("1")
    call.speak("my chest", verdicts["911"])
    assert not call.all(Dequeue)
    assert call.queues == ["scheduling", "nurse"]


def test_spanish_emergency_wishes_for_a_nurse_who_speaks_it(scene):
    call = scene().at("7")
    first, *_ = call.press("9")
    assert first.requirement.emergency
    assert [need.skill for need in first.requirement.skills] == ["spanish"]
    assert call.heard == ["advice-911 es", "nurse-wait es"]


def test_red_flag_while_somebody_outside_rings_stops_the_ringing(scene, verdicts):
    call = scene()
    transfer(call)
    commands = call.speak("my chest", verdicts["911"])
    assert [type(each) for each in commands[:2]] == [Enqueue, CancelTransfer]


def test_caller_handed_over_in_spite_of_a_red_flag_is_called_back(scene, verdicts):
    call = scene()
    transfer(call)
    call.speak("my chest", verdicts["911"])
    call.fact(TransferSucceeded)
    (task,) = call.all(OpenTask)
    assert task.kind == "red-flag-call-back"
    assert call.outcome is Outcome.TRANSFERRED


def test_message_cut_short_by_a_red_flag_is_still_listened_to(scene, verdicts):
    call = scene()
    message(call)
    call.speak("my chest", verdicts["911"])
    call.recorded(4.0)
    (task,) = call.all(OpenTask)
    assert task.recording_id == "c1-message-1"
    assert call.call.state is State.EMERGENCY


@pytest.mark.parametrize("key", ["1", "9"])
def test_speech_is_heard_in_the_queue_and_the_lane_with_nothing_expected(scene, key):
    call = scene().to_menu()
    assert call.all(Listen)[-1].hints
    call.press(key)
    assert call.all(Listen)[-1].hints == ()


# --- the on-call number -------------------------------------------------------------------------


def test_on_call_number_is_rung_as_well_when_no_nurse_answers(scene):
    call = scene(on_call="doctor").at("9")
    call.finish()
    call.wait(29)
    assert not call.all(Transfer)
    call.wait(1)
    (transfer,) = call.all(Transfer)
    assert transfer.destination == "sip:doctor@example.org"
    assert not call.all(Dequeue)


def test_on_call_who_answers_takes_the_caller_out_of_the_lane(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(40)
    commands = call.fact(TransferSucceeded)
    assert isinstance(commands[0], Dequeue)
    assert call.outcome is Outcome.TRANSFERRED
    assert not call.all(OpenTask)


def test_on_call_who_does_not_answer_is_tried_again_and_the_place_is_kept(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(31)
    call.fact(TransferFailed, reason="no-answer")
    call.wait(31)
    assert len(call.all(Transfer)) == 2
    assert not call.all(Dequeue)
    assert call.call.state is State.EMERGENCY


def test_failed_attempt_does_not_put_off_the_next(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(50)
    call.fact(TransferFailed, reason="busy")
    call.wait(31)
    assert len(call.all(Transfer)) == 2


def test_lost_report_of_the_on_call_attempt_does_not_stop_the_next(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(120)
    assert len(call.all(Transfer)) == 2


def test_nurse_who_answers_first_stops_the_ringing_outside(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(35)
    assert any(isinstance(each, CancelTransfer) for each in call.connect())


def test_without_an_on_call_number_nobody_outside_is_rung(scene):
    call = scene().at("9")
    call.wait(600)
    assert not call.all(Transfer)


# --- triage's question --------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["1", "yes", "sí", "yes I do"])
def test_yes_goes_to_a_nurse(scene, verdicts, answer):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    assert call.heard == ["breathing? en"]
    call.press(answer) if answer.isdigit() else call.speak(answer)
    assert call.queues == ["nurse"]


@pytest.mark.parametrize("answer", ["2", "no", "no thank you"])
@pytest.mark.parametrize(
    ("place", "heard", "state"),
    [
        (menu, ["menu en"], State.ANSWERING),
        (greeting, ["advice-911 en", "advice-911 es"], State.GREETING),
        (said, ["hours en"], State.PLAYING),
        (transfer, ["to-lab en"], State.PLAYING),
        (message, ["leave-message en"], State.PLAYING),
        (queue, ["breathing? en"], State.WAITING),
        (farewell, ["thanks en"], State.LEAVING),
    ],
)
def test_no_goes_on_where_the_call_stood(scene, verdicts, place, heard, state, answer):
    call = scene()
    place(call)
    call.speak("I feel dizzy", verdicts["ask"])
    call.press(answer) if answer.isdigit() else call.speak(answer)
    assert call.heard == heard
    assert call.call.state is state


def test_keys_pressed_ahead_never_answer_triage(scene, verdicts):
    call = scene()
    call.arrive()
    call.press("2")
    call.speak("I feel dizzy", verdicts["ask"])
    assert call.call.state is State.QUESTION


@pytest.mark.parametrize("misses", [("maybe", "maybe"), ("", "I don't know"), ("#", "#")])
def test_no_clear_answer_twice_goes_to_a_nurse(scene, verdicts, misses):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    for miss in misses:
        assert call.queues == []
        call.press(miss) if miss == "#" else call.speak(miss)
    assert call.queues == ["nurse"]
    assert call.call.acuity.reason == "unclear"


def test_silence_twice_goes_to_a_nurse(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.wait(60)
    assert call.queues == ["nurse"]


def test_unclear_no_is_asked_again(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.speak("no", confidence=0.1)
    assert call.call.state is State.QUESTION


def test_unclear_yes_is_a_yes(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.speak("yes", confidence=0.1)
    assert call.queues == ["nurse"]


def test_person_asked_for_instead_of_an_answer_is_a_nurse(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.press("0")
    assert call.queues == ["nurse"]


def test_red_flag_in_the_answer_counts_at_once(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.speak("no it is my chest", verdicts["911"])
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_answer_that_raises_the_same_question_is_no_answer(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.speak("no I feel dizzy", verdicts["ask"])
    assert call.call.state is State.QUESTION
    call.speak("no I feel dizzy", verdicts["ask"])
    assert call.queues == ["nurse"]


def test_no_to_a_second_question_goes_on_where_the_call_stood_before_the_first(scene, verdicts):
    call = scene().at("1")
    call.speak("I feel dizzy", verdicts["ask"])
    other = replace(verdicts["ask"], question="bleeding?")
    assert [type(each) for each in call.speak("and I bleed a little", other)] == [Say]
    assert call.heard == ["bleeding? en"]
    call.press("2")
    assert call.call.state is State.WAITING
    assert call.queues == ["scheduling"]


def test_after_the_last_question_doubt_goes_to_a_nurse(scene, verdicts):
    call = scene().to_menu()
    for _ in range(2):
        call.speak("I feel dizzy", verdicts["ask"])
        call.press("2")
    call.speak("I feel dizzy", verdicts["ask"])
    assert call.queues == ["nurse"]


def test_question_without_words_goes_to_a_nurse(scene, verdicts):
    call = scene(prompts={"menu": {"en": "menu"}}).to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    assert call.queues == ["nurse"]


def test_question_while_somebody_outside_rings_stops_the_ringing(scene, verdicts):
    call = scene()
    transfer(call)
    call.speak("I feel dizzy", verdicts["ask"])
    assert call.all(CancelTransfer)


def test_silence_at_the_question_is_measured_from_its_end(scene, verdicts):
    call = scene()
    call.arrive()
    call.speak("I feel dizzy", verdicts["ask"])
    call.finish()
    call.heard = []
    call.wait(4.9)
    assert call.heard == []
    call.wait(0.2)
    assert call.heard == ["breathing? en"]


def test_repeat_key_says_the_question_again_and_is_no_answer(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    for _ in range(5):
        call.heard = []
        call.press("*")
        assert call.heard == ["breathing? en"]
    assert call.queues == []


def test_caller_who_can_only_speak_comes_to_a_nurse_when_speech_fails_at_the_question(
    scene, verdicts
):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.fact(SpeechUnavailable, reason="saturated")
    assert call.heard == ["digits-only en", "breathing? en"]
    for _ in range(2):
        assert call.queues == []
        call.fact(SpeechStarted)
        call.fact(SpeechUnavailable, reason="saturated")
    assert call.queues == ["nurse"]


def test_question_that_an_agent_cut_short_is_over(scene, verdicts):
    call = scene().at("1")
    call.speak("I feel dizzy", verdicts["ask"])
    call.connect()
    call.release()
    call.speak("I still feel dizzy", verdicts["ask"])
    call.press("2")
    assert call.call.state is State.ANSWERING
    assert call.heard == ["menu en"]


def test_question_in_the_queue_keeps_the_place_and_an_agent_may_answer(scene, verdicts):
    call = scene().at("1")
    call.speak("I feel dizzy", verdicts["ask"])
    assert not call.all(Dequeue)
    call.connect()
    assert call.call.state is State.CONNECTED


def test_caller_who_leaves_triage_without_an_answer_is_called_back(scene, verdicts):
    call = scene().to_menu()
    call.speak("I feel dizzy", verdicts["ask"])
    call.fact(CallerHungUp)
    (task,) = call.all(OpenTask)
    assert (task.kind, task.queue) == ("red-flag-call-back", "nurse")


def test_triage_that_failed_or_timed_out_goes_to_a_nurse(scene):
    call = scene().to_menu()
    call.speak("anything at all", to_nurse("timed-out"))
    assert call.queues == ["nurse"]


# --- agents and the end -------------------------------------------------------------------------


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
