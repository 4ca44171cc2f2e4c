"""Offers at simulated phones: rung, accepted, over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.telephony.simulated.behaviour import Behaviour, Pickup
from adapters.telephony.simulated.recordings import Delayed
from calls.commands import Bridge, CallBack, OfferCall
from calls.facts import (
    CallHeld,
    CallRetrieved,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
)
from calls.ids import AgentId, OfferId


@dataclass(slots=True)
class RingingOffer:
    """An offer whose phone rings, or was answered without being bridged.

    Attributes:
        agent_id: whose phone.
        call_back: the agent is to call back.
        accepted: the agent has answered.
    """

    agent_id: AgentId
    call_back: bool
    accepted: bool = False


Ringing = dict[OfferId, RingingOffer]
"""The offers of one call that ring."""


def names(site: str, order: OfferCall | Bridge | CallBack) -> dict[str, Any]:
    """What every fact about an offer says."""
    return {
        "site": site,
        "call_id": order.call_id,
        "offer_id": order.offer_id,
        "agent_id": order.agent_id,
    }


def ring(site: str, command: OfferCall, behaviour: Behaviour, ringing: Ringing) -> list[Delayed]:
    """Ring an agent's phone.

    Args:
        site: the site's id.
        command: the offer.
        behaviour: the agent's.
        ringing: the offer is put there.
    """
    ringing[command.offer_id] = RingingOffer(command.agent_id, command.call_back)
    fact = names(site, command)
    if behaviour.pickup is Pickup.UNREACHABLE:
        return [(0.0, OfferFailed(**fact, reason="unreachable"))]
    rings: list[Delayed] = [(0.0, OfferRinging(**fact))]
    in_time = behaviour.after_s < command.ring_timeout_s
    if behaviour.pickup is Pickup.ANSWERS and in_time:
        rings.append((behaviour.after_s, OfferAccepted(**fact)))
    elif behaviour.pickup is Pickup.DECLINES and in_time:
        rings.append((behaviour.after_s, OfferDeclined(**fact)))
    else:
        rings.append((command.ring_timeout_s, OfferUnanswered(**fact)))
    return rings


def holds(site: str, command: Bridge, behaviour: Behaviour) -> list[Delayed]:
    """The hold of an agent who is bridged now, if they are one who holds."""
    if behaviour.holds_after_s is None:
        return []
    fact = names(site, command)
    return [
        (behaviour.holds_after_s, CallHeld(**fact)),
        (behaviour.holds_after_s + behaviour.holds_for_s, CallRetrieved(**fact)),
    ]


def happens(fact: OfferFact, ringing: Ringing) -> bool:
    """Whether a delayed fact still happens to one of these offers; it is then noted there."""
    offer = ringing.get(fact.offer_id)
    match fact:
        case OfferRinging():
            return offer is not None
        case OfferAccepted():
            if offer is not None:
                offer.accepted = True
            return offer is not None
        case OfferDeclined() | OfferUnanswered() | OfferFailed():
            return ringing.pop(fact.offer_id, None) is not None
    return False
