"""What a flow's variables hold: the four kinds of value, and how each is written in a file.

A variable has one kind, known when the flow is loaded, so that a comparison between a date and a
number is a mistake in the file and not a surprise in a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | date
"""A variable's value. A ``datetime`` is none, and a number is finite."""


class ValueKind(Enum):
    """The kind of a value."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes-no"
    DATE = "date"


_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


def kind_of(value: Value) -> ValueKind:
    """The kind of a value."""
    match value:
        case bool():
            return ValueKind.YES_NO
        case int() | float():
            return ValueKind.NUMBER
        case date():
            return ValueKind.DATE
        case _:
            return ValueKind.TEXT


def read_value(text: str, kind: ValueKind) -> Value | None:
    """A value as it is written in a file or in an answer from elsewhere.

    Args:
        text: ``12``, ``12.50``, ``yes``, ``2026-11-23`` (ISO 8601), or any text.
        kind: what it should be.

    Returns:
        The value, or ``None`` where the text is none of this kind.
    """
    return _READERS[kind](text.strip())


def _number(text: str) -> Value | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


def _date(text: str) -> Value | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


_READERS: Mapping[ValueKind, Callable[[str], Value | None]] = {
    ValueKind.TEXT: lambda text: text,
    ValueKind.NUMBER: _number,
    ValueKind.YES_NO: lambda text: _YES_NO.get(text.lower()),
    ValueKind.DATE: _date,
}
