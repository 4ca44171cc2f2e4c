"""One simulated day of a whole site: one clock, one source of chance, everything that goes wrong.

The world steps from event to event. Callers, phones, the line process and the brain process take
their turns in it, and the witness looks after every write of the brain. The same seed gives the
same day to the last record, which the digest shows. The module is longer than one should be:
whatever can come between any two events has its one place here, and is read together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from heapq import heappop, heappush
from random import Random
from typing import Any

import msgspec

from calls.commands import Command, OfferCall, OpenTask, RecallOffer, ReleaseAgent
from calls.facts import CallArrived, CallQueued
from calls.ids import CallId
from calls.ports import Entry, JournalError, LineEvent
from careline.backlog import UNACKNOWLEDGED_S
from careline.turn import Turn
from config.site import Site
from tests.site.board import Board
from tests.site.clinic import MONDAY_10H, NURSES, small_clinic, versions
from tests.site.driver import BrainProcess, Killed
from tests.site.faults import BrainCrash, Faults, Instant, draw
from tests.site.invariants import Memory, Violation, Witness
from tests.site.journal import TornJournal
from tests.site.line import Line
from tests.site.office import Office
from tests.site.people import People
from tests.site.snapshots import compare, from_snapshot, take, whole_track

CALLS_PER_S = 11 / 115.0
"""What eleven agents can answer, who talk for 90 s and write for 25 s."""

_LINE_DOWN_S = 3.0
_CALM_AFTER_S = 60.0
_LONGEST_TAIL_S = 6 * 3600.0
_DIES_AT_SNAPSHOT = 0.15
_TORN = 0.2
"""How likely an unsynced snapshot that is lost takes the one before with it."""

_SNAPSHOT_AGAIN_AFTER = 20
"""Entries until it is tried again, where none could be taken."""

_ROUNDING_S = 1e-3

_OTHERS_CONCERN = (CallQueued, OfferCall, OpenTask, RecallOffer, ReleaseAgent)
"""What of a call may change what becomes of others."""

_SPINNING = 20_000
"""Steps without time passing that are surely for ever."""

KINDS = (
    "red flags",
    "escalations",
    "holds",
    "retrievals",
    "consults",
    "pairs",
    "waited for their last agent",
    "places kept",
    "chosen call-backs reached",
    "red flags called back",
    "missed call-backs",
    "identities confirmed",
    "tasks closed",
    "queues overridden",
    "breaks approved",
    "publications",
    "crashes at a publication",
    "callers whose queue was removed",
    "agents removed with a call",
    "outages of the disk",
    "callers turned away",
    "restarts behind a hole",
    "journal tails lost",
    "snapshots",
    "restarts from a snapshot",
)
"""What happens, as it is counted; a day of a thousand calls has most of them."""

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What came of a day.

    Attributes:
        seed: which.
        digest: of all records of the journal and all commands to the line.
        calls: how many arrived.
        records: how many entries the journal has.
        crashes: how often the brain died.
        steps: how many events there were.
        counts: how often what happened.
    """

    seed: int
    digest: str
    calls: int
    records: int
    crashes: int
    steps: int
    counts: Mapping[str, int]


