"""Digits as people dictate them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import digits_in, speak_digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("five five five oh one two three", "5550123"),
        ("5 5 5 zero 1 2 3", "5550123"),
        ("555 0123", "5550123"),
        ("555-0123", "5550123"),
        ("it's uh five five um five", "555"),
        ("double seven", "77"),
        ("triple nine", "999"),
        ("treble 9", "999"),
        ("double oh seven", "007"),
        ("double trouble", ""),
        ("fifteen oh six", "1506"),
        ("twelve thirty four", "1234"),
        ("fourteen forty", "1440"),
        ("thirteen thirty", "1330"),
        ("twenty twenty", "2020"),
        ("nineteen oh five", "1905"),
        ("eight hundred", "800"),
        ("eight hundred five", "805"),
        ("eight hundred and five five five", "80555"),
        ("one eight hundred five five five oh one nine nine", "18005550199"),
        ("eight hundred oh five", "80005"),
        ("two thousand and one", "2001"),
        ("two thousand five five", "200055"),
        ("fifteen hundred", "1500"),
        ("a hundred", "100"),
        ("a", ""),
        ("", ""),
        ("my number please", ""),
    ],
)
def test_numbers_stand_for_the_digits_they_are_written_with(words, digits):
    assert digits_in(words, "en") == digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("cinco cinco cinco cero uno", "55501"),
        ("cinco cincuenta y cinco cero uno", "55501"),
        ("treinta y cuatro cincuenta y seis", "3456"),
        ("trece treinta", "1330"),
        ("veintiuno dieciséis", "2116"),
        ("doble siete", "77"),
        ("triple nueve", "999"),
        ("ochocientos cinco", "805"),
        ("ochocientos cinco cinco cinco", "800555"),
        ("dos mil diez", "2010"),
        ("mil novecientos noventa y nueve", "1999"),
        ("este pues es el cinco", "5"),
        ("555 01", "55501"),
        ("un momento", ""),
        ("cinco o seis", "56"),
    ],
)
def test_spanish_numbers_too(words, digits):
    assert digits_in(words, "es") == digits


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("nine one one", "en"),
        ("nine eleven", "en"),
        ("nine hundred eleven", "en"),
        ("9 1 1", "en"),
        ("911", "en"),
        ("nine one one oh my god", "en"),
        ("please call nine one one", "en"),
        ("nueve uno uno", "es"),
        ("nueve once", "es"),
        ("novecientos once", "es"),
        ("911", "fr"),
    ],
)
def test_the_emergency_number_is_understood_however_it_is_said(words, language):
    assert digits_in(words, language) == "911"


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("five five five oh", "5550"),
        ("oh two one three nine", "02139"),
        ("oh oh seven", "007"),
        ("oh no", ""),
        ("oh my number is five", "5"),
        ("five oh wait", "5"),
        ("o", ""),
        ("o five", "05"),
    ],
)
def test_oh_is_a_zero_only_beside_digits(words, digits):
    assert digits_in(words, "en") == digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("two one to five five five oh one too three", "2125550123"),
        ("five five for ate oh one", "554801"),
        ("nine won one two three", "91123"),
        ("from two to three", "23"),
        ("for five five five one", "5551"),
        ("five five five one for", "5551"),
        ("i want to go too", ""),
    ],
)
def test_what_sounds_like_a_digit_is_one_only_within_a_row_of_them(words, digits):
    assert digits_in(words, "en") == digits


@pytest.mark.parametrize("words", ["one moment", "this one", "just one second please", "no one"])
def test_one_is_not_always_a_digit(words):
    assert digits_in(words, "en") == ""


def test_words_of_another_language_are_passed_over():
    assert digits_in("cinco five", "en") == "5"
    assert digits_in("cinco five", "es") == "5"
    assert digits_in("cinq five 5", "fr") == "5"


def test_a_long_answer_is_read_to_its_sixtieth_word():
    assert digits_in("five " * 100, "en") == "5" * 60
    assert digits_in("um " * 100 + "five", "en") == "5"


@given(st.text("0123456789", max_size=50), st.sampled_from(["en", "es"]))
def test_digits_that_are_spoken_are_understood_again(digits, language):
    assert digits_in(speak_digits(digits, language), language) == digits
