"""Triage's own question: a yes and every doubt lead to a nurse, only a plain no leads back."""

from dataclasses import replace

import pytest

from calls.commands import (
    CancelTransfer,
    Dequeue,
    OpenTask,
    Say,
)
from calls.facts import (
    CallerHungUp,
    SpeechStarted,
    SpeechUnavailable,
)
from calls.verdict import to_nurse
from ivr import State
from tests.ivr.places import (
    farewell,
    greeting,
    menu,
    message,
    queue,
    said,
    transfer,
)


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
