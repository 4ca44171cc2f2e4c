"""Whole numbers in words, for a voice."""

from __future__ import annotations

from collections.abc import Callable

_ENGLISH = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_ENGLISH_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH_SIZES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_SPANISH = (
    *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
    *("once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho"),
    *("diecinueve", "veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro"),
    *("veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"),
)
_SPANISH_TENS = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_SPANISH_HUNDREDS = (
    *("ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos"),
    *("setecientos", "ochocientos", "novecientos"),
)

LARGEST = 999_999_999_999


def digit_word(digit: str, language: str) -> str:
    """One digit as a word; English for any language but Spanish."""
    return (_SPANISH if language == "es" else _ENGLISH)[int(digit)]


def number_words(value: int, language: str, *, counting: bool = False) -> str:
    """A number from 0 to :data:`LARGEST` in words; English for any language but Spanish.

    Args:
        value: the number.
        language: of the words.
        counting: what is counted follows.
    """
    if language == "es":
        return _before_a_noun(value) if counting else _spanish(value)
    return _english(value)


def _english(value: int) -> str:
    if value < 20:
        return _ENGLISH[value]
    if value < 100:
        return _joined(_ENGLISH_TENS[value // 10 - 2], value % 10, _english)
    size, name = next(each for each in _ENGLISH_SIZES if each[0] <= value)
    return _joined(f"{_english(value // size)} {name}", value % size, _english)


def _spanish(value: int) -> str:
    if value < 30:
        return _SPANISH[value]
    if value < 100:
        tens = _SPANISH_TENS[value // 10 - 3]
        return f"{tens} y {_SPANISH[value % 10]}" if value % 10 else tens
    if value == 100:
        return "cien"
    if value < 1000:
        return _joined(_SPANISH_HUNDREDS[value // 100 - 1], value % 100, _spanish)
    if value < 10**6:
        thousands = "mil" if value < 2000 else f"{_before_a_noun(value // 1000)} mil"
        return _joined(thousands, value % 1000, _spanish)
    count = value // 10**6
    millions = "un millón" if count == 1 else f"{_before_a_noun(count)} millones"
    return _joined(millions, value % 10**6, _spanish)


def _before_a_noun(value: int) -> str:
    """A Spanish number before what is counted: "veintiún mil", "treinta y un dólares"."""
    words = _spanish(value)
    if words.endswith("veintiuno"):
        return words.removesuffix("veintiuno") + "veintiún"
    return words.removesuffix("o") if words.endswith("uno") else words


def _joined(first: str, rest: int, words: Callable[[int], str]) -> str:
    return f"{first} {words(rest)}" if rest else first
