"""What people do at simulated telephones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Pickup(Enum):
    """What an agent does when their phone rings."""

    ANSWERS = "answers"
    DECLINES = "declines"
    LETS_IT_RING = "lets it ring"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How an agent treats offers and calls.

    Attributes:
        pickup: what they do.
        after_s: seconds of ringing until they do it.
        holds_after_s: seconds of talking until they put the caller on hold; ``None`` for never.
        holds_for_s: how long they leave them there.
    """

    pickup: Pickup = Pickup.ANSWERS
    after_s: float = 2.0
    holds_after_s: float | None = None
    holds_for_s: float = 20.0


class Reached(Enum):
    """What comes of calling somebody back."""

    PRESSES = "answers and presses the key"
    PRESSES_NOTHING = "answers and presses nothing"
    BUSY = "busy"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How whoever is called back treats that.

    Attributes:
        reached: what comes of it.
        after_s: seconds of ringing until they answer.
    """

    reached: Reached = Reached.PRESSES
    after_s: float = 5.0
