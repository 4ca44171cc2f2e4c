"""The words for numbers in each language, and one cardinal number made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.collecting.heard import is_one_of

_FIGURE = re.compile(r"[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerals:
    """One language's words for numbers, as :func:`ivr.tokens.tokens` writes them.

    Attributes:
        units: 0 to 9.
        teens: all other words below a hundred that take no unit after them.
        tens: words that take a unit after them.
        tens_joint: what stands between the two: "y"; empty where nothing does.
        prefixes: first halves of a teen or a twenty that a recogniser cut in two: "veinti cinco".
        hundreds: words that are hundreds by themselves: "doscientos".
        hundred: what makes hundreds of the number before it.
        thousand: what makes thousands of it.
        tail_joint: what may stand before the last part: "two hundred and five".
        article: what is a one before a hundred or a thousand, and nothing elsewhere.
        last_ones: what is a one at the end of a longer number: "treinta y un", "ciento una".
        pauses: what a caller asks for with such a word: "un momento" ends no number.
        zeros: other words for 0, only among digits.
        repeats: "double", and how often the digit after it is meant.
        sound_alikes: what a recogniser writes for a digit; only within a row of digits.
    """

    units: Mapping[str, int] = field(default_factory=dict)
    teens: Mapping[str, int] = field(default_factory=dict)
    tens: Mapping[str, int] = field(default_factory=dict)
    tens_joint: str = ""
    prefixes: Mapping[str, int] = field(default_factory=dict)
    hundreds: Mapping[str, int] = field(default_factory=dict)
    hundred: str = ""
    thousand: str = ""
    tail_joint: str = ""
    article: str = ""
    last_ones: frozenset[str] = frozenset()
    pauses: frozenset[str] = frozenset()
    zeros: frozenset[str] = frozenset()
    repeats: Mapping[str, int] = field(default_factory=dict)
    sound_alikes: Mapping[str, int] = field(default_factory=dict)

    def is_number(self, word: str) -> bool:
        """Whether a word is a number or a part of one wherever it stands."""
        return (
            is_figure(word)
            or word in self.units
            or word in self.teens
            or word in self.tens
            or word in self.prefixes
            or word in self.hundreds
            or word in (self.hundred, self.thousand)
        )

    def is_last_one(self, said: Sequence[str], at: int) -> bool:
        """Whether a word is the one at the end of a number: the "un" of "treinta y un"."""
        if not is_one_of(said, at, self.last_ones) or is_one_of(said, at + 1, self.pauses):
            return False
        if is_one_of(said, at - 1, (self.tens_joint,)):
            return is_one_of(said, at - 2, self.tens)
        return self._is_large(said, at - 1)

    def hangs(self, said: Sequence[str], end: int) -> bool:
        """Whether a number that ends here may go on in a word that was not understood.

        "Treinta y tantos", "cien un momento", "two hundred and some", and the "twenty for" that
        a recogniser makes of 24.

        Args:
            said: the words.
            end: one past the number's last word.
        """
        if not 0 < end < len(said):
            return False
        word = said[end]
        is_tens = said[end - 1] in self.tens
        if not (is_tens or self._is_large(said, end - 1)):
            return False
        return (
            word in self.sound_alikes
            or word in self.last_ones
            or word == self.tens_joint
            or (word == self.tail_joint and not is_tens)
        )

    def lacks_its_count(self, said: Sequence[str], begin: int) -> bool:
        """Whether the hundreds before which a number begins were not understood: "for hundred"."""
        return is_one_of(said, begin - 1, self.sound_alikes) and self._is_large(said, begin)

    def _is_large(self, said: Sequence[str], at: int) -> bool:
        return is_one_of(said, at, self.hundreds) or is_one_of(
            said, at, [word for word in (self.hundred, self.thousand) if word]
        )

    def is_cut(self, said: Sequence[str]) -> bool:
        """Whether the words end within a number: "one hundred and", "noventa y"."""
        return bool(said) and said[-1] in (self.tail_joint, self.tens_joint, *self.prefixes)


def _counted(first: int, *words: str, by: int = 1) -> dict[str, int]:
    return {word: first + by * index for index, word in enumerate(words)}


ENGLISH = Numerals(
    units=_counted(
        0, "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"
    ),
    teens=_counted(
        10,
        *("ten", "eleven", "twelve", "thirteen", "fourteen"),
        *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    ),
    tens=_counted(
        20, "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", by=10
    )
    | {"fourty": 40, "ninty": 90},
    hundred="hundred",
    thousand="thousand",
    tail_joint="and",
    article="a",
    zeros=frozenset(("oh", "o", "aught", "naught", "nought")),
    repeats={"double": 2, "triple": 3, "treble": 3},
    sound_alikes={"to": 2, "too": 2, "tree": 3, "for": 4, "ate": 8, "won": 1},
)

SPANISH = Numerals(
    units=_counted(
        *(0, "cero", "uno", "dos", "tres", "cuatro"),
        *("cinco", "seis", "siete", "ocho", "nueve"),
    ),
    teens=_counted(11, "once", "doce", "trece", "catorce", "quince")
    | _counted(16, "dieciseis", "diecisiete", "dieciocho", "diecinueve")
    | _counted(21, "veintiuno", "veintidos", "veintitres", "veinticuatro", "veinticinco")
    | _counted(26, "veintiseis", "veintisiete", "veintiocho", "veintinueve")
    | {"veintiun": 21, "veintiuna": 21}
    | _counted(21, "ventiuno", "ventidos", "ventitres", "venticuatro", "venticinco")
    | _counted(26, "ventiseis", "ventisiete", "ventiocho", "ventinueve"),
    tens=_counted(
        *(10, "diez", "veinte", "treinta", "cuarenta", "cincuenta"),
        *("sesenta", "setenta", "ochenta", "noventa"),
        by=10,
    ),
    tens_joint="y",
    prefixes={"dieci": 10, "veinti": 20, "venti": 20},
    hundreds=_counted(
        *(100, "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos"),
        *("seiscientos", "setecientos", "ochocientos", "novecientos"),
        by=100,
    )
    | _counted(
        *(200, "doscientas", "trescientas", "cuatrocientas", "quinientas", "seiscientas"),
        *("setecientas", "ochocientas", "novecientas"),
        by=100,
    )
    | {"cien": 100, "sietecientos": 700, "nuevecientos": 900},
    thousand="mil",
    article="un",
    last_ones=frozenset(("un", "una")),
    pauses=frozenset(
        ("momento", "momentito", "segundo", "segundito", "minuto", "minutito", "rato", "ratito")
    ),
    repeats={"doble": 2, "triple": 3},
)

_BY_LANGUAGE: Mapping[str, Numerals] = {"en": ENGLISH, "es": SPANISH}
_FIGURES_ONLY = Numerals()


def numerals_of(language: str) -> Numerals:
    """A language's words for numbers; none for a language other than English and Spanish."""
    return _BY_LANGUAGE.get(language, _FIGURES_ONLY)


