"""What words choose."""

import pytest

from ivr.matching import choose
from ivr.steps import Choice
from ivr.tokens import tokens

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


ALL_DONE = Choice(words={"en": ("no", "nothing", "that is all")}, goto="bye")
KEEP = Choice(words={"en": ("yes", "keep it")}, goto="kept")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("no", ALL_DONE),
        ("No, thank you very much!", ALL_DONE),
        ("no that's all for today, thanks", ALL_DONE),
        ("nothing else", ALL_DONE),
        ("no I'm good thank you so much sir", ALL_DONE),
        ("um yes please", KEEP),
        ("no, I want to talk to someone", None),
        ("no but I need a refill", None),
        ("nothing yet but I also need a refill", None),
        ("yes I need an appointment", None),
        ("no I can't", None),
        ("that is all but my arm", ALL_DONE),
    ],
)
def test_a_bare_yes_or_no_fits_only_where_little_else_is_said(words, expected):
    assert choose(words, (ALL_DONE, KEEP), "en") is expected
