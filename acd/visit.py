"""A call's visit to a queue, and the offer of it to an agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.ranking import Key
from calls.ids import AgentId, CallId, OfferId
from calls.requirement import Requirement
from routing.disciplines import CallKey, call_order

if TYPE_CHECKING:
    from acd.agent import Agent
    from acd.lane import Lane


@dataclass(slots=True, kw_only=True, eq=False)
class Visit:
    """One call in one queue until the visit's one outcome; once answered, the connected call.

    Attributes:
        call_id: the call.
        requirement: what it needs now.
        lane: where it stands, decided by ``requirement``.
        queued_at: since when the caller has waited; kept over offers that came to nothing, over a
            change of queue, and over a phone lost in mid-call.
        seq: order of queueing, for equal times.
        tried: agents to whom an offer of it came to nothing, the latest last.
        offer: the live offer: ringing somewhere, or connected.
        answered: whether an agent has been connected.
    """

    call_id: CallId
    requirement: Requirement
    lane: Lane
    queued_at: float
    seq: int
    tried: tuple[AgentId, ...] = ()
    offer: Offer | None = None
    answered: bool = False

    @property
    def key(self) -> Key:
        """The place within its lane: longest wait first."""
        head_start_s = 0.0 if self.lane.emergency else self.lane.queue.head_start_s
        return (self.queued_at - head_start_s, self.seq)

    @property
    def place(self) -> CallKey:
        """The place among all calls."""
        return call_order(self.lane.rank, since=self.key[0], seq=self.seq)

    def tried_by(self, agent_id: AgentId) -> None:
        """Remember that an offer to this agent came to nothing: they come last for this call."""
        self.tried = (*(other for other in self.tried if other != agent_id), agent_id)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offer:
    """A call reserved for one agent, from the ring to the end of the conversation.

    Attributes:
        id: never used again.
        seq: order of offers.
        visit: the call.
        agent: whom it was offered to.
    """

    id: OfferId
    seq: int
    visit: Visit
    agent: Agent
