"""One caller who is to be called back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acd.timers import Timed
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement

if TYPE_CHECKING:
    from acd.visit import Visit


class CallBackTask(Timed):
    """A promise to call somebody back. That of a red flag stays until a person closes it.

    Attributes:
        call_id: the call that it answers.
        requirement: what the caller needs.
        queue: the queue that they waited in.
        queued_at: since when they have waited.
        since: from when their place counts.
        seq: order of queueing, for equal times.
        visit_open: the visit to the queue goes on: it ends when they are called back.
        allowed: whether they may be called, and there is a number.
        attempts: how often they have been called in vain.
        rounds: attempts begun; each is a call with an id of its own.
        next_at: not before this time, seconds since the epoch.
        tried: agents who come last for it.
        visit: the attempt that is under way.
        reached: whether somebody has spoken with them.
        confirmed: whether that was the person who had called.
    """

    __slots__ = (
        "allowed",
        "attempts",
        "call_id",
        "confirmed",
        "next_at",
        "queue",
        "queued_at",
        "reached",
        "requirement",
        "rounds",
        "seq",
        "since",
        "tried",
        "visit",
        "visit_open",
    )

    timer_rank = 3

    def __init__(
        self,
        call_id: CallId,
        requirement: Requirement,
        queue: QueueId,
        *,
        queued_at: float,
        since: float,
        seq: int,
        visit_open: bool,
        allowed: bool,
    ) -> None:
        super().__init__()
        self.call_id = call_id
        self.requirement = requirement
        self.queue = queue
        self.queued_at = queued_at
        self.since = since
        self.seq = seq
        self.visit_open = visit_open
        self.allowed = allowed
        self.attempts = 0
        self.rounds = 0
        self.next_at = 0.0
        self.tried: tuple[AgentId, ...] = ()
        self.visit: Visit | None = None
        self.reached = False
        self.confirmed = False

    @property
    def timer_seq(self) -> int:
        """See :class:`~acd.timers.Timed`."""
        return self.seq
