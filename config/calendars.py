"""From ``calendars.yaml`` to :class:`routing.calendars.Calendar`."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import TypeVar

from config.days import WEEKDAYS, Days, Named, NoDay, days
from config.document import Document, Path, shown
from config.public_holidays import countries, plain_name, public_holidays
from config.report import Report
from config.shapes import CalendarFile, PublicHolidays
from routing.calendars import Calendar, MinuteRange

T = TypeVar("T")

_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(\s+next\s+day)?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_DAY_MINUTES = 24 * 60
_LONGEST_NIGHT_MINUTES = 12 * 60
"""Hours that go on past midnight for longer are more likely opening and closing time exchanged."""

Line = tuple[str, Days]
"""A key as it is written, and the days it names."""


def calendar_from(
    name: str, file: CalendarFile, site_zone: str, document: Document, report: Report
) -> Calendar | None:
    """The calendar, or ``None`` when mistakes were reported.

    Args:
        name: its key in the file.
        file: what stands under the key.
        site_zone: the time zone where the calendar names none; empty when that one is wrong.
        document: ``calendars.yaml``.
        report: takes the mistakes.
    """
    reader = _Reader(name, document, report)
    before = report.problem_count
    zone: tzinfo | None = zoneinfo.ZoneInfo("UTC")
    if file.zone is not None:
        zone = time_zone(file.zone, document, (name, "zone"), report)
    elif site_zone:
        zone = zoneinfo.ZoneInfo(site_zone)
    week = reader.week(file.week)
    closed = reader.holidays(file.holidays)
    if file.public_holidays is not None:
        closed = reader.public(file.public_holidays) | closed
    special = reader.special(file.special)
    early = reader.early(file.closes_early)
    if report.problem_count > before or zone is None:
        return None
    calendar = Calendar(name=name, zone=zone, week=week, holidays=closed, special=special)
    shortened = reader.shortened(early, calendar)
    if not any(week.values()) and not any(special.values()):
        report.warning(document, (name,), "this is never open", key=True)
    return Calendar(name=name, zone=zone, week=week, holidays=closed, special=special | shortened)


def time_zone(name: str, document: Document, path: Path, report: Report) -> tzinfo | None:
    """The time zone of this name; reports a problem when there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # The data lies in files: a name may be a folder, or lead out of theirs.
        hint = report.nearest(name, zoneinfo.available_timezones())
    wanted = "wanted one such as 'America/New_York'"
    report.problem(document, path, f"unknown time zone {shown(name)}, {wanted}{hint}")
    return None


