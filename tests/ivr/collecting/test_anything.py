"""No words break a reader."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import (
    date_from_keys,
    date_in,
    dictated_in,
    digits_in,
    name_in,
    number_in,
    phone_from_keys,
    phone_in,
    zip_in,
)

TODAY = date(2026, 11, 23)

WORDS = """
    oh o zero one two five nine ten twenty thirty hundred thousand and a double triple to for
    march may first fifth of the cero uno dos diez veinte treinta y un mil cien ciento doscientos
    doble marzo primero de del 1 05 19 60 1960 03051960 5th 1ro ² ٣ ½ name is my s m as in sam
    ese eme de me llamo no not it's last that's sorry perdón wait mean un una veinti ciento mil
    doscientas aught dash
    """.split()  # noqa: SIM905 - reads as the words it is made of

texts = st.one_of(
    st.text(),
    st.lists(st.sampled_from(WORDS), max_size=70).map(" ".join),
)
languages = st.sampled_from(["en", "es", "fr", ""])


def read_every_way(words: str, language: str, today: date = TODAY) -> None:
    digits = digits_in(words, language)
    assert not digits or (digits.isascii() and digits.isdecimal())
    for length in (None, 4):
        dictated = dictated_in(words, language, length)
        assert dictated is None or (dictated.isascii() and dictated.isdecimal())
        assert dictated is None or length in (None, len(dictated))
    number = number_in(words, language)
    assert number is None or 0 <= number <= 999_999
    for day in (
        date_in(words, language, today=today),
        date_from_keys(words, language, today=today),
        date_from_keys(digits, language, today=today),
    ):
        assert day is None or (day <= today and today.year - day.year <= 125)
    for phone in (phone_in(words, language), phone_from_keys(words), phone_from_keys(digits)):
        assert phone is None or (len(phone) == 12 and phone.startswith("+1"))
    code = zip_in(words, language)
    assert code is None or len(code) == 5
    name = name_in(words, language)
    assert name is None or (len(name.split()) <= 6 and not any(c.isdigit() for c in name))


@given(texts, languages, st.dates())
def test_no_words_break_a_reader(words, language, today):
    read_every_way(words, language, today)


@pytest.mark.parametrize(
    "piece",
    [
        *WORDS,
        "9",
        "a ",
        "one ",
        "dos ",
        "twenty ",
        "oh ",
        "double ",
        "mil ",
        "my name is ",
        "é",
        "<",
        "ﷺ ",
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_long_answer_is_no_trouble(piece, language):
    read_every_way(piece * (10_000 // len(piece)), language)
    read_every_way(f"{piece} " * (100_000 // len(piece)), language)
