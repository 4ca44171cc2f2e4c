"""Many waits in little memory: how many, how long together, the longest, and their percentiles.

Waits are kept as a histogram of values rounded to a hundredth of a second below 10 s and to three
significant digits above. So it has a few thousand classes at most, however many calls there were,
and two histograms add up to exactly what one would have held. Count, sum and maximum are exact.
"""

from __future__ import annotations

_FINE_BELOW_S = 10.0


class Waits:
    """A distribution of durations in seconds.

    Attributes:
        count: how many.
        sum_s: together.
    """

    __slots__ = ("_classes", "_max_s", "count", "sum_s")

    def __init__(self) -> None:
        self.count = 0
        self.sum_s = 0.0
        self._max_s = 0.0
        self._classes: dict[float, int] = {}

    def add(self, wait_s: float) -> None:
        """Take in one more."""
        self.count += 1
        self.sum_s += wait_s
        self._max_s = max(self._max_s, wait_s)
        value = round(wait_s, 2) if wait_s < _FINE_BELOW_S else float(f"{wait_s:.3g}")
        self._classes[value] = self._classes.get(value, 0) + 1

    def absorb(self, other: Waits) -> None:
        """Take in all of another distribution."""
        self.count += other.count
        self.sum_s += other.sum_s
        self._max_s = max(self._max_s, other._max_s)
        for value, count in other._classes.items():
            self._classes[value] = self._classes.get(value, 0) + count

    def percentile(self, percent: int) -> float | None:
        """The shortest wait that at least so many of a hundred did not exceed; ``None`` for none.

        Always a wait that occurred (but for its rounding), never one in between: the nearest rank,
        definition 1 in R. J. Hyndman, Y. Fan, Sample Quantiles in Statistical Packages, The
        American Statistician 50(4), 1996.

        Args:
            percent: 1 to 100.
        """
        rank = -(-percent * self.count // 100)
        for value in sorted(self._classes):
            rank -= self._classes[value]
            if rank <= 0:
                return min(value, self._max_s)
        return None

    @property
    def mean_s(self) -> float | None:
        """The mean; ``None`` where there is none."""
        return self.sum_s / self.count if self.count else None

    @property
    def longest_s(self) -> float | None:
        """The longest; ``None`` where there is none."""
        return self._max_s if self.count else None