class _Reader:
    """Reads one calendar's lines and reports what is wrong with them."""

    def __init__(self, name: str, document: Document, report: Report) -> None:
        self._name = name
        self._document = document
        self._report = report

    def problem(self, path: Path, message: str, *, key: bool = False) -> None:
        self._report.problem(self._document, (self._name, *path), message, key=key)

    def week(self, written: Mapping[str, Sequence[str]]) -> dict[int, tuple[MinuteRange, ...]]:
        week = {}
        for day, hours in written.items():
            ranges = self.ranges(hours, ("week", day))
            if day in WEEKDAYS:
                week[WEEKDAYS.index(day)] = ranges
            else:
                hint = self._report.nearest(day, WEEKDAYS)
                self.problem(("week", day), f"unknown weekday {shown(day)}{hint}", key=True)
        return week

    def holidays(self, written: Mapping[str, str]) -> dict[date, str]:
        lines = self.lines("holidays", written)
        return {day: written[text] for day, text in _by_date(lines).items()}

    def public(self, asked: PublicHolidays) -> dict[date, str]:
        """The public holidays, without those on which the clinic is open."""
        at: Path = ("public_holidays",)
        known = countries()
        if asked.country not in known:
            hint = self._report.nearest(asked.country.upper(), known)
            wanted = "wanted a country's code such as 'US'"
            message = f"unknown country {shown(asked.country)}, {wanted}{hint}"
            self.problem((*at, "country"), message)
            return {}
        parts = known[asked.country]
        if asked.subdivision is not None and asked.subdivision not in parts:
            hint = self._report.nearest(asked.subdivision.upper(), parts)
            wanted = "wanted the code of a state such as 'NY'"
            message = f"unknown subdivision {shown(asked.subdivision)}, {wanted}{hint}"
            self.problem((*at, "subdivision"), message)
            return {}
        found = public_holidays(asked.country, asked.subdivision)
        names = {plain_name(each) for names in found.values() for each in names}
        for index, name in enumerate(asked.open_on):
            place = (self._name, *at, "open_on", index)
            self._report.reference(self._document, place, "public holiday", name, names)
        kept = {
            day: [each for each in names if plain_name(each) not in asked.open_on]
            for day, names in found.items()
        }
        return {day: ", ".join(names) for day, names in kept.items() if names}

    def special(self, written: Mapping[str, Sequence[str]]) -> dict[date, tuple[MinuteRange, ...]]:
        lines = self.lines("special", written)
        hours = {text: self.ranges(written[text], ("special", text)) for text in written}
        return {day: hours[text] for day, text in _by_date(lines).items()}

    def early(self, written: Mapping[str, str]) -> list[tuple[Line, int]]:
        """The days on which it closes early, and the minute after midnight at which it does."""
        found = []
        for line in self.lines("closes_early", written):
            path, text = ("closes_early", line[0]), written[line[0]]
            match = _TIME.fullmatch(text.strip())
            minute = int(match[1]) * 60 + int(match[2]) if match else 0
            if match is None or int(match[2]) > 59 or not 0 < minute < _DAY_MINUTES:
                self.problem(path, f"found {shown(text)}, wanted a time of day like 12:00")
            else:
                found.append((line, minute))
        return found

    def shortened(
        self, early: Sequence[tuple[Line, int]], calendar: Calendar
    ) -> dict[date, tuple[MinuteRange, ...]]:
        """The hours of days that close early. A day that is closed anyway stays closed."""
        minutes = {line[0]: minute for line, minute in early}
        shortened: dict[date, tuple[MinuteRange, ...]] = {}
        effective = set()
        for day, text in _by_date([line for line, _ in early]).items():
            hours, minute = calendar.hours(day), minutes[text]
            short = tuple((start, min(until, minute)) for start, until in hours if start < minute)
            if short != hours and day not in calendar.special:
                shortened[day] = short
                effective.add(text)
        for text in minutes.keys() - effective:
            message = "on no such day is it open later than that: this changes nothing"
            path = (self._name, "closes_early", text)
            self._report.warning(self._document, path, message, key=True)
        return shortened

    def lines(self, section: str, written: Mapping[str, object]) -> list[Line]:
        """The days that each line names."""
        found = []
        for text in written:
            try:
                found.append((text, days(text)))
            except NoDay as error:
                message = f"found {shown(text)}, {error}"
                self.problem((section, text), message, key=True)
        return found

    def ranges(self, hours: Sequence[str], path: Path) -> tuple[MinuteRange, ...]:
        ranges: list[MinuteRange] = []
        for index, text in enumerate(hours):
            place = (*path, index)
            match = _HOURS.fullmatch(text.strip())
            if match is None:
                self.problem(place, f"found {shown(text)}, wanted hours like 08:00-17:30")
                continue
            hour, minute, until_hour, until_minute = map(int, match.groups()[:4])
            start, until = hour * 60 + minute, until_hour * 60 + until_minute
            if minute > 59 or until_minute > 59 or max(start, until) > _DAY_MINUTES:
                self.problem(place, f"{shown(text)} is no time of day, wanted up to 24:00")
                continue
            if (message := _past_midnight(start, until, told=match[5] is not None)) is not None:
                self.problem(place, f"{shown(text)} {message}")
                continue
            if match[5] or until <= start:
                until += _DAY_MINUTES
            if any(start < other_until and other < until for other, other_until in ranges):
                self.problem(place, f"{shown(text)} overlaps other hours of the day")
            else:
                ranges.append((start, until))
        return tuple(sorted(ranges))


def _past_midnight(start: int, until: int, *, told: bool) -> str | None:
    """What is wrong with hours that seem to go on past midnight."""
    if start == until:
        return "ends when it begins; a whole day is 00:00-24:00"
    if told:
        return None if until < start else "is longer than a day"
    if until < start and until + _DAY_MINUTES - start > _LONGEST_NIGHT_MINUTES:
        return (
            "ends before it begins; hours that go on past midnight and are longer than 12 hours "
            "end in 'next day'"
        )
    return None


def _by_date(lines: Sequence[Line]) -> dict[date, str]:
    """Which line counts for each day: the one that names it most closely, else the first."""
    found: dict[date, str] = {}
    for _, text, dates in sorted(_ranked(lines), key=lambda each: each[0]):
        for day in dates:
            found.setdefault(day, text)
    return dict(sorted(found.items()))


def _ranked(lines: Sequence[Line]) -> Iterator[tuple[tuple[Named, int], str, tuple[date, ...]]]:
    for place, (text, named) in enumerate(lines):
        yield (named.named, place), text, named.dates
