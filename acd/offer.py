"""A call reserved for one agent, from the ring to the end of the wrap-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.timers import Timed
from acd.work import CONNECTED, OFFERED, WORK, Work
from calls.ids import OfferId
from calls.machine import successor

if TYPE_CHECKING:
    from acd.agent import Agent
    from acd.visit import Visit


class Offer(Timed):
    """An offer, and what its agent does about it.

    Attributes:
        id: never used again.
        seq: order of offers.
        visit: the call; during the wrap-up the one that it was.
        agent: whom it was offered to.
        units: how much of the agent it takes up, of :data:`acd.agent.WHOLE`.
        work: reserved, ringing, talking, ...
        since: when ``work`` last changed.
        emergency: whether the agent was told that it is a red flag.
        ask_number: whether they were told to ask for the number.
    """

    __slots__ = (
        "agent",
        "ask_number",
        "emergency",
        "id",
        "seq",
        "since",
        "units",
        "visit",
        "work",
    )

    timer_rank = 0

    def __init__(self, offer_id: OfferId, seq: int, visit: Visit, agent: Agent, units: int) -> None:
        super().__init__()
        self.id = offer_id
        self.seq = seq
        self.visit = visit
        self.agent = agent
        self.units = units
        self.work = Work.IDLE
        self.since = 0.0
        self.emergency = False
        self.ask_number = False

    @property
    def timer_seq(self) -> int:
        """See :class:`~acd.timers.Timed`."""
        return self.seq

    @property
    def connected(self) -> bool:
        """Whether the agent has answered and the conversation is not over."""
        return self.work in CONNECTED

    @property
    def ringing(self) -> bool:
        """Whether the agent has not answered yet."""
        return self.work in OFFERED

    def work_on(self, cause: object, now: float) -> None:
        """Move the work machine.

        Raises:
            IllegalFact: ``cause`` has no meaning in this state; nothing was changed.
        """
        self.work = successor(WORK, "agent's work", self.work, cause)
        self.since = self.agent.since = now
