"""What goes wrong in a simulated day, drawn from the seed before the day begins.

As in the simulations of FoundationDB and TigerBeetle the faults are part of the seed: the same
number gives the same crashes at the same instants, and each seed has a character of its own, for a
fault that always comes at the same rate hides what only its absence or its abundance shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from random import Random


class Instant(Enum):
    """Where in the life of one write the brain dies."""

    BEFORE_WRITE = "before-write"
    """What was decided is nowhere."""
    UNSYNCED = "unsynced"
    """Written, and lost with the machine's memory."""
    SYNCED = "synced"
    """Durable, and nobody was told: no acknowledgement, no command."""
    ACKNOWLEDGED = "acknowledged"
    """The line forgets the facts; no command was carried out."""
    BETWEEN_COMMANDS = "between-commands"
    """Some of the commands were carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrainCrash:
    """One death of the brain process.

    Attributes:
        write: the number of the write at which it dies, from 1.
        instant: where in that write.
        commands: for :attr:`Instant.BETWEEN_COMMANDS`, how many were carried out.
        down_s: until another brain is there.
        clock_step_s: how far the system's clock has moved meanwhile; may be negative.
    """

    write: int
    instant: Instant
    commands: int
    down_s: float
    clock_step_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Another version of the site is published.

    Attributes:
        at_s: when, seconds from the beginning.
        version: which.
        crash: the brain dies at the write that it leads to.
    """

    at_s: float
    version: str
    crash: BrainCrash | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Nothing can be written for a while.

    Attributes:
        at_s: from when, seconds from the beginning.
        for_s: for how long.
        crash: the brain dies meanwhile, or soon after.
        crash_after_s: how long after the beginning.
    """

    at_s: float
    for_s: float
    crash: BrainCrash | None
    crash_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Everything that goes wrong.

    Attributes:
        brain: the brain's deaths, in the order of their writes.
        line: when the line process dies, seconds from the beginning.
        repeat: how likely the line sends one event twice under the same number.
        echo: how likely it reports one fact again, later, under a new number.
        hold: how likely a fact is overtaken by those of other calls.
        delay: how likely an event is late on its way to the brain.
        slow_write: how likely a write takes as long as a busy disk does.
        clock_back: how likely the clock under a running brain steps back before a turn.
        agent_every_s: mean time between two things that an agent does by themselves.
        rings_out: how likely an agent lets the phone ring.
        declines: how likely an agent refuses.
        drops: how likely a phone is lost, ringing or in conversation.
        escalates: how likely an agent presses the escalation key.
        red: how likely a caller says a red flag.
        load: arrivals as a share of what all agents together could answer.
        publications: when which version of the site is published, in the order of time.
        outages: when the disk is full, in the order of time.
        office_every_s: mean time between two things that a supervisor does: closing a task, opening
            or closing a queue, approving a break.
        holds: how likely an agent puts a caller on hold or consults somebody.
        pairs: how likely a caller needs two people.
        called_back: how likely a caller chooses to be called back.
        snapshot_every: a snapshot is taken after about so many entries; 0 for never, but when the
            disk can be written again.
    """

    brain: tuple[BrainCrash, ...]
    line: tuple[float, ...]
    repeat: float
    echo: float
    hold: float
    delay: float
    slow_write: float
    clock_back: float
    agent_every_s: float
    rings_out: float
    declines: float
    drops: float
    escalates: float
    red: float
    load: float
    publications: tuple[Publication, ...]
    outages: tuple[Outage, ...]
    office_every_s: float
    holds: float
    pairs: float
    called_back: float
    snapshot_every: int


_WRITES_PER_CALL = 8
"""About as many as a day of the small clinic makes."""

_MEAN_CRASHES = 3.0


def draw(random: Random, calls: int, day_s: float) -> Faults:
    """The faults of one day.

    Args:
        random: the seed's.
        calls: how many will come.
        day_s: for about how long they come.
    """

    def sometimes(share: float, most: float) -> float:
        return random.uniform(0.0, most) if random.random() < share else 0.0

    crashes = min(10, int(random.expovariate(1 / _MEAN_CRASHES)))
    writes = sorted(random.sample(range(1, calls * _WRITES_PER_CALL + 20), crashes))
    lines = 0 if random.random() < 0.5 else random.randint(1, 3)
    return Faults(
        brain=tuple(_crash(random, write) for write in writes),
        line=tuple(sorted(random.uniform(0.0, day_s) for _ in range(lines))),
        repeat=sometimes(0.5, 0.05),
        echo=sometimes(0.3, 0.03),
        hold=sometimes(0.5, 0.2),
        delay=sometimes(0.5, 0.1),
        slow_write=sometimes(0.5, 0.2),
        clock_back=sometimes(0.2, 0.01),
        agent_every_s=random.choice((150.0, 600.0, 3600.0)),
        rings_out=random.uniform(0.0, 0.25),
        declines=random.uniform(0.0, 0.15),
        drops=sometimes(0.5, 0.1),
        escalates=random.uniform(0.0, 0.08),
        red=random.choice((0.0, 0.02, 0.05, 0.2)),
        load=random.uniform(0.3, 1.5),
        publications=_publications(random, day_s),
        outages=_outages(random, day_s),
        office_every_s=random.choice((60.0, 300.0, 1800.0)),
        holds=sometimes(0.7, 0.4),
        pairs=sometimes(0.6, 0.15),
        called_back=sometimes(0.6, 0.2),
        snapshot_every=random.choice((0, 30 + calls // 2, 5 * calls)),
    )


def _publications(random: Random, day_s: float) -> tuple[Publication, ...]:
    """Half of them are the brain's death, for that is where a version could be lost or doubled."""
    times = sorted(random.uniform(0.0, day_s) for _ in range(random.choice((0, 0, 1, 2, 4))))
    return tuple(
        Publication(
            at_s=at_s,
            version=random.choice(("1", "2", "2", "3", "3")),
            crash=_crash(random, 0) if random.random() < 0.5 else None,
        )
        for at_s in times
    )


def _outages(random: Random, day_s: float) -> tuple[Outage, ...]:
    """A few days have them only: behind one the journal has a hole, and proves less."""
    times = sorted(random.uniform(0.0, day_s) for _ in range(random.choice((0, 0, 0, 1, 2))))
    outages = []
    for at_s in times:
        for_s = random.choice((1.0, 30.0, 120.0, 600.0))
        after_s = random.choice((0.5, 1.2)) * for_s
        crash = replace(_crash(random, 0), instant=random.choice(_NEVER_SYNCED))
        outages.append(
            Outage(
                at_s=at_s,
                for_s=for_s,
                crash=crash if random.random() < 0.5 else None,
                crash_after_s=after_s,
            )
        )
    return tuple(outages)


_NEVER_SYNCED = (Instant.BEFORE_WRITE, Instant.ACKNOWLEDGED, Instant.BETWEEN_COMMANDS)
"""Instants that come also while nothing can be written."""


def _crash(random: Random, write: int) -> BrainCrash:
    return BrainCrash(
        write=write,
        instant=random.choice(tuple(Instant)),
        commands=random.randint(0, 3),
        down_s=random.choice((0.0, 0.3, 3.0, 40.0)),
        clock_step_s=random.choice((0.0, 0.0, -3600.0, -5.0, 5.0, 120.0)),
    )
