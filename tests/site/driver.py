"""The brain process of the simulation: the switchboard between a journal and a line.

It keeps the order of :class:`careline.brain.Brain` (journal, acknowledge, carry out; and after a
restart: what waits at the line, then the comparison, then what is new) without an event loop, so
that it can be stopped between any two of these and a thousand calls take a second. What cannot be
journaled waits in the product's own backlog. A generator: it yields how long it sleeps, or ``None``
to wait for news or a deadline.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from calls.commands import Command
from calls.facts import CallArrived, CallFact, Fact, SitePublished, TimerFired
from calls.ids import CallId
from calls.ports import (
    DuplicateEventError,
    Entry,
    Journal,
    JournalError,
    LineEvent,
    LineSnapshot,
)
from careline.backlog import Backlog
from careline.checkpoint import Track
from careline.rescue import Rescue
from careline.turn import Turn
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


class LineGone(Exception):
    """The line process is dead."""


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


class _Pause:
    """Awaited: the brain's generator yields how long it sleeps."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __await__(self) -> Life:
        yield self._seconds


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


class BrainProcess:
    """One life of the brain, from its start to its death.

    Args:
        world: the clock, the line and the chance.
        journal: what earlier lives left.
        clock: what the system's clock shows now, seconds since the epoch.
        board: a switchboard that the journal was replayed into.
        track: where in the journal calls began.
        seen: how far each run of a line was heard.
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
        self.inbox: deque[Told] = deque()
        self.connected = False
        self.drives = False
        self.waits = False
        self.to_come = 0
        self.board = board
        self.track = track
        self.problem = False
        self.seen = seen
        self.backlog = Backlog(cast(Journal, _Writes(world, journal)), track.follow)
        self.unkept_since: float | None = None
        self.away: list[Fact | Command] = []
        self.checkpoint_due = world.next_checkpoint(track.position)
        self._latest = journal.durable[-1].at if journal.durable else 0.0
        for entry in journal.durable[-1000:]:
            self._latest = max(self._latest, entry.at)
        self._offset = max(clock, self._latest) - world.now
        self._line_epoch = ""
        if not journal.durable or board.site.version != world.site.version:
            self.publish()
        self.life = self._live()

    def clock(self) -> float:
        """Seconds since the epoch, as this process has it."""
        return self.world.now + self._offset

    def publish(self) -> None:
        """Serve by the version that was published last."""
        site = self.world.site
        self.inbox.append(Told(SitePublished(site=site.id, version=site.version)))

    def take(self, event: LineEvent) -> None:
        """An event arrives from the line."""
        self.inbox.append(Told(event.fact, event.epoch, event.seq, event.at))

    def wakes_at(self) -> float | None:
        """When the world has to resume a brain that waits."""
        if not self.drives:
            return None
        due = self._next_due()
        return None if due is None else due - self._offset

    # --- life -----------------------------------------------------------------------------------

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

    def _next_due(self) -> float | None:
        dues = (self.board.next_deadline(), self.backlog.due_at)
        return min((at for at in dues if at is not None), default=None)

    def _is_due(self) -> bool:
        due = self._next_due()
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
            elif max(self.seen.get(picture.epoch, 0), picture.acknowledged) < picture.seq:
                yield None
                if not self.connected:
                    raise LineGone
            else:
                break
        now = self._time()
        standing = self.world.witness.standing(self.board, picture)
        turn = self.board.reconcile(picture, now)
        self.world.witness.reconciled(standing, self.board, picture, turn)
        yield from self._finish([Step(now, turn)])
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
        told: dict[str, int] = {}
        for item in inputs:
            if item.epoch:
                told[item.epoch] = max(told.get(item.epoch, 0), item.seq)
                if item.seq <= self.seen.get(item.epoch, 0):
                    continue
                self.seen[item.epoch] = item.seq
            if self.problem and isinstance(item.fact, CallArrived):
                probe = Entry(at=self.clock(), record=TimerFired(site=item.fact.site))
                yield from self._keep([] if self.backlog else [probe])
            now = self._time(item.at if as_it_happened else None)
            steps.append(Step(now, self.board.handle(item.fact, now), item.epoch, item.seq))
        now = self._time()
        due = self.board.next_deadline()
        if due is not None and due <= now:
            steps.append(Step(now, self.board.tick(now)))
        yield from self._finish(steps, told)

    def _finish(self, steps: list[Step], told: Mapping[str, int] = MappingProxyType({})) -> Life:
        world = self.world
        entries = _entries_of(steps)
        self.backlog.owe(told)
        is_due = bool(entries) or self.backlog.is_due(self.clock())
        if is_due and not (yield from self._keep(entries)):
            steps, refused = self._turned_away(steps)
            left = [entry for entry in entries if _call_in(entry.record) not in refused]
            self.backlog.leave(left, self.clock())
            world.not_kept(entries, refused, steps)
        elif entries:
            world.kept(entries, self.board)
            self._let_in(steps)
            world.instant(Instant.SYNCED)
        for epoch, seq in self.backlog.take_told(self.clock()).items():
            self._line().acknowledge(epoch, seq)
        if entries:
            world.instant(Instant.ACKNOWLEDGED)
        done = 0
        for step in steps:
            for command in step.turn.commands:
                world.carried_out(command)
                self._line().carry_out(command)
                done += 1
                if entries:
                    world.instant(Instant.BETWEEN_COMMANDS, done)
        if self.track.position >= self.checkpoint_due and not self.backlog:
            world.keep_checkpoint(self)

    def _keep(self, entries: list[Entry]) -> Generator[float | None, None, bool]:
        """Journal, or let no new call in until that can be done again."""
        try:
            yield from self.backlog.write(entries).__await__()
        except JournalError:
            if self.unkept_since is None:
                self.unkept_since = self.world.now
            self.problem, self.board.accepting = True, False
            return False
        if self.problem:
            self.checkpoint_due = self.track.position
        self.unkept_since = None
        self.problem, self.board.accepting = False, True
        return True

    def _turned_away(self, steps: list[Step]) -> tuple[list[Step], set[CallId]]:
        """Calls whose arrival could not be journaled are not let in."""
        refused: set[CallId] = set()
        changed = []
        for step in steps:
            arrived = _arrived_in(step.turn)
            refused.update(arrived)
            turn = Turn(
                records=[each for each in step.turn.records if _call_in(each) not in refused],
                commands=[each for each in step.turn.commands if each.call_id not in refused],
            )
            for call_id in arrived:
                away = self.board.turn_away(call_id, self.clock())
                turn.records += away.records
                turn.commands += away.commands
                self.away += away.records
            changed.append(step._replace(turn=turn))
        return changed, refused

    def _let_in(self, steps: list[Step]) -> None:
        """Once the journal can be written again nobody is turned away any more."""
        for step in steps:
            first = step.turn.records[0] if step.turn.records else None
            if isinstance(first, CallArrived):
                call = self.board.calls.get(first.call_id)
                if call is not None and isinstance(call.engine, Rescue) and not call.engine.let_in:
                    raise Violation(f"{first.call_id} is turned away, and could be journaled")

    def _line(self) -> Line:
        if self.world.line is None or not self.connected:
            raise LineGone
        return self.world.line


def _is_newer(told: Told, picture: LineSnapshot) -> bool:
    return told.epoch == picture.epoch and told.seq > picture.seq


def _entries_of(steps: list[Step]) -> list[Entry]:
    return [
        Entry(
            at=step.now,
            record=record,
            line_epoch=step.epoch if index == 0 else "",
            line_seq=step.seq if index == 0 else 0,
        )
        for step in steps
        for index, record in enumerate(step.turn.records)
    ]


def _arrived_in(turn: Turn) -> list[CallId]:
    if not turn.commands:
        return []
    return [record.call_id for record in turn.records if isinstance(record, CallArrived)]


def _call_in(record: Fact | Command) -> CallId | None:
    return record.call_id if isinstance(record, CallFact | Command) else None
