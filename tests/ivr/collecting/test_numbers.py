"""One number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import number_in, speak_number
from ivr.collecting.counting import number_words


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("one hundred and twenty three", 123),
        ("um it's one hundred uh twenty three i think", 123),
        ("twelve", 12),
        ("12", 12),
        ("007", 7),
        ("1,234", 1234),
        ("fifteen", 15),
        ("fifty", 50),
        ("fifty one", 51),
        ("zero", 0),
        ("a hundred thousand", 100_000),
        ("fifteen hundred", 1500),
        ("two thousand and one", 2001),
        ("2 thousand", 2000),
        ("nine hundred ninety nine thousand nine hundred and ninety nine", 999_999),
        ("five yes five", 5),
        ("i have two kids", 2),
    ],
)
def test_a_number_is_understood_among_other_words(words, number):
    assert number_in(words, "en") == number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("ciento veintitrés", 123),
        ("mil doscientos", 1200),
        ("dos mil diez", 2010),
        ("mil novecientos noventa y nueve", 1999),
        ("treinta y un mil", 31_000),
        ("ciento veintiún mil quinientos", 121_500),
        ("cien mil", 100_000),
        ("diez y seis", 16),
        ("este pues son doce", 12),
        ("12", 12),
    ],
)
def test_a_spanish_number_too(words, number):
    assert number_in(words, "es") == number


@pytest.mark.parametrize(
    "words",
    [
        "",
        "hello",
        "a dozen",
        "two dozen",
        "five or six",
        "five five",
        "five point five",
        "5.5",
        "12.0",
        "-5",
        "minus five",
        "not five",
        "five and a half",
        "double five",
        "twenty first",
        "5th",
        "12mg",
        "5 on the 7th",
        "twenty hundred",
        "5²",
        "5½",
        "3:30",
        "50%",
        "twenty ten",
        "one million",
        "five million",
        "1000000",
        "1,234,567",
        "one moment",
        "this one",
        "to",
        "oh",
        "five " + "word " * 100,
    ],
)
def test_doubt_is_no_number(words):
    assert number_in(words, "en") is None


@pytest.mark.parametrize(
    "words",
    [
        "un momento",
        "una",
        "media docena",
        "cinco y medio",
        "dos coma cinco",
        "menos dos",
        "once o doce",
    ],
)
def test_doubt_in_spanish_is_no_number(words):
    assert number_in(words, "es") is None


def test_figures_without_end_are_no_number():
    assert number_in("9" * 5000, "en") is None


@pytest.mark.parametrize(
    ("words", "language"), [("one hundred and", "en"), ("treinta y", "es"), ("five and uh", "en")]
)
def test_a_number_whose_end_was_not_heard_is_none(words, language):
    assert number_in(words, language) is None


def test_half_of_a_number_is_none_where_a_long_answer_is_cut():
    assert number_in("word " * 59 + "fifty", "en") == 50
    assert number_in("word " * 59 + "fifty one", "en") is None
    assert number_in("um " * 3331 + "fifty one", "en") is None


@given(st.integers(0, 999_999), st.sampled_from(["en", "es"]))
def test_numbers_that_are_spoken_are_understood_again(number, language):
    assert number_in(speak_number(number, language), language) == number
    assert number_in(number_words(number, language), language) == number
    assert number_in(f"{number:,}", language) == number
