"""Every call the distributor holds, and the count of every visit that ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from acd.floor import Floor
from acd.lane import Lane
from acd.models import QueueConfig
from acd.totals import VisitTally, VisitTotals
from acd.visit import Visit
from calls.ids import AgentId, CallId, QueueId
from calls.outcome import VisitOutcome
from calls.requirement import Requirement


class Ledger:
    """The visits that are not over, the conversations that followed, and the sums.

    A red flag that the flow took out of the nurse queue before any nurse spoke with the caller
    stays in ``unserved``, with the time it has waited since, until the call ends: it is somebody's
    duty still.
    """

    __slots__ = ("_floor", "_seq", "_tallies", "_visits", "unserved")

    def __init__(self, floor: Floor, queues: Mapping[QueueId, QueueConfig]) -> None:
        self._floor = floor
        self._visits: dict[CallId, Visit] = {}
        self._tallies = {queue_id: VisitTally(config) for queue_id, config in queues.items()}
        self._seq = 0
        self.unserved: dict[CallId, float] = {}

    def __iter__(self) -> Iterator[Visit]:
        return iter(self._visits.values())

    def get(self, call_id: CallId) -> Visit | None:
        """The call's visit, waiting or answered."""
        return self._visits.get(call_id)

    def waiting(self, call_id: CallId) -> Visit | None:
        """The call's visit if it has not been answered."""
        visit = self._visits.get(call_id)
        return None if visit is None or visit.answered else visit

    def position(self, call_id: CallId) -> int | None:
        """The call's place among those not answered in its queue, from 1."""
        visit = self.waiting(call_id)
        if visit is None:
            return None
        place = visit.place
        return 1 + sum(
            not other.answered and other.lane.queue is visit.lane.queue and other.place < place
            for other in self
        )

    def enter(
        self,
        call_id: CallId,
        requirement: Requirement,
        queued_at: float,
        tried: tuple[AgentId, ...] = (),
    ) -> Visit:
        """Begin a visit.

        Args:
            call_id: the call.
            requirement: what it needs.
            queued_at: since when the caller has waited.
            tried: agents who come last for it.
        """
        lane = self._floor.lane(requirement)
        self._seq += 1
        visit = Visit(
            call_id=call_id,
            requirement=requirement,
            lane=lane,
            queued_at=queued_at,
            seq=self._seq,
            tried=tried,
        )
        self._visits[call_id] = visit
        self._tallies[lane.queue.id].enter()
        return visit

    def move(self, visit: Visit, lane: Lane) -> None:
        """Change the lane; another queue ends this visit as flowed out and begins the next."""
        before, visit.lane = visit.lane, lane
        if lane.queue is not before.queue:
            self._tallies[before.queue.id].leave(VisitOutcome.FLOWED_OUT, 0.0)
            self._tallies[lane.queue.id].enter()

    def answer(self, visit: Visit, now: float) -> None:
        """End the visit as answered; the conversation is kept until :meth:`forget`."""
        visit.answered = True
        self._tallies[visit.lane.queue.id].leave(VisitOutcome.ANSWERED, now - visit.queued_at)

    def end(self, visit: Visit, outcome: VisitOutcome, now: float) -> None:
        """End a visit that was not answered."""
        del self._visits[visit.call_id]
        self._tallies[visit.lane.queue.id].leave(outcome, now - visit.queued_at)

    def forget(self, visit: Visit) -> None:
        """A conversation is over; its visit ended when it was answered."""
        del self._visits[visit.call_id]

    def totals(self, queue_id: QueueId) -> VisitTotals:
        """The visits to one queue so far.

        Raises:
            KeyError: the queue does not exist.
        """
        tally = self._tallies[queue_id]
        return tally.totals(
            sum(not visit.answered and visit.lane.queue.id == queue_id for visit in self)
        )


def abandonment(visit: Visit, now: float) -> VisitOutcome:
    """How a visit ends when the caller leaves at ``now``."""
    short = now - visit.queued_at < visit.lane.queue.short_abandon_s
    return VisitOutcome.SHORT_ABANDON if short else VisitOutcome.ABANDONED
