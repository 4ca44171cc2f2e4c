"""Digits as people dictate them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import dictated_in, digits_in, speak_digits


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
        ("just call nine one one please", "en"),
        ("no wait call nine one one now", "en"),
        ("nine um one then one", "en"),
        ("no llame al nueve uno uno por favor", "es"),
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


@pytest.mark.parametrize(
    ("words", "language", "digits"),
    [
        ("my number is one two three four thank you", "en", "1234"),
        ("one two uh three um four", "en", "1234"),
        ("one two and three four", "en", "1234"),
        ("one two then three four", "en", "1234"),
        ("one two dash three hyphen four", "en", "1234"),
        ("no one two three four", "en", "1234"),
        ("sorry one two three four", "en", "1234"),
        ("1234 and thank you", "en", "1234"),
        ("one moment 1234", "en", "1234"),
        ("double five six", "en", "556"),
        ("five aught one", "en", "501"),
        ("seven seven tree seven seven", "en", "77377"),
        ("uno dos eh tres pues cuatro", "es", "1234"),
        ("uno dos y tres guion cuatro", "es", "1234"),
        ("treinta y cuatro treinta y una", "es", "3431"),
        ("dieci seis veinti dos", "es", "1622"),
        ("quinientas cinco", "es", "505"),
    ],
)
def test_digits_are_dictated_in_one_row(words, language, digits):
    assert dictated_in(words, language) == digits
    assert dictated_in(words, language, len(digits)) == digits
    assert dictated_in(words, language, len(digits) + 1) is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("", "en"),
        ("hello", "en"),
        ("one two no three four", "en"),
        ("i have two cards the last is 123", "en"),
        ("one two three four no", "en"),
        ("one two three four sorry i have a cold", "en"),
        ("not 1234", "en"),
        ("it isn't 1234", "en"),
        ("there is no one", "en"),
        ("double fifteen", "en"),
        ("one two double", "en"),
        ("a1234 5678", "en"),
        ("twenty first", "en"),
        ("one hundred and", "en"),
        ("five five five one for", "en"),
        ("for five five five one", "en"),
        ("i need for hundred", "en"),
        ("one thirty for please", "en"),
        ("cinco five five", "en"),
        ("one two three four " + "word " * 100, "en"),
        ("uno dos no tres cuatro", "es"),
        ("tengo dos tarjetas la última es 123", "es"),
        ("treinta y un momento", "es"),
        ("ciento un momento", "es"),
        ("cinco un dos", "es"),
        ("doble quince", "es"),
        ("uno two tres", "es"),
        ("cuarenta y gracias", "es"),
        ("uno dos veinti", "es"),
        ("one two and", "en"),
    ],
)
def test_digits_in_several_rows_or_in_doubt_are_none(words, language):
    assert dictated_in(words, language) is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("555 0123 sorry 555 0124", "en"),
        ("555 0123 no wait 555 0124", "en"),
        ("555 0123 i mean it's 555 0124", "en"),
        ("555 0125 no 555 0123 sorry 555 0124 please", "en"),
        ("555 0123 perdón 555 0124", "es"),
        ("555 0123 digo 555 0124", "es"),
        ("555 0123 lo siento 555 0124", "es"),
        ("555 0123 no espere 555 0124", "es"),
    ],
)
def test_the_last_row_behind_a_correction_counts(words, language):
    assert dictated_in(words, language) == dictated_in(words, language, 7) == "5550124"


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("555 0123 no 24", None),
        ("555 0123 no 24", 7),
        ("555 0123 no 555 0124 5", 7),
        ("555 0123 no 555 01 or 24", 7),
        ("my 2 cards 555 0123 no 555 0124", None),
        ("5550123 my 2 cards no 5550124", None),
        ("one two no one two three four", None),
        ("one two three no four five six", None),
    ],
)
def test_half_a_row_behind_a_correction_is_none(words, length):
    assert dictated_in(words, "en", length) is None


def test_whoever_begins_anew_has_said_all_digits_that_are_wanted():
    assert dictated_in("one two no one two three four", "en", 4) == "1234"
    assert dictated_in("one two no three four", "en", 4) is None


@given(st.text("0123456789", min_size=1, max_size=50), st.sampled_from(["en", "es"]))
def test_digits_that_are_spoken_are_dictated_again(digits, language):
    assert dictated_in(speak_digits(digits, language), language) == digits