class World:
    """A site and its surroundings.

    Args:
        seed: decides everything.
        calls: how many callers ring.
        faults: in place of those drawn from the seed.
    """

    def __init__(self, seed: int, calls: int, faults: Faults | None = None) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.site = small_clinic()
        self.now = 0.0
        self.steps = 0
        self.crashes = 0
        self.closing = False
        drawn = draw(self.random, calls, calls / CALLS_PER_S)
        self.faults = faults or drawn
        self.witness = Witness(NURSES)
        self.people = People(self)
        self.office = Office(self)
        self.journal = TornJournal()
        self.line: Line | None = None
        self.brain: BrainProcess | None = None
        self._lines = 0
        self.writes = 0
        self._crashes = list(self.faults.brain)
        self._clock = MONDAY_10H
        self._heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0
        self.refused: dict[CallId, int] = {}
        """Calls that were not let in and the journal does not know of, with where it stood then."""
        self._told_again: list[int] = []
        """Where it stood with those of them whose arrival was told again, and written, later."""
        self._turned_away: set[CallId] = set()
        self._unwritten = False
        self._at_snapshot: Memory | None = None
        self._deaths_left = 2
        self._shortest_stretch = (0, 200, 2000)[seed % 3]
        self._resume_at: float | None = None
        self._delivered_at = 0.0
        self._digest = blake2b(digest_size=16)
        self._rang: list[CallId] = []
        self._lost: set[CallId] = set()
        self._calls = calls

    # --- what the others use --------------------------------------------------------------------

    def later(self, delay_s: float, action: Callable[..., None], *args: Any) -> None:
        """Let ``action`` happen in ``delay_s`` seconds."""
        self._count += 1
        heappush(self._heap, (self.now + delay_s, self._count, action, args))

    def deliver(self, event: LineEvent) -> None:
        """Bring an event from the line to the brain that drives it: in order, and maybe late."""
        brain = self.brain
        if brain is None or brain.connection is None:
            return
        faults, random = self.faults, self.random
        at = max(self.now, self._delivered_at)
        if faults.delay and random.random() < faults.delay:
            at += random.choice((0.02, 0.5, 4.0))
        if at > self.now or brain.to_come:
            # Those that are late may be due at this very instant: none overtakes them.
            self._delivered_at = at
            brain.to_come += 1
            self.later(at - self.now, self._arrives, brain, event)
        else:
            self._take(brain, event)
        if faults.repeat and random.random() < faults.repeat:
            self.later(at - self.now + random.choice((0.0, 1.0)), self._take, brain, event)

    def find_version(self, version: str) -> Site | None:
        """A site that was published."""
        return versions().get(version)

    def instant(self, instant: Instant, commands: int = 0) -> None:
        """The brain has come to here; it may go no further.

        Raises:
            Killed: it dies.
        """
        if instant is Instant.BEFORE_WRITE:
            self.writes += 1
        if not self._crashes:
            return
        crash = self._crashes[0]
        if self.writes < crash.write or instant is not crash.instant:
            return
        if instant is Instant.BETWEEN_COMMANDS and commands < crash.commands:
            return
        del self._crashes[0]
        self.kill(crash)
        raise Killed

    @property
    def reconciled(self) -> bool:
        """Whether brain and line have met since either began."""
        return self.brain is not None and self.brain.drives

    @property
    def apart(self) -> bool:
        """Whether they have not: what the last brain decided and did not tell is not up, or is."""
        return not self.reconciled

    def wrote(self, batch: Sequence[Entry]) -> None:
        """Something is durable, maybe long after it was decided."""
        for entry in batch:
            if isinstance(entry.record, CallArrived) and entry.record.call_id in self.refused:
                # Told again, or found on the line: for a replay it is then that they are let in.
                self._told_again.append(self.refused.pop(entry.record.call_id))
                self.journal.tear(before=len(batch))
        self._note(batch)

    def _note(self, batch: Iterable[Entry]) -> None:
        digest = self._digest
        for entry in batch:
            digest.update(_encode((entry.at, type(entry.record).__name__, entry.record)))

    def kept(self, batch: Sequence[Entry], board: Board) -> None:
        """A batch is durable, and nothing else has happened since."""
        self.witness.read(batch)
        self.witness.look(board)

    def not_kept(
        self,
        entries: Sequence[Entry],
        away: list[Entry],
        refused: Collection[CallId],
        commands: list[Command],
    ) -> None:
        """Nothing could be journaled; this is done all the same.

        Args:
            entries: what could not be; what the calls that were not let in did will never be.
            away: what turning them away brought about.
            refused: those calls.
            commands: what is done.
        """
        brain = self.brain
        assert brain is not None
        for call_id in refused:
            self.refused.setdefault(call_id, len(self.journal.durable))
        self._turned_away.update(refused)
        self._note(away)
        self._concerns_others(away)
        self.witness.read([*entries, *away])
        self.witness.look(brain.board)
        self.office.turned_away(refused, commands)

    def dropped(self, entries: Sequence[Entry], late: Sequence[Entry]) -> None:
        """What is never journaled, for it is about calls that were not let in.

        Args:
            entries: all of it.
            late: of it, what was not seen before.
        """
        told = self.journal.dropped
        for entry in entries:
            if entry.line_epoch:
                told[entry.line_epoch] = max(told.get(entry.line_epoch, 0), entry.line_seq)
        self._concerns_others(entries)
        self._note(late)
        self.witness.read(late)

    def may_be_missed(self, call_id: CallId) -> bool:
        """Whether a call that is over may be believed to be still there, somewhere.

        Of one that was turned away nothing is written. One that ended while nothing could be
        written is given up by the next life as lost, and looked for.
        """
        lost = self.brain is None or call_id in self.brain.board.calls.lost
        return lost or call_id in self._turned_away

    def unaccounted(self) -> None:
        """Something is about to be written, and not all that it was done for just then."""
        self.journal.tear()

    def _concerns_others(self, unwritten: Iterable[Entry]) -> None:
        """Calls may come as far as the queue before it is known that they cannot be let in.

        Who else was offered to whom because of that no replay can know.
        """
        if any(isinstance(entry.record, _OTHERS_CONCERN) for entry in unwritten):
            self.journal.tear()

    def check_acknowledged(self, epoch: str, seq: int) -> None:
        """What the line is told to forget is durable, or was kept in memory for long enough.

        Raises:
            Violation: it is neither.
        """
        journal, brain = self.journal, self.brain
        assert brain is not None
        if seq <= max(journal.heard.get(epoch, 0), journal.dropped.get(epoch, 0)):
            return
        since = brain.unkept_since
        if since is None or self.now - since < UNACKNOWLEDGED_S - _ROUNDING_S:
            raise Violation(f"fact {seq} of {epoch} is acknowledged and not durable")

    def carried_out(self, command: Command) -> None:
        """The line is told."""
        self.office.told_line(command)
        self.witness.trace.append((self.now, command))
        self._digest.update(_encode((self.now, type(command).__name__, command)))

    def next_checkpoint(self, position: int) -> float:
        """After which entry the next snapshot is due."""
        return position + (self.faults.snapshot_every or math.inf)

    def keep_checkpoint(self, brain: BrainProcess) -> None:
        """A snapshot is taken, if that can be done now.

        Raises:
            Killed: the brain dies before it is safe.
        """
        journal, random = self.journal, self.random
        brain.checkpoint_due = brain.track.position + _SNAPSHOT_AGAIN_AFTER
        now = brain.clock()
        state = take(brain.board, brain.track, brain.seen, now, self._shortest_stretch)
        if not state:
            self.witness.counts["snapshots not possible"] += 1
            return
        try:
            journal.write_snapshot(len(journal.durable), state)
        except JournalError:
            return
        if self._deaths_left and random.random() < _DIES_AT_SNAPSHOT:
            self._deaths_left -= 1
            self.kill(
                BrainCrash(
                    write=self.writes,
                    instant=Instant.SYNCED,
                    commands=0,
                    down_s=random.choice((0.0, 3.0)),
                    clock_step_s=0.0,
                )
            )
            raise Killed
        journal.sync_snapshot()
        self._at_snapshot = self.witness.memory()
        self.witness.counts["snapshots"] += 1
        self.witness.counts["snapshots that bridge a hole"] += journal.bridged
        brain.checkpoint_due = self.next_checkpoint(brain.track.position)

    def crash_next(self, crash: BrainCrash) -> None:
        """The brain dies at its next write."""
        self._crashes.insert(0, replace(crash, write=self.writes + 1))

    # --- life and death -------------------------------------------------------------------------

    def kill(self, crash: BrainCrash) -> None:
        """The brain process dies; another follows."""
        brain, self.brain = self.brain, None
        assert brain is not None
        self.crashes += 1
        lost = self.journal.crash(torn=self.random.random() < _TORN)
        self.witness.counts["journal tails lost"] += lost
        self._unwritten = bool(brain.backlog)
        differs = lost or crash.instant is Instant.BEFORE_WRITE or self._unwritten
        apart = self.journal.holed or self.refused or self._told_again
        before = None if differs or apart else brain.board
        self.office.brain_died()
        self._resume_at = None
        self._clock += crash.clock_step_s
        self.later(crash.down_s, self.start_brain, before)

    def start_brain(self, before: Board | None = None) -> None:
        """A brain comes up from the journal.

        Args:
            before: the switchboard that died, where all it knew was durable.
        """
        found = self.journal.latest_snapshot()
        known = found[0] if found is not None else 0
        # What was done and never written: some of it the line was told, and nobody knows it now.
        unknown = self._unwritten or any(
            ends is None and begins >= known for begins, ends in self.journal.holes
        )
        self._unwritten = False
        forgotten = [call_id for call_id, at in self.refused.items() if at >= known]
        for call_id in forgotten:
            del self.refused[call_id]
        # Of calls that were not let in a snapshot knows, and a replay of the journal does not.
        self._told_again = [at for at in self._told_again if at < known]
        apart = bool(self.refused or self._told_again)
        self.journal.begin_life(apart=apart)
        board, track, seen = self.standby(), None, self.journal.seen()
        if board is None:
            whole, told = self.replayed()
            memory: Memory | None = None
            board = whole
            again = from_snapshot(self.journal, self)
            if again is not None:
                self.witness.counts["restarts from a snapshot"] += 1
                if apart or self.journal.holed:
                    board, track, told, seen = again
                    memory = self._at_snapshot
                else:
                    compare(again.board, whole)
                    if self.crashes % 2:
                        board, track, _told, seen = again
            if unknown:
                self.witness.counts["restarts behind a hole"] += 1
                self.witness.begin_again(board, told, memory)
            else:
                self.witness.forget(forgotten)
        if track is None:
            track = whole_track(self.journal, self)
        clock = self._clock + self.now
        self.brain = BrainProcess(self, self.journal, clock, board, track, seen)
        self._delivered_at = self.now
        if before is not None:
            self._compare(board, before)
        self._resume_at = self.now

    def replayed(self, board: Board | None = None, after: int = 0) -> tuple[Board, list[Entry]]:
        """A switchboard that knows what the journal tells, and all that its replay made.

        Args:
            board: one that knows a part of it already.
            after: up to which entry.

        Raises:
            Violation: it decides otherwise than was written.
        """
        board = board or Board(self.site, self.find_version)
        told: list[Entry] = []
        for part, decides_the_same in self.journal.stretches(after):
            again: list[Entry] = []

            def took(now: float, turn: Turn, again: list[Entry] = again) -> None:
                again += [Entry(at=now, record=record) for record in turn.records]

            board.replay(((entry.at, entry.record) for entry in part), took)
            if decides_the_same:
                records = [entry.record for entry in again]
                self.witness.same(part, records, self._turned_away, whole=not after)
            told += again
        return board, told

    def _compare(self, mine: Board, theirs: Board) -> None:
        if mine.distributor.snapshot() != theirs.distributor.snapshot():
            raise Violation("the distributor is another one after the restart")
        calls = tuple(mine.calls) == tuple(theirs.calls)
        if not calls or tuple(mine.tasks) != tuple(theirs.tasks):
            raise Violation("calls or tasks are others after the restart")

    def standby(self) -> Board | None:
        """A switchboard that knows the journal already; ``None`` to have it replayed."""
        return None

    def _kill_line(self) -> None:
        line, self.line = self.line, None
        if line is None or self.closing:
            self.line = line
            return
        line.dead = True
        unheard = [event.fact for event in line.unacknowledged]
        unheard += [fact for facts in line.held() for fact in facts]
        self._lost.update(fact.call_id for fact in unheard if isinstance(fact, CallArrived))
        if self.brain is not None:
            self.brain.line_died()
            self.wake()
        self.later(_LINE_DOWN_S, self._start_line)

    def _start_line(self) -> None:
        self._lines += 1
        self.line = Line(self, f"line-{self._lines}")
        self.people.register_again()
        self.wake()

    # --- the day --------------------------------------------------------------------------------

    def run(self) -> Day:
        """Live through the whole day.

        Raises:
            Violation: a promise was broken; the message says where.
        """
        self.begin()
        try:
            while self.step():
                pass
            self.check_the_end()
        except Violation as violation:
            raise self.named(violation) from violation
        return Day(
            seed=self.seed,
            digest=self._digest.hexdigest(),
            calls=len(self.witness.heard_of),
            records=len(self.journal.durable),
            crashes=self.crashes,
            steps=self.steps,
            counts=dict(sorted(self.witness.counts.items())),
        )

    def named(self, violation: Violation) -> Violation:
        """The violation with where it happened and what happened before."""
        return Violation(
            f"seed {self.seed}, step {self.steps}, {self.now:.3f} s, write {self.writes}: "
            f"{violation}\n{self.witness.told()}"
        )

    def begin(self) -> None:
        """Set up the first events."""
        self._lines = 1
        self.line = Line(self, "line-1")
        self.people.come_in()
        self.later(0.0, self.start_brain, None)
        at = 0.0
        for number in range(self._calls):
            at += self.random.expovariate(CALLS_PER_S * self.faults.load)
            self.later(at, self._ring, CallId(f"c{number}"))
        for died_at in self.faults.line:
            self.later(died_at, self._kill_line)
        self.office.begin()
        self.later(at + _CALM_AFTER_S, self._close)

    def step(self) -> bool:
        """Go to the next event; ``False`` when nothing is left to happen."""
        wakes_at = self._brain_wakes_at()
        if wakes_at is not None and (not self._heap or wakes_at <= self._heap[0][0]):
            self._passes(max(self.now, wakes_at))
            self._resume()
            return True
        if not self._heap:
            return False
        at, _number, action, args = heappop(self._heap)
        self._passes(at)
        action(*args)
        return True

    def _passes(self, at: float) -> None:
        self.steps += 1
        if at > self.now:
            self.now, self._still_since = at, self.steps
        elif self.steps - self._still_since > _SPINNING:
            raise Violation("no time passes any more")

    _still_since = 0

    def _brain_wakes_at(self) -> float | None:
        if self.brain is None or self._resume_at is not None:
            return self._resume_at
        return self.brain.wakes_at() if self.brain.waits else None

    def _arrives(self, brain: BrainProcess, event: LineEvent) -> None:
        brain.to_come -= 1
        self._take(brain, event)

    def _take(self, brain: BrainProcess, event: LineEvent) -> None:
        if self.brain is brain:
            brain.take(event)
            self.wake()

    def wake(self) -> None:
        """There is news for a brain that waits."""
        if self.brain is not None and self.brain.waits:
            self._resume_at = self.now

    def _resume(self) -> None:
        brain = self.brain
        assert brain is not None
        brain.waits, self._resume_at = False, None
        try:
            sleep_s = next(brain.life)
        except Killed:
            return
        if sleep_s is None:
            brain.waits = True
        else:
            self._resume_at = self.now + sleep_s

    def _ring(self, call_id: CallId) -> None:
        if self.line is not None:
            self._rang.append(call_id)
            self.people.calls(call_id)

    def _close(self) -> None:
        """No more callers; once the last is gone, everybody goes home."""
        if self.line is None or self.brain is None or self.journal.full:
            self.later(10.0, self._close)
            return
        self.closing = True
        if self.now > self._calls / CALLS_PER_S * 10 + _LONGEST_TAIL_S:
            raise Violation(f"still here: {list(self.line.legs)}, {list(self.brain.board.calls)}")
        if self.line.legs or self.brain.board.calls or self.brain.inbox:
            self.later(30.0, self._close)
            return
        self.people.go_home()
        self.office.close_all(self.brain)
        self.wake()

    def check_the_end(self) -> None:
        """Every call has ended exactly once, and nothing is left of any."""
        line, brain, witness = self.line, self.brain, self.witness
        assert line is not None
        assert brain is not None
        open_calls = [call_id for call_id in witness.arrived if call_id not in witness.ended]
        unheard = [
            call_id
            for call_id in self._rang
            if call_id not in witness.heard_of and call_id not in self._lost
        ]
        left = {
            "calls that never ended": open_calls,
            "calls nobody heard of": unheard,
            "legs": list(line.legs),
            "phones": list(line.rings),
            "offers": list(brain.board.distributor.live_offers()),
            "facts": list(line.unacknowledged),
        }
        for what, rest in left.items():
            if rest:
                raise Violation(f"left at the end: {what}: {rest}")
        if brain.board.next_deadline() is not None:
            raise Violation("a timer is left at the end")
        if self.witness.chosen:
            raise Violation(f"were never called back: {list(self.witness.chosen)}")
        busy = [row.agent_id for row in brain.board.distributor.snapshot().agents if row.call_ids]
        if busy:
            raise Violation(f"have a call at the end: {busy}")
        self.replayed()


def one_day(task: tuple[int, int]) -> Day | str:
    """A day of a seed and so many calls, or how it broke a promise."""
    seed, calls = task
    try:
        return World(seed, calls).run()
    except Violation as violation:
        return str(violation)
