"""The first words of every call."""

import pytest

from calls.commands import Enqueue, Listen, Say
from calls.facts import PromptFinished
from ivr import State
from ivr.steps import AskStep, Choice, QueueStep, SayStep, SetStep


def test_first_words_are_the_911_advice_in_every_language(scene):
    call = scene()
    call.arrive()
    assert call.heard == ["advice-911 en", "advice-911 es"]
    assert not call.all(Say)[0].barge_in


def test_recording_notice_follows_the_advice(scene):
    call = scene(recording_notice="notice")
    call.arrive()
    assert call.heard == ["advice-911 en", "advice-911 es", "notice en", "notice es"]


@pytest.mark.parametrize("texts", [{}, {"en": " ", "es": ""}])
def test_missing_or_blank_advice_cannot_silence_it(scene, texts):
    call = scene(prompts={"menu": {"en": "menu en"}, "advice-911": texts})
    call.arrive()
    english, spanish = call.heard
    assert "9 1 1" in english
    assert "9 1 1" in spanish
    assert english != spanish


def test_advice_missing_in_one_language_is_said_in_both(scene):
    call = scene(prompts={"advice-911": {"en": "site's own"}})
    call.arrive()
    assert call.heard[0] == "site's own"
    assert "emergencia" in call.heard[1]


def test_listening_begins_with_the_call(scene):
    call = scene()
    first, *_ = call.arrive()
    assert isinstance(first, Listen)
    assert first.language == "en"


def test_no_recogniser_no_listening_and_digits_only_is_said_once(scene):
    call = scene(listen_languages=())
    call.arrive()
    assert not call.all(Listen)
    call.finish()
    assert call.heard == ["digits-only en", "menu en"]
    call.press("*")
    assert call.heard == ["menu en"]


def test_keys_pressed_during_the_greeting_answer_the_next_questions(scene):
    call = scene()
    call.arrive()
    assert call.press("63") == []
    call.finish()
    assert call.queues == ["scheduling"]


def test_keys_ahead_answer_without_playing_the_question(scene):
    call = scene()
    call.arrive()
    call.press("2")
    call.finish()
    assert call.heard == ["to-billing en"]


def test_key_ahead_that_fits_nothing_costs_no_attempt(scene):
    call = scene()
    call.arrive()
    call.press("#")
    call.finish()
    assert call.heard == ["menu en"]


@pytest.mark.parametrize(("key", "queue"), [("9", "nurse"), ("0", "general")])
def test_person_and_emergency_keys_do_not_wait_for_the_greeting(scene, key, queue):
    call = scene()
    call.arrive()
    call.press(key)
    assert call.queues == [queue]


LANGUAGE = AskStep(
    prompt="language",
    choices=(Choice(digit="1", goto="welcome"), Choice(digit="7", goto="night")),
)
SYMPTOMS = AskStep(
    prompt="symptoms",
    choices=(Choice(digit="4", red_flag="self-harm"), Choice(digit="5", goto="menu")),
)
STEPS = {
    "language": LANGUAGE,
    "welcome": SayStep(prompt="to-billing", next="which"),
    "which": SetStep(values={"asked": "yes"}, next="symptoms"),
    "symptoms": SYMPTOMS,
    "night": QueueStep(queue="billing", prompt="to-billing"),
}


@pytest.mark.parametrize("burst", [True, False])
def test_red_flag_chosen_by_keys_ahead_does_not_wait_for_the_greeting(scene, burst):
    call = scene(start="language", steps=STEPS)
    call.arrive()
    for keys in ["14"] if burst else ["1", "4"]:
        call.press(keys)
    assert call.queues == ["nurse"]
    assert call.call.state is State.EMERGENCY


def test_red_flag_chosen_by_a_key_ahead_does_not_wait_for_what_is_only_said(scene):
    call = scene(start="language", steps=STEPS)
    call.arrive()
    call.finish()
    call.press("1")
    assert call.heard == ["to-billing en"]
    call.press("4")
    assert call.queues == ["nurse"]


@pytest.mark.parametrize("keys", ["15", "74", "44", "1", "#4"])
def test_keys_ahead_that_choose_no_red_flag_leave_the_greeting_whole(scene, keys):
    call = scene(start="language", steps=STEPS)
    call.arrive()
    assert call.press(keys) == []
    assert call.call.state is State.GREETING


def test_red_flag_does_not_wait_for_the_greeting(scene, verdicts):
    call = scene()
    call.arrive()
    first, *_ = call.speak("my chest hurts", verdicts["911"])
    assert isinstance(first, Enqueue)


def test_ordinary_words_do_not_cut_the_greeting_short(scene):
    call = scene()
    call.arrive()
    assert call.speak("I want an appointment") == []
    assert call.call.state is State.GREETING


def test_lost_end_of_the_greeting_traps_nobody(scene):
    call = scene()
    call.arrive()
    call.wait(60)
    assert call.call.step == "menu"


def test_end_of_an_earlier_prompt_is_not_taken_for_this_one(scene):
    call = scene().to_menu()
    call.press("3")
    assert call.heard == ["hours en"]
    assert call.fact(PromptFinished, prompt_id=call.prompt_id - 1) == []
    assert call.call.state is State.PLAYING
