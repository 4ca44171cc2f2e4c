"""Calls without a caller: agents who are to call somebody back, as a model."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.telephony.simulated.behaviour import Behaviour, Person, Reached
from adapters.telephony.simulated.offers import Ringing, happens, names, ring
from adapters.telephony.simulated.recordings import Delayed
from calls.commands import CallBack, Command, HangUp, OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    CallBackAnswered,
    CallBackMissed,
    Fact,
    OfferFact,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LiveCall

KEY_AFTER_S = 3.0
"""How far into the words a person presses the key."""

SILENCE_S = 9.0
"""Between the words, and after them until the line gives up."""


@dataclass(slots=True)
class SimulatedCallBack:
    """One of them, until somebody has pressed the key.

    Attributes:
        began_at: seconds since the epoch.
        ringing: the offers.
        dialled: offers for which the person was called.
        calling: the offer for which the person is being called.
    """

    began_at: float
    ringing: Ringing = field(default_factory=dict)
    dialled: set[OfferId] = field(default_factory=set)
    calling: CallBack | None = None


class SimulatedCallBacks:
    """All of them.

    Args:
        site: the site's id.
    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._calls: dict[CallId, SimulatedCallBack] = {}

    def __contains__(self, call_id: CallId) -> bool:
        return call_id in self._calls

    def offer(self, command: OfferCall, behaviour: Behaviour, now: float) -> list[Delayed]:
        """Ring an agent, for a call that the line need not know."""
        call = self._calls.setdefault(command.call_id, SimulatedCallBack(now))
        return ring(self._site, command, behaviour, call.ringing)

    def carry_out(self, command: Command, person: Person, words_s: float) -> list[Delayed]:
        """Do any other command, if it is for a call-back.

        Args:
            command: the command.
            person: whoever would be called.
            words_s: how long the words to them take.
        """
        call = self._calls.get(command.call_id)
        if call is None:
            return []
        match command:
            case CallBack():
                return self._dial(call, command, person, words_s)
            case RecallOffer(offer_id=offer_id) | ReleaseAgent(offer_id=offer_id):
                self._leave(command.call_id, call, offer_id)
            case HangUp():
                del self._calls[command.call_id]
        return []

    def happens(self, fact: OfferFact) -> SimulatedCallBack | None:
        """The call to which a delayed fact still happens, if it does; it is noted there."""
        call = self._calls.get(fact.call_id)
        if call is None:
            return None
        if isinstance(fact, CallBackAnswered | CallBackMissed):
            if call.calling is None or call.calling.offer_id != fact.offer_id:
                return None
            call.calling = None
            if isinstance(fact, CallBackAnswered):
                del self._calls[fact.call_id]
            return call
        if not happens(fact, call.ringing):
            return None
        if not call.ringing:
            del self._calls[fact.call_id]
        return call

    def agent_hangs_up(self, call_id: CallId, agent_id: AgentId) -> list[Fact]:
        """An agent who accepted hangs up before anybody was reached."""
        call = self._calls.get(call_id)
        if call is None:
            return []
        for offer_id, offer in call.ringing.items():
            if offer.agent_id == agent_id and offer.accepted:
                self._leave(call_id, call, offer_id)
                return [
                    AgentHungUp(
                        site=self._site, call_id=call_id, offer_id=offer_id, agent_id=agent_id
                    )
                ]
        return []

    def person_hangs_up(self, call_id: CallId) -> list[Fact]:
        """Whoever is being called answers, and hangs up without a key."""
        call = self._calls.get(call_id)
        if call is None or call.calling is None:
            return []
        calling, call.calling = call.calling, None
        return [CallBackMissed(**names(self._site, calling), reason="not-confirmed")]

    def pictures(self) -> tuple[LiveCall, ...]:
        """The calls as the brain wants to see them."""
        return tuple(
            LiveCall(
                call_id=call_id,
                arrived_at=call.began_at,
                ringing_offers=tuple(call.ringing),
                call_back=True,
            )
            for call_id, call in self._calls.items()
        )

    def _leave(self, call_id: CallId, call: SimulatedCallBack, offer_id: OfferId) -> None:
        call.ringing.pop(offer_id, None)
        if call.calling is not None and call.calling.offer_id == offer_id:
            call.calling = None
        if not call.ringing:
            self._calls.pop(call_id, None)

    def _dial(
        self, call: SimulatedCallBack, command: CallBack, person: Person, words_s: float
    ) -> list[Delayed]:
        if command.offer_id in call.dialled:
            return []
        fact = names(self._site, command)
        offer = call.ringing.get(command.offer_id)
        if offer is None or not offer.accepted:
            return []
        call.dialled.add(command.offer_id)
        call.calling = command
        if not command.destination.reveal():
            return [(0.0, CallBackMissed(**fact, reason="not-permitted"))]
        if person.reached is Reached.BUSY:
            return [(0.0, CallBackMissed(**fact, reason="busy"))]
        if person.reached is Reached.NO_ANSWER or person.after_s >= command.ring_timeout_s:
            return [(command.ring_timeout_s, CallBackMissed(**fact, reason="no-answer"))]
        if person.reached is Reached.PRESSES_NOTHING:
            missed_s = person.after_s + 2 * words_s + SILENCE_S
            return [(missed_s, CallBackMissed(**fact, reason="not-confirmed"))]
        return [(person.after_s + min(KEY_AFTER_S, words_s), CallBackAnswered(**fact))]
