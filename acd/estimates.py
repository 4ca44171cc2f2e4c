"""The estimates of callers' waits that count now, and how earlier ones were borne out.

All of it follows from the journal's facts, so that what callers were told can be replayed. Each
visit to a queue is scored once, by the first estimate that its caller had: later ones of the same
wait are not independent of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from acd.calibration import Calibration, Score, Scores
from acd.forecast import HORIZON_S
from calls.facts import (
    CallBackChosen,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallFailed,
    CallQueued,
    Fact,
    WaitEstimated,
)
from calls.ids import CallId, QueueId

SIMULATION, CLOSED_FORM = "simulation", "closed-form"
"""How an estimate was made."""

FRESH_S = 60.0
"""An older estimate counts no more."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long somebody will wait.

    Attributes:
        queue: where.
        by: how it was made.
        at: when, seconds since the epoch.
        p50_s: half of all callers wait at most so long, seconds from then on.
        p90_s: nine of ten do.
    """

    queue: QueueId
    by: str
    at: float
    p50_s: float
    p90_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationState:
    """A :class:`~acd.calibration.Calibration`, and of what."""

    queue: QueueId
    by: str
    kept: tuple[Score, ...]
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatesState:
    """Everything that :class:`Estimates` holds, as plain values.

    Attributes:
        queue_of: where each routine caller waits, in the order they came.
        newcomers: the newest estimate for whoever comes next, by queue.
        newest: the newest of each caller.
        first: the one by which the wait will be scored.
        calibrations: how earlier ones were borne out.
    """

    queue_of: Mapping[CallId, QueueId] = field(default_factory=dict)
    newcomers: Mapping[QueueId, Estimate] = field(default_factory=dict)
    newest: Mapping[CallId, Estimate] = field(default_factory=dict)
    first: Mapping[CallId, Estimate] = field(default_factory=dict)
    calibrations: tuple[CalibrationState, ...] = ()


class Estimates:
    """Keeps the newest estimate of everybody who waits, and scores.

    Args:
        state: to go on from.
    """

    def __init__(self, state: EstimatesState | None = None) -> None:
        state = state or EstimatesState()
        self._queue_of = dict(state.queue_of)
        self._waiting: dict[QueueId, int] = dict(Counter(state.queue_of.values()))
        self._newcomers = dict(state.newcomers)
        self._newest = dict(state.newest)
        self._first = dict(state.first)
        self._calibrations = {
            (each.queue, each.by): Calibration(each.kept, each.unknown)
            for each in state.calibrations
        }

    def state(self) -> EstimatesState:
        """Everything that is held, to go on from elsewhere."""
        return EstimatesState(
            queue_of=dict(self._queue_of),
            newcomers=dict(self._newcomers),
            newest=dict(self._newest),
            first=dict(self._first),
            calibrations=tuple(
                CalibrationState(queue=queue, by=by, kept=each.kept, unknown=each.unknown)
                for (queue, by), each in self._calibrations.items()
            ),
        )

    def handle(self, fact: Fact, now: float) -> None:
        """Take in a fact; one that is about no wait changes nothing.

        Args:
            fact: what happened.
            now: seconds since the epoch.
        """
        match fact:
            case WaitEstimated():
                self._estimated(fact, now)
            case CallQueued():
                self._queued(fact, now)
            case CallConnected(call_id=call_id):
                self._over(call_id, now, answered=True)
            case (
                CallDequeued(call_id=call_id)
                | CallBackChosen(call_id=call_id)
                | CallerHungUp(call_id=call_id)
                | CallFailed(call_id=call_id)
                | CallEnded(call_id=call_id)
            ):
                self._over(call_id, now, answered=False)

    def wait_s(self, call_id: CallId, now: float) -> float | None:
        """Within how many seconds from ``now`` a caller will be answered, in nine cases of ten.

        At :data:`~acd.forecast.HORIZON_S` it is so long or longer.

        Returns:
            ``None`` where there is no fresh estimate, or those of this queue were not borne out.
        """
        estimate = self._newest.get(call_id)
        if estimate is None or now - estimate.at > FRESH_S:
            return None
        calibration = self._calibrations.get((estimate.queue, estimate.by))
        if calibration is None or not calibration.calibrated:
            return None
        if estimate.p90_s >= HORIZON_S:
            return HORIZON_S
        return max(0.0, estimate.p90_s - (now - estimate.at))

    @property
    def waiting(self) -> Mapping[QueueId, int]:
        """How many callers wait in each routine queue; those with nobody are left out."""
        return self._waiting

    def scores(self) -> dict[tuple[QueueId, str], Scores]:
        """How the estimates were borne out, by queue and how they were made."""
        return {key: calibration.scores() for key, calibration in self._calibrations.items()}

    def calibrated(self, queue: QueueId, by: str) -> bool:
        """Whether callers of this queue may be told what was estimated in this way."""
        calibration = self._calibrations.get((queue, by))
        return calibration is not None and calibration.calibrated

    # --- inside -----------------------------------------------------------------------------------

    def _estimated(self, fact: WaitEstimated, now: float) -> None:
        at = now - fact.made_ago_s
        self._newcomers[fact.queue] = Estimate(fact.queue, fact.by, at, fact.p50_s, fact.p90_s)
        for each in fact.callers:
            if self._queue_of.get(each.call_id) == fact.queue:
                estimate = Estimate(fact.queue, fact.by, at, each.p50_s, each.p90_s)
                self._take(each.call_id, estimate)

    def _queued(self, fact: CallQueued, now: float) -> None:
        call_id, queue = fact.call_id, fact.requirement.queue
        if self._queue_of.get(call_id) == queue and not fact.requirement.emergency:
            return
        self._over(call_id, now, answered=False)
        if fact.requirement.emergency:
            # A red flag is told no time.
            return
        before = self._newcomers.get(queue)
        others_wait = queue in self._waiting
        self._queue_of[call_id] = queue
        self._waiting[queue] = self._waiting.get(queue, 0) + 1
        if before is not None and others_wait and now - before.at <= FRESH_S:
            self._take(call_id, Estimate(queue, before.by, now, before.p50_s, before.p90_s))

    def _take(self, call_id: CallId, estimate: Estimate) -> None:
        self._newest[call_id] = estimate
        if estimate.p90_s < HORIZON_S:
            # Beyond the horizon nothing is foretold that could be scored.
            self._first.setdefault(call_id, estimate)

    def _over(self, call_id: CallId, now: float, *, answered: bool) -> None:
        queue = self._queue_of.pop(call_id, None)
        if queue is None:
            return
        self._waiting[queue] -= 1
        if not self._waiting[queue]:
            # What was estimated for a newcomer was so while others waited.
            del self._waiting[queue]
            self._newcomers.pop(queue, None)
        self._newest.pop(call_id, None)
        first = self._first.pop(call_id, None)
        if first is None:
            return
        calibration = self._calibrations.setdefault((queue, first.by), Calibration())
        if answered:
            calibration.answered(now - first.at, first.p50_s, first.p90_s)
        else:
            calibration.left(now - first.at, first.p90_s)
