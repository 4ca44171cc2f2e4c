"""The rungs of the emergency ladder: what happens while no nurse has answered a red flag."""

from __future__ import annotations

from enum import Enum


class Rung(Enum):
    """One more thing that is done for a red flag, besides everything that was done before."""

    RING_ALL = "ring-all"
    """Every nurse who is not out and not on a call is rung."""
    ON_CALL = "on-call"
    """The number on call is rung as well."""
    ADVISE = "advise"
    """The 911 advice is said again, and a task is opened that a person has to close."""
