"""What a brain does with what it is told, in the order that is the promise.

A fact is journaled before it is acknowledged, and before the commands that it causes are carried
out. Nothing here waits for a clock or makes a task: :class:`~careline.brain.Brain` drives it on an
event loop; the simulation of a whole site drives the same code in virtual time, and lets it die
between any two of its steps.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from calls.commands import Command, HangUp, LookUp, RecallOffer, ReleaseAgent
from calls.facts import (
    CallArrived,
    CallEnded,
    CallFact,
    Fact,
    FeatureDialled,
    LookedUp,
    SitePublished,
    SpeechHeard,
    TimerFired,
)
from calls.ids import CallId
from calls.ports import (
    Entry,
    Journal,
    JournalError,
    LeaseLostError,
    Line,
    LineSnapshot,
    LineUnavailable,
)
from careline.backlog import Backlog
from careline.checkpoint import encode
from careline.feature_codes import meant
from careline.gate import TriageGate, engine_of
from careline.inbox import Gone, Inbox, Told
from careline.restart import Restart
from careline.restoring import standing_of
from careline.turn import Turn

log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 50_000
"""Entries between two checkpoints: a start reads so many in a third of a second."""

_CHECKPOINT_AGAIN_AFTER = 200
"""Entries until it is tried again, where one could not be taken."""


_CLEARS_THE_LINE = (HangUp, RecallOffer, ReleaseAgent)
"""Done for calls that are not let in as well: a line may have found them with an agent's phone."""


@dataclass(frozen=True, slots=True)
class Step:
    """A turn of the switchboard, when it was made and which line event caused it."""

    now: float
    turn: Turn
    epoch: str = ""
    seq: int = 0


