"""The one clock of a process: wall time that never runs backwards."""

from __future__ import annotations

import time


class WallClock:
    """Seconds since the epoch, anchored once and carried on by the monotonic clock.

    A step of the system's clock (NTP, an operator) therefore moves no deadline; it is taken over
    with the next start of the process. After a restart under a clock that was set back, ``floor``
    keeps time from running before what the journal has seen.

    Args:
        floor: the earliest time to report.
    """

    def __init__(self, floor: float = 0.0) -> None:
        self._offset = max(time.time(), floor) - time.monotonic()

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return time.monotonic() + self._offset
