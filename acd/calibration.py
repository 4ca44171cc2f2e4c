"""How well estimates of a wait were borne out, and whether they may be told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

KEPT = 100
"""The latest scores that count."""

ENOUGH = 30
"""Fewer scores say nothing."""

LOWEST, HIGHEST = 0.80, 0.98
"""The share of callers who should have been answered within their P90; 0.90 would be perfect. An
estimate of which that is true is told all the same after 14 of 15 times 30 scores, and with 100
nearly always; one whose P90 is half of what it should be seldom, and with 100 hardly ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the latest scores come to.

    Attributes:
        count: scores: callers who were answered, and those who left after their P90.
        within_p50: how many of them were answered within their P50, as a share.
        within_p90: how many of them were answered within their P90, as a share.
        bias_s: the median of the wait less its P50, over those who were answered: positive where
            callers wait longer than estimated.
        unknown: callers who left before their P90, since the beginning: no score.
    """

    count: int
    within_p50: float
    within_p90: float
    bias_s: float
    unknown: int


@dataclass(frozen=True, slots=True)
class Score:
    """How one estimate was borne out.

    Attributes:
        within_p50: the caller was answered within the P50.
        within_p90: the caller was answered within the P90.
        error_s: the wait less the P50; ``None`` for one who left.
    """

    within_p50: bool
    within_p90: bool
    error_s: float | None


class Calibration:
    """Scores the estimates of one queue, made in one way.

    A caller who leaves has cut the wait short. Whoever leaves after their P90 was not answered
    within it, and counts as missed. Whoever leaves sooner might have been answered in time or not:
    they are counted apart and scored as neither. Where many leave early the share within P90 is
    therefore that of the more patient, whose waits are the harder ones to foretell.

    Args:
        scores: the latest so far.
        unknown: as in :class:`Scores`, so far.
    """

    def __init__(self, scores: Iterable[Score] = (), unknown: int = 0) -> None:
        self._scores = deque(scores, maxlen=KEPT)
        self._unknown = unknown

    def answered(self, waited_s: float, p50_s: float, p90_s: float) -> None:
        """A caller was answered ``waited_s`` after the estimate."""
        self._scores.append(Score(waited_s <= p50_s, waited_s <= p90_s, waited_s - p50_s))

    def left(self, waited_s: float, p90_s: float) -> None:
        """A caller left ``waited_s`` after the estimate."""
        if waited_s > p90_s:
            self._scores.append(Score(within_p50=False, within_p90=False, error_s=None))
        else:
            self._unknown += 1

    @property
    def unknown(self) -> int:
        """As in :class:`Scores`."""
        return self._unknown

    @property
    def kept(self) -> tuple[Score, ...]:
        """The latest scores, oldest first."""
        return tuple(self._scores)

    def scores(self) -> Scores:
        """What the latest scores come to; shares are 0 where there are none."""
        count = len(self._scores)
        errors = [each.error_s for each in self._scores if each.error_s is not None]
        return Scores(
            count=count,
            within_p50=sum(each.within_p50 for each in self._scores) / max(1, count),
            within_p90=sum(each.within_p90 for each in self._scores) / max(1, count),
            bias_s=median(errors) if errors else 0.0,
            unknown=self._unknown,
        )

    @property
    def calibrated(self) -> bool:
        """Whether the estimates may be told to callers."""
        scores = self.scores()
        return scores.count >= ENOUGH and LOWEST <= scores.within_p90 <= HIGHEST
