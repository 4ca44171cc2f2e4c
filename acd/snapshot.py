"""How things stand at one instant, for the wallboard and for reconciling after a restart.

Times are absolute (seconds since the epoch), so that a reader with a clock can show durations that
run on between two snapshots.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from acd.agent import Agent, Presence, Work
from acd.lane import Lane
from acd.models import QueueConfig
from acd.totals import DroppedFacts, OfferTotals, VisitTotals
from acd.visit import Visit
from calls.ids import AgentId, CallId, OfferId, QueueId


class LiveOffer(NamedTuple):
    """An offer that rings or is connected.

    Attributes:
        call_id: the call.
        offer_id: the offer.
        agent_id: the agent.
        state: reserved, ringing or talking.
    """

    call_id: CallId
    offer_id: OfferId
    agent_id: AgentId
    state: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """A caller who has not been answered.

    Attributes:
        call_id: the call.
        queue: where they wait.
        emergency: a red flag.
        queued_at: since when they have waited.
        position: 1 for whoever is served next in the queue.
        offered_to: whose phone rings for them, if any.
    """

    call_id: CallId
    queue: QueueId
    emergency: bool
    queued_at: float
    position: int
    offered_to: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """An agent.

    Attributes:
        agent_id: who.
        name: what people call them.
        presence: out, ready or break.
        pending: a break or going home that takes effect after the wrap-up.
        work: idle, reserved, ringing, talking or wrap-up.
        reachable: whether their phone can be rung.
        available: whether a routine call would be offered to them now.
        since: when presence or work last changed.
        ready_since: since when they have been ready for a next call; in wrap-up since it began.
        call_id: the call that rings or is connected.
        queue: where that call came from.
        unanswered: how many rings they let pass.
    """

    agent_id: AgentId
    name: str
    presence: Presence
    pending: Presence | None
    work: Work
    reachable: bool
    available: bool
    since: float
    ready_since: float
    call_id: CallId | None
    queue: QueueId | None
    unanswered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """A queue.

    Attributes:
        queue_id: which.
        title: what agents see.
        waiting: its callers who have not been answered, in the order they will be served.
        talking: how many of its callers are with an agent.
        on_duty: agents who could take its plain calls and are not out.
        free: those of them to whom a call would be offered now.
        totals: its visits so far.
    """

    queue_id: QueueId
    title: str
    waiting: tuple[WaitingView, ...]
    talking: int
    on_duty: int
    free: int
    totals: VisitTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything the distributor holds.

    Attributes:
        site: the site's id.
        queues: in the order of the configuration.
        agents: in the order of the configuration.
        offers: every live offer, in the order they were made.
        offer_totals: what became of the offers made.
        dropped: facts that had nothing to say any more.
    """

    site: str
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]
    offers: tuple[LiveOffer, ...]
    offer_totals: OfferTotals
    dropped: DroppedFacts


def agent_view(agent: Agent) -> AgentView:
    """The agent as they are now."""
    visit = agent.offer.visit if agent.offer is not None else None
    return AgentView(
        agent_id=agent.config.id,
        name=agent.config.name,
        presence=agent.presence,
        pending=agent.pending,
        work=agent.work,
        reachable=agent.reachable,
        available=agent.shelf is agent.group.free,
        since=agent.since,
        ready_since=agent.ready_since,
        call_id=visit.call_id if visit is not None else None,
        queue=visit.lane.queue.id if visit is not None else None,
        unanswered=agent.unanswered,
    )


def queue_view(
    config: QueueConfig, lane: Lane, visits: Iterable[Visit], totals: VisitTotals
) -> QueueView:
    """The queue as it is now.

    Args:
        config: the queue.
        lane: the lane of its plain calls.
        visits: its callers, waiting or connected.
        totals: its visits so far.
    """
    rows = tuple(visits)
    waiting = sorted(
        (visit for visit in rows if not visit.answered),
        key=lambda visit: visit.place,
    )
    return QueueView(
        queue_id=config.id,
        title=config.title,
        waiting=tuple(
            WaitingView(
                call_id=visit.call_id,
                queue=config.id,
                emergency=visit.lane.emergency,
                queued_at=visit.queued_at,
                position=place,
                offered_to=visit.offer.agent.config.id if visit.offer is not None else None,
            )
            for place, visit in enumerate(waiting, start=1)
        ),
        talking=len(rows) - len(waiting),
        on_duty=lane.on_duty,
        free=lane.free,
        totals=totals,
    )
