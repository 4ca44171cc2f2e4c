"""A date of birth, said in words or typed.

A date is read every way in which its words can be cut into month, day and year. It is understood
if all readings that are possible dates are the same one: "one two one nine six zero" may be the
second of January 1960 or the nineteenth of December, so it is neither. All numbers that were said
must be part of the date. Who says one whole date, "no wait", and another means the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ivr.collecting.calendar import past_date, past_date_of_short_year
from ivr.collecting.corrections import between_corrections
from ivr.collecting.digits import is_zero
from ivr.collecting.heard import is_one_of, is_whole, said_in
from ivr.collecting.numerals import cardinal_at, is_figure, is_foreign, numerals_of
from ivr.collecting.ordinals import ordinals_of, written_ordinal

MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("january", "february", "march", "april", "may", "june"),
        *("july", "august", "september", "october", "november", "december"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}
"""The names of the months."""

_ALSO = {"en": {"sept": 9}, "es": {"setiembre": 9, "sept": 9}}
_SHORT_LETTERS = 3

_BETWEEN: Mapping[str, frozenset[str]] = {
    "en": frozenset(("the", "of", "in", "on", "day", "year", "slash", "dash", "comma")),
    "es": frozenset(
        ("de", "del", "el", "en", "dia", "mes", "ano", "diagonal", "barra", "guion", "coma")
    ),
}
"""Words that may stand between the parts of a date."""

_DENIED = frozenset(("not", "isnt", "wasnt"))
_VAGUE_BEFORE = frozenset(
    (
        *("year", "years", "about", "around", "before", "after"),
        *("ano", "anos", "antes", "despues", "y"),
    )
)
"""Words before a date that make its first number another one, or none: "treinta... y uno"."""
_VAGUE_AFTER = frozenset(("something", "odd", "ish", "or", "algo", "pico", "tantos", "o"))
"""Words behind a date whose last number is not the whole: "nineteen sixty something"."""
_PAUSES = frozenset(("a", "one", "just", "un"))
"""Before a "second" that is no day: "hold on a second, march nineteen sixty"."""

_CENTURIES = (19, 20)
_MONTH_FIRST = ("en",)
_KEYS = re.compile(r"[0-9]{6}|[0-9]{8}", re.ASCII)


def date_in(words: str, language: str, *, today: date) -> date | None:
    """The date of birth that was said or typed.

    Args:
        words: "march fifth nineteen sixty", "el cinco de marzo de mil novecientos sesenta",
            "oh three oh five nineteen sixty", ``3/5/1960``, ``1960-03-05``. Without a month's name
            English has the month first and Spanish the day, unless that is no date because the
            month would be above 12. Of two whole dates with a correction between them ("no wait",
            "perdón") the last one counts.
        language: of the words.
        today: the day at the clinic. A year of two digits is the latest that is not after it.

    Returns:
        A date, not after today and at most 125 years ago; ``None`` for anything else or doubtful,
        such as "march nineteen sixty" (a day?) and "march fifth nineteen" (the rest of a year?).
    """
    if language not in MONTHS or not is_whole(words):
        return None
    said = said_in(words)
    if not _DENIED.isdisjoint(said) or any(is_foreign(word, language) for word in said):
        return None
    parts = [_Grammar(part, language, today) for part in between_corrections(said)]
    dates = [part.read() for part in parts if part.is_dated]
    # A date that is taken back and not said again is none, and so is a half of one.
    return dates[-1] if dates and parts[-1].is_dated and None not in dates else None


def date_from_keys(digits: str, language: str, *, today: date) -> date | None:
    """The date of birth that was keyed in.

    Args:
        digits: the month, the day and the year of four or two digits; in Spanish the day first.
            The other order is taken only where the first number is above 12, so no month.
        language: of the question.
        today: the day at the clinic. A year of two digits is the latest that is not after it.

    Returns:
        A date, not after today and at most 125 years ago; ``None`` for anything else.
    """
    if not _KEYS.fullmatch(digits):
        return None
    year = _Year(value=int(digits[4:]), short=len(digits) == 6)
    return _ordered(int(digits[:2]), int(digits[2:4]), year, language, today)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Year:
    value: int
    short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A way to read a number below 100.

    Attributes:
        value: the number.
        wide: it was said with two digits, a zero before it included.
        end: one past its last word.
    """

    value: int
    wide: bool
    end: int