class Intake:
    """Takes in what happens at one site.

    Args:
        came: where the journal left off.
        journal: where every fact goes first.
        gate: triage.
        clock: gives seconds since the epoch, never less than before.
        inbox: what waits.
        observer: told each turn after it was journaled, with its time.
        look_up: begins to ask elsewhere what a flow wants to know; the answer comes by the inbox.

    Attributes:
        switchboard: the engines.
        track: where in the journal calls began.
        seen: how far each run of a line was heard.
        backlog: what could not be journaled yet.
        checkpoint_due: after which entry the next checkpoint is kept.
        journal_problem: why the journal cannot be written; ``None`` while it can.
    """

    def __init__(
        self,
        came: Restart,
        journal: Journal,
        gate: TriageGate,
        clock: Callable[[], float],
        inbox: Inbox,
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
        look_up: Callable[[LookUp], None] | None = None,
    ) -> None:
        self._look_up = look_up or self._nobody_to_ask
        self.switchboard = came.switchboard
        self.track = came.track
        self.seen = came.seen
        self.clock = clock
        self.inbox = inbox
        self.backlog = Backlog(came.switchboard.site.id, journal, self.track.follow)
        self.checkpoint_due: float = came.track.position + CHECKPOINT_EVERY - came.inputs
        self.journal_problem: str | None = None
        self._journal = journal
        self._gate = gate
        self._observe = observer
        self._latest = came.latest
        self._refused: set[CallId] = set()

    def due_at(self) -> float | None:
        """When :meth:`serve` should be called though nothing is new; ``None`` if never."""
        dues = (self.switchboard.next_deadline(), self.backlog.due_at)
        return min((at for at in dues if at is not None), default=None)

    # --- meeting a line -------------------------------------------------------------------------

    async def catch_up(self, line: Line) -> None:
        """Take in what happened while nobody drove the line, then compare with what is up.

        What an earlier line told and nobody took in yet comes first: its callers are then known,
        and become call-back tasks. The picture that is compared is one in which all that we did
        meanwhile can be seen: a phone that began to ring after it was taken would count as lost.

        Raises:
            LineUnavailable: the line is gone; what it told is still in the inbox.
            LeaseLostError: another node leads.
        """
        waiting: list[Told | Gone] = []
        try:
            while True:
                picture = await line.snapshot()
                waiting += self.inbox.take()
                before = [item for item in waiting if not _is_newer(item, picture)]
                waiting = [item for item in waiting if _is_newer(item, picture)]
                if before:
                    await self.serve(line, before, as_it_happened=True)
                elif self._is_behind(picture):
                    await self.inbox.filled()
                else:
                    break
            await self._finish(line, [self._compare(picture)])
        except LineUnavailable:
            self.inbox.put_back(waiting)
            raise
        await self.serve(line, waiting)

    def _is_behind(self, picture: LineSnapshot) -> bool:
        return any(
            max(self.seen.get(run.epoch, 0), run.acknowledged) < run.seq for run in picture.runs
        )

    def _compare(self, picture: LineSnapshot) -> Step:
        now = self._time()
        return Step(now, self.switchboard.reconcile(picture, now))

    # --- one turn of the loop -------------------------------------------------------------------

    async def serve(
        self, line: Line, inputs: Iterable[Told | Gone], *, as_it_happened: bool = False
    ) -> None:
        """Handle these and what is due, journal it all in one commit, and have it done.

        Args:
            line: is told.
            inputs: in order.
            as_it_happened: at the times when they happened, for nobody drove the line then.

        Raises:
            LineUnavailable: the line is gone; what it told is journaled.
            LeaseLostError: another node leads.
        """
        inputs = list(inputs)
        steps: list[Step] = []
        told: dict[str, int] = {}
        gone = False
        for item in inputs:
            if isinstance(item, Gone):
                gone |= item.line is line
                continue
            if item.epoch:
                told[item.epoch] = max(told.get(item.epoch, 0), item.seq)
            if item.epoch and item.seq <= self.seen.get(item.epoch, 0):
                # Here already, and its acknowledgement was lost: the line waits for it.
                continue
            if item.epoch:
                self.seen[item.epoch] = item.seq
            steps.append(await self._handle(item, item.at if as_it_happened else None))
        now = self._time()
        due = self.switchboard.next_deadline()
        if due is not None and due <= now:
            steps.append(Step(now, self.switchboard.tick(now)))
        written = False
        try:
            await self._finish(line, steps, told)
            written = True
        except LineUnavailable:
            written = True  # the journal comes before whatever the line is told
            raise
        finally:
            for item in inputs:
                _done(item, kept=written and self.journal_problem is None)
        if gone:
            raise LineUnavailable("the line process is gone")

    def _time(self, happened_at: float | None = None) -> float:
        """What time it is for the engines; never before what they have handled.

        Args:
            happened_at: for what happened while nobody drove the line: then, not now. An agent
                who answered in time has answered in time.
        """
        now = self.clock()
        if happened_at is not None:
            now = min(now, max(happened_at, self._latest))
        self._latest = now
        return now

    async def _handle(self, item: Told, happened_at: float | None) -> Step:
        fact = item.fact
        if isinstance(fact, CallArrived) and self.journal_problem is not None:
            await self._probe()
        if isinstance(fact, SpeechHeard):
            again = self.switchboard.rings_again_about(fact.call_id, self.clock())
            fact = await self._gate.assess(fact, again)
        elif isinstance(fact, FeatureDialled):
            wanted = meant(fact, self.switchboard)
            if wanted is None:
                return Step(self.clock(), Turn(), item.epoch, item.seq)
            fact = wanted
        now = self._time(happened_at)
        return Step(now, self.switchboard.handle(fact, now), item.epoch, item.seq)

    async def _finish(
        self, line: Line, steps: list[Step], told: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        """Journal all steps in one commit, then acknowledge, then carry out.

        What cannot be journaled now waits, and so do its acknowledgements for a while: see
        :class:`~careline.backlog.Backlog`.

        Args:
            line: is told.
            steps: what there is to keep and to do.
            told: the last of each run's events among them, or before them.
        """
        decided, entries = steps, self._let_in(steps)
        self.backlog.owe(told)
        is_due = bool(entries) or self.backlog.is_due(self.clock())
        if is_due and not await self._keep(entries):
            steps = self._turned_away(steps)
            self.backlog.leave(self._let_in(decided), self.clock())
        # Before the line is told anything: should it be gone, this has happened all the same.
        for step in steps:
            self._follow(step.turn)
            for asked in step.turn.lookups:
                self._look_up(asked)
        try:
            for epoch, seq in self.backlog.take_told(self.clock()).items():
                await line.acknowledge(epoch, seq)
            for step in steps:
                for command in step.turn.commands:
                    await line.carry_out(command)
        finally:
            for step in steps:
                self._observe(step.now, step.turn)
        if self.track.position >= self.checkpoint_due and not self.backlog:
            await self._keep_checkpoint()

    def _nobody_to_ask(self, asked: LookUp) -> None:
        failed = LookedUp(
            site=self.switchboard.site.id,
            call_id=asked.call_id,
            lookup_id=asked.lookup_id,
            outcome="failed",
            reason="misconfigured",
        )
        self.inbox.put(Told(failed))

    def _follow(self, turn: Turn) -> None:
        """Keep triage in step with calls and versions."""
        for record in turn.records:
            if isinstance(record, CallEnded):
                self._gate.forget(record.call_id)
                self._refused.discard(record.call_id)
            elif isinstance(record, SitePublished):
                self._gate.use(engine_of(self.switchboard.site))

    # --- the journal ----------------------------------------------------------------------------

    async def _keep(self, entries: Sequence[Entry]) -> bool:
        """Journal, or say that it cannot be and let no new call in until it can."""
        try:
            await self.backlog.write(entries)
        except LeaseLostError:
            raise  # another node drives the calls: nothing more may be done to them from here
        except JournalError as error:
            if self.journal_problem is None:
                log.error("%s; new calls hear the 911 advice and go to the fallback number", error)
            self.journal_problem = str(error)
            self.switchboard.accepting = False
            return False
        if self.journal_problem is not None:
            log.warning("the journal can be written again; new calls are let in")
            # Should anything be missing after all, no restart may have to do without it.
            self.checkpoint_due = self.track.position
        self.journal_problem = None
        self.switchboard.accepting = True
        return True

    async def _probe(self) -> None:
        """Find out whether the journal can be written again, before somebody is turned away."""
        probe = Entry(at=self.clock(), record=TimerFired(site=self.switchboard.site.id))
        await self._keep([] if self.backlog else [probe])

    def _let_in(self, steps: Iterable[Step]) -> list[Entry]:
        """The entries of steps without those of calls that were turned away.

        Nothing of them is journaled, to their end: a replay would begin them where they are told
        again, and end them as nobody did. What had fallen due for others when something was heard
        of them is, and its cause is that it was due.
        """
        entries: list[Entry] = []
        for step in steps:
            every = _entries_of(step)
            kept = [entry for entry in every if call_in(entry.record) not in self._refused]
            if kept and kept[0] is not every[0]:
                due = TimerFired(site=self.switchboard.site.id)
                entries.append(Entry(at=step.now, record=due))
            entries += kept
        return entries

    def _turned_away(self, steps: list[Step]) -> list[Step]:
        """Calls whose arrival could not be journaled are not let in, whatever they did since."""
        refused: set[CallId] = set()
        changed = []
        for step in steps:
            arrived = _arrived_in(step.turn)
            refused.update(arrived)
            turn = Turn(
                records=[each for each in step.turn.records if call_in(each) not in refused],
                commands=[
                    each
                    for each in step.turn.commands
                    if each.call_id not in refused or isinstance(each, _CLEARS_THE_LINE)
                ],
                lookups=[each for each in step.turn.lookups if each.call_id not in refused],
            )
            for call_id in arrived:
                away = self.switchboard.turn_away(call_id, self.clock())
                turn.records += away.records
                turn.commands += away.commands
            changed.append(replace(step, turn=turn))
        self._refused |= refused
        if refused:
            self.backlog.turned_away(len(refused), self.clock())
        return changed

    async def _keep_checkpoint(self) -> None:
        """Let the next restart begin from here, if everything can be brought back from here."""
        self.checkpoint_due = self.track.position + _CHECKPOINT_AGAIN_AFTER
        standing = standing_of(self.switchboard, self._latest)
        if standing is None:
            return
        checkpoint = self.track.checkpoint(standing, self.seen)
        if checkpoint is None:
            return
        try:
            await self._journal.keep_snapshot(self.track.position, encode(checkpoint))
        except LeaseLostError:
            raise
        except JournalError as error:
            log.warning("%s; the next start reads more of the journal", error)
        else:
            self.checkpoint_due = self.track.position + CHECKPOINT_EVERY


def call_in(record: Fact | Command) -> CallId | None:
    """The call that a record is about, if it is about one."""
    return record.call_id if isinstance(record, CallFact | Command) else None


def _entries_of(step: Step) -> list[Entry]:
    return [
        Entry(
            at=step.now,
            record=record,
            line_epoch=step.epoch if index == 0 else "",
            line_seq=step.seq if index == 0 else 0,
        )
        for index, record in enumerate(step.turn.records)
    ]


def _arrived_in(turn: Turn) -> list[CallId]:
    """Calls that a turn let in: one that arrived, or several found when a line was met again.

    An arrival that is told again brings nothing about.
    """
    if not turn.commands:
        return []
    return [record.call_id for record in turn.records if isinstance(record, CallArrived)]


def _done(item: Told | Gone, *, kept: bool) -> None:
    """Whoever waits for an input to be handled goes on, and knows whether it was journaled."""
    if isinstance(item, Told) and item.done is not None and not item.done.done():
        item.done.set_result(kept)


def _is_newer(item: Told | Gone, picture: LineSnapshot) -> bool:
    run = picture.run(item.epoch) if isinstance(item, Told) else None
    return run is not None and isinstance(item, Told) and item.seq > run.seq
