"""The question whether the call may be recorded, where a site asks it."""

import pytest

from calls.commands import Enqueue, Say
from calls.facts import SpeechStarted, SpeechUnavailable
from ivr import State


@pytest.fixture
def asked(scene):
    def make(**rules):
        call = scene(recording_question="may-we-record", **rules)
        call.arrive()
        call.finish()
        return call

    return make


def test_question_follows_the_advice_in_every_language(asked):
    call = asked()
    assert call.heard == ["may-we-record en", "may-we-record es"]
    assert call.call.state is State.CONSENT
    assert [each.barge_in for each in call.all(Say)] == [False, True]


@pytest.mark.parametrize(("key", "answer"), [("1", "yes"), ("2", "no")])
def test_key_answers_and_the_flow_begins(asked, key, answer):
    call = asked()
    call.press(key)
    assert call.call.recording_answer == answer
    assert call.heard == ["menu en"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("yes", "yes"),
        ("yes that's fine", "yes"),
        ("sí", "yes"),
        ("no", "no"),
        ("no thank you", "no"),
        ("yes I would like to know what it costs", "none"),
        ("maybe", "none"),
        ("what", "none"),
        ("", "none"),
    ],
)
def test_only_a_plain_yes_in_words_is_a_permission(asked, words, answer):
    call = asked()
    call.speak(words)
    assert call.call.recording_answer == answer
    assert call.heard == ["menu en"]


def test_unclear_yes_is_no_permission(asked):
    call = asked()
    call.speak("yes", confidence=0.1)
    assert call.call.recording_answer == "none"
    assert call.heard == ["menu en"]


def test_silence_holds_nobody_up(asked):
    call = asked()
    call.finish()
    call.wait(3.9)
    assert call.call.state is State.CONSENT
    call.wait(0.2)
    assert call.heard == ["menu en"]
    assert call.call.recording_answer == "none"


def test_caller_who_has_begun_to_speak_is_heard_out(asked):
    call = asked()
    call.finish()
    call.fact(SpeechStarted)
    call.wait(5)
    call.speak("yes")
    assert call.call.recording_answer == "yes"


def test_speech_that_fails_holds_nobody_up(asked):
    call = asked()
    call.fact(SpeechStarted)
    call.fact(SpeechUnavailable, reason="saturated")
    assert call.heard == ["digits-only en", "menu en"]


def test_other_keys_are_kept_for_the_flow(asked):
    call = asked()
    call.press("63")
    assert call.queues == ["scheduling"]
    assert call.call.recording_answer == "none"


def test_key_pressed_before_the_question_is_no_answer_to_it(scene):
    call = scene(recording_question="may-we-record")
    call.arrive()
    call.press("1")
    call.finish()
    assert call.call.state is State.CONSENT
    call.press("2")
    assert call.call.recording_answer == "no"
    assert call.queues == ["scheduling"]


def test_words_for_the_menu_are_carried_on(asked):
    call = asked()
    call.speak("I need an appointment")
    assert call.queues == ["scheduling"]


@pytest.mark.parametrize(("key", "queue"), [("9", "nurse"), ("0", "general")])
def test_person_and_emergency_keys_do_not_wait_for_an_answer(asked, key, queue):
    call = asked()
    call.press(key)
    assert call.queues == [queue]
    assert call.call.recording_answer == "none"


def test_red_flag_does_not_wait_for_an_answer(asked, verdicts):
    call = asked()
    first, *_ = call.speak("yes my chest hurts", verdicts["911"])
    assert isinstance(first, Enqueue)
    assert call.call.recording_answer == "none"


def test_question_of_triage_comes_first_and_its_yes_is_no_permission(asked, verdicts):
    call = asked()
    call.speak("I feel dizzy", verdicts["ask"])
    call.press("2")
    assert call.heard == ["may-we-record en", "may-we-record es"]
    assert call.call.recording_answer == "none"


def test_repeat_key_and_a_restart_say_the_question_again(asked):
    call = asked()
    call.heard = []
    call.press("*")
    assert call.heard == ["may-we-record en", "may-we-record es"]
    call.heard = []
    call._done(call.call.resume(call.now))
    assert call.heard == ["may-we-record en", "may-we-record es"]


def test_question_without_words_is_not_put(scene):
    call = scene(recording_question="unknown").to_menu()
    assert call.heard == ["menu en"]


def test_site_that_does_not_ask_has_no_answer(scene):
    assert scene().to_menu().call.recording_answer == "none"
