"""Opening hours in local time, with holidays. Daylight saving is the time zone's affair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

MinuteRange = tuple[int, int]
"""``(from, until)`` in minutes after local midnight; ``until`` is not included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When something is open.

    Attributes:
        name: as in calendars.yaml.
        zone: the local time zone.
        week: opening hours by weekday, 0 is Monday; a missing day is closed.
        holidays: dates that are closed, with what they are called.
        special: dates with hours of their own; they win over both of the above.
    """

    name: str
    zone: tzinfo
    week: Mapping[int, tuple[MinuteRange, ...]]
    holidays: Mapping[date, str] = field(default_factory=dict)
    special: Mapping[date, tuple[MinuteRange, ...]] = field(default_factory=dict)

    def is_open(self, at: float) -> bool:
        """Whether ``at`` (seconds since the epoch) is within the hours."""
        local = datetime.fromtimestamp(at, self.zone)
        day = local.date()
        if day in self.special:
            ranges = self.special[day]
        elif day in self.holidays:
            return False
        else:
            ranges = self.week.get(day.weekday(), ())
        minute = local.hour * 60 + local.minute
        return any(start <= minute < until for start, until in ranges)
