"""A call's visit to a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.timers import Timed
from calls.ids import AgentId, CallId
from calls.requirement import Requirement
from calls.rung import Rung

if TYPE_CHECKING:
    from acd.call_back import CallBackTask
    from acd.lane import Lane
    from acd.offer import Offer

Place = tuple[int, float, int]
"""The order of all calls, smallest first: class, since when they wait less head start, sequence."""


class Visit(Timed):
    """One call in one queue until the visit's one outcome; once answered, the connected call.

    Attributes:
        call_id: the call.
        requirement: what it needs now.
        lane: where it stands, decided by ``requirement`` and by how long it has waited.
        queued_at: since when the caller has waited; kept over offers that came to nothing, over a
            change of queue, and over a phone lost in mid-call.
        since: from when its place counts: ``queued_at``, for a red flag the end of the words.
        seq: order of queueing, for equal times.
        tried: agents to whom an offer of it came to nothing, the latest last.
        offers: the live offers: ringing, or connected.
        answered: whether it is connected.
        waiting: whether it stands in its lane for an agent to take.
        climbed: which rungs of the emergency ladder were done for it.
        ladder_from: when the ladder began.
        advised_at: when a red flag's caller was last told to call 911, seconds since the epoch.
        may_call_back: whether the caller may be called back.
        number_known: whether there is a number to call back.
        task: the call-back that this is an attempt of.
        came_by: the call-back of a red flag that reached the caller.
        rests_until: of a call of two people that came to nothing: until then it is offered to
            nobody; ``None`` if it does not rest.
        rests: how often it has rested.
        failed: agents whose phones could not be rung for it.
        danger_since: since when a red flag is known of whom a nurse speaks with in a routine call.
    """

    __slots__ = (
        "advised_at",
        "answered",
        "call_id",
        "came_by",
        "climbed",
        "danger_since",
        "failed",
        "ladder_from",
        "lane",
        "may_call_back",
        "number_known",
        "offers",
        "queued_at",
        "requirement",
        "rests",
        "rests_until",
        "seq",
        "since",
        "task",
        "tried",
        "waiting",
    )

    timer_rank = 1

    def __init__(
        self,
        call_id: CallId,
        requirement: Requirement,
        lane: Lane,
        queued_at: float,
        since: float,
        seq: int,
    ) -> None:
        super().__init__()
        self.call_id = call_id
        self.requirement = requirement
        self.lane = lane
        self.queued_at = queued_at
        self.since = since
        self.seq = seq
        self.tried: tuple[AgentId, ...] = ()
        self.offers: list[Offer] = []
        self.answered = False
        self.waiting = False
        self.climbed: tuple[Rung, ...] = ()
        self.ladder_from = since
        self.advised_at: float | None = None
        self.may_call_back = True
        self.number_known = True
        self.task: CallBackTask | None = None
        self.came_by: CallBackTask | None = None
        self.failed: frozenset[AgentId] = frozenset()
        self.danger_since: float | None = None
        self.rests_until: float | None = None
        self.rests = 0

    @property
    def timer_seq(self) -> int:
        """See :class:`~acd.timers.Timed`."""
        return self.seq

    @property
    def place(self) -> Place:
        """The place among all calls."""
        lane = self.lane
        return (lane.call_class, self.since - lane.head_start_s, self.seq)

    @property
    def dialled(self) -> bool:
        """Whether it is an attempt to call back, and nobody is on the line yet."""
        return self.task is not None and not self.answered

    @property
    def ask_number(self) -> bool:
        """Whether whoever answers is to ask for a number: a red flag may drop."""
        return self.lane.emergency and not self.number_known

    def lets_go_first(self, agent_id: AgentId) -> bool:
        """Whether another call may go first at an agent, once, for their phone could not be rung.

        A call of two people lets nobody go first: whoever it cannot be rung at pauses, and the
        other of the two is given the next call at once.
        """
        return agent_id in self.failed and self.lane.companion is None

    def tried_by(self, agent_id: AgentId) -> None:
        """Remember that an offer to this agent came to nothing: they come last for this call."""
        self.tried = (*(other for other in self.tried if other != agent_id), agent_id)
