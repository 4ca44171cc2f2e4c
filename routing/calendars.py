"""Opening hours in local time, with holidays. Daylight saving is the time zone's affair.

Hours are what the clock on the wall says. Where it is put forward, hours within the gap do not
happen; where it is put back, hours within the hour that comes twice happen twice. Hours that go on
past midnight belong to the day on which they begin: a night shift that began before a holiday goes
on to its end, and none begins on the holiday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

MinuteRange = tuple[int, int]
"""``(from, until)`` in minutes after local midnight; ``until`` is not included. It may lie past the
next midnight: ``(1320, 1800)`` is 22:00 to 06:00."""

HORIZON_DAYS = 400
"""How far ahead a change is looked for: a year, and the longest holidays after it."""

_DAY = timedelta(days=1)
_DAY_MINUTES = 24 * 60
_DAY_S = 86400


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

    def hours(self, day: date) -> tuple[MinuteRange, ...]:
        """The hours that begin on a day."""
        if day in self.special:
            return self.special[day]
        if day in self.holidays:
            return ()
        return self.week.get(day.weekday(), ())

    def is_open(self, at: float) -> bool:
        """Whether ``at`` (seconds since the epoch) is within the hours."""
        local = datetime.fromtimestamp(at, self.zone)
        day = local.date()
        minute = local.hour * 60 + local.minute
        return _within(self.hours(day), minute) or _within(
            self.hours(day - _DAY), minute + _DAY_MINUTES
        )

    def is_holiday(self, at: float) -> bool:
        """Whether the local day of ``at`` (seconds since the epoch) is one of the holidays."""
        return datetime.fromtimestamp(at, self.zone).date() in self.holidays

    def next_change(self, at: float) -> float | None:
        """When it next opens or closes.

        Args:
            at: seconds since the epoch.

        Returns:
            The first moment after ``at``, in seconds since the epoch, at which :meth:`is_open`
            answers otherwise than at ``at``; ``None`` if that is not within 400 days.
        """
        is_open = self.is_open(at)
        return next((each for each in self._moments(at) if self.is_open(each) is not is_open), None)

    def _moments(self, at: float) -> Iterator[float]:
        """Every moment at which it could open or close, in order, and some at which it does not."""
        last = at + HORIZON_DAYS * _DAY_S
        day = datetime.fromtimestamp(at, self.zone).date()
        while True:
            minutes = {edge for hours in self.hours(day) for edge in hours}
            minutes |= {edge - _DAY_MINUTES for hours in self.hours(day - _DAY) for edge in hours}
            moments = set(self._clock_changes(day))
            for minute in minutes:
                if 0 <= minute < _DAY_MINUTES:
                    moments.update(self._moments_of(day, minute))
            for moment in sorted(moments):
                if moment > last:
                    return
                if moment > at:
                    yield moment
            day += _DAY
            if self._midnight(day) > last:
                return

    def _moments_of(self, day: date, minute: int) -> Iterator[float]:
        """When the clock shows this minute: once as a rule, twice or never where it is put."""
        wall = datetime.combine(day, time(minute // 60, minute % 60))
        for fold in (0, 1):
            moment = wall.replace(tzinfo=self.zone, fold=fold).timestamp()
            if datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None) == wall:
                yield moment

    def _clock_changes(self, day: date) -> Iterator[float]:
        """When the clock is put forward or back on a day, if it is."""
        before, after = self._midnight(day), self._midnight(day + _DAY)
        offset = self._offset(after)
        if self._offset(before) == offset:
            return
        earliest, latest = int(before), int(after)
        while earliest < latest:
            middle = (earliest + latest) // 2
            if self._offset(middle) == offset:
                latest = middle
            else:
                earliest = middle + 1
        yield float(latest)

    def _midnight(self, day: date) -> float:
        return datetime.combine(day, time(), self.zone).timestamp()

    def _offset(self, at: float) -> timedelta | None:
        return datetime.fromtimestamp(at, self.zone).utcoffset()


def _within(hours: tuple[MinuteRange, ...], minute: int) -> bool:
    return any(start <= minute < until for start, until in hours)
