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
    """The caller left a message, and a person was given the task to hear it."""
    TRANSFERRED = "transferred"
    """Handed to somebody outside the clinic's line."""
    ADVISED = "advised"
    """The caller left after the 911 or 988 advice."""
    SHORT_ABANDON = "short-abandon"
    """Hung up so soon that no service was sought."""
    ABANDONED = "abandoned"
    """Hung up later than that, before the service that was sought."""
    REFUSED = "refused"
    """Not let in: full, or not allowed. The 911 advice was said first where that was possible."""
    ERROR = "error"
    """The leg was lost, or the line could not go on, before anybody spoke with the caller."""


LEFT = (
    Outcome.ABANDONED,
    Outcome.SHORT_ABANDON,
    Outcome.ADVISED,
    Outcome.REFUSED,
    Outcome.ERROR,
)
"""Ends of a call that end a visit as abandoned; by any other the flow took the call elsewhere."""


class VisitOutcome(Enum):
    """How one visit to one queue ended."""

    ANSWERED = "answered"
    """An agent was connected."""
    ABANDONED = "abandoned"
    """The caller hung up or was lost."""
    SHORT_ABANDON = "short-abandon"
    """The same, sooner than the queue's ``short_abandon_s``."""
    FLOWED_OUT = "flowed-out"
    """The flow took the caller elsewhere: another queue, a message, somebody outside."""
    CALLED_BACK = "called-back"
    """The caller was served by a call-back."""
