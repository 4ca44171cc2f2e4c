"""How values are read back."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import (
    speak,
    speak_date,
    speak_digits,
    speak_money,
    speak_number,
    speak_phone,
    speak_spelled,
    speak_text,
    speak_yes_no,
)
from ivr.collecting.counting import number_words
from ivr.collecting.speaking import LONGEST


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (date(1960, 3, 5), "March 5th, 1960", "5 de marzo de 1960"),
        (date(2001, 1, 1), "January 1st, 2001", "primero de enero de 2001"),
        (date(2001, 12, 22), "December 22nd, 2001", "22 de diciembre de 2001"),
        (date(2001, 12, 23), "December 23rd, 2001", "23 de diciembre de 2001"),
        (date(2001, 12, 12), "December 12th, 2001", "12 de diciembre de 2001"),
    ],
)
def test_a_date_is_spoken_as_people_say_it(value, english, spanish):
    assert speak_date(value, "en") == english
    assert speak_date(value, "es") == spanish


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("2125550123", "two one two, five five five, zero one two three"),
        ("12345", "one two three, four five"),
        ("555-0123", "five five five, zero one two, three"),
        ("A12", "A one two"),
        ("", ""),
        ("--", ""),
    ],
)
def test_digits_are_words_in_groups(text, spoken):
    assert speak_digits(text, "en") == spoken


def test_spanish_digits_are_spanish_words():
    assert speak_digits("0123", "es") == "cero uno dos, tres"


@pytest.mark.parametrize("number", ["+12125550123", "2125550123", "12125550123", "(212) 555-0123"])
def test_a_telephone_number_is_spoken_without_its_country(number):
    assert speak_phone(number, "en") == "two one two, five five five, zero one two three"


def test_a_number_from_elsewhere_is_spoken_in_threes():
    assert speak_phone("+44 12", "en") == "four four one, two"


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (42, "42", "42"),
        (0, "0", "0"),
        (-5, "minus 5", "menos 5"),
        (12.5, "12 point five", "12 punto cinco"),
        (0.05, "0 point zero five", "0 punto cero cinco"),
        (3.0, "3", "3"),
        (-0.0000001, "0", "0"),
        (float("nan"), "", ""),
        (float("-inf"), "", ""),
    ],
)
def test_a_number_is_spoken(value, english, spanish):
    assert speak_number(value, "en") == english
    assert speak_number(value, "es") == spanish


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (911, "nine hundred eleven", "novecientos once"),
        (988, "nine hundred eighty eight", "novecientos ochenta y ocho"),
        (
            12345,
            "twelve thousand three hundred forty five",
            "doce mil trescientos cuarenta y cinco",
        ),
    ],
)
def test_a_number_that_a_voice_would_dial_is_in_words(value, english, spanish):
    assert speak_number(value, "en") == english
    assert speak_number(value, "es") == spanish


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (7, "seven", "siete"),
        (21, "twenty one", "veintiuno"),
        (100, "one hundred", "cien"),
        (115, "one hundred fifteen", "ciento quince"),
        (1000, "one thousand", "mil"),
        (21_000, "twenty one thousand", "veintiún mil"),
        (31_001, "thirty one thousand one", "treinta y un mil uno"),
        (1_000_000, "one million", "un millón"),
        (2_500_000, "two million five hundred thousand", "dos millones quinientos mil"),
        (10**9, "one billion", "mil millones"),
    ],
)
def test_numbers_in_words_are_those_of_the_language(value, english, spanish):
    assert number_words(value, "en") == english
    assert number_words(value, "es") == spanish


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (42.5, "42 dollars and 50 cents", "42 dólares con 50 centavos"),
        (42, "42 dollars", "42 dólares"),
        (1.01, "1 dollar and 1 cent", "1 dólar con 1 centavo"),
        (0.5, "50 cents", "50 centavos"),
        (0, "0 dollars", "0 dólares"),
        (0.995, "1 dollar", "1 dólar"),
        (-3.25, "minus 3 dollars and 25 cents", "menos 3 dólares con 25 centavos"),
        (31_021, "thirty one thousand twenty one dollars", "treinta y un mil veintiún dólares"),
        (1_000_000, "one million dollars", "un millón de dólares"),
        (float("inf"), "", ""),
    ],
)
def test_money_is_dollars_and_cents(value, english, spanish):
    assert speak_money(value, "en") == english
    assert speak_money(value, "es") == spanish


def test_a_number_without_end_is_not_spoken():
    assert speak_number(10**5000, "en") == speak_money(-(10**5000), "es") == ""
    assert speak(10**5000, "en", "digits") == ""


def test_yes_and_no_are_words():
    assert [speak_yes_no(value, "en") for value in (True, False)] == ["yes", "no"]
    assert [speak_yes_no(value, "es") for value in (True, False)] == ["sí", "no"]


def test_a_name_is_spelled_letter_by_letter():
    assert speak_spelled("maria o'neil", "en") == "M, A, R, I, A; O, N, E, I, L"
    assert speak_spelled("José Núñez 2", "es") == "J, O, S, E; N, U, Ñ, E, Z; dos"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Dr. O’Neil, room 5", "Dr. O'Neil, room 5"),
        ("<speak>hello<break time='9s'/> there</speak>", "hello there"),
        ("a < b and c > d", "a b and c d"),
        ("salt &amp; pepper & oil", "salt pepper and oil"),
        ("\x00one\ttwo\r\nthree\x1b[2J\u202e", "one two three 2J"),
        ("$5.50 or 10%", "5.50 dollars or 10 percent"),
        ("(hand me {that} [cup])", "hand me that cup"),
        ("...", ""),
        ("😀", ""),
    ],
)
def test_any_text_becomes_plain_words(text, spoken):
    assert speak_text(text, "en") == spoken


def test_a_long_text_is_cut_after_a_word():
    spoken = speak_text("seven " * 100, "en")
    assert spoken == " ".join(["seven"] * 66)
    assert len(speak_text("x" * 1000, "en")) == LONGEST
    assert set(speak_spelled("ab" * 300, "en").split(", ")) == {"A", "B"}


@pytest.mark.parametrize(
    ("value", "how", "spoken"),
    [
        ("12345", None, "12345"),
        ("12345", "digits", "one two three, four five"),
        (12345, "digits", "one two three, four five"),
        ("+12125550123", "phone", "two one two, five five five, zero one two three"),
        (42.5, "money", "42 dollars and 50 cents"),
        ("$1,042.50", "money", "1042 dollars and 50 cents"),
        ("Ana", "spelled", "A, N, A"),
        (True, None, "yes"),
        (7, None, "7"),
        (date(1960, 3, 5), None, "March 5th, 1960"),
        ("Ana", None, "Ana"),
        # What cannot be said that way is said as its kind.
        ("about ten", "money", "about ten"),
        ("", "digits", ""),
        (date(1960, 3, 5), "digits", "March 5th, 1960"),
        (True, "money", "yes"),
        (-5, "digits", "minus 5"),
        (2.5, "phone", "2 point five"),
        ("Ana", "loudly", "Ana"),
    ],
)
def test_a_value_is_spoken_by_its_kind_or_as_the_flow_says(value, how, spoken):
    assert speak(value, "en", how) == spoken


values = st.one_of(
    st.text(),
    st.text("<>&;/ab1$.,% \n", max_size=60),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
)


@given(
    values,
    st.sampled_from(["en", "es", "fr", ""]),
    st.sampled_from([None, "digits", "phone", "money", "spelled", "?"]),
)
def test_whatever_is_spoken_is_short_and_plain(value, language, how):
    for each in (value, str(value) * 100):
        spoken = speak(each, language, how)
        assert len(spoken) <= LONGEST
        assert spoken == " ".join(spoken.split())
        for c in spoken:
            assert unicodedata.category(c)[0] in "LM" or c.isdecimal() or c in " .,;:?!'-¿¡"
