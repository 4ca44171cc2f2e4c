"""Words, numbers and phrases."""

from __future__ import annotations

import pytest

from calls.verdict import Disposition
from triage import PhraseError, Protocol, ProtocolSet, TriageEngine
from triage.inflection import english_forms, spanish_forms
from triage.numbers import numbers
from triage.phrases import parse
from triage.protocol import Concept, Rule, WordClass
from triage.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("I can't breathe", "i can not breathe"),
        ("I CANT breathe", "i can not breathe"),
        ("he won’t wake up", "he will not wake up"),
        ("my my chest, um, hurts", "my chest hurts"),
        ("dad's chest", "dad chest"),
        ("i can`t breathe", "i can not breathe"),
        ("i can t breathe he won t wake", "i can not breathe he will not wake"),
        ("ch\u00adest pa\u200bin", "chest pain"),
        ("twenty twenty two", "twenty twenty two"),
        ("she's gonna faint", "she is going to faint"),
        ("me duele el corazón", "me duele el corazon"),
        ("98.6 one one", "98.6 one"),
    ],
)
def test_callers_and_phrases_meet_in_one_form(text, tokens):
    assert tokenise(text).tokens == tuple(tokens.split())


def test_each_token_knows_the_word_it_comes_from():
    said = tokenise("um, I can't breathe")
    assert said.tokens == ("i", "can", "not", "breathe")
    assert said.places == (1, 2, 2, 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("480", 480),
        ("four eighty", 480),
        ("four hundred and eighty", 480),
        ("four hundreds", 400),
        ("a hundred and four", 104),
        ("one oh one", 101),
        ("one oh four point two", 104.2),
        ("ninety eight point six", 98.6),
        ("two ten", 210),
        ("eighty four", 84),
        ("two thousand nine", 2009),
        ("101.5", 101.5),
        ("cuatrocientos cincuenta", 450),
        ("treinta y nueve", 39),
        ("twenty nineteen", 2019),
        ("nineteen ninety eight", 1998),
    ],
)
def test_numbers_are_read_as_people_say_them(text, value):
    [number] = numbers(text.split())
    assert number.value == pytest.approx(value)


def test_numbers_that_follow_each_other_stay_apart():
    found = numbers(["two", "hundred", "over", "one", "ten"])
    assert [number.value for number in found] == [200, 110]


@pytest.mark.parametrize(
    ("text", "is_year"),
    [("2015", True), ("twenty nineteen", True), ("480", False), ("98.6", False)],
)
def test_a_year_is_known_as_one(text, is_year):
    [number] = numbers(text.split())
    assert number.is_year is is_year


def test_words_that_only_look_like_numbers_are_left_alone():
    assert numbers(["²", "point", "oh", "and", "hundred_x"]) == ()


def test_inflection_goes_from_the_base_form_up():
    assert {"breathes", "breathed", "breathing"} <= english_forms("breathe")
    assert {"stopped", "stopping"} <= english_forms("stop")
    assert {"bleeding", "bled"} <= english_forms("bleed")
    assert english_forms("breathing") == {"breathing", "breathin"}
    assert {"duele", "duelen"} <= spanish_forms("doler")
    assert {"hinchada", "hinchados"} <= spanish_forms("hinchado")


def _finds(phrase: str, text: str, *, language: str = "en") -> bool:
    concept = Concept(id="c", phrases={language: (phrase,)})
    rule = Rule(
        id="r", version=1, owner="o", citation="c", disposition=Disposition.NURSE_NOW, all=("c",)
    )
    words = (WordClass(id="limb", words={"en": ("arm", "big toe")}),)
    protocol = Protocol(id="p", title="P", words=words, concepts=(concept,), rules=(rule,))
    engine = TriageEngine(ProtocolSet(protocols=(protocol,)))
    return bool(engine.assess(text, language).flags)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("in_<year>", "in twenty nineteen", True),
        ("in_<year>", "in nineteen days", False),
        ("swell arm", "swollen arm", True),
        ("swell arm", "my swelling of the arm", True),
        ("swell arm", "arm is swollen", False),
        ("swell & arm", "arm is swollen", True),
        ("swell arm", "swollen after breakfast on monday arm", False),
        ("swell ~ arm", "swollen after breakfast on arm", True),
        ("swell arm", "swollen. arm", False),
        ("swell arm", "swollen not arm", False),
        ("left! arm", "leaving arm", False),
        ("sharp|dull pain", "dull pain", True),
        ("sharp? pain", "pain", True),
        ("passed_out", "passed it out", False),
        ("passed_out|fainted", "fainted", True),
        ("<limb> pain", "big toe pain", True),
        ("<limb>|nose pain", "nose pain", True),
        ("<number> pills", "forty pills", True),
        ("not breathing", "not having any trouble breathing", False),
        ("not breathing", "not really breathing", True),
        ("no", "without a no", False),
        ("(kill the? lice|fleas)", "kill the fleas", True),
        ("(kill the? lice|fleas)", "kill lice", True),
        ("(kill the? lice|fleas)", "kill myself the lice", False),
        ("(kill the? lice|fleas)", "kill me the lice", False),
        ("right way (to kill) lice", "right good way to kill my lice", True),
        ("no way ~ (to_go home|back)", "no way that i want to go back", True),
        ("no way ~ (to_go home|back)", "no way i want to go right back", False),
    ],
)
def test_the_phrase_language(phrase, text, found):
    assert _finds(phrase, text) is found


@pytest.mark.parametrize(
    "phrase",
    [
        *("", "&", "swell &", "~", "a__b", "|", "a? b? c? d? e? f? g? h?"),
        *("(a b", "a b)", "(a (b) c)", "(a ~ b)", "()", "(a & b)"),
    ],
)
def test_a_phrase_that_cannot_be_read_says_so(phrase):
    with pytest.raises(PhraseError):
        parse(phrase, "en")
