"""Whose a call is."""

from __future__ import annotations

from enum import Enum, auto


class Standing(Enum):
    """Whose a call is."""

    DRIVEN = auto()
    """The brain's: every fact goes there."""
    RESERVED = auto()
    """Over the line's capacity: advised and handed over by the line, the brain never hears of it.
    """
    HANDED_OVER = auto()
    """Somebody outside has it: the flow is over, and the end of the leg is no fact any more."""
