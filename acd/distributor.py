"""The distributor: which caller speaks with which agent. Pure: facts in, commands out.

A visit to a queue goes this way::

    CallQueued -> waiting <-> offered -> answered -> ReturnToFlow | caller gone
                     |           |           |
                     |           |           +-> waiting again, in front: escalated, phone lost
                     +-----------+-> abandoned, short, flowed out

Time that passes is part of the facts: before a fact is handled, everything that fell due earlier is
done at the time it fell due. So the decisions depend on the facts and their times alone, however
late or often ``tick`` was called, and a replay without any ticks decides the same.

One method per fact, and the questions others may ask: longer than a module should be, and kept in
one piece so that all that can happen to a call is read in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from acd.agent import Work
from acd.attendance import Attendance
from acd.floor import Floor
from acd.ledger import Ledger, abandonment
from acd.matching import Matching
from acd.models import AgentConfig, QueueConfig
from acd.snapshot import LiveOffer, Snapshot, agent_view, queue_view
from acd.totals import DroppedFacts, OfferOutcome, OfferTotals, VisitTotals, summed
from acd.visit import Offer, Visit
from calls.commands import Bridge, Command, OpenTask, ReleaseAgent, ReturnToFlow
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
    OfferFact,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, QueueId
from calls.outcome import Outcome, VisitOutcome
from calls.requirement import Requirement

RED_FLAG_TASK = "red-flag-call-back"

_SERVED = (Outcome.HANDLED, Outcome.TRANSFERRED)
"""Ends of a call after which a red flag that met no nurse here needs no call-back."""

_LEFT = (
    Outcome.ABANDONED,
    Outcome.SHORT_ABANDON,
    Outcome.ADVISED,
    Outcome.REFUSED,
    Outcome.ERROR,
)
"""Ends of a call that end a visit as abandoned; by any other the flow took the call elsewhere."""


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
        self._nurse_queue = nurse_queue
        self._floor = Floor(queues, agents, nurse_queue)
        self._ledger = Ledger(self._floor, queues)
        self._matching = Matching(self._floor)
        self._attendance = Attendance(self._floor, self._matching)
        self._late = self._duplicate = self._unknown = 0
        self._handlers: dict[type[Fact], Callable[[Any], None]] = {
            CallQueued: self._call_queued,
            CallEscalated: self._call_escalated,
            CallDequeued: self._call_dequeued,
            CallerHungUp: self._caller_gone,
            CallFailed: self._caller_gone,
            CallEnded: self._call_ended,
            OfferRinging: self._offer_ringing,
            OfferAccepted: self._offer_accepted,
            OfferDeclined: self._offer_declined,
            OfferUnanswered: self._offer_unanswered,
            OfferFailed: self._offer_failed,
            AgentHungUp: self._agent_hung_up,
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
            late=self._late,
            duplicate=self._duplicate,
            unknown=self._unknown + self._attendance.unknown,
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

    # --- what happened to calls -----------------------------------------------------------------

    def _call_queued(self, fact: CallQueued) -> None:
        visit = self._ledger.get(fact.call_id)
        if visit is None:
            requirement, queued_at = fact.requirement, self._matching.now
            if fact.call_id in self._ledger.unserved:
                requirement = replace(requirement, emergency=True)
                queued_at = self._ledger.unserved.pop(fact.call_id)
            self._matching.line_up(self._ledger.enter(fact.call_id, requirement, queued_at))
        elif not visit.answered:
            self._change(visit, fact.requirement)
        elif fact.requirement.emergency and not self._with_nurse(visit):
            self._to_nurses(visit, fact.requirement)
        else:
            self._late += 1

    def _call_escalated(self, fact: CallEscalated) -> None:
        visit = self._ledger.get(fact.call_id)
        if visit is None or not visit.answered:
            self._late += 1
        elif _connection(visit).agent.config.id != fact.agent_id:
            self._unknown += 1
        else:
            self._to_nurses(visit, visit.requirement)

    def _call_dequeued(self, fact: CallDequeued) -> None:
        visit = self._ledger.waiting(fact.call_id)
        if visit is None:
            self._late += 1
            return
        if visit.lane.emergency:
            self._ledger.unserved[visit.call_id] = visit.queued_at
        self._leave(visit, VisitOutcome.FLOWED_OUT)

    def _caller_gone(self, fact: CallerHungUp | CallFailed) -> None:
        self._end(fact.call_id, Outcome.ABANDONED)

    def _call_ended(self, fact: CallEnded) -> None:
        self._end(fact.call_id, fact.outcome)

    def _end(self, call_id: CallId, outcome: Outcome) -> None:
        visit = self._ledger.get(call_id)
        unserved = self._ledger.unserved.pop(call_id, None) is not None
        if visit is not None and visit.answered:
            offer = _connection(visit)
            self._ledger.forget(visit)
            self._matching.release(offer)
            self._matching.wrap_up(offer.agent, visit)
            return
        red_flag = unserved or (visit is not None and visit.lane.emergency)
        if red_flag and outcome not in _SERVED:
            self._matching.say(
                OpenTask(call_id=call_id, kind=RED_FLAG_TASK, queue=self._nurse_queue)
            )
        if visit is not None:
            left = outcome in _LEFT
            now = self._matching.now
            self._leave(visit, abandonment(visit, now) if left else VisitOutcome.FLOWED_OUT)

    def _change(self, visit: Visit, requirement: Requirement) -> None:
        before = visit.lane
        if before.emergency and not requirement.emergency:
            # Acuity only rises: a red flag stays where it is.
            self._late += 1
            return
        visit.requirement = requirement
        lane = self._floor.lane(requirement)
        if lane is before:
            return
        offer = visit.offer
        if offer is None:
            before.waiting.remove(visit.key)
        self._ledger.move(visit, lane)
        if offer is None:
            self._matching.line_up(visit)
        elif not lane.serves(offer.agent.group):
            self._matching.recall(offer)
            self._matching.line_up(visit)
            self._matching.settle(offer.agent)

    def _leave(self, visit: Visit, outcome: VisitOutcome) -> None:
        self._ledger.end(visit, outcome, self._matching.now)
        offer = visit.offer
        if offer is None:
            visit.lane.waiting.remove(visit.key)
        else:
            self._matching.recall(offer)
            self._matching.settle(offer.agent)

    def _to_nurses(self, visit: Visit, requirement: Requirement) -> None:
        """Take a connected caller from their agent into the emergency lane."""
        offer = _connection(visit)
        self._ledger.forget(visit)
        self._matching.release(offer)
        emergency = replace(requirement, queue=self._nurse_queue, emergency=True)
        self._queue_again(visit, offer, emergency, self._matching.now)

    def _queue_again(
        self, visit: Visit, offer: Offer, requirement: Requirement, queued_at: float
    ) -> None:
        """Queue a caller whose conversation was cut off; whoever they spoke with comes last."""
        agent_id = offer.agent.config.id
        self._matching.say(ReturnToFlow(call_id=visit.call_id, agent_id=agent_id, requeued=True))
        again = self._ledger.enter(visit.call_id, requirement, queued_at, tried=(agent_id,))
        self._matching.line_up(again)
        self._matching.wrap_up(offer.agent, visit)

    def _with_nurse(self, visit: Visit) -> bool:
        lane = self._floor.lane(replace(visit.requirement, emergency=True))
        return lane.serves(_connection(visit).agent.group)

    # --- what happened to offers ----------------------------------------------------------------

    def _offer_ringing(self, fact: OfferRinging) -> None:
        offer = self._live(fact)
        if offer is None:
            return
        if offer.agent.work is Work.RESERVED:
            offer.agent.work_on(fact, self._matching.now)
        else:
            self._duplicate += 1

    def _offer_accepted(self, fact: OfferAccepted) -> None:
        if self._matching.offer(fact.offer_id) is None:
            # They answered an offer that is over: their phone must not stay up.
            self._matching.say(
                ReleaseAgent(call_id=fact.call_id, offer_id=fact.offer_id, agent_id=fact.agent_id)
            )
        offer = self._live(fact)
        if offer is None:
            return
        if offer.visit.answered:
            self._duplicate += 1
            return
        self._matching.accept(offer, fact)
        self._ledger.answer(offer.visit, self._matching.now)
        self._matching.say(
            Bridge(call_id=fact.call_id, offer_id=fact.offer_id, agent_id=fact.agent_id)
        )

    def _offer_declined(self, fact: OfferDeclined) -> None:
        offer = self._ringing(fact)
        if offer is not None:
            self._matching.refuse(offer, OfferOutcome.DECLINED, fact)

    def _offer_unanswered(self, fact: OfferUnanswered) -> None:
        offer = self._ringing(fact)
        if offer is not None:
            self._matching.refuse(offer, OfferOutcome.UNANSWERED, fact)

    def _offer_failed(self, fact: OfferFailed) -> None:
        offer = self._live(fact)
        if offer is None:
            return
        visit = offer.visit
        if visit.answered:
            # The agent's phone was lost in mid-call: the caller keeps the place they once had.
            self._ledger.forget(visit)
            self._matching.disconnect(offer, fact)
            self._queue_again(visit, offer, visit.requirement, visit.queued_at)
        else:
            self._matching.refuse(offer, OfferOutcome.FAILED, fact)

    def _agent_hung_up(self, fact: AgentHungUp) -> None:
        offer = self._live(fact)
        if offer is None:
            return
        visit = offer.visit
        if not visit.answered:
            self._late += 1
            return
        self._ledger.forget(visit)
        self._matching.disconnect(offer, fact)
        self._matching.say(
            ReturnToFlow(call_id=fact.call_id, agent_id=fact.agent_id, requeued=False)
        )
        self._matching.wrap_up(offer.agent, visit)

    def _live(self, fact: OfferFact) -> Offer | None:
        """The offer that a fact is about, if it is not over; counted if it is."""
        offer = self._matching.offer(fact.offer_id)
        if offer is None:
            self._late += 1
            return None
        if offer.agent.config.id != fact.agent_id or offer.visit.call_id != fact.call_id:
            self._unknown += 1
            return None
        return offer

    def _ringing(self, fact: OfferFact) -> Offer | None:
        """The same, if it has not been answered."""
        offer = self._live(fact)
        if offer is not None and offer.visit.answered:
            self._late += 1
            return None
        return offer


def _connection(visit: Visit) -> Offer:
    assert visit.offer is not None, "an answered visit keeps its offer until it is forgotten"
    return visit.offer
