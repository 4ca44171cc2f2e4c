"""How the agent at a softphone treats calls."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Pickup(Enum):
    """What an agent's phone does when it rings."""

    ANSWERS = "answers"
    DECLINES = "declines"
    BUSY = "busy"
    """At once, as a phone does whose line is taken."""
    RINGS = "rings"


@dataclass(slots=True)
class AgentBehaviour:
    """How the agent at the phone treats calls. May be changed while the phone is up.

    Attributes:
        pickup: what they do.
        after_s: seconds of ringing until they do it.
        talk_s: how long they talk before they hang up; ``None`` leaves it to the caller.
    """

    pickup: Pickup = Pickup.ANSWERS
    after_s: float = 1.0
    talk_s: float | None = None
