"""Numbers as people say them: ``480``, ``four eighty``, ``a hundred and four``, ``one oh one``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_UNITS = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    w: 10 * i
    for i, w in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SPANISH = {
    "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15,
    "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veintiuno": 21,
    "veintiun": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25,
    "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70,
    "ochenta": 80, "noventa": 90, "cien": 100, "ciento": 100, "doscientos": 200,
    "trescientos": 300, "cuatrocientos": 400, "quinientos": 500, "seiscientos": 600,
}  # fmt: skip

_BEGINNINGS = frozenset((*_UNITS, *_TENS, *_SPANISH, "mil", "hundred", "hundreds", "oh"))
_YEAR_AFTER = frozenset(("in", "since", "back", "en", "desde"))
_MEASURES = frozenset(
    """
    minutes minute hours hour days day weeks week months month years year percent degrees pounds
    miles feet seconds times milligrams units minutos minuto horas hora dias semanas meses anos
    veces grados the of over
    """.split()  # noqa: SIM905 - reads as the words it is made of
)

_HUNDRED = ("hundred", "hundreds")


@dataclass(frozen=True, slots=True)
class Number:
    """A number within an utterance.

    Attributes:
        start: its first word.
        end: one past its last word.
        value: what it is.
    """

    start: int
    end: int
    value: float

    @property
    def is_year(self) -> bool:
        """Whether it can be a year that someone remembers."""
        return self.value.is_integer() and 1930 <= self.value <= 2099

    def is_short_year(self, tokens: Sequence[str]) -> bool:
        """Whether it can be a year without its century: "in ninety eight", "en el setenta"."""
        if not (self.value.is_integer() and (40 <= self.value <= 99 or self.value < 10)):
            return False
        said = tokens[self.start - 1] if self.start else ""
        if self.value < 10 and said != "oh":
            return False
        if said != "el" and "en" in tokens[max(self.start - 2, 0) : self.start]:
            return False  # "la presion en setenta"
        before = tokens[max(self.start - 3, 0) : self.start]
        after = tokens[self.end] if self.end < len(tokens) else ""
        return not _YEAR_AFTER.isdisjoint(before) and after not in _MEASURES


def _digits(word: str) -> float | None:
    # str.isdigit() also holds for superscripts, which float() refuses.
    if not word.isascii() or not word[0].isdigit():
        return None
    return float(word.replace(",", "."))


def _spoken(tokens: Sequence[str], start: int) -> tuple[int, float] | None:
    """An English number in words from ``start``: its end and value."""
    total, group, at = 0.0, 0.0, start
    last = 0  # the magnitude just added: "four eighty" is 480, "eighty four" is 84
    while at < len(tokens):
        word = tokens[at]
        if word in _UNITS:
            unit = _UNITS[word]
            if last == 0:
                group, last = float(unit), 1 if unit < 10 else 10
            elif (last >= 20 and last < 100 and unit < 10) or (last == 100 and at > start):
                group, last = group + unit, 1
            elif last == 1 and group < 10 and unit >= 10:
                group, last = group * 100 + unit, 1000
            else:
                break
        elif word in _TENS:
            tens = _TENS[word]
            if last == 0 or last == 100:
                group, last = group + tens, tens
            elif last == 1 and 0 < group < 10:
                group, last = group * 100 + tens, tens
            else:
                break
        elif word == "oh" and last == 1 and 0 < group < 10 and at + 1 < len(tokens):
            unit = _UNITS.get(tokens[at + 1], 99)
            if unit > 9:
                break
            group, last, at = group * 100 + unit, 1000, at + 1
        elif word in _HUNDRED and last in (1, 10):
            group, last = group * 100, 100
        elif word in _HUNDRED and last == 0 and at == start:
            group, last = 100.0, 100
        elif word == "thousand" and last:
            total, group, last = total + group * 1000, 0.0, 100
        elif word == "and" and last == 100 and _is_number_word(tokens, at + 1):
            pass
        else:
            break
        at += 1
    if at == start:
        return None
    return at, total + group


def _is_number_word(tokens: Sequence[str], at: int) -> bool:
    return at < len(tokens) and (tokens[at] in _UNITS or tokens[at] in _TENS)


def _spanish(tokens: Sequence[str], start: int) -> tuple[int, float] | None:
    total, at = 0.0, start
    smallest = 1000.0
    while at < len(tokens):
        value = 1000 if tokens[at] == "mil" else _SPANISH.get(tokens[at])
        if value is None:
            if tokens[at] == "y" and at > start and at + 1 < len(tokens):
                nearby = _SPANISH.get(tokens[at + 1])
                if nearby is not None and nearby < 10 <= smallest:
                    at += 1
                    continue
            break
        if tokens[at] == "mil":
            # "dos mil diez"; a bare "mil" is a thousand.
            total, smallest, at = max(total, 1.0) * 1000, 1000.0, at + 1
            continue
        if value >= smallest:
            break
        smallest = 10.0 if 10 < value < 100 else float(value)
        total, at = total + value, at + 1
    return (at, total) if at > start else None


def numbers(tokens: Sequence[str]) -> tuple[Number, ...]:
    """All numbers, left to right; a point said in words (``one oh one point five``) is read."""
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        word = tokens[at]
        if word not in _BEGINNINGS and not word[0].isdigit():
            at += 1
            continue
        value = _digits(word)
        if value is not None:
            read: tuple[int, float] | None = (at + 1, value)
        else:
            read = _spoken(tokens, at) or _spanish(tokens, at)
        if read is None:
            at += 1
            continue
        end, value = read
        if end + 1 < len(tokens) and tokens[end] in ("point", "punto"):
            decimal = _digits(tokens[end + 1])
            if decimal is None:
                decimal = _UNITS.get(tokens[end + 1]) or _SPANISH.get(tokens[end + 1])
            if decimal is not None and decimal < 10:
                end, value = end + 2, value + decimal / 10
        elif value in (19, 20) and end == at + 1:
            # "twenty nineteen", "nineteen ninety eight"
            second = _spoken(tokens, end)
            if second is not None and 10 <= second[1] <= 99:
                end, value = second[0], value * 100 + second[1]
        found.append(Number(at, end, value))
        at = end
    return tuple(found)
