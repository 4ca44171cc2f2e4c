"""The life of a call with the distributor: what each fact about it or about its offers means.

A visit to a queue goes this way::

    CallQueued -> waiting <-> offered -> answered -> ReturnToFlow | caller gone
                     |           |           |
                     |           |           +-> waiting again: escalated, or its agent's phone lost
                     +-----------+-> abandoned, short, flowed out

One method per fact. What is late, told twice or in a wrong name is counted and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from acd.agent import Work
from acd.floor import Floor
from acd.ledger import Ledger, abandonment
from acd.matching import Matching
from acd.totals import OfferOutcome
from acd.visit import Offer, Visit
from calls.commands import Bridge, OpenTask, ReleaseAgent, ReturnToFlow
from calls.facts import (
    AgentHungUp,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
)
from calls.ids import CallId, QueueId
from calls.outcome import Outcome, VisitOutcome
from calls.requirement import Requirement

RED_FLAG_TASK = "red-flag-call-back"
"""The kind of task that a red flag leaves who dropped before a nurse spoke with them."""

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


class Lifecycle:
    """Takes in the facts about calls and offers.

    Attributes:
        late: facts about an offer or a connection that is over, or never was.
        duplicate: facts told a second time.
        unknown: facts about an offer or a call in the name of an agent whose it is not.
    """

    __slots__ = ("_floor", "_ledger", "_matching", "_nurse_queue", "duplicate", "late", "unknown")

    def __init__(
        self, floor: Floor, ledger: Ledger, matching: Matching, nurse_queue: QueueId
    ) -> None:
        self._floor = floor
        self._ledger = ledger
        self._matching = matching
        self._nurse_queue = nurse_queue
        self.late = 0
        self.duplicate = 0
        self.unknown = 0

    # --- calls ----------------------------------------------------------------------------------

    def call_queued(self, fact: CallQueued) -> None:
        """The flow wants an agent: a visit begins, or what it needs changes."""
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
            self.late += 1

    def call_escalated(self, fact: CallEscalated) -> None:
        """The agent on the call wants a nurse for the caller."""
        visit = self._ledger.get(fact.call_id)
        if visit is None or not visit.answered:
            self.late += 1
        elif _connection(visit).agent.config.id != fact.agent_id:
            self.unknown += 1
        else:
            self._to_nurses(visit, visit.requirement)

    def call_dequeued(self, fact: CallDequeued) -> None:
        """The flow takes the caller elsewhere. A red flag stays somebody's duty."""
        visit = self._ledger.waiting(fact.call_id)
        if visit is None:
            self.late += 1
            return
        if visit.lane.emergency:
            self._ledger.unserved[visit.call_id] = visit.queued_at
        self._leave(visit, VisitOutcome.FLOWED_OUT)

    def caller_gone(self, fact: CallerHungUp | CallFailed) -> None:
        """The caller hung up or was lost."""
        self._end(fact.call_id, Outcome.ABANDONED)

    def call_ended(self, fact: CallEnded) -> None:
        """The flow has ended the call. For one whose caller left before, nothing is left to do."""
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
            self.late += 1
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
        self._matching.say(
            ReturnToFlow(
                call_id=visit.call_id,
                agent_id=agent_id,
                requeued=True,
                emergency=requirement.emergency,
            )
        )
        again = self._ledger.enter(visit.call_id, requirement, queued_at, tried=(agent_id,))
        self._matching.line_up(again)
        self._matching.pause(offer.agent)
        self._matching.wrap_up(offer.agent, visit)

    def _with_nurse(self, visit: Visit) -> bool:
        lane = self._floor.lane(replace(visit.requirement, emergency=True))
        return lane.serves(_connection(visit).agent.group)

    # --- offers ---------------------------------------------------------------------------------

    def offer_ringing(self, fact: OfferRinging) -> None:
        """The agent's phone is heard to ring."""
        offer = self._live(fact)
        if offer is None:
            return
        if offer.agent.work is Work.RESERVED:
            offer.agent.work_on(fact, self._matching.now)
        else:
            self.duplicate += 1

    def offer_accepted(self, fact: OfferAccepted) -> None:
        """The agent answered: the two are bridged, unless the offer is over."""
        if self._matching.offer(fact.offer_id) is None:
            # They answered an offer that is over: their phone must not stay up.
            self._matching.say(
                ReleaseAgent(call_id=fact.call_id, offer_id=fact.offer_id, agent_id=fact.agent_id)
            )
        offer = self._live(fact)
        if offer is None:
            return
        if offer.visit.answered:
            self.duplicate += 1
            return
        self._matching.accept(offer, fact)
        self._ledger.answer(offer.visit, self._matching.now)
        self._matching.say(
            Bridge(call_id=fact.call_id, offer_id=fact.offer_id, agent_id=fact.agent_id)
        )

    def offer_declined(self, fact: OfferDeclined) -> None:
        """The agent refused, or their phone is busy."""
        offer = self._ringing(fact)
        if offer is not None:
            self._matching.refuse(offer, OfferOutcome.DECLINED, fact)

    def offer_unanswered(self, fact: OfferUnanswered) -> None:
        """Ring, no answer."""
        offer = self._ringing(fact)
        if offer is not None:
            self._matching.refuse(offer, OfferOutcome.UNANSWERED, fact)

    def offer_failed(self, fact: OfferFailed) -> None:
        """The agent's phone cannot be rung, or was lost in mid-call."""
        offer = self._live(fact)
        if offer is None:
            return
        visit = offer.visit
        if visit.answered:
            # Nobody said goodbye: the caller has the place again that they once had.
            self._ledger.forget(visit)
            self._matching.disconnect(offer, fact)
            self._queue_again(visit, offer, visit.requirement, visit.queued_at)
        else:
            self._matching.refuse(offer, OfferOutcome.FAILED, fact)

    def agent_hung_up(self, fact: AgentHungUp) -> None:
        """The agent ended the conversation; the flow has the caller again."""
        offer = self._live(fact)
        if offer is None:
            return
        visit = offer.visit
        if not visit.answered:
            self.late += 1
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
            self.late += 1
            return None
        if offer.agent.config.id != fact.agent_id or offer.visit.call_id != fact.call_id:
            self.unknown += 1
            return None
        return offer

    def _ringing(self, fact: OfferFact) -> Offer | None:
        """The same, if it has not been answered."""
        offer = self._live(fact)
        if offer is not None and offer.visit.answered:
            self.late += 1
            return None
        return offer


def _connection(visit: Visit) -> Offer:
    assert visit.offer is not None, "an answered visit keeps its offer until it is forgotten"
    return visit.offer
