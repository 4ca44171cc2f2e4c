"""How a call, and a visit to a queue, can end. Each ends exactly once (DESIGN promise 1)."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """How a call ended."""

    HANDLED = "handled"
    """An agent spoke with the caller."""
    CONTAINED = "contained"
    """The flow served the caller to its end without an agent."""
    MESSAGE_TAKEN = "message-taken"
    TRANSFERRED = "transferred"
    """Handed to somebody outside the clinic's line."""
    ADVISED = "advised"
    """The caller left after the 911 or 988 advice."""
    SHORT_ABANDON = "short-abandon"
    """Hung up so soon that no service was sought."""
    ABANDONED = "abandoned"
    REFUSED = "refused"
    """Not let in: full, or not allowed. The 911 advice was said first where that was possible."""
    ERROR = "error"


class VisitOutcome(Enum):
    """How one visit to one queue ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDON = "short-abandon"
    FLOWED_OUT = "flowed-out"
    CALLED_BACK = "called-back"
