"""From ``calendars.yaml`` to :class:`routing.calendars.Calendar`."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from datetime import date, tzinfo

from config.document import Document, Path, shown
from config.report import Report
from config.shapes import CalendarFile
from routing.calendars import Calendar, MinuteRange

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_DAY_MINUTES = 24 * 60


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
    before = len(report.problems)
    zone: tzinfo | None = zoneinfo.ZoneInfo("UTC")
    if file.zone is not None:
        zone = time_zone(file.zone, document, (name, "zone"), report)
    elif site_zone:
        zone = zoneinfo.ZoneInfo(site_zone)
    week = {}
    for day, hours in file.week.items():
        path = (name, "week", day)
        ranges = _ranges(hours, document, path, report)
        if day in WEEKDAYS:
            week[WEEKDAYS.index(day)] = ranges
        else:
            hint = report.nearest(day, WEEKDAYS)
            report.problem(document, path, f"unknown weekday {shown(day)}{hint}", key=True)
    holidays = {}
    for day, title in file.holidays.items():
        if (when := _date(day, document, (name, "holidays", day), report)) is not None:
            holidays[when] = title
    special = {}
    for day, hours in file.special.items():
        path = (name, "special", day)
        ranges = _ranges(hours, document, path, report)
        if (when := _date(day, document, path, report)) is not None:
            special[when] = ranges
    if len(report.problems) > before or zone is None:
        return None
    return Calendar(name=name, zone=zone, week=week, holidays=holidays, special=special)


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


def _ranges(
    hours: Sequence[str], document: Document, path: Path, report: Report
) -> tuple[MinuteRange, ...]:
    ranges: list[MinuteRange] = []
    for index, text in enumerate(hours):
        place = (*path, index)
        match = _HOURS.fullmatch(text.strip())
        if match is None:
            report.problem(document, place, f"found {shown(text)}, wanted hours like 08:00-17:30")
            continue
        hour, minute, until_hour, until_minute = map(int, match.groups())
        start, until = hour * 60 + minute, until_hour * 60 + until_minute
        if minute > 59 or until_minute > 59 or until > _DAY_MINUTES:
            report.problem(document, place, f"{shown(text)} is no time of day, wanted up to 24:00")
        elif start >= until:
            report.problem(
                document,
                place,
                f"{shown(text)} ends before it begins; hours past midnight belong to the next day",
            )
        elif any(start < other_until and other < until for other, other_until in ranges):
            report.problem(document, place, f"{shown(text)} overlaps other hours of the day")
        else:
            ranges.append((start, until))
    return tuple(sorted(ranges))


def _date(text: str, document: Document, path: Path, report: Report) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"found {shown(text)}, wanted a date like 2026-12-25"
        report.problem(document, path, message, key=True)
        return None
