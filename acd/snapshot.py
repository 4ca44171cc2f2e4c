"""How things stand at one instant, for the wallboard and for reconciling after a restart.

Times are absolute (seconds since the epoch), so that a reader with a clock can show durations that
run on between two snapshots.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from acd.agent import WHOLE, Agent, Presence
from acd.call_back import CallBackTask
from acd.models import QueueConfig
from acd.offer import Offer
from acd.totals import DroppedFacts, OfferTotals, VisitTotals
from acd.visit import Visit
from acd.work import Work
from calls.ids import AgentId, CallId, OfferId, QueueId


class LiveOffer(NamedTuple):
    """An offer that rings or is connected.

    Attributes:
        call_id: the call.
        offer_id: the offer.
        agent_id: the agent.
        state: reserved, ringing, talking, hold or consult.
        bridged: whether the agent and the caller hear each other, or would but for a hold.
        dials: the earlier call that is being answered, while the agent waits for the person who
            had called.
    """

    call_id: CallId
    offer_id: OfferId
    agent_id: AgentId
    state: Work
    bridged: bool
    dials: CallId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """A caller who has not been answered.

    Attributes:
        call_id: the call.
        queue: where they wait.
        emergency: a red flag.
        queued_at: since when they have waited.
        since: from when their place counts; for a red flag the end of the words.
        position: 1 for whoever is served next in the queue.
        offered_to: whose phones ring for them.
        call_back: nobody is on the line: it is an attempt to call somebody back.
    """

    call_id: CallId
    queue: QueueId
    emergency: bool
    queued_at: float
    since: float
    position: int
    offered_to: tuple[AgentId, ...]
    call_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """An agent.

    Attributes:
        agent_id: who.
        name: what people call them.
        presence: out, ready or break.
        pending: a break or going home that takes effect after the wrap-up.
        work: idle, reserved, ringing, talking, hold, consult or wrap-up.
        reachable: whether their phone can be rung.
        available: whether all of them is free: there, reachable, and neither busy nor at rest.
            Routine calls may pass them over all the same: a nurse whom the reserve needs, and
            whoever is kept for a call of two people.
        since: when presence or work last changed.
        ready_since: since when they have been ready for a next call; in wrap-up since it began.
        call_ids: the calls that ring or are connected.
        queue: where the first of those calls came from.
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
    call_ids: tuple[CallId, ...]
    queue: QueueId | None
    unanswered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackView:
    """Somebody who is to be called back.

    Attributes:
        call_id: the call that it answers.
        queue: where they waited.
        emergency: a red flag who dropped.
        queued_at: since when they have waited.
        allowed: whether they may be called, and there is a number.
        attempts: how often they were called in vain.
        next_at: not before this time, seconds since the epoch.
        under_way: the call that is the attempt under way, if any.
        reached: whether somebody has spoken with them.
        confirmed: whether that was the person who had called.
    """

    call_id: CallId
    queue: QueueId
    emergency: bool
    queued_at: float
    allowed: bool
    attempts: int
    next_at: float
    under_way: CallId | None
    reached: bool
    confirmed: bool


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
        tasks: everybody who is to be called back, in the order they were opened.
        offer_totals: what became of the offers made.
        dropped: facts that had nothing to say any more.
    """

    site: str
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]
    offers: tuple[LiveOffer, ...]
    tasks: tuple[CallBackView, ...]
    offer_totals: OfferTotals
    dropped: DroppedFacts


def live_offer(offer: Offer) -> LiveOffer:
    """The offer as it stands now."""
    visit = offer.visit
    # By the first of two, and not before both are there.
    dialling = (
        visit.task is not None
        and not visit.answered
        and offer is visit.offers[0]
        and all(each.connected for each in visit.offers)
    )
    return LiveOffer(
        call_id=visit.call_id,
        offer_id=offer.id,
        agent_id=offer.agent.config.id,
        state=offer.work,
        bridged=visit.answered,
        dials=visit.task.call_id if dialling and visit.task is not None else None,
    )


def agent_view(agent: Agent) -> AgentView:
    """The agent as they are now."""
    live = [offer for offer in agent.offers if offer.ringing or offer.connected]
    return AgentView(
        agent_id=agent.config.id,
        name=agent.config.name,
        presence=agent.presence,
        pending=agent.pending,
        work=agent.work,
        reachable=agent.reachable,
        available=agent.room == WHOLE,
        since=agent.since,
        ready_since=agent.ready_since,
        call_ids=tuple(offer.visit.call_id for offer in live),
        queue=live[0].visit.lane.queue.id if live else None,
        unanswered=agent.unanswered,
    )


def task_view(task: CallBackTask) -> CallBackView:
    """The call-back as it stands now."""
    return CallBackView(
        call_id=task.call_id,
        queue=task.queue,
        emergency=task.requirement.emergency,
        queued_at=task.queued_at,
        allowed=task.allowed,
        attempts=task.attempts,
        next_at=task.next_at,
        under_way=task.visit.call_id if task.visit is not None else None,
        reached=task.reached,
        confirmed=task.confirmed,
    )


def queue_view(
    config: QueueConfig, on_duty: int, free: int, visits: Iterable[Visit], totals: VisitTotals
) -> QueueView:
    """The queue as it is now.

    Args:
        config: the queue.
        on_duty: how many agents could take its plain calls and are not out.
        free: how many of them could be offered one now.
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
                since=visit.since,
                position=place,
                offered_to=tuple(offer.agent.config.id for offer in visit.offers),
                call_back=visit.task is not None,
            )
            for place, visit in enumerate(waiting, start=1)
        ),
        talking=len(rows) - len(waiting),
        on_duty=on_duty,
        free=free,
        totals=totals,
    )
