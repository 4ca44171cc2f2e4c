"""Red flags: from anywhere, at once, and never back."""

import pytest

from calls.commands import (
    CancelTransfer,
    Dequeue,
    Enqueue,
    Listen,
    OpenTask,
    PlayMusic,
    Say,
    StopListening,
)
from calls.facts import (
    CallerHungUp,
    SpeechHeard,
    SpeechStarted,
    TransferSucceeded,
)
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.private import Private
from calls.verdict import Action
from ivr import State
from ivr.states import INTERPRETED, MOVES, TABLE
from tests.ivr.places import (
    EVERYWHERE,
    message,
    transfer,
)


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


def advises(call):
    return [command.advises_911 for command in call.all(Say)]


def test_only_the_advice_of_a_red_flag_counts_as_told_to_call_911(scene, verdicts):
    greeted = scene().at("")
    assert not any(advises(greeted))
    told = scene().at("9")
    assert advises(told)[-1]
    crisis = scene().at("")
    crisis.speak("my chest", verdicts["988"])
    assert not any(advises(crisis))


def test_advice_that_is_said_again_counts_again(scene):
    call = scene().at("9")
    call.finish()
    call.press("*")
    assert advises(call)[-2:] == [True, True]


def test_whose_words_came_after_they_left_was_told_nothing(scene, verdicts):
    call = scene().at("")
    call.fact(SpeechStarted)
    call.fact(CallerHungUp)
    call.speak("my chest", verdicts["911"])
    assert call.call.acuity.action is Action.CALL_911
    assert not any(advises(call))
