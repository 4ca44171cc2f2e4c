"""Percentiles of samples, by the nearest-rank method."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least ``percent`` of all samples do not exceed.

    The nearest-rank method: the result is always a value that was measured, and with few samples
    the 95th or 99th percentile is the worst of them, never better.

    Args:
        samples: at least one, in any order.
        percent: above 0, at most 100.

    Raises:
        ValueError: no samples, or a percentage that is none.
    """
    if not samples:
        raise ValueError("no samples, so there is no percentile")
    if not 0 < percent <= 100:
        raise ValueError(f"wanted above 0 and at most 100 percent, not {percent}")
    rank = math.ceil(round(len(samples) * percent / 100, 9))
    return sorted(samples)[rank - 1]
