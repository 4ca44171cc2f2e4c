"""Callers who have not said yet which language they understand."""

import pytest

from calls.commands import Enqueue, RecordMessage, Say
from calls.verdict import to_nurse
from ivr import State
from ivr.steps import AskStep, Choice

BOTH = ["advice-911 en", "nurse-wait en", "advice-911 es", "nurse-wait es"]


def test_emergency_key_during_the_greeting_is_answered_in_every_language(scene):
    call = scene()
    call.arrive()
    first, *_ = call.press("9")
    assert isinstance(first, Enqueue)
    assert call.heard == BOTH
    call.finish()
    call.wait(20)
    assert call.heard == ["nurse-wait en", "nurse-wait es"]


def test_silence_at_the_first_question_chooses_no_language(scene):
    call = scene(start="screen").to_menu()
    call.finish()
    call.wait(5)
    assert call.call.step == "menu"
    call.press("9")
    assert call.heard == BOTH


@pytest.mark.parametrize(("keys", "language"), [("79", "es"), ("39", "en")])
def test_who_has_chosen_or_answered_hears_one_language(scene, keys, language):
    call = scene().to_menu()
    for key in keys:
        call.press(key)
    assert call.heard == [f"advice-911 {language}", f"nurse-wait {language}"]


def test_answer_given_ahead_chooses_the_language_too(scene):
    language = AskStep(
        prompt="language",
        choices=(Choice(digit="1", goto="menu"), Choice(digit="2", goto="spanish")),
    )
    for key, spoken in (("1", "en"), ("2", "es")):
        call = scene(start="language", steps={"language": language})
        call.arrive()
        call.press(key)
        call.finish()
        call.press("9")
        assert call.heard == [f"advice-911 {spoken}", f"nurse-wait {spoken}"]


def test_words_of_a_red_flag_are_answered_in_the_language_they_were_understood_in(scene, verdicts):
    call = scene()
    call.arrive()
    call.speak("my chest hurts", verdicts["911"])
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_verdict_that_understood_no_words_chooses_no_language(scene):
    call = scene()
    call.arrive()
    call.speak("something", to_nurse("timed-out"))
    assert call.heard == ["nurse-wait en", "nurse-wait es"]


def test_language_that_the_flow_sets_by_itself_is_the_callers(scene):
    call = scene(start="spanish").to_menu()
    call.press("9")
    assert call.heard == ["advice-911 es", "nurse-wait es"]


def test_words_that_nobody_understood_choose_no_language(scene):
    call = scene().to_menu()
    for _ in range(2):
        call.speak("me duele mucho", confidence=0.1)
    assert call.queues == ["nurse"]
    assert call.heard == ["nurse-wait en", "nurse-wait es"]


def test_site_of_one_language_says_nothing_twice(scene):
    call = scene(languages=("en",))
    call.arrive()
    call.press("9")
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_person_asked_for_during_the_greeting_is_announced_in_every_language(scene):
    call = scene()
    call.arrive()
    call.press("0")
    assert call.heard == ["one-moment en", "one-moment es"]
    call.finish()
    call.wait(45)
    assert call.heard == ["still-waiting en", "still-waiting es"]


def test_that_nobody_is_here_is_told_in_every_language_before_the_beep(scene):
    call = scene()
    call.arrive()
    call.press("0")
    call.unstaffed("general")
    assert call.heard == [
        "nobody-here en",
        "leave-message en",
        "nobody-here es",
        "leave-message es",
    ]
    assert not call.all(Say)[-1].barge_in
    call.finish()
    assert call.call.state is State.RECORDING
    assert len(call.all(RecordMessage)) == 1