def _dated(month: int, day: int, year: _Year, today: date) -> date | None:
    make = past_date_of_short_year if year.short else past_date
    return make(year.value, month, day, today)


def _ordered(first: int, second: int, year: _Year, language: str, today: date) -> date | None:
    """The date of two numbers in the language's order, or in the only one that has a month."""
    month, day = (first, second) if language in _MONTH_FIRST else (second, first)
    return _dated(day, month, year, today) if month > 12 else _dated(month, day, year, today)


class _Grammar:
    def __init__(self, said: Sequence[str], language: str, today: date) -> None:
        self._language = language
        self._today = today
        self._numerals = numerals_of(language)
        self._months = _months_of(language)
        self._ordinals = ordinals_of(language)
        self._between = _BETWEEN[language]
        self._doubtful = self._numerals.is_cut(said)
        self._said = self._span(said)

    @property
    def is_dated(self) -> bool:
        """Whether any word belongs to a date."""
        return bool(self._said)

    def read(self) -> date | None:
        """The one date that the words can be."""
        if self._doubtful:
            return None
        named = [at for at, word in enumerate(self._said) if word in self._months]
        found = set(self._named(named[0]) if named else self._numbered())
        return found.pop() if len(found) == 1 else None

    def _span(self, said: Sequence[str]) -> tuple[str, ...]:
        """The words from the first that belongs to a date to the last."""
        places = [at for at in range(len(said)) if self._belongs(said, at)]
        if all(said[at] in self._numerals.zeros for at in places):
            return ()  # the "oh" of "oh no"
        begin, end = places[0], places[-1] + 1
        self._doubtful |= (
            self._numerals.hangs(said, end)
            or is_one_of(said, begin - 1, _VAGUE_BEFORE)
            or is_one_of(said, end, _VAGUE_AFTER)
            or (said[begin] in ("second", "segundo") and is_one_of(said, begin - 1, _PAUSES))
        )
        return tuple(said[begin:end])

    def _belongs(self, said: Sequence[str], at: int) -> bool:
        word = said[at]
        return (
            self._numerals.is_number(word)
            or self._numerals.is_last_one(said, at)
            or word in self._months
            or word in self._ordinals
            or written_ordinal(word, self._language) is not None
            or is_zero(said, at, self._numerals, began=True)
        )

    # --- with the name of a month ---------------------------------------------------------------

    def _named(self, at: int) -> Iterator[date]:
        month = self._months[self._said[at]]
        if at == 0:
            days, follow = self._days(self._skip(1)), None
            if self._is_month_and_year():
                return
        else:
            days, follow = self._days(0), at
        for day in days:
            end = self._skip(day.end)
            if follow is not None:
                if end != follow:
                    continue
                end = self._skip(follow + 1)
            for year in self._years(end):
                if value := _dated(month, day.value, year, self._today):
                    yield value

    def _is_month_and_year(self) -> bool:
        """Whether the day may have been left out: "march nineteen sixty" is no nineteenth."""
        return any(
            not year.short and past_date(year.value, 1, 1, self._today)
            for year in self._years(self._skip(1))
        )

    def _days(self, at: int) -> Iterator[_Part]:
        yield from self._parts(at)
        if at >= len(self._said):
            return
        word = self._said[at]
        if (day := self._ordinals.get(word, written_ordinal(word, self._language))) is not None:
            yield _Part(value=day, wide=True, end=at + 1)
        tens = self._numerals.tens.get(word, 0)
        if tens and is_one_of(self._said, at + 1, self._ordinals):
            unit = self._ordinals[self._said[at + 1]]
            if unit < 10:
                yield _Part(value=tens + unit, wide=True, end=at + 2)

    # --- in numbers alone -----------------------------------------------------------------------

    def _numbered(self) -> Iterator[date]:
        if len(self._said) == 1:
            if value := date_from_keys(self._said[0], self._language, today=self._today):
                yield value
            return
        if self._is_iso():
            year, month, day = (int(word) for word in self._said)
            if value := past_date(year, month, day, self._today):
                yield value
            return
        for first in self._parts(0):
            for second in self._parts(self._skip(first.end)):
                for read in self._years(self._skip(second.end)):
                    value = _ordered(first.value, second.value, read, self._language, self._today)
                    if value:
                        yield value

    def _is_iso(self) -> bool:
        lengths = [len(word) if is_figure(word) else 0 for word in self._said]
        return lengths in ([4, 2, 2], [4, 1, 1], [4, 1, 2], [4, 2, 1])

    # --- the parts ------------------------------------------------------------------------------

    def _skip(self, at: int) -> int:
        while is_one_of(self._said, at, self._between):
            at += 1
        return at

    def _parts(self, at: int) -> Iterator[_Part]:
        """Every way to read a number of one or two digits that begins at a place."""
        if at >= len(self._said):
            return
        word, numerals = self._said[at], self._numerals
        if is_figure(word) and len(word) <= 2:
            yield _Part(value=int(word), wide=len(word) == 2, end=at + 1)
        first = self._digit(at)
        if first is not None:
            yield _Part(value=first, wide=False, end=at + 1)
            second = self._digit(at + 1)
            if second is not None:
                yield _Part(value=first * 10 + second, wide=True, end=at + 2)
        if word in numerals.teens:
            yield _Part(value=numerals.teens[word], wide=True, end=at + 1)
        if word in numerals.tens or word in numerals.prefixes:
            if word in numerals.tens:
                yield _Part(value=numerals.tens[word], wide=True, end=at + 1)
            cardinal = cardinal_at(self._said[: at + 3], at, numerals)
            if cardinal and cardinal.end > at + 1 and cardinal.value < 100:
                yield _Part(value=cardinal.value, wide=True, end=cardinal.end)

    def _digit(self, at: int) -> int | None:
        if is_one_of(self._said, at, self._numerals.zeros):
            return 0
        if is_one_of(self._said, at, self._numerals.units):
            return self._numerals.units[self._said[at]]
        if at < len(self._said) and len(self._said[at]) == 1 and is_figure(self._said[at]):
            return int(self._said[at])
        return None

    def _years(self, at: int) -> Iterator[_Year]:
        """Every way to read all the words that are left as a year."""
        rest = len(self._said)
        if at >= rest:
            return
        if at == rest - 1 and is_figure(self._said[at]) and len(self._said[at]) == 4:
            yield _Year(value=int(self._said[at]), short=False)
        cardinal = cardinal_at(self._said, at, self._numerals)
        if cardinal and cardinal.end == rest and cardinal.value >= 1000:
            yield _Year(value=cardinal.value, short=False)
        for part in self._parts(at):
            if not part.wide:
                continue
            if part.end == rest and self._is_short_year(part.value, at):
                yield _Year(value=part.value, short=True)
            if part.value in _CENTURIES:
                for second in self._parts(part.end):
                    if second.wide and second.end == rest:
                        yield _Year(value=part.value * 100 + second.value, short=False)

    def _is_short_year(self, value: int, at: int) -> bool:
        """Whether two digits at the end are a year, and neither a part of one nor of the day."""
        if value in _CENTURIES and not all(is_figure(word) for word in self._said):
            return False  # the "sixty" of "nineteen sixty" may not have been heard
        # English needs no word between "twenty" and "five": "twenty five six" is no day and '56.
        cuts = is_one_of(self._said, at - 1, self._numerals.tens) and self._digit(at)
        return not cuts or bool(self._numerals.tens_joint)


def _months_of(language: str) -> Mapping[str, int]:
    names = {name: number for number, name in enumerate(MONTHS[language], 1)}
    return (
        names | {name[:_SHORT_LETTERS]: number for name, number in names.items()} | _ALSO[language]
    )
