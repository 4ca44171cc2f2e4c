"""When each call has something to do next, the earliest first."""

from __future__ import annotations

from heapq import heappop, heappush

from calls.ids import CallId


class Deadlines:
    """One deadline for each call at most; a new one takes the place of the old."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, CallId]] = []
        self._armed: dict[CallId, float] = {}

    def arm(self, call_id: CallId, at: float | None) -> None:
        """Set a call's deadline, in seconds since the epoch; ``None`` for none."""
        if at is None:
            self._armed.pop(call_id, None)
        elif self._armed.get(call_id) != at:
            self._armed[call_id] = at
            heappush(self._heap, (at, call_id))

    def next(self) -> float | None:
        """The earliest of all."""
        while self._heap and self._armed.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> list[CallId]:
        """Calls whose time has come, the earliest first. Each is to be armed again.

        Each of them once, so that a call whose deadline never moves holds up no other.
        """
        due = []
        while (at := self.next()) is not None and at <= now:
            _at, call_id = heappop(self._heap)
            del self._armed[call_id]
            due.append(call_id)
        return due
