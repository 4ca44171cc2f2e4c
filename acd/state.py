"""Everything the distributor holds, as plain values.

To begin again from, in place of all the facts that led there; to go on from under another
configuration; and to ask what would happen next. A distributor that was restored from a state
decides like the one that it was taken from. Nothing in it is private: calls and agents are ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from acd.agent import Presence
from acd.models import AgentConfig
from acd.totals import DroppedFacts, OfferOutcome, TallyState
from acd.work import Work
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.requirement import Requirement
from calls.rung import Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """An agent; attributes as in :class:`acd.agent.Agent`.

    Attributes:
        leaving: the configuration of one whom the site's has no more.
    """

    agent_id: AgentId
    presence: Presence
    pending: Presence | None
    approved: bool
    reachable: bool
    since: float
    ready_since: float
    rests_until: float
    pauses_until: float
    kept_until: float | None
    unanswered: int
    leaving: AgentConfig | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitState:
    """A visit; attributes as in :class:`acd.visit.Visit`.

    Attributes:
        queue: the queue in which it is counted.
        alone: it waits for the one agent it wants.
        alarm: every nurse is rung for it.
        task: the call that it is an attempt to answer.
        came_by: the call whose call-back reached the caller, if it is open still.
    """

    call_id: CallId
    requirement: Requirement
    queue: QueueId
    queued_at: float
    since: float
    seq: int
    tried: tuple[AgentId, ...]
    answered: bool
    waiting: bool
    alone: bool
    alarm: bool
    climbed: tuple[Rung, ...]
    ladder_from: float
    advised_at: float | None
    may_call_back: bool
    number_known: bool
    task: CallId | None
    came_by: CallId | None = None
    failed: tuple[AgentId, ...] = ()
    danger_since: float | None = None
    rests_until: float | None = None
    rests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferState:
    """An offer; attributes as in :class:`acd.offer.Offer`.

    Attributes:
        due_at: when the ring or the wrap-up is over, seconds since the epoch.
    """

    offer_id: OfferId
    seq: int
    call_id: CallId
    agent_id: AgentId
    units: int
    work: Work
    since: float
    due_at: float | None
    emergency: bool = False
    ask_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """A call-back; attributes as in :class:`acd.call_back.CallBackTask`.

    Attributes:
        due: whether an attempt begins at ``next_at``.
    """

    call_id: CallId
    requirement: Requirement
    queue: QueueId
    queued_at: float
    since: float
    seq: int
    visit_open: bool
    allowed: bool
    attempts: int
    rounds: int
    next_at: float
    due: bool
    tried: tuple[AgentId, ...]
    reached: bool
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributorState:
    """All of it.

    Attributes:
        site: the site's id.
        now: the time of what was handled last, seconds since the epoch.
        made: how many offers were made.
        entered: the last number given out in the order of queueing.
        held_back: routine calls may have been kept from a free nurse.
        agents: in the order of the configuration, those who are leaving last.
        visits: waiting, ringing or connected, in the order they began.
        unserved: red flags who left the nurse queue without having met a nurse.
        offers: ringing, connected or in wrap-up, in the order they were made.
        tasks: call-backs, in the order they were opened.
        tallies: by queue.
        offers_ended: by how.
        dropped: facts that had nothing to say.
    """

    site: str
    now: float
    made: int
    entered: int
    held_back: bool
    agents: tuple[AgentState, ...]
    visits: tuple[VisitState, ...]
    unserved: tuple[VisitState, ...]
    offers: tuple[OfferState, ...]
    tasks: tuple[TaskState, ...]
    tallies: Mapping[QueueId, TallyState]
    offers_ended: Mapping[OfferOutcome, int]
    dropped: DroppedFacts
