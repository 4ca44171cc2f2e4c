"""The brain process of the simulation: the product's intake between a torn journal and a line.

What it does with what it is told is :class:`careline.intake.Intake`, the very code of production.
Here is what surrounds it: an inbox that no event loop fills, a disk that may be slow or full, and
the instants at which the process may die. It is resumed by hand: awaiting yields how long it
sleeps, or ``None`` to wait for news or a deadline.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from calls.commands import Command
from calls.facts import CallArrived, Fact, SitePublished
from calls.ids import CallId
from calls.ports import (
    DuplicateEventError,
    Entry,
    Journal,
    LineEvent,
    LineSnapshot,
    LineUnavailable,
)
from calls.ports import Line as LinePort
from careline.checkpoint import Track
from careline.gate import TriageGate, engine_of
from careline.inbox import Gone, Inbox, Told
from careline.intake import Intake, Step, _entries_of, call_in
from careline.rescue import Rescue
from careline.restart import Restart
from tests.site.board import Board
from tests.site.faults import Instant
from tests.site.invariants import Violation
from tests.site.journal import TornJournal

if TYPE_CHECKING:
    from tests.site.line import Line
    from tests.site.world import World

Life = Generator[float | None, None, None]


class Killed(BaseException):
    """The brain process is dead from here on."""


class _Pause:
    """Awaited: the brain sleeps for so long, or until there is news or a deadline."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds

    def __await__(self) -> Life:
        yield self._seconds


class _News(Inbox):
    """An inbox whose reader the world wakes."""

    async def filled(self) -> None:
        """See :class:`careline.inbox.Inbox`."""
        while not self:
            await _Pause()


class _Writes:
    """The journal as the product's backlog writes to it; the brain may die in the middle.

    Args:
        world: the chance, and what kills.
        journal: where entries go.
    """

    def __init__(self, world: World, journal: TornJournal) -> None:
        self._world = world
        self._journal = journal

    async def append(self, entries: Sequence[Entry]) -> int:
        """See :meth:`calls.ports.Journal.append`."""
        world = self._world
        world.instant(Instant.BEFORE_WRITE)
        try:
            self._journal.write(entries)
        except DuplicateEventError as error:
            # The backlog could make up for it, but must never have to: this disk says the truth.
            raise Violation(str(error)) from None
        world.instant(Instant.UNSYNCED)
        slow = world.faults.slow_write
        if slow and world.random.random() < slow:
            await _Pause(world.random.choice((0.005, 0.3, 2.0)))
        self._journal.sync()
        world.wrote(entries)
        return len(self._journal.durable)


class _Connection:
    """A connection to the line, for as long as both its ends are there.

    Args:
        world: where the line is.
        brain: that made it; dies between any two of its words.
    """

    def __init__(self, world: World, brain: BrainProcess) -> None:
        self._world = world
        self._brain = brain

    def _line(self) -> Line:
        if self._world.line is None or self._brain.connection is not self:
            raise LineUnavailable("simulated: the line process is gone")
        return self._world.line

    async def snapshot(self) -> LineSnapshot:
        """See :class:`calls.ports.Line`."""
        return self._line().snapshot()

    async def acknowledge(self, epoch: str, seq: int) -> None:
        """See :class:`calls.ports.Line`."""
        self._line().acknowledge(epoch, seq)

    async def carry_out(self, command: Command) -> None:
        """See :class:`calls.ports.Line`."""
        line = self._line()
        self._brain.has_acknowledged()
        self._world.carried_out(command)
        line.carry_out(command)
        self._brain.has_commanded()


