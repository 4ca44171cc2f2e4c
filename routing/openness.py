"""Whether a queue is open, and where its callers go while it is not.

A queue's calendar says when it is open. A supervisor may open or close it against the calendar for
a while; the last word counts. The queue of the nurses is never closed, by neither: a red flag meets
no closed hours.

Everything here follows from the facts and the time, so that a replay restores it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from calls.facts import Fact, QueueOverridden
from calls.ids import QueueId
from routing.calendars import HORIZON_DAYS, Calendar

_DAY_S = 86400.0
_STALE_S = _DAY_S
"""After so long it is looked again whether a change has come into sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHours:
    """When a queue is open.

    Attributes:
        calendar: its opening hours; ``None`` is always.
        when_closed: the queue that takes its callers meanwhile; ``None`` is a message.
    """

    calendar: Calendar | None = None
    when_closed: QueueId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A supervisor's word against the calendar.

    Attributes:
        open: open or closed.
        until: when the calendar decides again, seconds since the epoch.
    """

    open: bool
    until: float


class Openness:
    """Which queues of a site are open.

    Args:
        hours: of each queue. A queue that is not named is open: nothing says that it is not.
        never_closed: queues that stay open whatever a calendar or a supervisor says.
    """

    __slots__ = ("_hours", "_never_closed", "_overrides", "_seen")

    def __init__(
        self,
        hours: Mapping[QueueId, QueueHours],
        *,
        never_closed: Collection[QueueId] = (),
    ) -> None:
        self._overrides: dict[QueueId, Override] = {}
        self.publish(hours, never_closed=never_closed)

    def publish(
        self, hours: Mapping[QueueId, QueueHours], *, never_closed: Collection[QueueId] = ()
    ) -> None:
        """Go on with another version of the site; what supervisors have said stays."""
        self._hours = dict(hours)
        self._never_closed = frozenset(never_closed)
        self._seen: tuple[float, float | None] | None = None

    @property
    def overrides(self) -> Mapping[QueueId, Override]:
        """What supervisors have said, for a snapshot. It may be over."""
        return dict(self._overrides)

    def recall(self, overrides: Mapping[QueueId, Override]) -> None:
        """Go on with what supervisors have said before."""
        self._overrides, self._seen = dict(overrides), None

    def handle(self, fact: Fact, now: float) -> None:
        """Take a supervisor's word; any other fact changes nothing.

        A word about a queue that the site does not have is kept: the queue may come with the next
        version. One that is to hold for no time at all takes back the one before.

        Args:
            fact: what happened.
            now: seconds since the epoch.
        """
        if not isinstance(fact, QueueOverridden):
            return
        if fact.open is not None and fact.for_s > 0:
            self._overrides[fact.queue] = Override(open=fact.open, until=now + fact.for_s)
        else:
            self._overrides.pop(fact.queue, None)
        self._seen = None

    def is_open(self, queue: QueueId, now: float) -> bool:
        """Whether a queue takes callers.

        Args:
            queue: which.
            now: seconds since the epoch.
        """
        if queue in self._never_closed:
            return True
        override = self._overrides.get(queue)
        if override is not None and now < override.until:
            return override.open
        calendar = self._calendar(queue)
        return calendar is None or calendar.is_open(now)

    def destination(self, queue: QueueId, now: float) -> QueueId | None:
        """Where somebody who wants a queue waits.

        Args:
            queue: the queue they want.
            now: seconds since the epoch.

        Returns:
            The queue itself while it is open, else the first open one along ``when_closed``;
            ``None`` where there is none, and they leave a message.
        """
        passed: set[QueueId] = set()
        here: QueueId | None = queue
        while here is not None and here not in passed:
            if self.is_open(here, now):
                return here
            passed.add(here)
            rule = self._hours.get(here)
            here = None if rule is None else rule.when_closed
        return None

    def next_change(self, now: float) -> float | None:
        """When :meth:`is_open`, and so :meth:`destination`, may next answer otherwise.

        Args:
            now: seconds since the epoch.

        Returns:
            Seconds since the epoch, later than ``now``; ``None`` if nothing is in sight.
        """
        if self._seen is not None:
            since, change = self._seen
            if since <= now < (since + _STALE_S if change is None else change):
                return change
        changes = (self.next_change_of(queue, now) for queue in self._queues())
        change = min((each for each in changes if each is not None), default=None)
        self._seen = (now, change)
        return change

    def next_change_of(self, queue: QueueId, now: float) -> float | None:
        """When one queue next opens or closes.

        Args:
            queue: which.
            now: seconds since the epoch.

        Returns:
            Seconds since the epoch, later than ``now``; ``None`` if nothing is in sight.
        """
        if queue in self._never_closed:
            return None
        override, calendar = self._overrides.get(queue), self._calendar(queue)
        if override is None or not now < override.until:
            return None if calendar is None else calendar.next_change(now)
        if override.until > now + HORIZON_DAYS * _DAY_S:
            return None
        if override.open is not (calendar is None or calendar.is_open(override.until)):
            return override.until
        return None if calendar is None else calendar.next_change(override.until)

    def _calendar(self, queue: QueueId) -> Calendar | None:
        rule = self._hours.get(queue)
        return None if rule is None else rule.calendar

    def _queues(self) -> list[QueueId]:
        return [*self._hours, *(each for each in self._overrides if each not in self._hours)]
