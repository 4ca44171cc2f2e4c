"""What a name stands for in an expression or in a prompt: a variable, or something of the call.

Variables belong to the flow in which they are set: a flow that another one enters sees its own, and
what it was given. What is listed here is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ivr.flow import within
from ivr.values import Value, ValueKind

if TYPE_CHECKING:
    from ivr.course import Course

LANGUAGE = "language"
"""The variable that is the call's language. Every flow sees it, and may set it."""

SLOW = "call.slow"
"""Whether the caller has asked for slower words."""

VALUE = "value"
"""In the prompt that reads a value back: that value."""

FIRST, SECOND = "first", "second"
"""In the prompts that ask which intent is meant: what they are called."""

CALENDAR = "calendar"
_OF_A_CALENDAR = ("open", "holiday")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def kind_of_name(name: str) -> ValueKind | None:
    """The kind of what is the same everywhere; ``None`` for any other name, a variable's perhaps.

    Whether a calendar of that name exists is not looked at.
    """
    if _calendar_in(name) is not None:
        return ValueKind.YES_NO
    return _OF_THE_CALL.get(name)


def known_names(calendars: Mapping[str, object]) -> list[str]:
    """Every name that is the same everywhere."""
    tests = (f"{CALENDAR}.{name}.{test}" for name in calendars for test in _OF_A_CALENDAR)
    return [*_OF_THE_CALL, *tests]


def calendar_in(name: str) -> str | None:
    """The calendar that a name asks; ``None`` where it asks none."""
    found = _calendar_in(name)
    return None if found is None else found[0]


def value_of(
    course: Course,
    name: str,
    now: float,
    scope: str,
    variables: Mapping[str, Value] | None = None,
) -> Value | None:
    """What a name stands for now; ``None`` where it is not set.

    Args:
        course: the call.
        name: as written.
        now: seconds since the epoch.
        scope: of the step in which it is written.
        variables: by path; the call's if not given.
    """
    if name in _OF_THE_CALL:
        return _of_the_call(course, name, now)
    asked = _calendar_in(name)
    if asked is not None:
        calendar = course.rules.calendars.get(asked[0])
        if calendar is None:
            return False
        return calendar.is_open(now) if asked[1] == "open" else calendar.is_holiday(now)
    return (course.variables if variables is None else variables).get(within(scope, name))


def _calendar_in(name: str) -> tuple[str, str] | None:
    first, _, rest = name.partition(".")
    calendar, _, test = rest.rpartition(".")
    return (calendar, test) if first == CALENDAR and test in _OF_A_CALENDAR else None


def _of_the_call(course: Course, name: str, now: float) -> Value | None:
    local = datetime.fromtimestamp(now, course.rules.zone)
    match name:
        case "language":
            return course.voice.language
        case "caller.number":
            return course.caller.reveal() or None
        case "caller.number-known":
            return bool(course.caller)
        case "call.dialled":
            return course.dialled or None
        case "call.date":
            return local.date()
        case "call.weekday":
            return WEEKDAYS[local.weekday()]
        case "call.hour":
            return local.hour
        case "call.minute":
            return local.minute
        case "call.hears-speech":
            return course.voice.is_understood and not course.voice.speech_failed
        case _ if name == SLOW:
            return course.voice.slow
        case _:
            return None


_OF_THE_CALL: Mapping[str, ValueKind] = {
    LANGUAGE: ValueKind.TEXT,
    "caller.number": ValueKind.TEXT,
    "caller.number-known": ValueKind.YES_NO,
    "call.dialled": ValueKind.TEXT,
    "call.date": ValueKind.DATE,
    "call.weekday": ValueKind.TEXT,
    "call.hour": ValueKind.NUMBER,
    "call.minute": ValueKind.NUMBER,
    "call.hears-speech": ValueKind.YES_NO,
    SLOW: ValueKind.YES_NO,
}
"""The kind of each name that is the same everywhere."""
