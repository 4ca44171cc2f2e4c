"""What the metrics have counted, at one moment."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from acd.metrics.cells import AgentCell, CallCell, Cell, VisitCell
from calls.ids import AgentId, QueueId

K = TypeVar("K", bound=Hashable)
C = TypeVar("C", bound=Cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The sums over some queues, agents or intervals.

    Attributes:
        visits: of queues.
        agents: of agents.
        calls: of the site.
    """

    visits: VisitCell
    agents: AgentCell
    calls: CallCell

    @property
    def balanced(self) -> bool:
        """Whether calls, visits and offers have each come to exactly one end, or to none yet."""
        return self.visits.balanced and self.agents.balanced and self.calls.balanced


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything counted, by whom and by the beginning of the interval.

    Attributes:
        as_of: the moment; what has no end yet has none at this moment.
        visits: by queue.
        agents: by agent.
        calls: the site's.
        ends: where each interval ends, by where it begins, in their order.
    """

    as_of: float
    visits: Mapping[tuple[QueueId, float], VisitCell]
    agents: Mapping[tuple[AgentId, float], AgentCell]
    calls: Mapping[float, CallCell]
    ends: Mapping[float, float]

    @property
    def balanced(self) -> bool:
        """Both identities, and that of the offers, in every single cell."""
        return (
            all(cell.balanced for cell in self.visits.values())
            and all(cell.balanced for cell in self.agents.values())
            and all(cell.balanced for cell in self.calls.values())
        )

    def whole(self) -> Slice:
        """Everything together."""
        return self._slice(self.ends)

    def interval(self, start: float) -> Slice:
        """All of one interval."""
        return self._slice((start,))

    def by_queue(self, start: float | None = None) -> dict[QueueId, VisitCell]:
        """Each queue, over the whole window or one interval."""
        return _by(VisitCell, self.visits, start)

    def by_agent(self, start: float | None = None) -> dict[AgentId, AgentCell]:
        """Each agent, over the whole window or one interval."""
        return _by(AgentCell, self.agents, start)

    def _slice(self, starts: Iterable[float]) -> Slice:
        wanted = frozenset(starts)
        visits, agents, calls = VisitCell(), AgentCell(), CallCell()
        for (_queue, start), visit_cell in self.visits.items():
            if start in wanted:
                visits.absorb(visit_cell)
        for (_agent, start), agent_cell in self.agents.items():
            if start in wanted:
                agents.absorb(agent_cell)
        for start, call_cell in self.calls.items():
            if start in wanted:
                calls.absorb(call_cell)
        return Slice(visits=visits, agents=agents, calls=calls)


def _by(make: type[C], cells: Mapping[tuple[K, float], C], start: float | None) -> dict[K, C]:
    found: dict[K, C] = {}
    for (whom, begins), cell in cells.items():
        if start is None or begins == start:
            found.setdefault(whom, make()).absorb(cell)
    return found
