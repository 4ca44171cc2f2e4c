"""Things to do at a time, in order: a heap without a clock.

Equal times keep the order in which they were set. A cancelled deadline costs nothing but its place,
and places are reclaimed once they are the majority.
"""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

Item = TypeVar("Item")

_COMPACT_FROM = 256


class Deadline(Generic[Item]):
    """One thing to do. ``cancel`` it as often as you like."""

    __slots__ = ("_owner", "at", "item")

    def __init__(self, owner: Deadlines[Item], at: float, item: Item) -> None:
        self._owner = owner
        self.at = at
        self.item: Item | None = item

    def cancel(self) -> None:
        """It will not come up."""
        if self.item is not None:
            self.item = None
            self._owner.note_cancelled()


class Deadlines(Generic[Item]):
    """Items by the time they are due, in seconds of whatever clock the caller uses."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deadline[Item]]] = []
        self._sequence = 0
        self._cancelled = 0

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def set(self, at: float, item: Item) -> Deadline[Item]:
        """Have ``item`` come up at ``at``."""
        deadline = Deadline(self, at, item)
        self._sequence += 1
        heapq.heappush(self._heap, (at, self._sequence, deadline))
        return deadline

    def next(self) -> float | None:
        """When the first item is due; ``None`` when there is none."""
        heap = self._heap
        while heap and heap[0][2].item is None:
            heapq.heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def pop_due(self, now: float) -> Item | None:
        """Take the first item that is due at ``now``; ``None`` when nothing is."""
        at = self.next()
        if at is None or at > now:
            return None
        deadline = heapq.heappop(self._heap)[2]
        item, deadline.item = deadline.item, None
        return item

    def note_cancelled(self) -> None:
        """Called by a deadline that was cancelled."""
        self._cancelled += 1
        if self._cancelled > _COMPACT_FROM and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].item is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0
