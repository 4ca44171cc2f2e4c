"""The caller grammar: whose it is, when, and whether it is so at all."""

from __future__ import annotations

import pytest

from calls.verdict import Action


def _action(engine, text: str, language: str = "en") -> Action:
    return engine.assess(text, language).action


def _reasons(engine, text: str) -> set[str]:
    return {item.reason for item in engine.assess(text, "en").suppressed}


@pytest.mark.parametrize(
    "text",
    [
        "i don't have chest pain i need an appointment",
        "no chest pain, no fever and no trouble breathing",
        "she denies chest pain or shortness of breath",
        "he's not having any trouble breathing",
        "without any chest pain or dizziness or bleeding",
        "i never had a seizure",
        "there is no sign of a stroke",
        "no tengo dolor de pecho",
        "no cough fever or chest pain",
    ],
)
def test_a_denial_lowers_what_it_reaches(engine, text):
    assert _action(engine, text) is Action.CONTINUE
    assert "negated" in _reasons(engine, text)


@pytest.mark.parametrize(
    "text",
    [
        "i can't breathe",
        "he won't wake up",
        "i don't want to live anymore",
        "i can't stand this chest pain",
        "the chest pain won't go away",
        "i can't sleep because of the chest pain",
        "she's not breathing",
        "the bleeding won't stop",
        "i don't know why my chest hurts",
        "i'm not sure but i think it's a stroke",
        "it's not getting better my chest hurts",
        "not only chest pain but my arm is numb",
        "no se por que me duele el pecho",
    ],
)
def test_a_complaint_is_never_taken_for_a_denial(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "no fever but i have chest pain",
        "i don't have a headache my chest hurts",
        "no i have chest pain",
        "no my chest hurts",
        "oh no chest pain again",
        "it's not my stomach it's my chest that hurts",
        "i have no insurance and i can't breathe",
        "i don't have a ride and my chest is tight",
    ],
)
def test_a_denial_lowers_its_own_mention_only(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain yesterday but today it hurts bad",
        "i don't have chest pain well actually i do",
        "i've never had chest pain like this",
        "no chest pain until this morning",
        "had a stroke last year and now my arm is weak again",
        "my chest pain went away but it came back",
    ],
)
def test_what_is_taken_back_counts(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "my dad had a heart attack ten years ago and i need his records",
        "i had a stroke in the past and need a refill",
        "there is a family history of heart attack",
        "heart attacks run in my family",
        "when i was a kid i had seizures",
        "my grandfather died of a stroke",
        "hace dos anos tuve un infarto y necesito una cita",
    ],
)
def test_what_is_long_past_or_in_the_family_does_not_alarm(engine, text):
    assert _action(engine, text) is Action.CONTINUE
    assert _reasons(engine, text) & {"past", "family-history"}


@pytest.mark.parametrize(
    "text",
    [
        "my dad is having chest pain right now",
        "my husband can't breathe",
        "i think my wife just had a stroke",
        "my son had a seizure ten minutes ago",
        "he had a heart attack last year and now he has chest pain",
        "i fainted yesterday",
    ],
)
def test_a_relative_in_the_present_is_the_patient(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "what should i do if i have chest pain",
        "my mother had a stroke",
        "i had chest pain yesterday",
        "my chest hurt but it's gone now",
        "i don't think it's a heart attack",
    ],
)
def test_what_may_be_so_is_asked_about(engine, text):
    verdict = engine.assess(text, "en")
    assert verdict.action is Action.ASK
    assert verdict.question is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("what are the symptoms of a stroke", "hypothetical"),
        ("do you offer a class on choking", "hypothetical"),
        ("my stroke rehab is on monday", "topic"),
        ("i nearly had a heart attack when the bill came", "figure-of-speech"),
        ("i'm dying to see the doctor my phone died", ""),
        ("you people will give me a heart attack", "figure-of-speech"),
    ],
)
def test_talk_about_a_thing_is_not_the_thing(engine, text, reason):
    assert _action(engine, text) is Action.CONTINUE
    assert not reason or reason in _reasons(engine, text)


def test_a_figure_of_speech_lowers_its_own_words_only(engine):
    text = "this wait is killing me and my chest hurts"
    assert _action(engine, text) is Action.CALL_911


def test_a_correction_leaves_a_question_and_what_follows_counts(engine):
    assert _action(engine, "my chest hurts no wait i mean my chart") is Action.ASK
    assert _action(engine, "about my bill no wait i can't breathe") is Action.CALL_911


def test_a_soaking_is_a_choking_only_where_it_can_be(engine):
    assert _action(engine, "he is soaking on a grape") is Action.CALL_911
    assert _action(engine, "i am soaking my feet") is Action.CONTINUE


@pytest.mark.parametrize(
    "text",
    ["chess pain", "short mess of breath", "thinking about sue a side", "i want to kill my fails"],
)
def test_what_recognisers_make_of_red_flags_is_understood(engine, text):
    assert _action(engine, text).is_red_flag


def test_speech_that_mixes_languages_is_understood_in_either(engine):
    text = "my husband tiene dolor en el pecho"
    assert _action(engine, text, "en") is _action(engine, text, "es") is Action.CALL_911
