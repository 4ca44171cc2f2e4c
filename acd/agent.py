"""One agent: what they asked for, beside what they are doing.

**Presence** is what the agent asked for: out, ready or on a break. Any of them may be asked for at
any time. While the agent is busy a break or going home is kept and takes effect after the wrap-up;
a nurse's break also waits until enough other nurses are ready.

**Work** (:mod:`acd.work`) is a machine per call that is offered to the agent. An agent has room for
one call, or for several conversations of a kind of which they can lead several at once; the rooms
that their offers take up never exceed the whole. Being reachable (a registered phone) belongs to
neither machine: a phone may come and go in any state.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from acd.models import AgentConfig
from acd.timers import Timed
from acd.work import Work
from calls.facts import AgentFact, AgentOnBreak, AgentOut, AgentReady
from calls.machine import Table, successor

if TYPE_CHECKING:
    from acd.lane import Lane, Pool
    from acd.offer import Offer

WHOLE = 60
"""The room of one agent. It can be divided evenly by 2, 3, 4, 5 and 6."""


class Presence(Enum):
    """What the agent asked for."""

    OUT = "out"
    READY = "ready"
    BREAK = "break"


PRESENCE: Table[Presence] = {
    presence: {
        AgentReady: Presence.READY,
        AgentOnBreak: Presence.BREAK,
        AgentOut: Presence.OUT,
    }
    for presence in Presence
}

_BUSIEST = tuple(Work)

_lanes_waited_in = attrgetter("waiting")


def presence_after(presence: Presence, fact: AgentFact) -> Presence:
    """What the agent's presence becomes by ``fact``.

    Raises:
        IllegalFact: ``fact`` does not ask for a presence.
    """
    return successor(PRESENCE, "agent's presence", presence, fact)


class Agent(Timed):
    """An agent as the distributor knows them now.

    Attributes:
        config: as ops staff wrote it.
        index: their place among all agents, whose skills are least scarce first; never two alike.
        bit: ``1 << index``: the agent in a set of agents that is held as one whole number.
        nurse: whether they may be given a red flag.
        presence: what they asked for.
        pending: a break or going home that waits.
        approved: a supervisor lets a pending break pass, whoever else is ready.
        reachable: whether their phone is registered.
        since: when presence or work last changed.
        ready_since: since when they have been ready for a next call; in wrap-up since it began.
        rests_until: until then, after a ring without answer, only a red flag may ring them.
        pauses_until: until then, after an offer that came to nothing or a conversation that was cut
            off, nothing is offered.
        kept_until: until then they are kept for a call that needs two people; a time in the past
            if they were kept in vain since they were last offered anything.
        offers: what they are offered or connected to, or wrap up.
        used: how much of :data:`WHOLE` those offers take up.
        room: how much of it a routine call could have now; 0 while they rest or are away.
        urgent: whether only a red flag may ring them: a nurse in wrap-up, or at rest.
        pools: lead to the lanes whose calls they may take.
        unanswered: how many rings they let pass.
        leaving: the configuration has them no more; they finish what they are doing.
    """

    __slots__ = (
        "approved",
        "bit",
        "config",
        "index",
        "kept_until",
        "leaving",
        "nurse",
        "offers",
        "pauses_until",
        "pending",
        "pools",
        "presence",
        "reachable",
        "ready_since",
        "rests_until",
        "room",
        "since",
        "unanswered",
        "urgent",
        "used",
    )

    timer_rank = 2

    def __init__(self, config: AgentConfig, index: int) -> None:
        super().__init__()
        self.config = config
        self.index = index
        self.bit = 1 << index
        self.nurse = False
        self.presence = Presence.OUT
        self.pending: Presence | None = None
        self.approved = False
        self.reachable = False
        self.since = 0.0
        self.ready_since = 0.0
        self.rests_until = 0.0
        self.pauses_until = 0.0
        self.kept_until: float | None = None
        self.offers: list[Offer] = []
        self.used = 0
        self.room = 0
        self.urgent = False
        self.pools: list[Pool] = []
        self.unanswered = 0
        self.leaving = False

    @property
    def timer_seq(self) -> int:
        """See :class:`~acd.timers.Timed`."""
        return self.index

    @property
    def ready_key(self) -> tuple[float, int]:
        """The place among those who are free: longest ready, then least scarce skills."""
        return (self.ready_since, self.index)

    @property
    def lanes(self) -> Iterator[Lane]:
        """The lanes in which somebody waits whose call they may take."""
        return chain.from_iterable(map(_lanes_waited_in, self.pools))

    @property
    def free_nurse(self) -> bool:
        """Whether it is a nurse who is free for a whole call."""
        return self.nurse and self.room == WHOLE

    @property
    def work(self) -> Work:
        """What they do; of several conversations the one that is furthest on, wrap-ups last."""
        if not self.offers:
            return Work.IDLE
        if len(self.offers) == 1:
            return self.offers[0].work
        states = {offer.work for offer in self.offers}
        states.discard(Work.WRAP_UP)
        return max(states, key=_BUSIEST.index, default=Work.WRAP_UP)

    @property
    def wrapping_up(self) -> bool:
        """Whether all that they do is wrap up."""
        return all(offer.work is Work.WRAP_UP for offer in self.offers)
