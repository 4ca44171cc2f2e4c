"""Telephone numbers and postal codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import phone_from_keys, phone_in, speak_phone, zip_in

NUMBER = "+12125550123"


@pytest.mark.parametrize(
    "words",
    [
        "two one two five five five oh one two three",
        "it's uh area code two one two then five five five oh one two three",
        "one two one two five five five zero one two three",
        "two twelve five fifty five oh one twenty three",
        "two one to triple five oh one too three",
        "212 555 0123",
        "(212) 555-0123",
        "+1 212 555 0123",
        "my number is 2125550123 thank you",
    ],
)
def test_a_number_is_understood_as_it_is_dictated(words):
    assert phone_in(words, "en") == NUMBER


@pytest.mark.parametrize(
    "words",
    [
        "dos uno dos cinco cinco cinco cero uno dos tres",
        "dos doce cinco cincuenta y cinco cero uno veintitrés",
        "es el doscientos doce quinientos cincuenta y cinco cero uno dos tres",
    ],
)
def test_a_spanish_number_too(words):
    assert phone_in(words, "es") == NUMBER


@pytest.mark.parametrize(
    "words",
    [
        "",
        "five five five oh one two three",
        "i have two phones mine is one two five five five oh one two three",
        "212 555 0123 and 212 555 0124",
        "212 555 0123 extension 5",
        "212 555 0123 " + "word " * 100,
    ],
)
def test_doubt_is_no_number(words):
    assert phone_in(words, "en") is None


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("2125550123", NUMBER),
        ("12125550123", NUMBER),
        ("22125550123", None),
        ("212555012", None),
        ("121255501234", None),
        ("0125550123", None),
        ("1125550123", None),
        ("2120550123", None),
        ("2121550123", None),
        ("9115550123", None),
        ("2125110123", None),
        ("4112125550", None),
        ("212555012#", None),
        ("2125550123\n", None),
        ("٢١٢٥٥٥٠١٢٣", None),
        ("", None),
    ],
)
def test_a_number_keeps_the_north_american_plan(keys, expected):
    assert phone_from_keys(keys) == expected


codes = st.from_regex(r"[2-9](?:[02-9][0-9]|1[02-9])", fullmatch=True).filter(str.isascii)


@given(codes, codes, st.text("0123456789", min_size=4, max_size=4), st.sampled_from(["en", "es"]))
def test_a_number_that_is_spoken_is_understood_again(area, exchange, line, language):
    number = f"+1{area}{exchange}{line}"
    assert phone_in(speak_phone(number, language), language) == number


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("oh two one three nine", "02139"),
        ("um it's nine four one oh three", "94103"),
        ("nine four one to three", "94123"),
        ("ninety four one twenty three", "94123"),
        ("94103", "94103"),
        ("9410", None),
        ("94103 1234", None),
        ("i have two homes nine four one oh", None),
        ("", None),
    ],
)
def test_a_postal_code_is_five_digits_in_one_row(words, expected):
    assert zip_in(words, "en") == expected


def test_a_spanish_postal_code_is_understood():
    assert zip_in("es nueve cuatro uno cero tres", "es") == "94103"


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("my area code is 212 and my number is 555 0123", "en"),
        ("212 is my area code and the number is 555 0123", "en"),
        ("one area code 212 555 0123", "en"),
        ("212 dash 555 dash 0123", "en"),
        ("212 555 0124 sorry 212 555 0123", "en"),
        ("213 no 212 555 0123", "en"),
        ("código de área dos uno dos y el número es 555 0123", "es"),
        ("212 555 0124 perdón 212 555 0123", "es"),
    ],
)
def test_a_number_may_be_corrected_or_said_with_its_area_code_apart(words, language):
    assert phone_in(words, language) == NUMBER


@pytest.mark.parametrize(
    "words",
    [
        "two one three no two five five five oh one two",
        "212 555 0123 no",
        "212 555 0124 no 0123",
        "not 212 555 0123",
        "212 and two cats 555 0123",
        "212 cats 555 0123",
        "21 my number 2555 0123",
        "my number is 2125 and 55 pills 5012",
        "555 0123 area code 212 555",
        "two one two five five five oh one twenty for",
    ],
)
def test_parts_that_do_not_belong_together_are_no_number(words):
    assert phone_in(words, "en") is None


def test_a_postal_code_may_be_corrected():
    assert zip_in("94104 sorry 94103", "en") == "94103"
    assert zip_in("94104 sorry 3", "en") is None
    assert zip_in("not 94103", "en") is None