class BrainProcess(Intake):
    """One life of the brain, from its start to its death.

    Args:
        world: the clock, the line and the chance.
        journal: what earlier lives left.
        clock: what the system's clock shows now, seconds since the epoch.
        board: a switchboard that the journal was replayed into.
        track: where in the journal calls began.
        seen: how far each run of a line was heard.

    Attributes:
        connection: to the line, if there is one.
        drives: it has met the line.
        waits: for news or a deadline.
        to_come: events under way to it.
        unkept_since: since when nothing could be journaled.
        life: resumes it.
    """

    def __init__(
        self,
        world: World,
        journal: TornJournal,
        clock: float,
        board: Board,
        track: Track,
        seen: dict[str, int],
    ) -> None:
        self.world = world
        self.journal = journal
        self.connection: _Connection | None = None
        self.drives = False
        self.waits = False
        self.to_come = 0
        self.unkept_since: float | None = None
        latest = max((entry.at for entry in journal.durable[-1000:]), default=0.0)
        self._offset = max(clock, latest) - world.now
        super().__init__(
            Restart(board, track, latest=latest, seen=seen),
            cast(Journal, _Writes(world, journal)),
            TriageGate(engine_of(board.site)),
            lambda: world.now + self._offset,
            _News(),
        )
        self.checkpoint_due = world.next_checkpoint(track.position)
        self._batch: Sequence[Entry] = ()
        self._probes = False
        self._just_refused: set[CallId] = set()
        self._asked = False
        self._commanded = 0
        self._acknowledged = True
        if not journal.durable or board.site.version != world.site.version:
            self.publish()
        self.life = self._live().__await__()

    @property
    def board(self) -> Board:
        """The switchboard."""
        return cast(Board, self.switchboard)

    def publish(self) -> None:
        """Serve by the version that was published last."""
        site = self.world.site
        self.tell(SitePublished(site=site.id, version=site.version))

    def tell(self, fact: Fact) -> None:
        """A fact that did not come from the line."""
        self.inbox.put(Told(fact))

    def take(self, event: LineEvent) -> None:
        """An event arrives from the line."""
        self.inbox.put(Told.by_line(event))

    def line_died(self) -> None:
        """The line is gone, and the connection with it."""
        if self.connection is not None:
            self.inbox.put(Gone(cast(LinePort, self.connection)))
            self.connection = None

    def wakes_at(self) -> float | None:
        """When the world has to resume a brain that waits."""
        due_at = self.due_at() if self.drives else None
        return None if due_at is None else due_at - self._offset

    # --- life -----------------------------------------------------------------------------------

    async def _live(self) -> None:
        while True:
            while self.world.line is None:
                await _Pause()
            line = self._connect(self.world.line)
            try:
                await self.catch_up(line)
                self.drives = True
                while True:
                    due_at = self.due_at()
                    if not self.inbox and (due_at is None or due_at > self.clock()):
                        await _Pause()
                    await self.serve(line, self.inbox.take())
            except LineUnavailable:
                self.drives = False

    def _connect(self, line: Line) -> LinePort:
        self.connection = _Connection(self.world, self)
        for event in line.unacknowledged:
            self.take(event)
        return cast(LinePort, self.connection)

    # --- what is looked at, and where it may die ------------------------------------------------

    def has_acknowledged(self) -> None:
        """Everything is acknowledged that will be, with the last batch."""
        if not self._acknowledged:
            self._acknowledged = True
            self.world.instant(Instant.ACKNOWLEDGED)

    def has_commanded(self) -> None:
        """Another of its commands is carried out."""
        self._commanded += 1
        if self._batch:
            self.world.instant(Instant.BETWEEN_COMMANDS, self._commanded)

    def _time(self, happened_at: float | None = None) -> float:
        back = self.world.faults.clock_back
        if back and self.world.random.random() < back:
            return self.clock() - self.world.random.uniform(0.0, 30.0)
        return super()._time(happened_at)

    def _compare(self, picture: LineSnapshot) -> Step:
        standing = self.world.witness.standing(self.board, picture)
        step = super()._compare(picture)
        self.world.witness.reconciled(standing, self.board, picture, step.turn)
        return step

    async def _finish(
        self, line: LinePort, steps: list[Step], told: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self._batch, self._commanded, self._acknowledged = (), 0, True
        self._just_refused.clear()
        self._asked = False
        await super()._finish(line, steps, told)
        self.has_acknowledged()

    async def _probe(self) -> None:
        self._probes = True
        await super()._probe()
        self._probes = False

    async def _keep(self, entries: Sequence[Entry]) -> bool:
        kept = await super()._keep(entries)
        if kept:
            self.unkept_since = None
        elif self.unkept_since is None:
            self.unkept_since = self.world.now
        if not self._probes:
            self._batch, self._acknowledged = entries, not entries
            if kept and entries:
                self.world.kept(entries, self.board)
                self._check_let_in(entries)
                self.world.instant(Instant.SYNCED)
        return kept

    def _check_let_in(self, entries: Iterable[Entry]) -> None:
        """Once the journal can be written again nobody is turned away any more."""
        for entry in entries:
            if entry.line_epoch and isinstance(entry.record, CallArrived):
                call = self.board.calls.get(entry.record.call_id)
                if call is not None and isinstance(call.engine, Rescue) and not call.engine.let_in:
                    raise Violation(f"{call.call_id} is turned away, and could be journaled")

    def _let_in(self, steps: Iterable[Step]) -> list[Entry]:
        steps = list(steps)
        # Asked a second time where nothing could be written: by then some more were turned away.
        again, self._asked = self._asked, True
        refused = self._just_refused if again else self._refused
        for step in steps:
            entries = _entries_of(step)
            dropped = [entry for entry in entries if call_in(entry.record) in refused]
            if dropped:
                self.world.dropped(dropped, [] if again else dropped)
                if len(dropped) < len(entries):
                    # A call's own deadline may have passed as well, and was seen to a moment later.
                    self.world.unaccounted()
        return super()._let_in(steps)

    def _turned_away(self, steps: list[Step]) -> list[Step]:
        before = set(self._refused)
        changed = super()._turned_away(steps)
        self._just_refused = self._refused - before
        known = {id(record) for step in steps for record in step.turn.records}
        now = self.clock()
        away = [
            Entry(at=now, record=record)
            for step in changed
            for record in step.turn.records
            if id(record) not in known
        ]
        commands = [command for step in changed for command in step.turn.commands]
        self.world.not_kept(self._batch, away, self._just_refused, commands)
        return changed

    async def _keep_checkpoint(self) -> None:
        self.world.keep_checkpoint(self)
