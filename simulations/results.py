"""What a simulation measured, and how sure one can be of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev


@dataclass(slots=True, kw_only=True)
class QueueResult:
    """Callers of one kind of call who rang within the measured time.

    Attributes:
        offered: how many rang.
        answered: how many spoke with an agent.
        abandoned: how many hung up before.
        delayed: how many were not answered at once.
        in_time: how many were answered within the queue's service level.
        waited_s: the time all of them waited, summed: those who hung up until then, those who
            waited still when the simulation ended until its end.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    delayed: int = 0
    in_time: int = 0
    waited_s: float = 0.0

    @property
    def waiting(self) -> int:
        """How many still waited when the simulation ended."""
        return self.offered - self.answered - self.abandoned

    @property
    def wait_probability(self) -> float:
        """Share of callers who were not answered at once."""
        return self._share(self.delayed)

    @property
    def abandon_probability(self) -> float:
        """Share of callers who hung up before they were answered."""
        return self._share(self.abandoned)

    @property
    def service_level(self) -> float:
        """Share of all callers who were answered in time."""
        return self._share(self.in_time)

    @property
    def mean_wait_s(self) -> float:
        """Mean wait over all callers, as far as ``waited_s`` knows of it."""
        return self._share(self.waited_s)

    def _share(self, part: float) -> float:
        return part / self.offered if self.offered else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over independent replications, with its confidence interval.

    Attributes:
        mean: the mean.
        half_width: the interval is ``mean`` plus and minus this.
    """

    mean: float
    half_width: float

    def __contains__(self, value: float) -> bool:
        return abs(value - self.mean) <= self.half_width


def confidence(values: Sequence[float], level: float = 0.95) -> Interval:
    """Student's confidence interval for the mean of independent replications.

    Args:
        values: one per replication, at least 6 (the quantile is a series in 1 / (n - 1) that is
            good to 1 % from there on; Abramowitz and Stegun 26.7.5).
        level: how often such an interval holds the truth.

    Raises:
        ValueError: too few values.
    """
    if len(values) < 6:
        raise ValueError(f"a confidence interval needs 6 replications or more, not {len(values)}")
    freedom = len(values) - 1
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    quantile = (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
    spread = stdev(values) / math.sqrt(len(values))
    return Interval(mean=fmean(values), half_width=quantile * spread)
