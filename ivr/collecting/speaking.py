"""How a value is read back: plain words for a voice, no markup, at most 400 characters.

Spanish has words of its own, every other language gets the English ones.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ivr.collecting.counting import LARGEST, digit_word, number_words
from ivr.collecting.dates import MONTHS
from ivr.collecting.phones import phone_from_keys
from ivr.values import Value, ValueKind, read_value

LONGEST = 400
"""Characters; a value that takes longer is cut after a word."""

_LONGEST_READ = 4000
_MARKUP = re.compile(r"</?[A-Za-z!?][^<>]{0,500}>|&#?[A-Za-z0-9]{1,10};")
_DOLLARS = re.compile(r"\$ ?([0-9][0-9,]*(?:\.[0-9]+)?)")
_PUNCTUATION = frozenset(".,;:?!'-¿¡")
_APOSTROPHES = str.maketrans("‘’`´ʼ", "'''''")
_SIGNS: Mapping[str, Mapping[str, str]] = {
    "en": {"&": "and", "@": "at", "%": "percent", "+": "plus", "°": "degrees"},
    "es": {"&": "y", "@": "arroba", "%": "por ciento", "+": "más", "°": "grados"},
}

_READ_DIGIT_BY_DIGIT = re.compile(r"[2-9]11|988|[0-9]{5,}", re.ASCII)
"""Voices take these for something to dial, so they are written in words."""


def speak_date(value: date, language: str) -> str:
    """A date: "March 5th, 1960", "5 de marzo de 1960"; the first of a month is "primero"."""
    if language == "es":
        day = "primero" if value.day == 1 else str(value.day)
        return f"{day} de {MONTHS['es'][value.month - 1]} de {value.year}"
    month = MONTHS["en"][value.month - 1].capitalize()
    return f"{month} {value.day}{_suffix(value.day)}, {value.year}"


def speak_digits(text: str, language: str) -> str:
    """Each digit as a word, in groups with a comma, so that a voice pauses between them.

    Args:
        text: ten digits are grouped as a telephone number (3-3-4), all others in threes. Letters
            are said as letters, the rest is left out.
        language: of the words.
    """
    signs = [_sign(c, language) for c in _letters_and_digits(text)]
    groups = _groups(signs, (3, 3, 4) if len(signs) == 10 else (3,))
    return _cut(", ".join(groups))


def speak_phone(number: str, language: str) -> str:
    """A telephone number, digit by digit; a North American one without the leading 1."""
    digits = "".join(c for c in number[:_LONGEST_READ] if c in "0123456789")
    known = phone_from_keys(digits)
    return speak_digits(known[2:] if known else digits, language)


def speak_number(value: float, language: str) -> str:
    """A number: "42", "minus 5", "12 point 5"; in words where a voice would say digit by digit.

    Returns:
        Words, with six decimals at most; nothing for a number that is not finite or has more than
        twelve digits before the point, as no value of a flow has.
    """
    if not _is_sayable(value):
        return ""
    spanish = language == "es"
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.6f}")
    whole, _, decimals = f"{abs(exact):f}".partition(".")
    decimals = decimals.rstrip("0")
    words = _whole(int(whole), language)
    if decimals:
        point = "punto" if spanish else "point"
        words = f"{words} {point} " + " ".join(digit_word(c, language) for c in decimals)
    return f"{'menos' if spanish else 'minus'} {words}" if exact < 0 else words


def speak_money(value: float, language: str) -> str:
    """Dollars and cents: "42 dollars and 50 cents", "42 dólares con 50 centavos".

    Returns:
        Words, rounded to the cent; nothing where :func:`speak_number` has nothing to say.
    """
    if not _is_sayable(value):
        return ""
    spanish = language == "es"
    cents = int((Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    minus = ("menos " if spanish else "minus ") if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    units = (
        (("dólar", "dólares"), ("centavo", "centavos"))
        if spanish
        else (("dollar", "dollars"), ("cent", "cents"))
    )
    parts = [
        f"{_counted(count, language)} {names[count != 1]}"
        for count, names in zip((dollars, rest), units, strict=True)
        if count or (names is units[0] and not rest)
    ]
    return minus + (" con " if spanish else " and ").join(parts)


def speak_yes_no(value: bool, language: str) -> str:
    """Yes or no."""
    if language == "es":
        return "sí" if value else "no"
    return "yes" if value else "no"


def speak_text(text: str, language: str) -> str:
    """Any text as plain words: markup goes, common signs become words, all others a pause.

    Returns:
        Letters, digits, spaces and plain punctuation; empty where no letter or digit is left.
    """
    signs = _SIGNS["es" if language == "es" else "en"]
    plain = _MARKUP.sub(" ", text[:_LONGEST_READ].translate(_APOSTROPHES))
    plain = _DOLLARS.sub(r"\1 dólares" if language == "es" else r"\1 dollars", plain)
    plain = "".join(
        f" {signs[c]} " if c in signs else c if _is_plain(c) else " "
        for c in unicodedata.normalize("NFC", plain)
    )
    plain = re.sub(r" (?=[.,;:?!](?:\s|$))", "", " ".join(plain.split()))
    return _cut(plain) if any(c.isalnum() for c in plain) else ""


def speak_spelled(text: str, language: str) -> str:
    """Letters one by one with a comma between them, digits as words; a semicolon between words."""
    words = (
        ", ".join(_sign(c, language) for c in _letters_and_digits(word))
        for word in text[:_LONGEST_READ].split()
    )
    return _cut("; ".join(word for word in words if word))


def speak(value: Value, language: str, how: str | None = None) -> str:
    """A value as it is read back to a caller.

    Args:
        value: what a variable holds.
        language: of the words.
        how: ``digits``, ``phone``, ``money`` or ``spelled``; else, and where a value has nothing
            to be said that way, as its kind is said.

    Returns:
        At most 400 characters of letters, digits, spaces and plain punctuation, on one line;
        empty where there is nothing to say.
    """
    return _in_a_way(value, language, how) or _by_kind(value, language)


def _in_a_way(value: Value, language: str, how: str | None) -> str:
    if isinstance(value, bool | date):
        return ""
    text = value if isinstance(value, str) else str(value) if _is_digits(value) else ""
    match how:
        case "digits":
            return speak_digits(text, language)
        case "phone":
            return speak_phone(text, language)
        case "spelled":
            return speak_spelled(text, language)
        case "money":
            number = read_value(text.replace("$", "").replace(",", ""), ValueKind.NUMBER)
            amount = value if not isinstance(value, str) else number
            return speak_money(amount, language) if isinstance(amount, int | float) else ""
        case _:
            return ""


def _by_kind(value: Value, language: str) -> str:
    match value:
        case bool():
            return speak_yes_no(value, language)
        case int() | float():
            return speak_number(value, language)
        case date():
            return speak_date(value, language)
        case _:
            return speak_text(value, language)


def _is_sayable(value: float) -> bool:
    return (isinstance(value, int) or math.isfinite(value)) and abs(value) <= LARGEST


def _is_digits(value: float) -> bool:
    return isinstance(value, int) and 0 <= value <= LARGEST


def _whole(value: int, language: str, *, counting: bool = False) -> str:
    if not _READ_DIGIT_BY_DIGIT.fullmatch(str(value)):
        return str(value)
    return number_words(value, language, counting=counting)


def _counted(count: int, language: str) -> str:
    words = _whole(count, language, counting=True)
    return f"{words} de" if words.endswith(("millón", "millones")) else words


def _suffix(day: int) -> str:
    if 11 <= day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _letters_and_digits(text: str) -> Iterator[str]:
    """The letters and the digits 0 to 9, accents taken off except from an "ñ"."""
    for c in unicodedata.normalize("NFC", text[:_LONGEST_READ]).lower():
        base = c if c == "ñ" else unicodedata.normalize("NFKD", c)[0]
        if base.isalpha() or base in "0123456789":
            yield base


def _sign(c: str, language: str) -> str:
    return digit_word(c, language) if c in "0123456789" else c.upper()


def _groups(signs: list[str], sizes: tuple[int, ...]) -> Iterator[str]:
    at = 0
    while at < len(signs):
        size, *rest = sizes
        yield " ".join(signs[at : at + size])
        at, sizes = at + size, tuple(rest) or sizes


def _is_plain(c: str) -> bool:
    category = unicodedata.category(c)
    return category[0] in "LM" or category == "Nd" or c in _PUNCTUATION


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    kept, space, _ = text[: LONGEST + 1].rpartition(" ")
    return kept.rstrip(",; ") if space else text[:LONGEST]
