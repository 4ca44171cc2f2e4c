"""The shape of every engine: facts in, commands out, time passed in.

A driver reads a fact, hands it over, journals it with what was decided, and only then carries out
the commands and arms one timer for ``next_deadline``. Engines hold no clock, so production, replay,
tests and simulation share them.
"""

from __future__ import annotations

from typing import Protocol

from calls.commands import Command
from calls.facts import Fact


class Engine(Protocol):
    """What the distributor, a call's interpreter and its rescue have in common.

    The switchboard has the same shape around them all; it returns turns.
    """

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """Take in what happened at ``now`` (seconds since the epoch) and say what to do.

        Raises:
            IllegalFact: the fact has no meaning in this state; nothing was changed.
        """
        ...

    def tick(self, now: float) -> list[Command]:
        """Do what is due at ``now``; nothing when nothing is due."""
        ...

    def next_deadline(self) -> float | None:
        """When ``tick`` has something to do, in seconds since the epoch; ``None`` for never."""
        ...
