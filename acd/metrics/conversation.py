"""An offer to an agent, and the conversation that follows it, as the facts tell of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acd.metrics.cells import AgentCell, Doing, Handling, VisitCell
from acd.models import QueueConfig
from calls.ids import OfferId

if TYPE_CHECKING:
    from acd.metrics.agent import AgentTrack
    from acd.metrics.call import Call


@dataclass(slots=True, kw_only=True, eq=False)
class Offer:
    """A call offered to an agent, until it is connected or comes to nothing.

    Attributes:
        id: the offer.
        agent: whom it was offered to.
        call: the call, with its other offers.
        cell: where it is counted.
        queue: where the call came from.
        emergency: a red flag.
        call_back: whoever accepts is to call back.
        gives_up_at: where nothing more is heard of it, it has failed then.
        accepted: the agent answered; not connected yet.
        doubted: it may have been recalled meanwhile; where nothing more is heard of it, it was.
            A journal tells of every recall, but for those that were written before recalls were
            kept: only there is a doubt not settled by the next record.
    """

    id: OfferId
    agent: AgentTrack
    call: Call
    cell: AgentCell
    queue: QueueConfig
    emergency: bool
    call_back: bool
    gives_up_at: float
    accepted: bool = False
    doubted: bool = False

    @property
    def may_give_up(self) -> bool:
        """Whether it is over at ``gives_up_at`` if nothing more is heard of it."""
        return self.doubted or not self.accepted

    @property
    def load(self) -> float:
        """What part of an agent it takes."""
        return 1.0 / self.queue.at_once

    def close(self) -> None:
        """It is over, however it ended."""
        del self.agent.offers[self.id]
        del self.call.offers[self.id]

    def recall(self) -> None:
        """Nobody needs this agent any more."""
        if not self.accepted:
            self.cell.recalled += 1
        self.close()

    def accept(self) -> None:
        """The agent answered."""
        if not self.accepted:
            self.accepted = True
            self.cell.accepted += 1

    def refused(self, at: float) -> None:
        """It came to nothing at the agent's end.

        Of two people whom a call needs the other is let go as well, which the next record tells.
        """
        self.close()
        if self.call_back and not self.accepted:
            self.agent.rest(at)
        if self.call.needs_two:
            self.call.doubt()


@dataclass(slots=True, kw_only=True, eq=False)
class Leg:
    """An agent's conversation with a caller, and its wrap-up.

    Attributes:
        agent: who.
        visit_cell: where it is counted for the queue; ``None`` for a call-back that reached nobody,
            which is no conversation, but has a wrap-up.
        agent_cell: where it is counted for the agent.
        load: what part of an agent it takes.
        wrap_up_s: how long the wrap-up lasts if nothing ends it sooner.
        since: when ``doing`` began.
        doing: talk, hold or consult; then wrap-up.
        wrap_up_until: when the wrap-up ends.
    """

    agent: AgentTrack
    visit_cell: VisitCell | None
    agent_cell: AgentCell
    load: float
    wrap_up_s: float
    since: float
    doing: Doing = Doing.TALK
    wrap_up_until: float = 0.0
    _spent: dict[Doing, float] = field(default_factory=dict)

    def turn_to(self, doing: Doing, at: float) -> None:
        """Something else begins."""
        self._spent[self.doing] = self._spent.get(self.doing, 0.0) + at - self.since
        self.doing = doing
        self.since = at

    def finish(self, at: float) -> None:
        """The wrap-up is over: the conversation counts as handled."""
        self.turn_to(Doing.AVAILABLE, at)
        if self.visit_cell is None:
            return
        spent = self._spent.get
        handled = Handling(
            handled=1,
            talk_s=spent(Doing.TALK, 0.0),
            hold_s=spent(Doing.HOLD, 0.0),
            consult_s=spent(Doing.CONSULT, 0.0),
            wrap_up_s=spent(Doing.WRAP_UP, 0.0),
        )
        self.visit_cell.handling.absorb(handled)
        self.agent_cell.handling.absorb(handled)
