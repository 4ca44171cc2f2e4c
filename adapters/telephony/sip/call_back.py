"""A call without a caller: agents who are to call somebody back, until that person is there."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from adapters.telephony.sip.agent_leg import AgentLeg
from adapters.telephony.sip.announcer import Sounds
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.called_person import CalledPerson
from adapters.telephony.sip.outside import Dialler, NotDialled
from calls.commands import CallBack, OfferCall
from calls.facts import CallBackMissed, Fact, OfferFailed
from calls.ids import CallId, OfferId
from calls.ports import LiveCall

log = logging.getLogger(__name__)


class CallBackOwner(Protocol):
    """Who holds all call-backs."""

    def report(self, fact: Fact) -> None:
        """A fact for the brain."""
        ...

    def confirmed(self, call: CallBackCall, person: CalledPerson[CallBack]) -> None:
        """The person pressed the key: their leg and the agents' are a caller's leg from now on."""
        ...

    def over(self, call: CallBackCall) -> None:
        """Nobody is left on it; forget it."""
        ...


class CallBackCall:
    """From the first offer to the person's key, or to the end of the last offer.

    Args:
        call_id: the call.
        site: the site's id.
        began_at: seconds since the epoch.
        owner: told what happens.
        sounds: makes the words for the person.
        background: looks after their making.
    """

    def __init__(
        self,
        call_id: CallId,
        site: str,
        began_at: float,
        owner: CallBackOwner,
        sounds: Sounds,
        background: Background,
    ) -> None:
        self.call_id = call_id
        self.began_at = began_at
        self._site = site
        self._owner = owner
        self._sounds = sounds
        self._background = background
        self._offers: dict[OfferId, AgentLeg] = {}
        self._dialled: set[OfferId] = set()
        self._person: CalledPerson[CallBack] | None = None

    def dial(self, command: CallBack, dialler: Dialler) -> None:
        """Call the person for the agent who accepted; for each offer once."""
        if command.offer_id in self._dialled:
            return
        agent = self._offers.get(command.offer_id)
        if agent is None or not agent.answered:
            self.release(command.offer_id)
            self._owner.report(OfferFailed(**self._names(command), reason="unreachable"))
            return
        if self._person is not None:
            self._owner.report(CallBackMissed(**self._names(command), reason="busy"))
            return
        self._dialled.add(command.offer_id)
        self._person = CalledPerson(
            command,
            command.destination.reveal(),
            self._sounds,
            self._background,
            on_confirmed=self._confirmed,
            on_missed=self._missed,
        )
        try:
            self._person.dial(dialler)
        except NotDialled as error:
            log.error("call %s: nobody can be called back: %s", self.call_id, error)
            self._missed(self._person, error.reason)

    def release(self, offer_id: OfferId) -> None:
        """Take an agent off; whoever is being called for them is called no more."""
        agent = self._offers.pop(offer_id, None)
        if agent is not None:
            agent.end()
            self._left(offer_id)

    def end(self) -> None:
        """End everything; nothing is reported."""
        self._stop_dialling()
        for agent in self._offers.values():
            agent.end()
        self._offers.clear()
        self._owner.over(self)

    def give_up(self) -> None:
        """Nobody drives it any more: end everything and report it.

        A person who has not pressed the key yet was missed; the 911 advice is not for them.
        """
        if self._person is not None:
            self._person.give_up()
        offers = [agent.order for agent in self._offers.values()]
        self.end()
        for order in offers:
            self._owner.report(OfferFailed(**self._names(order), reason="unreachable"))

    def picture(self) -> LiveCall:
        """The call as the brain wants to see it."""
        return LiveCall(
            call_id=self.call_id,
            arrived_at=self.began_at,
            ringing_offers=tuple(self._offers),
            call_back=True,
        )

    # --- AgentLegOwner --------------------------------------------------------------------------

    @property
    def offers(self) -> dict[OfferId, AgentLeg]:
        """See :class:`~adapters.telephony.sip.agent_leg.AgentLegOwner`."""
        return self._offers

    def report(self, fact: Fact) -> None:
        """See :class:`~adapters.telephony.sip.agent_leg.AgentLegOwner`."""
        self._owner.report(fact)

    def agent_answered(self, leg: AgentLeg) -> None:
        """They hear music until the person is there."""

    def agent_held(self) -> None:
        """There is nobody yet whom they could put on hold."""

    def agent_gone(self, leg: AgentLeg) -> None:
        """See :class:`~adapters.telephony.sip.agent_leg.AgentLegOwner`."""
        self._offers.pop(leg.order.offer_id, None)
        self._left(leg.order.offer_id)

    # --- inside ---------------------------------------------------------------------------------

    def _left(self, offer_id: OfferId) -> None:
        if self._person is not None and self._person.order.offer_id == offer_id:
            self._stop_dialling()
        if not self._offers:
            self._owner.over(self)

    def _stop_dialling(self) -> None:
        person, self._person = self._person, None
        if person is not None:
            person.end()

    def _confirmed(self, person: CalledPerson[CallBack]) -> None:
        self._person = None
        self._owner.confirmed(self, person)

    def _missed(self, person: CalledPerson[CallBack], reason: str) -> None:
        self._person = None
        self._owner.report(CallBackMissed(**self._names(person.order), reason=reason))

    def _names(self, order: OfferCall | CallBack) -> dict[str, Any]:
        return {
            "site": self._site,
            "call_id": order.call_id,
            "offer_id": order.offer_id,
            "agent_id": order.agent_id,
        }
