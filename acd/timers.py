"""Deadlines of the agents: at most one each, the earliest first."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from calls.ids import AgentId

_SLACK = 64


class Timers:
    """One deadline per agent at most.

    Setting and cancelling leave old entries in the heap, recognised by their sequence number and
    swept out once they are the majority, so that both stay cheap.
    """

    __slots__ = ("_heap", "_live", "_seq")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, AgentId]] = []
        self._live: dict[AgentId, int] = {}
        self._seq = 0

    def set(self, agent_id: AgentId, at: float) -> None:
        """Arm the agent's deadline for ``at``, in place of any earlier one."""
        self._seq += 1
        self._live[agent_id] = self._seq
        heappush(self._heap, (at, self._seq, agent_id))
        if len(self._heap) > _SLACK + 2 * len(self._live):
            self._heap = [entry for entry in self._heap if self._live.get(entry[2]) == entry[1]]
            heapify(self._heap)

    def cancel(self, agent_id: AgentId) -> None:
        """Forget the agent's deadline, if there is one."""
        self._live.pop(agent_id, None)

    def next_deadline(self) -> float | None:
        """The earliest deadline, ``None`` when there is none."""
        heap = self._heap
        while heap:
            at, seq, agent_id = heap[0]
            if self._live.get(agent_id) == seq:
                return at
            heappop(heap)
        return None

    def pop_due(self, now: float) -> tuple[float, AgentId] | None:
        """Take out the earliest deadline that is due at ``now``, with the time it was due at."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, seq, agent_id = heappop(heap)
            if self._live.get(agent_id) == seq:
                del self._live[agent_id]
                return at, agent_id
        return None
