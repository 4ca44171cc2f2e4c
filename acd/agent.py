"""One agent: two small machines side by side.

**Presence** is what the agent asked for: out, ready or on a break. Any of them may be asked for at
any time; while the agent is busy with a call, a break or going home is kept and takes effect after
the wrap-up.

**Work** is what the distributor and the phone make of them::

    idle -> reserved -> ringing -> talking -> wrap-up -> idle
               |           |                     |
               +-> idle <--+                     +-> reserved
      refused, not answered, recalled      a red flag, and no other nurse

An agent in any state but idle carries exactly one offer, or none in wrap-up: their capacity is one
call. Commands stand in the table beside facts where it is the distributor's own decision that moves
the agent. Being reachable (a registered phone) belongs to neither machine: a phone may come and go
in any state.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from acd.models import AgentConfig
from acd.ranking import Key, Ranking
from calls.commands import OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentFact,
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
)
from calls.machine import Table, successor
from routing.disciplines import agent_order

if TYPE_CHECKING:
    from acd.group import SkillGroup
    from acd.visit import Offer


class Presence(Enum):
    """What the agent asked for."""

    OUT = "out"
    READY = "ready"
    BREAK = "break"


class Work(Enum):
    """What the agent is doing."""

    IDLE = "idle"
    RESERVED = "reserved"
    """A call is offered, the phone has not been heard to ring yet."""
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"


class WrapUpElapsed:
    """Time passed: not a fact of the journal, for a replay derives it from the facts' times."""


PRESENCE: Table[Presence] = {
    presence: {
        AgentReady: Presence.READY,
        AgentOnBreak: Presence.BREAK,
        AgentOut: Presence.OUT,
    }
    for presence in Presence
}

_OFFERED: dict[type, Work] = {
    OfferRinging: Work.RINGING,
    OfferAccepted: Work.TALKING,
    OfferDeclined: Work.IDLE,
    OfferUnanswered: Work.IDLE,
    OfferFailed: Work.IDLE,
    RecallOffer: Work.IDLE,
}

WORK: Table[Work] = {
    Work.IDLE: {OfferCall: Work.RESERVED},
    Work.RESERVED: _OFFERED,
    Work.RINGING: _OFFERED,
    Work.TALKING: {
        AgentHungUp: Work.WRAP_UP,
        OfferFailed: Work.WRAP_UP,
        ReleaseAgent: Work.WRAP_UP,
    },
    Work.WRAP_UP: {
        AgentReady: Work.IDLE,
        WrapUpElapsed: Work.IDLE,
        OfferCall: Work.RESERVED,
    },
}


def presence_after(presence: Presence, fact: AgentFact) -> Presence:
    """What the agent's presence becomes by ``fact``.

    Raises:
        IllegalFact: ``fact`` does not ask for a presence.
    """
    return successor(PRESENCE, "agent's presence", presence, fact)


class Agent:
    """An agent as the distributor knows them now.

    Attributes:
        config: as ops staff wrote it.
        group: the agents with the very same skills.
        presence: what they asked for.
        pending: a break or going home that waits for the end of the wrap-up.
        work: what they do.
        reachable: whether their phone is registered.
        since: when ``work`` or ``presence`` last changed.
        ready_since: since when they have been ready for a next call; in wrap-up since it began.
        ready_seq: order of becoming ready, for equal times.
        rests_until: until then, after a ring without answer, only a red flag may ring them.
        pauses_until: until then, after an offer that came to nothing or a conversation that was cut
            off, nothing is offered.
        offer: the call they are offered or connected to.
        shelf: the ranking of their group in which they stand for the taking, if they do.
        unanswered: how many rings they let pass.
    """

    __slots__ = (
        "config",
        "group",
        "offer",
        "pauses_until",
        "pending",
        "presence",
        "reachable",
        "ready_seq",
        "ready_since",
        "rests_until",
        "shelf",
        "since",
        "unanswered",
        "work",
    )

    def __init__(self, config: AgentConfig, group: SkillGroup) -> None:
        self.config = config
        self.group = group
        self.presence = Presence.OUT
        self.pending: Presence | None = None
        self.work = Work.IDLE
        self.reachable = False
        self.since = 0.0
        self.ready_since = 0.0
        self.ready_seq = 0
        self.rests_until = 0.0
        self.pauses_until = 0.0
        self.offer: Offer | None = None
        self.shelf: Ranking[Agent] | None = None
        self.unanswered = 0

    @property
    def ready_key(self) -> Key:
        """The place among those who are free: longest ready first."""
        return agent_order(ready_since=self.ready_since, seq=self.ready_seq)

    @property
    def being_offered(self) -> bool:
        """Whether a call is offered to them and not yet answered."""
        return self.work is Work.RESERVED or self.work is Work.RINGING

    def work_on(self, cause: object, now: float) -> None:
        """Move the work machine.

        Raises:
            IllegalFact: ``cause`` has no meaning in this state; nothing was changed.
        """
        self.work = successor(WORK, "agent's work", self.work, cause)
        self.since = now

    def put_on(self, shelf: Ranking[Agent] | None) -> None:
        """Stand on ``shelf``, and on no other."""
        if self.shelf is not None:
            self.shelf.remove(self.ready_key)
        self.shelf = shelf
        if shelf is not None:
            shelf.add(self.ready_key, self)

    def ready_from(self, now: float, seq: int) -> None:
        """Begin to be ready at ``now``: last in the order of those who are free."""
        assert self.shelf is None, "an agent's key must not change while they stand on a shelf"
        self.ready_since = now
        self.ready_seq = seq
