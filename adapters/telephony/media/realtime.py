"""Real-time priority: on a busy machine packets leave in time only for a thread that goes first."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimePriority:
    """What the kernel answered.

    Attributes:
        granted: whether this thread now runs with real-time priority.
        detail: one line for the operator: what was granted, or why not and what to do.
    """

    granted: bool
    detail: str


def request_realtime_priority(priority: int = 10) -> RealtimePriority:
    """Ask for SCHED_FIFO for the calling thread; processes it starts do not inherit it.

    Args:
        priority: 1 (lowest) to 99.

    Returns:
        Whether it was granted; a refusal is no error, the line then runs as other programs do.
    """
    try:
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except (AttributeError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not on this system"
        return RealtimePriority(
            granted=False,
            detail=f"no real-time priority ({reason}); on a busy machine audio may stutter. "
            "Allow it with LimitRTPRIO=10 in the service, or the capability CAP_SYS_NICE",
        )
    return RealtimePriority(granted=True, detail=f"real-time priority {priority} (SCHED_FIFO)")
