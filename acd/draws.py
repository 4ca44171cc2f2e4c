"""Chance for a forecast: draws from what is known. Chance itself comes in as an argument."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

from acd.handling import Known, Ring
from calls.ids import QueueId

ENOUGH = 10
"""A queue with fewer conversations than this borrows those of all queues."""

_AT_ONCE = Ring(0.0, answered=True)


class Draws:
    """Draws, for as many runs as are wanted.

    Times of conversations are drawn among those that were measured, so that nothing is assumed of
    how they are spread.

    Args:
        known: what was learned.
        uniform: gives the next number, evenly spread over [0, 1).
    """

    __slots__ = ("_all_talks_s", "_answered", "_known", "_rings", "_uniform")

    def __init__(self, known: Known, uniform: Callable[[], float]) -> None:
        self._known = known
        self._uniform = uniform
        self._all_talks_s = sorted(each for talks in known.talks_s.values() for each in talks)
        self._rings = sorted(known.rings, key=_after)
        self._answered = [ring for ring in self._rings if ring.answered]

    def talk_s(self, queue: QueueId, spent_s: float = 0.0) -> float:
        """How long a conversation goes on.

        Args:
            queue: what it is about.
            spent_s: how long it has lasted: the rest of those that lasted longer. One that has
                lasted longer than any before it is taken to begin anew.

        Raises:
            ValueError: nothing at all is known of conversations.
        """
        talks = self._known.talks_s.get(queue, ())
        samples: Sequence[float] = talks if len(talks) >= ENOUGH else self._all_talks_s
        if not samples:
            raise ValueError("no conversation is known")
        first = bisect_right(samples, spent_s) if spent_s > 0 else 0
        if first == len(samples):
            return samples[self._below(len(samples))]
        return samples[first + self._below(len(samples) - first)] - max(0.0, spent_s)

    def ring(self, spent_s: float = 0.0) -> Ring:
        """How an offer goes; one that has rung for ``spent_s`` goes on for the rest."""
        first = bisect_right(self._rings, spent_s, key=_after) if spent_s > 0 else 0
        left = len(self._rings) - first
        if not left:
            return _AT_ONCE
        ring = self._rings[first + self._below(left)]
        return Ring(ring.after_s - max(0.0, spent_s), ring.answered)

    def answer_s(self) -> float:
        """How long a phone rings that is answered."""
        if not self._answered:
            return 0.0
        return self._answered[self._below(len(self._answered))].after_s

    def wrap_up_s(self, queue: QueueId) -> float:
        """After how long an agent asks for the next call; infinite for never."""
        samples = self._known.wrap_ups_s.get(queue, ())
        return samples[self._below(len(samples))] if samples else math.inf

    def patience_s(self, queue: QueueId) -> float:
        """How much longer a caller waits; infinite where nobody has ever given up."""
        mean_s = self._known.patience_s.get(queue)
        return math.inf if mean_s is None else self.interval_s(1.0 / mean_s)

    def interval_s(self, per_s: float) -> float:
        """The time to the next of what happens so often, without memory."""
        return -math.log1p(-self._uniform()) / per_s

    def _below(self, count: int) -> int:
        return int(self._uniform() * count)


def _after(ring: Ring) -> float:
    return ring.after_s
