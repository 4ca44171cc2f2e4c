"""The brain process of the simulation: the switchboard between a journal and a line.

It keeps the order of :class:`careline.brain.Brain` (journal, acknowledge, carry out; and after a
restart: what waits at the line, then the comparison, then what is new) without an event loop, so
that it can be stopped between any two of these and a thousand calls take a second. A generator: it
yields how long it sleeps, or ``None`` to wait for news or a deadline.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from calls.commands import Command
from calls.facts import Fact, SitePublished
from calls.ports import LineEvent, LineSnapshot
from careline.switchboard import Switchboard
from careline.turn import Turn
from tests.site.faults import Instant

if TYPE_CHECKING:
    from tests.site.line import Line
    from tests.site.world import World

Life = Generator[float | None, None, None]


class Killed(BaseException):
    """The brain process is dead from here on."""


class LineGone(Exception):
    """The line process is dead."""


class Record(NamedTuple):
    """One entry of the journal."""

    at: float
    record: Fact | Command
    epoch: str = ""
    seq: int = 0


class TornJournal:
    """A journal in memory: what was synced survives a crash, the rest may or may not."""

    def __init__(self) -> None:
        self.durable: list[Record] = []
        self._unsynced: list[Record] = []

    def write(self, batch: list[Record]) -> None:
        """Hand a batch to the system; it is not safe yet."""
        self._unsynced += batch

    def sync(self) -> None:
        """What was written is safe: only now may anybody be told."""
        self.durable += self._unsynced
        self._unsynced.clear()

    def crash(self) -> bool:
        """Lose what was not synced; whether there was anything."""
        lost = bool(self._unsynced)
        self._unsynced.clear()
        return lost


class Step(NamedTuple):
    """A turn, its time and the line event that caused it."""

    now: float
    turn: Turn
    epoch: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """An event from the line, or a fact from the desk."""

    fact: Fact
    epoch: str = ""
    seq: int = 0
    at: float = 0.0


class BrainProcess:
    """One life of the brain, from its start to its death.

    Args:
        world: the clock, the line and the chance.
        journal: what earlier lives left.
        clock: what the system's clock shows now, seconds since the epoch.
        board: a switchboard that the journal was replayed into already.
    """

    def __init__(
        self, world: World, journal: TornJournal, clock: float, board: Switchboard | None = None
    ) -> None:
        self.world = world
        self.journal = journal
        self.inbox: deque[Told] = deque()
        self.connected = False
        self.drives = False
        self.waits = False
        self.to_come = 0
        self.board = board or self._replayed()
        self._seen: dict[str, int] = {}
        for entry in journal.durable:
            if entry.epoch:
                self._seen[entry.epoch] = max(self._seen.get(entry.epoch, 0), entry.seq)
        self._latest = journal.durable[-1].at if journal.durable else 0.0
        for entry in journal.durable[-1000:]:
            self._latest = max(self._latest, entry.at)
        self._offset = max(clock, self._latest) - world.now
        self._line_epoch = ""
        if not journal.durable:
            site = world.site
            self.inbox.append(Told(SitePublished(site=site.id, version=site.version)))
        self.life = self._live()

    def clock(self) -> float:
        """Seconds since the epoch, as this process has it."""
        return self.world.now + self._offset

    def take(self, event: LineEvent) -> None:
        """An event arrives from the line."""
        self.inbox.append(Told(event.fact, event.epoch, event.seq, event.at))

    def wakes_at(self) -> float | None:
        """When the world has to resume a brain that waits."""
        if not self.drives:
            return None
        due = self.board.next_deadline()
        return None if due is None else due - self._offset

    # --- life -----------------------------------------------------------------------------------

    def _replayed(self) -> Switchboard:
        board = Switchboard(self.world.site, self.world.find_version)
        again: list[Fact | Command] = []
        board.replay(
            ((entry.at, entry.record) for entry in self.journal.durable),
            lambda _now, turn: again.extend(turn.records),
        )
        self.world.witness.same(self.journal.durable, again)
        return board

    def _live(self) -> Life:
        while True:
            while self.world.line is None:
                yield None
            try:
                self._connect()
                yield from self._catch_up()
                self.drives = True
                while True:
                    if not self.inbox and not self._is_due():
                        yield None
                    yield from self._serve(self._drained(), as_it_happened=False)
                    if not self.connected:
                        break
            except LineGone:
                pass
            self.connected = self.drives = False

    def _connect(self) -> None:
        line = self.world.line
        if line is None:
            raise LineGone
        self.connected = True
        self.inbox.extend(
            Told(event.fact, event.epoch, event.seq, event.at) for event in line.unacknowledged
        )

    def _is_due(self) -> bool:
        due = self.board.next_deadline()
        return due is not None and due <= self.clock()

    def _drained(self) -> list[Told]:
        told = list(self.inbox)
        self.inbox.clear()
        return told

    def _catch_up(self) -> Life:
        waiting: list[Told] = []
        while True:
            if self.world.line is None:
                self.inbox.extendleft(reversed(waiting))
                raise LineGone
            picture = self.world.line.snapshot()
            self._line_epoch = picture.epoch
            waiting += self._drained()
            before = [told for told in waiting if not _is_newer(told, picture)]
            waiting = [told for told in waiting if _is_newer(told, picture)]
            if before:
                yield from self._serve(before, as_it_happened=True)
            elif max(self._seen.get(picture.epoch, 0), picture.acknowledged) < picture.seq:
                yield None
                if not self.connected:
                    raise LineGone
            else:
                break
        now = self._time()
        standing = self.world.witness.standing(self.board, picture)
        turn = self.board.reconcile(picture, now)
        self.world.witness.reconciled(standing, self.board, picture, turn)
        yield from self._finish([Step(now, turn)], 0)
        yield from self._serve(waiting, as_it_happened=False)

    # --- one turn of the loop -------------------------------------------------------------------

    def _time(self, happened_at: float | None = None) -> float:
        now = self.clock()
        if happened_at is not None:
            now = min(now, max(happened_at, self._latest))
        back = self.world.faults.clock_back
        if back and self.world.random.random() < back:
            return now - self.world.random.uniform(0.0, 30.0)
        self._latest = now
        return now

    def _serve(self, inputs: Iterable[Told], *, as_it_happened: bool) -> Life:
        steps: list[Step] = []
        told = 0
        for item in inputs:
            if item.epoch:
                if item.epoch == self._line_epoch:
                    told = max(told, item.seq)
                if item.seq <= self._seen.get(item.epoch, 0):
                    continue
                self._seen[item.epoch] = item.seq
            now = self._time(item.at if as_it_happened else None)
            steps.append(Step(now, self.board.handle(item.fact, now), item.epoch, item.seq))
        now = self._time()
        due = self.board.next_deadline()
        if due is not None and due <= now:
            steps.append(Step(now, self.board.tick(now)))
        yield from self._finish(steps, told)

    def _finish(self, steps: list[Step], told: int) -> Life:
        world, random = self.world, self.world.random
        batch = [
            Record(
                step.now,
                record,
                step.epoch if index == 0 else "",
                step.seq if index == 0 else 0,
            )
            for step in steps
            for index, record in enumerate(step.turn.records)
        ]
        if batch:
            world.instant(Instant.BEFORE_WRITE)
            self.journal.write(batch)
            world.instant(Instant.UNSYNCED)
            slow = world.faults.slow_write
            if slow and random.random() < slow:
                yield random.choice((0.005, 0.3, 2.0))
            self.journal.sync()
            world.kept(batch, self.board)
            world.instant(Instant.SYNCED)
        if told:
            self._line().acknowledge(told)
        if batch:
            world.instant(Instant.ACKNOWLEDGED)
        done = 0
        for step in steps:
            for command in step.turn.commands:
                world.carried_out(command)
                self._line().carry_out(command)
                done += 1
                if batch:
                    world.instant(Instant.BETWEEN_COMMANDS, done)

    def _line(self) -> Line:
        if self.world.line is None or not self.connected:
            raise LineGone
        return self.world.line


def _is_newer(told: Told, picture: LineSnapshot) -> bool:
    return told.epoch == picture.epoch and told.seq > picture.seq
