"""What has happened so far, counted. The sums must always agree: each is a promise with a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from acd.models import QueueConfig
from calls.outcome import VisitOutcome


class OfferOutcome(Enum):
    """How an offer to an agent ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    """Refused or busy."""
    UNANSWERED = "unanswered"
    """Rang its full time (RONA)."""
    FAILED = "failed"
    """The phone could not be rung, or nothing was heard of it."""
    RECALLED = "recalled"
    """The caller left or changed needs, or a red flag needed the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTotals:
    """How visits to a queue, or to all queues, went.

    Attributes:
        entered: visits that began.
        answered: an agent was connected.
        abandoned: the caller left, or was lost, while waiting.
        short: the same, sooner than the queue's ``short_abandon_s``.
        flowed_out: the flow took the call elsewhere, or it moved to another queue.
        called_back: served by a call-back.
        waiting: not over yet; the phone of an agent may be ringing.
        in_time: answered within the queue's ``service_level_s``; a part of ``answered``.
        waited_s: seconds that answered callers had waited, summed.
    """

    entered: int = 0
    answered: int = 0
    abandoned: int = 0
    short: int = 0
    flowed_out: int = 0
    called_back: int = 0
    waiting: int = 0
    in_time: int = 0
    waited_s: float = 0.0

    @property
    def balanced(self) -> bool:
        """Whether every visit that began has ended exactly once or still waits."""
        ended = self.answered + self.abandoned + self.short + self.flowed_out + self.called_back
        return self.entered == ended + self.waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTotals:
    """What became of the offers made to agents; ``pending`` ones are not answered yet."""

    made: int
    accepted: int
    declined: int
    unanswered: int
    failed: int
    recalled: int
    pending: int

    @property
    def balanced(self) -> bool:
        """Whether every offer came to exactly one end or is still pending."""
        ended = self.accepted + self.declined + self.unanswered + self.failed + self.recalled
        return self.made == ended + self.pending


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedFacts:
    """Facts that were recognised as having nothing to say any more.

    Attributes:
        late: about an offer or a connection that is over, or never was.
        duplicate: told a second time.
        unknown: about an agent who is not in the configuration, or whose offer it is not.
    """

    late: int
    duplicate: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyState:
    """What was counted of one queue's visits."""

    entered: int
    ended: Mapping[VisitOutcome, int]
    in_time: int
    waited_s: float


class DropCount:
    """Counts facts that have nothing to say any more. See :class:`DroppedFacts`."""

    __slots__ = ("duplicate", "late", "unknown")

    def __init__(self) -> None:
        self.late = 0
        self.duplicate = 0
        self.unknown = 0

    def restore(self, dropped: DroppedFacts) -> None:
        """Go on counting from there."""
        self.late, self.duplicate = dropped.late, dropped.duplicate
        self.unknown = dropped.unknown

    def total(self) -> DroppedFacts:
        """So far."""
        return DroppedFacts(late=self.late, duplicate=self.duplicate, unknown=self.unknown)


class VisitTally:
    """Counts the visits to one queue."""

    __slots__ = ("_ended", "_entered", "_in_time", "_queue", "_waited_s")

    def __init__(self, queue: QueueConfig) -> None:
        self._queue = queue
        self._entered = 0
        self._ended = dict.fromkeys(VisitOutcome, 0)
        self._in_time = 0
        self._waited_s = 0.0

    def state(self) -> TallyState:
        """What was counted so far."""
        return TallyState(
            entered=self._entered,
            ended=dict(self._ended),
            in_time=self._in_time,
            waited_s=self._waited_s,
        )

    def restore(self, state: TallyState) -> None:
        """Go on counting from there."""
        self._entered = state.entered
        self._ended = {**dict.fromkeys(VisitOutcome, 0), **state.ended}
        self._in_time = state.in_time
        self._waited_s = state.waited_s

    def enter(self) -> None:
        """A visit began."""
        self._entered += 1

    def leave(self, outcome: VisitOutcome, waited_s: float) -> None:
        """A visit ended after the caller had waited ``waited_s``, earlier queues included."""
        self._ended[outcome] += 1
        if outcome is VisitOutcome.ANSWERED:
            self._waited_s += waited_s
            if waited_s <= self._queue.service_level_s:
                self._in_time += 1

    def totals(self, waiting: int) -> VisitTotals:
        """The numbers as they are now.

        Args:
            waiting: visits that have not ended, counted where they are held: derived from the
                numbers here they could never disagree with them.
        """
        ended = self._ended
        return VisitTotals(
            entered=self._entered,
            answered=ended[VisitOutcome.ANSWERED],
            abandoned=ended[VisitOutcome.ABANDONED],
            short=ended[VisitOutcome.SHORT_ABANDON],
            flowed_out=ended[VisitOutcome.FLOWED_OUT],
            called_back=ended[VisitOutcome.CALLED_BACK],
            waiting=waiting,
            in_time=self._in_time,
            waited_s=self._waited_s,
        )


def summed(parts: Iterable[VisitTotals]) -> VisitTotals:
    """The totals over several queues."""
    rows = tuple(parts)
    return VisitTotals(
        entered=sum(row.entered for row in rows),
        answered=sum(row.answered for row in rows),
        abandoned=sum(row.abandoned for row in rows),
        short=sum(row.short for row in rows),
        flowed_out=sum(row.flowed_out for row in rows),
        called_back=sum(row.called_back for row in rows),
        waiting=sum(row.waiting for row in rows),
        in_time=sum(row.in_time for row in rows),
        waited_s=sum(row.waited_s for row in rows),
    )
