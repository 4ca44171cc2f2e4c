"""What agents and their phones do about an offer, from the ring to the end of the conversation."""

from __future__ import annotations

from acd.call_backs import CallBacks
from acd.ledger import Ledger
from acd.lifecycle import Lifecycle
from acd.matching import Matching
from acd.offer import Offer
from acd.totals import DropCount, OfferOutcome
from acd.work import WORK, Work
from calls.commands import ReleaseAgent, ReturnToFlow
from calls.facts import (
    AgentHungUp,
    CallBackAnswered,
    CallBackMissed,
    CallHeld,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    IdentityConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
)


class Answering:
    """Takes in the facts about offers.

    Args:
        ledger: holds the calls.
        matching: holds the offers.
        lifecycle: connects a caller, and queues one again whose agent was lost.
        call_backs: dials once an agent has accepted to.
        drops: counts what had nothing to say.
    """

    __slots__ = ("_call_backs", "_drops", "_ledger", "_lifecycle", "_matching")

    def __init__(
        self,
        ledger: Ledger,
        matching: Matching,
        lifecycle: Lifecycle,
        call_backs: CallBacks,
        drops: DropCount,
    ) -> None:
        self._ledger = ledger
        self._matching = matching
        self._lifecycle = lifecycle
        self._call_backs = call_backs
        self._drops = drops

    # --- the ring -------------------------------------------------------------------------------

    def ringing(self, fact: OfferRinging) -> None:
        """The agent's phone is heard to ring."""
        offer = self._live(fact)
        if offer is None:
            return
        if offer.work is Work.RESERVED:
            offer.work_on(fact, self._matching.now)
        else:
            self._drops.duplicate += 1

    def accepted(self, fact: OfferAccepted) -> None:
        """The agent answered: the two are bridged, unless the offer is over."""
        if self._matching.offers.get(fact.offer_id) is None:
            # They answered an offer that is over: their phone must not stay up.
            self._matching.say(
                ReleaseAgent(call_id=fact.call_id, offer_id=fact.offer_id, agent_id=fact.agent_id)
            )
        offer = self._live(fact)
        if offer is None:
            return
        visit = offer.visit
        if not offer.ringing:
            self._drops.duplicate += 1
        elif visit.task is not None:
            self._call_backs.accepted(offer, fact)
        else:
            self._matching.offers.accept(offer, fact)
            if visit.lane.companion is None:
                self._matching.recall_others(visit, offer)
            if all(each.connected for each in visit.offers):
                self._lifecycle.connect(visit)

    def declined(self, fact: OfferDeclined) -> None:
        """The agent refused, or their phone is busy."""
        offer = self._ringing(fact)
        if offer is not None:
            self._matching.refuse(offer, OfferOutcome.DECLINED, fact)

    def unanswered(self, fact: OfferUnanswered) -> None:
        """Ring, no answer."""
        offer = self._ringing(fact)
        if offer is not None:
            self._matching.refuse(offer, OfferOutcome.UNANSWERED, fact)

    def failed(self, fact: OfferFailed) -> None:
        """The agent's phone cannot be rung, or was lost in mid-call."""
        offer = self._live(fact)
        if offer is None:
            return
        if offer.ringing:
            self._matching.refuse(offer, OfferOutcome.FAILED, fact)
        elif not offer.visit.answered:
            self._gone_early(offer, fact)
        else:
            self._lost(offer, fact)

    # --- the conversation -----------------------------------------------------------------------

    def worked(self, fact: CallHeld | CallRetrieved | ConsultBegan | ConsultEnded) -> None:
        """Hold and consult: the caller stays the agent's."""
        offer = self._live(fact)
        if offer is None:
            return
        if type(fact) in WORK[offer.work]:
            offer.work_on(fact, self._matching.now)
        else:
            self._drops.duplicate += 1

    def hung_up(self, fact: AgentHungUp) -> None:
        """The agent ended the conversation; the flow has the caller again."""
        offer = self._live(fact)
        if offer is None:
            return
        visit = offer.visit
        if offer.ringing:
            self._drops.late += 1
        elif not visit.answered:
            self._gone_early(offer, fact)
        elif offer is not visit.offers[0]:
            self._matching.offers.disconnect(offer, fact)
            self._matching.wrap_up(offer)
        else:
            others = visit.offers[1:]
            self._ledger.forget(visit)
            self._matching.offers.disconnect(offer, fact)
            for other in others:
                self._matching.offers.release(other)
            self._matching.say(
                ReturnToFlow(call_id=fact.call_id, agent_id=fact.agent_id, requeued=False)
            )
            for each in (offer, *others):
                self._matching.wrap_up(each)

    def call_back_answered(self, fact: CallBackAnswered) -> None:
        """The person called back is on the line."""
        offer = self._dialling(fact)
        if offer is not None:
            self._call_backs.answered(offer)

    def call_back_missed(self, fact: CallBackMissed) -> None:
        """Nobody was reached."""
        offer = self._dialling(fact)
        if offer is not None:
            self._call_backs.missed(offer, fact)

    def identity_confirmed(self, fact: IdentityConfirmed) -> None:
        """It is the person who had called: noted in the task of a red flag, as long as it is open.

        A call-back that was chosen is over once it has reached somebody: there it says nothing any
        more.
        """
        offer = self._live(fact)
        if offer is None:
            return
        task = self._ledger.came_by(offer.visit)
        if task is None or not offer.visit.answered:
            self._drops.late += 1
        else:
            task.confirmed = True

    # --- inside -----------------------------------------------------------------------------------

    def _gone_early(self, offer: Offer, fact: AgentHungUp | OfferFailed) -> None:
        """An agent who had answered is gone before anybody was bridged to them."""
        visit = offer.visit
        if visit.task is not None and all(each.connected for each in visit.offers):
            self._call_backs.agent_left(offer, fact)
            return
        self._matching.offers.disconnect(offer, fact)
        self._matching.standing.pause(offer.agent)
        visit.tried_by(offer.agent.config.id)
        self._matching.wait_for_anybody(visit)
        self._matching.call_off(visit, in_vain=True)
        self._matching.end_wrap_up(offer)

    def _lost(self, offer: Offer, fact: OfferFailed) -> None:
        """A phone was lost in mid-call; the caller stays with whoever led the conversation.

        But not if they are in danger, and it was their nurse's.
        """
        visit = offer.visit
        offers = tuple(visit.offers)
        self._matching.offers.disconnect(offer, fact)
        safe = visit.danger_since is None or self._lifecycle.with_nurse(visit)
        if offer is not offers[0] and safe:
            self._matching.wrap_up(offer)
            return
        self._ledger.forget(visit)
        for other in tuple(visit.offers):
            self._matching.offers.release(other)
        self._lifecycle.agent_lost(visit, offers)

    def _dialling(self, fact: CallBackAnswered | CallBackMissed) -> Offer | None:
        offer = self._live(fact)
        if offer is None:
            return None
        visit = offer.visit
        dialling = visit.task is not None and not visit.answered and offer is visit.offers[0]
        if not dialling or not all(each.connected for each in visit.offers):
            self._drops.late += 1
            return None
        return offer

    def _live(self, fact: OfferFact) -> Offer | None:
        """The offer that a fact is about, if it is not over; counted if it is."""
        offer = self._matching.offers.get(fact.offer_id)
        if offer is None:
            self._drops.late += 1
            return None
        if offer.agent.config.id != fact.agent_id or offer.visit.call_id != fact.call_id:
            self._drops.unknown += 1
            return None
        return offer

    def _ringing(self, fact: OfferFact) -> Offer | None:
        """The same, if it has not been answered."""
        offer = self._live(fact)
        if offer is not None and not offer.ringing:
            self._drops.late += 1
            return None
        return offer
