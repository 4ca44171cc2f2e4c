"""What each fact about an offer or a conversation means for the agent and the caller's wait."""

from __future__ import annotations

from dataclasses import replace

from acd import RING_GRACE_S
from acd.metrics.books import Books, is_nurse
from acd.metrics.call import Call, Visit
from acd.metrics.cells import Doing
from acd.metrics.conversation import Leg, Offer
from acd.models import QueueConfig
from calls.commands import OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    CallBackMissed,
    CallConnected,
    CallHeld,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferUnanswered,
)
from calls.ids import CallId, QueueId

_DOING: dict[type[OfferFact], Doing] = {
    CallHeld: Doing.HOLD,
    CallRetrieved: Doing.TALK,
    ConsultBegan: Doing.CONSULT,
    ConsultEnded: Doing.TALK,
}

_OfOffer = OfferFact | RecallOffer | ReleaseAgent


class OfferFacts:
    """Takes in the facts about offers and conversations, each with its time."""

    __slots__ = ("_books",)

    def __init__(self, books: Books) -> None:
        self._books = books

    # --- offers ---------------------------------------------------------------------------------

    def offered(self, order: OfferCall, at: float) -> None:
        """An agent is rung."""
        agent = self._books.agent(order.agent_id, at)
        if order.offer_id in agent.offers:
            return
        queue = self._books.queue(QueueId(order.queue))
        cell = self._books.agent_sheet.at(order.agent_id, at)
        cell.offers += 1
        call = self._books.call(order.call_id)
        if order.call_back:
            call.answers = _answered(order.call_id)
            earlier = self._books.calls.get(call.answers)
            if earlier is not None:
                call.requirement = earlier.requirement
                earlier.kept = self._moved(earlier.kept, queue, at)
        elif call.waiting is not None:
            call.visit = call.visited = self._moved(call.waiting, queue, at)
        offer = Offer(
            id=order.offer_id,
            agent=agent,
            call=call,
            cell=cell,
            queue=queue,
            emergency=order.emergency,
            call_back=order.call_back,
            gives_up_at=at + order.ring_timeout_s + RING_GRACE_S,
        )
        agent.offered(offer, at)
        call.offers[offer.id] = offer

    def accepted(self, fact: OfferAccepted, at: float) -> None:
        """The agent answered."""
        offer = self._offer(fact, at)
        if offer is not None:
            offer.accept()

    def recalled(self, order: RecallOffer, at: float) -> None:
        """Nobody needs this agent any more: it stopped ringing."""
        self._books.tell_recalls()
        offer = self._offer(order, at)
        if offer is not None and not offer.accepted:
            offer.recall()
            offer.agent.free()

    def released(self, order: ReleaseAgent, at: float) -> None:
        """An agent who had answered is taken off the call, before or after they were connected."""
        self._books.tell_recalls()
        offer = self._offer(order, at)
        if offer is None:
            self._end_leg(order, at)
        else:
            offer.close()
            offer.agent.free()

    def declined(self, fact: OfferDeclined, at: float) -> None:
        """The agent refused, or their phone is busy."""
        offer = self._offer(fact, at)
        if offer is not None and not offer.accepted:
            offer.cell.declined += 1
            self._over(offer, at)

    def unanswered(self, fact: OfferUnanswered, at: float) -> None:
        """Ring, no answer."""
        offer = self._offer(fact, at)
        if offer is not None and not offer.accepted:
            offer.cell.unanswered += 1
            offer.agent.rest(at)
            self._over(offer, at)

    def failed(self, fact: OfferFailed, at: float) -> None:
        """The phone cannot be rung, or was lost in mid-call."""
        offer = self._offer(fact, at)
        if offer is None:
            self._lost(fact, at)
        elif offer.accepted:
            self._left_early(offer, at)
        else:
            offer.cell.failed += 1
            self._over(offer, at)

    def call_back_missed(self, fact: CallBackMissed, at: float) -> None:
        """Nobody was reached. The first of those who accepted had dialled."""
        offer = self._offer(fact, at)
        if offer is None or not _dials(offer):
            return
        together = list(offer.call.offers.values())
        if offer is not together[0]:
            return
        for each in together:
            self._wrap_up(each, at)

    # --- conversations --------------------------------------------------------------------------

    def connected(self, fact: CallConnected, at: float) -> None:
        """Caller and agent are bridged."""
        books = self._books
        agent = books.agent(fact.agent_id, at)
        if fact.offer_id in agent.legs:
            return
        call = books.call(fact.call_id)
        offer = call.offers.get(fact.offer_id)
        if offer is not None:
            offer.accept()
            offer.close()
        self._answer(call, offer, at)
        assert call.visit is not None
        queue = call.visit.queue
        leg = Leg(
            agent=agent,
            visit_cell=call.visit.cell,
            agent_cell=books.agent_sheet.at(fact.agent_id, at),
            load=1.0 / queue.at_once,
            wrap_up_s=queue.wrap_up_s,
            since=at,
        )
        if not call.legs:  # who joins them, an interpreter perhaps, is not who answers for it
            call.resolved_by = leg
        agent.legs[fact.offer_id] = call.legs[fact.offer_id] = leg
        if not call.needs_two:
            call.call_off(at, ringing=True)
        if is_nurse(agent.config):
            self._reached(call, at)

    def changed(
        self, fact: CallHeld | CallRetrieved | ConsultBegan | ConsultEnded, at: float
    ) -> None:
        """The caller is put on hold or taken back, or somebody else is asked."""
        leg = self._leg(fact, at)
        if leg is not None:
            leg.turn_to(_DOING[type(fact)], at)

    def hung_up(self, fact: AgentHungUp, at: float) -> None:
        """The agent's side is over. If it was the last, ``CallReleased`` follows."""
        offer = self._offer(fact, at)
        if offer is None:
            self._end_leg(fact, at)
        elif offer.accepted:
            self._left_early(offer, at)

    # --- how ------------------------------------------------------------------------------------

    def _reached(self, call: Call, at: float) -> None:
        """A nurse speaks with the caller: maybe a red flag, or one who had left and is called."""
        flag = call.red_flag
        if flag is not None and not flag.over:
            flag.over = True
            flag.cell.reached += 1
            flag.cell.nurse_after.add(at - flag.since)
            flag.cell.nurse_or_call_back_after.add(at - flag.since)
        missed = self._books.unreached.pop(call.answers, None) if call.answers else None
        if missed is not None:
            missed.cell.reached_by_call_back += 1
            missed.cell.nurse_or_call_back_after.add(at - missed.since)

    def _moved(self, visit: Visit | None, queue: QueueConfig, at: float) -> Visit | None:
        """The visit in the queue in which it is offered; its own may not be the site's any more."""
        if visit is None or visit.queue.id == queue.id:
            return visit
        visit.cell.flowed_out += 1
        cell = self._books.visit_sheet.at(queue.id, at)
        cell.offered += 1
        return replace(visit, queue=queue, cell=cell)

    def _answer(self, call: Call, offer: Offer | None, at: float) -> None:
        """The caller's wait is over with the first who speaks with them."""
        visit = call.waiting
        if visit is not None:
            visit.answered = True
            waited_s = at - visit.waits_since
            visit.cell.answered += 1
            visit.cell.answered_in_time += waited_s <= visit.queue.service_level_s
            visit.cell.answered_after.add(waited_s)
        elif call.visit is None:
            call.visit = self._called_back(call) or self._unasked(offer, at)

    def _called_back(self, attempt: Call) -> Visit | None:
        """The visit of a caller who had chosen to be called back, and now is."""
        earlier = None if attempt.answers is None else self._books.calls.get(attempt.answers)
        visit = earlier.kept if earlier is not None else None
        if earlier is None or visit is None:
            return None
        visit.answered = True
        visit.cell.called_back += 1
        attempt.caller = earlier.caller
        earlier.kept = None
        return visit

    def _unasked(self, offer: Offer | None, at: float) -> Visit:
        """A conversation that no visit led to: a red flag who had dropped was called back."""
        books = self._books
        queue = offer.queue if offer is not None else books.queue(books.nurse_queue)
        return Visit(
            queue=queue,
            cell=books.visit_sheet.at(queue.id, at),
            waits_since=at,
            sought_since=at,
            emergency=offer is not None and offer.emergency,
            answered=True,
        )

    def _offer(self, fact: _OfOffer, at: float) -> Offer | None:
        """The offer that a fact is about, if it is not over and the agent's."""
        offer = self._books.agent(fact.agent_id, at).offers.get(fact.offer_id)
        call = self._books.calls.get(fact.call_id)
        return offer if call is not None and fact.offer_id in call.offers else None

    def _leg(self, fact: _OfOffer, at: float) -> Leg | None:
        leg = self._books.agent(fact.agent_id, at).legs.get(fact.offer_id)
        call = self._books.calls.get(fact.call_id)
        return leg if call is not None and fact.offer_id in call.legs else None

    def _end_leg(self, fact: _OfOffer, at: float) -> bool:
        leg = self._leg(fact, at)
        if leg is None:
            return False
        del self._books.call(fact.call_id).legs[fact.offer_id]
        leg.agent.hung_up(fact.offer_id, at)
        return True

    def _lost(self, fact: OfferFailed, at: float) -> None:
        """A phone was lost in mid-call: where it was the first one, the caller waits again."""
        call = self._books.calls.get(fact.call_id)
        first = call is not None and next(iter(call.legs), None) == fact.offer_id
        if self._end_leg(fact, at) and call is not None:
            call.phone_lost = first

    def _left_early(self, offer: Offer, at: float) -> None:
        """The agent had answered and was never connected; who was dialling wraps up."""
        if _dials(offer):
            self._wrap_up(offer, at)
        else:
            self._over(offer, at)

    def _wrap_up(self, offer: Offer, at: float) -> None:
        """Of an attempt to call somebody back."""
        offer.agent.settle(at)
        self._over(offer, at)
        leg = Leg(
            agent=offer.agent,
            visit_cell=None,
            agent_cell=offer.cell,
            load=offer.load,
            wrap_up_s=offer.queue.wrap_up_s,
            since=at,
        )
        offer.agent.wrap_up(leg, at)

    @staticmethod
    def _over(offer: Offer, at: float) -> None:
        offer.refused(at)
        offer.agent.free()


def _dials(offer: Offer) -> bool:
    """Whether somebody is being called back: once all whom the call needs have accepted."""
    return offer.call_back and all(each.accepted for each in offer.call.offers.values())


def _answered(attempt: CallId) -> CallId:
    """The call that an attempt to call back answers: the distributor numbers them ``CALL~1``."""
    return CallId(attempt.rpartition("~")[0] or attempt)
