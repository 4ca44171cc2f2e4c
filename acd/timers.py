"""Deadlines of offers, visits, agents and call-backs: at most one each, the earliest first."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any

_SLACK = 64


class Timed:
    """Something that can have a deadline.

    Class attributes:
        timer_rank: order among deadlines at the very same time, by kind.

    Attributes:
        timer: the entry of the deadline that is armed, if one is.
    """

    __slots__ = ("timer",)

    timer_rank: int = 0

    def __init__(self) -> None:
        self.timer: list[Any] | None = None

    @property
    def timer_seq(self) -> int:
        """Order among deadlines of one kind at the very same time. Never changes."""
        raise NotImplementedError


class Timers:
    """The deadlines of everything that is :class:`Timed`.

    An entry is ``[at, rank, seq, number, owner]``, where the number only tells apart what one owner
    has set. Cancelling leaves it in the heap without its owner;
    once such entries are the majority they are swept out, so that both stay cheap. The order does
    not depend on when a deadline was set: a state that was saved and restored goes on the same.

    Attributes:
        now: the time of what is being handled, seconds since the epoch; never goes back.
        until: the time up to which the driver lets everything happen now.
    """

    __slots__ = ("_dead", "_heap", "_number", "now", "until")

    def __init__(self) -> None:
        self.now = 0.0
        self.until = 0.0
        self._heap: list[list[Any]] = []
        self._dead = 0
        self._number = 0

    def set(self, owner: Timed, at: float) -> None:
        """Arm the owner's deadline for ``at``, in place of any earlier one."""
        if owner.timer is not None:
            self.cancel(owner)
        self._number += 1
        owner.timer = [at, owner.timer_rank, owner.timer_seq, self._number, owner]
        heappush(self._heap, owner.timer)

    def cancel(self, owner: Timed) -> None:
        """Forget the owner's deadline, if there is one."""
        entry = owner.timer
        if entry is None:
            return
        entry[4] = owner.timer = None
        self._dead += 1
        if self._dead > _SLACK + len(self._heap) // 2:
            self._heap = [each for each in self._heap if each[4] is not None]
            heapify(self._heap)
            self._dead = 0

    def next_deadline(self) -> float | None:
        """The earliest deadline, ``None`` when there is none."""
        heap = self._heap
        while heap and heap[0][4] is None:
            heappop(heap)
            self._dead -= 1
        return heap[0][0] if heap else None

    def pop_due(self, now: float) -> tuple[float, Any] | None:
        """Take out the earliest deadline that is due at ``now``: when it was due, and whose."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, _rank, _seq, _number, owner = heappop(heap)
            if owner is not None:
                owner.timer = None
                return at, owner
            self._dead -= 1
        return None
