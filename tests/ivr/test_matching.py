"""What words choose."""

import pytest

from ivr.matching import choose, tokens, yes_or_no
from ivr.steps import Choice

APPOINTMENT = Choice(words={"en": ("appointment",)}, goto="a")
REFILL = Choice(words={"en": ("refill", "refill my prescription")}, goto="r")
PRESCRIPTION = Choice(words={"en": ("my prescription",), "es": ("receta médica",)}, goto="p")
CHEST = Choice(words={"en": ("chest pain", "yes")}, red_flag="chest-pain")
CHOICES = (APPOINTMENT, REFILL, PRESCRIPTION, CHEST)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("I need an appointment", APPOINTMENT),
        ("APPOINTMENT, please!", APPOINTMENT),
        ("appointments", None),
        ("I want to refill my prescription", REFILL),
        ("my prescription", PRESCRIPTION),
        ("prescription my", None),
        ("appointment or refill", None),
        ("", None),
        ("chest pain", CHEST),
        ("I don't have chest pain I need an appointment", APPOINTMENT),
        ("chest pain appointment or refill", None),
    ],
)
def test_longest_phrase_of_whole_words_wins_and_doubt_chooses_nothing(words, expected):
    assert choose(words, CHOICES, "en") is expected


def test_symptom_that_triage_ruled_out_raises_no_flag():
    assert choose("no chest pain", CHOICES, "en", ruled_out=True) is None


def test_phrases_of_another_language_choose_nothing():
    assert choose("receta medica", CHOICES, "es") is PRESCRIPTION
    assert choose("receta medica", CHOICES, "en") is None


def test_accents_case_and_apostrophes_make_no_difference():
    assert tokens("¿Sí, Señor? Don’t!") == tokens("si senor dont") == ("si", "senor", "dont")


@pytest.mark.parametrize("words", ["yes", "yeah I think so", "Sí", "claro que sí", "um yes"])
def test_yes_is_heard_within_a_sentence(words):
    assert yes_or_no(words) is True


@pytest.mark.parametrize("words", ["no", "nope", "no thank you", "no not really"])
def test_plain_no_is_a_no(words):
    assert yes_or_no(words) is False


@pytest.mark.parametrize(
    "words",
    [
        "",
        "I don't know",
        "no idea",
        "no sé",
        "yes no wait",
        "maybe yes",
        "there is no pain in my chest but my arm",
        "nobody",
    ],
)
def test_doubt_is_neither_yes_nor_no(words):
    assert yes_or_no(words) is None