def is_foreign(word: str, language: str) -> bool:
    """Whether a word is a number in a language, and in none of the words of this one.

    Who says "veinte five" means 25, and only half of it would be understood.
    """
    if numerals_of(language).is_number(word):
        return False
    return any(
        other != language and numerals.is_number(word) for other, numerals in _BY_LANGUAGE.items()
    )


def is_figure(word: str) -> bool:
    """Whether a word is written in figures and short enough to be a number."""
    return _FIGURE.fullmatch(word) is not None


def is_mixed(word: str) -> bool:
    """Whether a word has a figure in it and is none that can be read: ``5th``, ``12mg``."""
    return any(c.isnumeric() for c in word) and not is_figure(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cardinal:
    """A number in words.

    Attributes:
        value: what it is.
        end: one past its last word.
    """

    value: int
    end: int


def cardinal_at(
    said: Sequence[str], at: int, numerals: Numerals, *, dictated: bool = False
) -> Cardinal | None:
    """The longest cardinal number that begins at a place, up to 999,999; figures are none.

    Args:
        said: the words.
        at: where it would begin.
        numerals: the language's.
        dictated: it stands in a row of digits, where "eight hundred five five five" is 800 and
            555: a single digit after a hundred is part of it only if no other number follows.
    """
    return _Reader(said, numerals, dictated).whole(at)


@dataclass(frozen=True, slots=True)
class _Reader:
    said: Sequence[str]
    numerals: Numerals
    dictated: bool

    def whole(self, at: int) -> Cardinal | None:
        group = self._below_thousand(at) or self._multiplier(at, self.numerals.thousand, 3)
        if group is None:
            if not self._is(at, self.numerals.thousand):
                return None
            group = Cardinal(value=1, end=at)
        if not (self._is(group.end, self.numerals.thousand) and 1 <= group.value < 1000):
            return group
        return self._with_tail(
            group.value * 1000, group.end + 1, self._below_thousand, self.numerals.tail_joint
        )

    def _below_thousand(self, at: int) -> Cardinal | None:
        if self._is(at, self.numerals.hundred):
            return self._hundreds(1, at + 1)
        if is_one_of(self.said, at, self.numerals.hundreds):
            return self._hundreds(self.numerals.hundreds[self.said[at]] // 100, at + 1)
        lead = self._below_hundred(at) or self._multiplier(at, self.numerals.hundred, 2)
        # "Fifteen hundred" is one number, "twenty hundred" is none.
        if lead and self._is(lead.end, self.numerals.hundred) and lead.value % 10:
            return self._hundreds(lead.value, lead.end + 1)
        return lead

    def _hundreds(self, count: int, end: int) -> Cardinal:
        return self._with_tail(count * 100, end, self._below_hundred, self.numerals.tail_joint)

    def _with_tail(
        self, value: int, end: int, tail_at: Callable[[int], Cardinal | None], joint: str
    ) -> Cardinal:
        if self.numerals.is_last_one(self.said, end):
            return Cardinal(value=value + 1, end=end + 1)
        joined = self._is(end, joint)
        tail = tail_at(end + joined)
        if tail is None or not 0 < tail.value < 1000:
            return Cardinal(value=value, end=end)
        if self.dictated and not joined and tail.value < 10 and self._goes_on(tail.end):
            return Cardinal(value=value, end=end)
        return Cardinal(value=value + tail.value, end=tail.end)

    def _below_hundred(self, at: int) -> Cardinal | None:
        if at >= len(self.said):
            return None
        word, numerals = self.said[at], self.numerals
        if word in numerals.tens:
            joined = self._is(at + 1, numerals.tens_joint)
            unit = self._unit(at + 1 + joined)
            if numerals.is_last_one(self.said, at + 1 + joined):
                unit = 1
            if unit and (joined or not numerals.tens_joint):
                return Cardinal(value=numerals.tens[word] + unit, end=at + 2 + joined)
            return Cardinal(value=numerals.tens[word], end=at + 1)
        if word in numerals.teens:
            return Cardinal(value=numerals.teens[word], end=at + 1)
        if word in numerals.prefixes:
            unit = self._unit(at + 1)
            return Cardinal(value=numerals.prefixes[word] + unit, end=at + 2) if unit else None
        unit = self._unit(at)
        return None if unit is None else Cardinal(value=unit, end=at + 1)

    def _unit(self, at: int) -> int | None:
        if self._is(at, self.numerals.article):
            larger = (self.numerals.hundred, self.numerals.thousand)
            return 1 if any(self._is(at + 1, word) for word in larger) else None
        return self.numerals.units.get(self.said[at]) if at < len(self.said) else None

    def _multiplier(self, at: int, larger: str, figures: int) -> Cardinal | None:
        """A number in figures before a word: "2 mil"."""
        if not (self._is(at + 1, larger) and is_figure(self.said[at])):
            return None
        word = self.said[at]
        return Cardinal(value=int(word), end=at + 1) if len(word) <= figures else None

    def _is(self, at: int, word: str) -> bool:
        return bool(word) and at < len(self.said) and self.said[at] == word

    def _goes_on(self, at: int) -> bool:
        if at >= len(self.said):
            return False
        word = self.said[at]
        return (
            self.numerals.is_number(word)
            or word in self.numerals.zeros
            or word in self.numerals.repeats
        )
