"""Which days a line of a calendar names: a date, a day of every year, or a stretch of days.

::

    2026-12-28                          one date
    2026-12-24 to 2026-12-26            dates, first and last included
    december 25                         a day of every year
    december 24 to january 1            a stretch of every year
    last monday of may                  also first, second, third, fourth
    day after fourth thursday of november       also day before, 2 days after
    july 4, observed                    on a Saturday the Friday before as well, on a Sunday the
                                        Monday after
"""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

YEARS = range(2020, 2051)
"""Days of every year are those of these years. A fixed span: what a file means must not depend on
the day on which it is read."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
ORDINALS = ("first", "second", "third", "fourth", "last")
WANTED = "wanted a day such as 2026-12-25, 'december 25' or 'last monday of may'"

_WORDS = (*WEEKDAYS, *MONTHS, *ORDINALS, "of", "to", "day", "days", "before", "after", "observed")
_OBSERVED = ", observed"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH_DAY = re.compile(rf"({'|'.join(MONTHS)}) (\d{{1,2}})")
_NTH = re.compile(rf"({'|'.join(ORDINALS)}) ({'|'.join(WEEKDAYS)}) of ({'|'.join(MONTHS)})")
_BESIDE = re.compile(r"(?:(\d{1,2}) )?days? (before|after) (.+)")
_LONGEST_DAYS = 366
_LEAP_YEAR = 2024

OfYear = Callable[[int], date | None]
"""The day of a rule in a year; ``None`` for 29 February in most of them."""


class NoDay(ValueError):
    """A text names no day. The message says what is wrong with it."""


class Named(IntEnum):
    """How closely a line names its days. Where two lines name the same one, the closer counts."""

    DATE = 0
    DATES = 1
    DAY_OF_YEAR = 2
    DAYS_OF_YEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days that a line names.

    Attributes:
        dates: in order; those of every year only within :data:`YEARS`.
        named: how closely it names them.
    """

    dates: tuple[date, ...]
    named: Named


def days(text: str) -> Days:
    """The days that a text names.

    Raises:
        NoDay: it names none.
    """
    plain = " ".join(text.lower().split())
    rule = plain.removesuffix(_OBSERVED)
    first, to, last = rule.partition(" to ")
    if rule != plain and (to or not _MONTH_DAY.fullmatch(rule)):
        raise NoDay("only a date of every year, such as 'july 4', is observed on another day")
    if _DATE.match(rule):
        start = _date(first)
        until = _date(last) if to else start
        dates = tuple(_stretch(start, until))
        return Days(dates=dates, named=Named.DATES if to else Named.DATE)
    if to:
        stretches = [_of_years(_of_year(first), _of_year(last), year) for year in YEARS]
        dates = tuple(dict.fromkeys(day for each in stretches for day in each))
        return Days(dates=dates, named=Named.DAYS_OF_YEAR)
    of_year = _of_year(rule)
    found = [day for year in YEARS if (day := of_year(year)) is not None]
    if rule != plain:
        found += [beside for day in found if (beside := _beside_weekend(day)) != day]
    return Days(dates=tuple(sorted(found)), named=Named.DAY_OF_YEAR)


def _date(text: str) -> date:
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise NoDay("wanted a date like 2026-12-25")


def _stretch(start: date, until: date) -> Iterator[date]:
    if until < start:
        raise NoDay("the last day is before the first")
    count = (until - start).days + 1
    if count > _LONGEST_DAYS:
        raise NoDay("this is longer than a year; what is closed for good needs no calendar")
    for number in range(count):
        yield start + timedelta(days=number)


def _of_years(first: OfYear, last: OfYear, year: int) -> Iterator[date]:
    """A stretch of every year; one that ends earlier in the year runs over New Year."""
    start, until = first(year), last(year)
    if start is not None and until is not None and until < start:
        until = last(year + 1)
    if start is None or until is None:
        raise NoDay("29 February is not in every year, so no stretch begins or ends on it")
    return _stretch(start, until)


def _of_year(text: str) -> OfYear:
    match = _BESIDE.fullmatch(text)
    if match is None:
        return _by_itself(text)
    by = timedelta(days=int(match[1] or 1))
    return _moved(_by_itself(match[3]), by if match[2] == "after" else -by)


def _by_itself(text: str) -> OfYear:
    if match := _MONTH_DAY.fullmatch(text):
        return _on(MONTHS.index(match[1]) + 1, int(match[2]))
    if match := _NTH.fullmatch(text):
        return _nth(ORDINALS.index(match[1]), WEEKDAYS.index(match[2]), MONTHS.index(match[3]) + 1)
    raise NoDay(WANTED + _misspelt(text))


def _on(month: int, number: int) -> OfYear:
    if not 1 <= number <= monthrange(_LEAP_YEAR, month)[1]:
        raise NoDay(f"there is no {MONTHS[month - 1]} {number}")

    def of_year(year: int) -> date | None:
        return date(year, month, number) if number <= monthrange(year, month)[1] else None

    return of_year


def _nth(ordinal: int, weekday: int, month: int) -> OfYear:
    def of_year(year: int) -> date:
        first_weekday, length = monthrange(year, month)
        number = 1 + (weekday - first_weekday) % 7
        weeks = (length - number) // 7 if ORDINALS[ordinal] == "last" else ordinal
        return date(year, month, number + 7 * weeks)

    return of_year


def _moved(of_other: OfYear, by: timedelta) -> OfYear:
    def of_year(year: int) -> date | None:
        day = of_other(year)
        return None if day is None else day + by

    return of_year


def _beside_weekend(day: date) -> date:
    """The working day on which a holiday is observed that falls on a weekend."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _misspelt(text: str) -> str:
    for word in re.findall(r"[^\W\d]+", text):
        near = difflib.get_close_matches(word, _WORDS, n=1)
        if word not in _WORDS and near:
            return f"; did you mean '{near[0]}'?"
    return ""
