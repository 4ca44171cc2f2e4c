"""The intervals of a report, and its window: which of them a moment belongs to.

Intervals are cut from local midnight on and hold their beginning, not their end. So a day has 23 or
25 hours where the clock is changed, and no moment is counted twice or never.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from enum import Enum
from math import inf


class Every(Enum):
    """How long an interval is."""

    QUARTER_HOUR = "15m"
    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "1d"
    WHOLE = "whole"
    """The window is one interval."""


_SECONDS = {Every.QUARTER_HOUR: 900.0, Every.HALF_HOUR: 1800.0, Every.HOUR: 3600.0}


class Intervals:
    """The window of a report, cut into intervals.

    Args:
        every: how long each is.
        zone: the site's time zone.
        since: where the window begins, seconds since the epoch.
        until: where it ends; not included.

    Raises:
        ValueError: the window ends before it begins.
    """

    __slots__ = ("_every", "_from", "_to", "_zone", "since", "until")

    def __init__(
        self, every: Every, zone: tzinfo, *, since: float = -inf, until: float = inf
    ) -> None:
        if until < since:
            raise ValueError("the window ends before it begins")
        self.since = since
        self.until = until
        self._every = every
        self._zone = zone
        # The interval that was asked for last: the next question is mostly about the same.
        self._from = self._to = inf

    def holds(self, at: float) -> bool:
        """Whether the moment is in the window."""
        return self.since <= at < self.until

    def start(self, at: float) -> float:
        """Where the interval of a moment in the window begins, within the window."""
        if not self._from <= at < self._to:
            self._find(at)
        return self._from

    def end(self, start: float) -> float:
        """Where the interval that begins at ``start`` ends, within the window."""
        self.start(start)
        return self._to

    def pieces(self, begin: float, end: float) -> Iterator[tuple[float, float]]:
        """A stretch of time as ``(start of an interval, seconds in it)``, the window's part."""
        begin, end = max(begin, self.since), min(end, self.until)
        while begin < end:
            start = self.start(begin)
            upto = min(self._to, end)
            yield start, upto - begin
            begin = upto

    def _find(self, at: float) -> None:
        if self._every is Every.WHOLE:
            self._from, self._to = self.since, self.until
            return
        day = datetime.fromtimestamp(at, self._zone).toordinal()
        midnight, next_midnight = self._midnight(day), self._midnight(day + 1)
        begin, end = midnight, next_midnight
        if self._every is not Every.DAY:
            length_s = _SECONDS[self._every]
            begin = midnight + (at - midnight) // length_s * length_s
            end = min(begin + length_s, next_midnight)
        self._from, self._to = max(begin, self.since), min(end, self.until)

    def _midnight(self, ordinal: int) -> float:
        day = date.fromordinal(ordinal)
        return datetime.combine(day, time.min, self._zone).timestamp()
