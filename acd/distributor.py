"""The distributor: which caller speaks with which agent. Pure: facts in, commands out.

Time that passes is part of the facts: before a fact is handled, everything that fell due earlier is
done at the time it fell due. So the decisions depend on the facts and their times alone, however
late or often ``tick`` was called, and a replay without any ticks decides the same.

What a fact about a call or an offer means stands in :mod:`acd.lifecycle`, what one about an agent
means in :mod:`acd.attendance`; who gets which call in :mod:`acd.floor`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from acd.attendance import Attendance
from acd.floor import Floor
from acd.ledger import Ledger
from acd.lifecycle import Lifecycle
from acd.matching import Matching
from acd.models import AgentConfig, QueueConfig
from acd.snapshot import LiveOffer, Snapshot, agent_view, queue_view
from acd.totals import DroppedFacts, OfferTotals, VisitTotals, summed
from acd.visit import Visit
from calls.commands import Command
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallQueued,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement


class Distributor:
    """Queues, agents and offers of one site.

    Args:
        site: the site's id; facts of another site are refused.
        queues: by id.
        agents: by id. All begin out and unreachable.
        nurse_queue: where every emergency waits.

    Raises:
        ValueError: ``nurse_queue`` is not among the queues.
    """

    def __init__(
        self,
        site: str,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
    ) -> None:
        self.site = site
        self._queues = dict(queues)
        self._floor = Floor(self._queues, agents, nurse_queue)
        self._ledger = Ledger(self._floor, self._queues)
        self._matching = Matching(self._floor)
        self._attendance = Attendance(self._floor, self._matching)
        self._lifecycle = Lifecycle(self._floor, self._ledger, self._matching, nurse_queue)
        self._handlers: dict[type[Fact], Callable[[Any], None]] = {
            CallQueued: self._lifecycle.call_queued,
            CallEscalated: self._lifecycle.call_escalated,
            CallDequeued: self._lifecycle.call_dequeued,
            CallerHungUp: self._lifecycle.caller_gone,
            CallFailed: self._lifecycle.caller_gone,
            CallEnded: self._lifecycle.call_ended,
            OfferRinging: self._lifecycle.offer_ringing,
            OfferAccepted: self._lifecycle.offer_accepted,
            OfferDeclined: self._lifecycle.offer_declined,
            OfferUnanswered: self._lifecycle.offer_unanswered,
            OfferFailed: self._lifecycle.offer_failed,
            AgentHungUp: self._lifecycle.agent_hung_up,
            AgentReady: self._attendance.ready,
            AgentOnBreak: self._attendance.away,
            AgentOut: self._attendance.away,
            PhoneRegistered: self._attendance.phone_registered,
            PhoneUnregistered: self._attendance.phone_unregistered,
        }

    # --- the engine ---------------------------------------------------------------------------

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """Take in what happened at ``now`` and say what to do. See :class:`calls.engine.Engine`.

        Facts that are late, told twice or about somebody unknown are counted and dropped; facts
        that concern only other engines are ignored.

        Args:
            fact: what happened.
            now: seconds since the epoch; a clock that goes back counts as standing still.

        Raises:
            ValueError: ours: a fact of another site, or a queue that does not exist (an emergency
                goes to the nurses whatever queue it names). Nothing was changed.
        """
        if fact.site != self.site:
            raise ValueError(f"a fact of site {fact.site!r} reached site {self.site!r}")
        if isinstance(fact, CallQueued):
            needed = fact.requirement
            if needed.queue not in self._queues and not needed.emergency:
                raise ValueError(f"queue {needed.queue!r} does not exist")
        self._matching.catch_up(now)
        handler = self._handlers.get(type(fact))
        if handler is not None:
            handler(fact)
        return self._matching.commands()

    def tick(self, now: float) -> list[Command]:
        """Do what is due at ``now``: wrap-ups and rests that end, rings nobody reported on."""
        self._matching.catch_up(now)
        return self._matching.commands()

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do, seconds since the epoch; ``None`` for never."""
        return self._matching.next_deadline()

    # --- what others may ask --------------------------------------------------------------------

    def staffed(self, requirement: Requirement) -> bool:
        """Whether somebody who is not out has the skills; for an emergency, any nurse.

        Raises:
            KeyError: the queue does not exist.
        """
        return self._floor.lane(requirement).on_duty > 0

    def position(self, call_id: CallId) -> int | None:
        """The caller's place among those not answered in the same queue, from 1.

        ``None`` for a call that does not wait.
        """
        return self._ledger.position(call_id)

    def waited_s(self, call_id: CallId, now: float) -> float | None:
        """Seconds the caller has waited; ``None`` for a call that does not wait."""
        visit = self._ledger.waiting(call_id)
        return None if visit is None else max(0.0, now - visit.queued_at)

    def on_emergency_call(self, call_id: CallId) -> bool:
        """Whether the call is held here as a red flag.

        That is: waiting, ringing or connected as one, or taken out of the nurse queue by the flow
        without having met a nurse.
        """
        visit = self._ledger.get(call_id)
        return visit.lane.emergency if visit is not None else call_id in self._ledger.unserved

    def live_offers(self) -> tuple[LiveOffer, ...]:
        """Every offer that rings or is connected, in the order they were made."""
        return tuple(
            LiveOffer(offer.visit.call_id, offer.id, offer.agent.config.id, offer.agent.work)
            for offer in self._matching.offers()
        )

    @property
    def totals(self) -> VisitTotals:
        """Visits to all queues so far."""
        return summed(self._ledger.totals(queue_id) for queue_id in self._queues)

    def queue_totals(self, queue_id: QueueId) -> VisitTotals:
        """Visits to one queue so far.

        Raises:
            KeyError: the queue does not exist.
        """
        return self._ledger.totals(queue_id)

    @property
    def offer_totals(self) -> OfferTotals:
        """What became of the offers made so far."""
        return self._matching.totals()

    @property
    def dropped(self) -> DroppedFacts:
        """Facts so far that had nothing to say any more."""
        return DroppedFacts(
            late=self._lifecycle.late,
            duplicate=self._lifecycle.duplicate,
            unknown=self._lifecycle.unknown + self._attendance.unknown,
        )

    def snapshot(self) -> Snapshot:
        """How everything stands, in values that do not change."""
        visits: dict[QueueId, list[Visit]] = {queue_id: [] for queue_id in self._queues}
        for visit in self._ledger:
            visits[visit.lane.queue.id].append(visit)
        return Snapshot(
            site=self.site,
            queues=tuple(
                queue_view(
                    config,
                    self._floor.lane(Requirement(queue=queue_id)),
                    visits[queue_id],
                    self._ledger.totals(queue_id),
                )
                for queue_id, config in self._queues.items()
            ),
            agents=tuple(agent_view(agent) for agent in self._floor.agents.values()),
            offers=self.live_offers(),
            offer_totals=self.offer_totals,
            dropped=self.dropped,
        )
