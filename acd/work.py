"""What an agent does about one call: a small machine per offer.

::

    idle -> reserved -> ringing -> talking <-> hold, consult
               |           |          |           |
               +-> idle <--+          +-----------+-> wrap-up -> idle
      refused, not answered, recalled

An agent who is offered nothing is idle. Commands stand in the table beside facts where it is the
distributor's own decision that moves the agent.
"""

from __future__ import annotations

from enum import Enum

from calls.commands import OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    AgentReady,
    CallBackMissed,
    CallHeld,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
)
from calls.machine import Table


class Work(Enum):
    """What the agent is doing about a call."""

    IDLE = "idle"
    RESERVED = "reserved"
    """A call is offered, the phone has not been heard to ring yet."""
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    """The caller hears music."""
    CONSULT = "consult"
    """The caller hears music while the agent speaks with somebody else about them."""
    WRAP_UP = "wrap-up"


class WrapUpElapsed:
    """Time passed: not a fact of the journal, for a replay derives it from the facts' times."""


_REFUSED: dict[type, Work] = {
    OfferDeclined: Work.IDLE,
    OfferUnanswered: Work.IDLE,
    OfferFailed: Work.IDLE,
    RecallOffer: Work.IDLE,
}

_ENDED: dict[type, Work] = {
    AgentHungUp: Work.WRAP_UP,
    CallBackMissed: Work.WRAP_UP,
    OfferFailed: Work.WRAP_UP,
    ReleaseAgent: Work.WRAP_UP,
}

WORK: Table[Work] = {
    Work.IDLE: {OfferCall: Work.RESERVED},
    Work.RESERVED: {OfferRinging: Work.RINGING, OfferAccepted: Work.TALKING, **_REFUSED},
    Work.RINGING: {OfferAccepted: Work.TALKING, **_REFUSED},
    Work.TALKING: {CallHeld: Work.HOLD, ConsultBegan: Work.CONSULT, **_ENDED},
    Work.HOLD: {CallRetrieved: Work.TALKING, ConsultBegan: Work.CONSULT, **_ENDED},
    Work.CONSULT: {ConsultEnded: Work.TALKING, CallHeld: Work.HOLD, **_ENDED},
    Work.WRAP_UP: {AgentReady: Work.IDLE, WrapUpElapsed: Work.IDLE, OfferCall: Work.IDLE},
}
"""In wrap-up the ``OfferCall`` is that of a red flag, which ends the wrap-up."""

CONNECTED = frozenset({Work.TALKING, Work.HOLD, Work.CONSULT})
"""The agent has answered, and the conversation goes on."""

OFFERED = frozenset({Work.RESERVED, Work.RINGING})
"""The agent is being rung."""
