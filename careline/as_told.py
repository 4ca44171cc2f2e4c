"""The calls at a distributor as a journal tells of them, its decisions included.

Nothing is decided here. Where a replay decides otherwise than the journal, this says how things
stood all the same, as far as the journal knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from acd import Work
from acd.work import CONNECTED, WORK
from calls.commands import Command, OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    CallBackChosen,
    CallBackMissed,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerAdvised,
    CallerHungUp,
    CallFailed,
    CallQueued,
    CallReleased,
    Fact,
    OfferDeclined,
    OfferFact,
    OfferUnanswered,
    TaskClosed,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.requirement import Requirement

_JUST_BEFORE_S = 0.001


@dataclass(slots=True)
class ToldOffer:
    """An offer that is not over.

    Attributes:
        order: as it was made.
        at: when, seconds since the epoch.
        work: what the agent does about it.
        since: since when.
    """

    order: OfferCall
    at: float
    work: Work
    since: float


@dataclass(slots=True)
class ToldCall:
    """A call that waits or is connected, or an attempt to call somebody back.

    Attributes:
        requirement: what it needs.
        queued_at: since when the caller has waited, seconds since the epoch.
        since: from when the place counts.
        answered: whether it is connected.
        offers: who is rung, or speaks with the caller.
        tried: to whom an offer of it came to nothing, the latest last.
        may_call_back: whether the caller may be called back.
        number_known: whether there is a number to call back.
        advised_at: when the caller was last told to call 911, seconds since the epoch.
        place_known: whether it is told since when the caller has waited; else not before it was
            first heard of.
    """

    requirement: Requirement
    queued_at: float
    since: float
    answered: bool = False
    offers: dict[OfferId, ToldOffer] = field(default_factory=dict)
    tried: tuple[AgentId, ...] = ()
    may_call_back: bool = True
    number_known: bool = True
    advised_at: float | None = None
    place_known: bool = True


class AsTold:
    """Follows a journal, entry by entry.

    Attributes:
        calls: those that wait, ring or are connected.
        left: those whose callers have left, to be called back.
        made: the number of the offer that was made last; an offer's id ends with it.
    """

    def __init__(self) -> None:
        self.calls: dict[CallId, ToldCall] = {}
        self.left: dict[CallId, ToldCall] = {}
        self.made = 0

    def take(self, at: float, record: Fact | Command) -> None:
        """Take in one record, at its time in seconds since the epoch."""
        match record:
            case CallQueued():
                self._queued(record, at)
            case OfferCall():
                self.made = number_of(record.offer_id) or self.made
                self._offered(record, at)
            case CallerAdvised(call_id=call_id) if call_id in self.calls:
                self.calls[call_id].advised_at = at
            case CallConnected():
                self._connected(record, at)
            case CallReleased():
                self._released(record, at)
            case CallBackChosen() | CallerHungUp() | CallFailed():
                self._leave(record.call_id)
            case CallDequeued() | CallBackMissed() | CallEnded():
                self.calls.pop(record.call_id, None)
            case TaskClosed():
                self.left.pop(record.call_id, None)
            case OfferFact() | RecallOffer() | ReleaseAgent():
                self._moved(record, at)

    def disbelieve(self, recall: RecallOffer | ReleaseAgent) -> None:
        """An offer must be over, though its end is not told."""
        call = self.calls.get(recall.call_id)
        if call is not None:
            call.offers.pop(recall.offer_id, None)
            call.answered = call.answered and bool(call.offers)

    def stood_before(self, call_id: CallId, other: CallId) -> None:
        """A call was taken before another one: if its place is not known, that is something."""
        call, after = self.calls.get(call_id), self.calls.get(other)
        if call is not None and after is not None and not call.place_known:
            call.since = call.queued_at = min(call.since, after.since - _JUST_BEFORE_S)

    def _queued(self, fact: CallQueued, at: float) -> None:
        wanted = fact.requirement
        since = at - fact.heard_ago_s if wanted.emergency else at
        call = self.calls.get(fact.call_id)
        if call is None:
            call = self.calls[fact.call_id] = ToldCall(wanted, at, since)
        elif not call.answered and wanted.emergency >= call.requirement.emergency:
            if wanted.emergency and not call.requirement.emergency:
                call.since = since
            call.requirement = wanted
        call.may_call_back, call.number_known = fact.may_call_back, fact.number_known
        if fact.advised_911:
            call.advised_at = at

    def _leave(self, call_id: CallId) -> None:
        """A caller has left. Who had not been answered may be called back in their old place."""
        call = self.calls.pop(call_id, None)
        if call is not None and not call.answered and answered_by(call_id) is None:
            self.left[call_id] = replace(call, offers={})

    def _offered(self, order: OfferCall, at: float) -> None:
        call = self.calls.get(order.call_id)
        caller = answered_by(order.call_id)
        if call is None and caller is not None:
            # Also where it is not told that they had left.
            self._leave(caller)
            if caller in self.left:
                call = self.calls[order.call_id] = replace(self.left[caller], offers={}, tried=())
        if call is None:
            # How it came to wait is not told, or it is an attempt to call somebody back.
            wanted = Requirement(queue=QueueId(order.queue), emergency=order.emergency)
            call = self.calls[order.call_id] = ToldCall(wanted, at, at, place_known=False)
        call.offers[order.offer_id] = ToldOffer(order, at, Work.RESERVED, at)

    def _connected(self, fact: CallConnected, at: float) -> None:
        call = self.calls.get(fact.call_id)
        if call is None or fact.offer_id not in call.offers:
            # The offer itself is not told.
            self._offered(_offer_before(fact, call), at)
            call = self.calls[fact.call_id]
        call.answered = True
        # Who rings still is recalled, and that is told as well.
        offer = call.offers[fact.offer_id]
        if offer.work not in CONNECTED:
            offer.work, offer.since = Work.TALKING, at

    def _released(self, fact: CallReleased, at: float) -> None:
        call = self.calls.get(fact.call_id)
        if call is None:
            return
        if not fact.requeued:
            del self.calls[fact.call_id]
            return
        call.offers.clear()
        call.answered = False
        if fact.emergency and not call.requirement.emergency:
            call.requirement = replace(call.requirement, emergency=True)
            call.queued_at = call.since = at

    def _moved(self, record: OfferFact | RecallOffer | ReleaseAgent, at: float) -> None:
        call = self.calls.get(record.call_id)
        offer = call.offers.get(record.offer_id) if call is not None else None
        if call is None or offer is None:
            return
        to = WORK[offer.work].get(type(record))
        if to in (Work.IDLE, Work.WRAP_UP):
            del call.offers[record.offer_id]
            if isinstance(record, OfferDeclined | OfferUnanswered):
                others = (each for each in call.tried if each != record.agent_id)
                call.tried = (*others, record.agent_id)
        elif to is not None:
            offer.work, offer.since = to, at


def _offer_before(fact: CallConnected, call: ToldCall | None) -> OfferCall:
    """The offer that must have led to a connection, as far as that tells of it."""
    wanted = call.requirement if call is not None else None
    return OfferCall(
        call_id=fact.call_id,
        offer_id=fact.offer_id,
        agent_id=fact.agent_id,
        ring_timeout_s=0.0,
        emergency=wanted is not None and wanted.emergency,
        queue=wanted.queue if wanted is not None else "",
        rule="",
        call_back="~" in fact.call_id,
    )


def answered_by(attempt: CallId) -> CallId | None:
    """The call that an attempt to call back answers; ``None`` for any other call."""
    call_id, attempts, _number = attempt.rpartition("~")
    return CallId(call_id) if attempts else None


def number_of(offer_id: OfferId) -> int | None:
    """Which offer of its site it is, by its id; ``None`` if that does not say."""
    number = offer_id.rpartition("/")[2]
    return int(number) if number.isdecimal() else None
