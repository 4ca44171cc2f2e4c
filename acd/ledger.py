"""Every call the distributor holds, and the count of every visit that ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from acd.call_back import CallBackTask
from acd.lane import Lane
from acd.lanes import Lanes
from acd.models import QueueConfig
from acd.totals import TallyState, VisitTally, VisitTotals
from acd.visit import Visit
from calls.ids import CallId, QueueId
from calls.outcome import VisitOutcome
from calls.requirement import Requirement


class Ledger:
    """The visits that are not over, the conversations that followed, the call-backs, and the sums.

    A red flag that the flow took out of the nurse queue before any nurse spoke with the caller
    stays in ``unserved`` until the call ends: it is somebody's duty still.

    Attributes:
        unserved: such visits, by call.
        tasks: call-backs that are open, by the call that they answer.
    """

    __slots__ = ("_lanes", "_seq", "_tallies", "_visits", "tasks", "unserved")

    def __init__(self, lanes: Lanes, queues: Mapping[QueueId, QueueConfig]) -> None:
        self._lanes = lanes
        self._visits: dict[CallId, Visit] = {}
        self._tallies = {queue_id: VisitTally(config) for queue_id, config in queues.items()}
        self._seq = 0
        self.unserved: dict[CallId, Visit] = {}
        self.tasks: dict[CallId, CallBackTask] = {}

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
        place, queue_id = visit.place, visit.lane.queue.id
        return 1 + sum(
            not other.answered and other.lane.queue.id == queue_id and other.place < place
            for other in self._visits.values()
        )

    def came_by(self, visit: Visit) -> CallBackTask | None:
        """The call-back that reached the caller, if it is open still."""
        task = visit.came_by
        return task if task is not None and self.tasks.get(task.call_id) is task else None

    @property
    def entered(self) -> int:
        """The last number that was given out in the order of queueing."""
        return self._seq

    def next_seq(self) -> int:
        """The next number in the order of queueing."""
        self._seq += 1
        return self._seq

    def enter(
        self, call_id: CallId, requirement: Requirement, queued_at: float, since: float
    ) -> Visit:
        """Begin a visit.

        Args:
            call_id: the call.
            requirement: what it needs.
            queued_at: since when the caller has waited.
            since: from when its place counts.
        """
        lane = self._lanes.first(requirement)
        visit = Visit(call_id, requirement, lane, queued_at, since, self.next_seq())
        self._visits[call_id] = visit
        self._tallies[lane.queue.id].enter()
        return visit

    def hold(self, visit: Visit) -> None:
        """Hold a visit that was counted before, or an attempt to call back, which is none."""
        self._visits[visit.call_id] = visit

    def changes_queue(self, before: Lane, after: Lane) -> None:
        """Another queue ends the visit as flowed out and begins the next."""
        self.flows(before.queue.id, after.queue.id)

    def flows(self, before: QueueId, after: QueueId) -> None:
        """A visit that is not over goes from one queue to another, if it is another."""
        if after != before:
            self._tallies[before].leave(VisitOutcome.FLOWED_OUT, 0.0)
            self._tallies[after].enter()

    def answer(self, visit: Visit, now: float) -> None:
        """End the visit as answered; the conversation is kept until :meth:`forget`."""
        visit.answered = True
        if visit.task is None:
            self._leave(visit.lane.queue.id, VisitOutcome.ANSWERED, now - visit.queued_at)

    def end(self, visit: Visit, outcome: VisitOutcome, now: float) -> None:
        """End a visit that was not answered."""
        del self._visits[visit.call_id]
        if visit.task is None:
            self._leave(visit.lane.queue.id, outcome, now - visit.queued_at)

    def forget(self, visit: Visit) -> None:
        """Hold the call no longer.

        Its visit ended when it was answered, or goes on in a call-back.
        """
        del self._visits[visit.call_id]

    def settle_task(self, task: CallBackTask, outcome: VisitOutcome, now: float) -> None:
        """End the visit that went on in a call-back, if it has not ended yet."""
        if task.visit_open:
            task.visit_open = False
            self._leave(task.queue, outcome, now - task.queued_at)

    def _leave(self, queue_id: QueueId, outcome: VisitOutcome, waited_s: float) -> None:
        self._tallies[queue_id].leave(outcome, waited_s)

    def tallies(self) -> dict[QueueId, TallyState]:
        """What was counted so far, for :mod:`acd.archive`."""
        return {queue_id: tally.state() for queue_id, tally in self._tallies.items()}

    def restore(self, entered: int, tallies: Mapping[QueueId, TallyState]) -> None:
        """Go on counting from there; a queue that is no more keeps its count."""
        self._seq = entered
        for queue_id, counted in tallies.items():
            tally = self._tallies.get(queue_id)
            if tally is None:
                gone = QueueConfig(id=queue_id, title=queue_id)
                tally = self._tallies[queue_id] = VisitTally(gone)
            tally.restore(counted)

    def totals(self) -> dict[QueueId, VisitTotals]:
        """The visits to each queue so far."""
        waiting = dict.fromkeys(self._tallies, 0)
        for visit in self._visits.values():
            waiting[visit.lane.queue.id] += not visit.answered and visit.task is None
        for task in self.tasks.values():
            waiting[task.queue] += task.visit_open
        return {
            queue_id: tally.totals(waiting[queue_id]) for queue_id, tally in self._tallies.items()
        }


def abandonment(visit: Visit, now: float) -> VisitOutcome:
    """How a visit ends when the caller leaves at ``now``."""
    short = now - visit.queued_at < visit.lane.queue.short_abandon_s
    return VisitOutcome.SHORT_ABANDON if short else VisitOutcome.ABANDONED
