"""What one fact led to, and what it left for a person to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from calls.commands import Command, LookUp, OpenTask
from calls.facts import Fact


@dataclass(slots=True)
class Turn:
    """What one fact led to.

    Attributes:
        records: the fact, the facts that followed from it and the decisions, for the journal.
        commands: what the line has to do, in order.
        lookups: what is to be asked elsewhere, in order.
    """

    records: list[Fact | Command] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    lookups: list[LookUp] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a person still has to do for a caller.

    Attributes:
        opened_at: seconds since the epoch.
        order: what was asked for.
    """

    opened_at: float
    order: OpenTask
