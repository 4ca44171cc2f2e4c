"""The asyncio driver: facts from the line in, commands out, triage and journal in between.

The order is the promise: a fact is journaled before the commands that it causes are carried out.
One loop serves the whole site. While the journal writes, further facts gather; they share the next
commit. Nothing polls: the loop wakes for a fact, a request or a deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from calls.commands import Command
from calls.facts import (
    AgentKeyed,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallArrived,
    CallEnded,
    CallFact,
    Fact,
    FeatureDialled,
    SitePublished,
    SpeechHeard,
    TimerFired,
)
from calls.ids import CallId, OfferId
from calls.ports import (
    Entry,
    Journal,
    JournalError,
    LeaseLostError,
    Line,
    LineEvent,
    LineSnapshot,
    LineUnavailable,
)
from careline.backlog import Backlog
from careline.checkpoint import Track, encode
from careline.clock import WallClock
from careline.gate import TriageGate, engine_of
from careline.inbox import Inbox
from careline.restart import restart
from careline.restoring import standing_of
from careline.switchboard import Switchboard
from careline.turn import Turn
from config.site import Site

log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 50_000
"""Entries between two checkpoints: a start reads so many in a third of a second."""

_CHECKPOINT_AGAIN_AFTER = 200
"""Entries until it is tried again, where one could not be taken."""

_CLOCK_BEHIND_S = 60.0
"""A system clock that is further behind the journal than this is worth a warning."""


@dataclass(frozen=True, slots=True)
class _Input:
    """A fact that waits to be handled, with where it came from and when it happened there."""

    fact: Fact
    epoch: str = ""
    seq: int = 0
    at: float | None = None
    done: asyncio.Future[bool] | None = None


@dataclass(frozen=True, slots=True)
class _Gone:
    """This line tells no more; another one, connected meanwhile, may."""

    line: Line


@dataclass(frozen=True, slots=True)
class _Step:
    """A turn of the switchboard, when it was made and which line event caused it."""

    now: float
    turn: Turn
    epoch: str = ""
    seq: int = 0


class Brain:
    """Drives one site.

    Args:
        site: the loaded site.
        journal: where every fact goes first.
        gate: triage.
        observer: told each turn after it was journaled, with its time, for a live view.
        find_version: finds the site of an earlier ``SitePublished``.
    """

    def __init__(
        self,
        site: Site,
        journal: Journal,
        gate: TriageGate,
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
        find_version: Callable[[str], Site | None] = lambda _version: None,
    ) -> None:
        self._find_earlier = find_version
        self._published: dict[str, Site] = {site.version: site}
        self.switchboard = Switchboard(site, self._find_version)
        self._journal = journal
        self._gate = gate
        self._observe = observer
        self._inbox: Inbox[_Input | _Gone] = Inbox()
        self._seen: dict[str, int] = {}
        self._track = Track(site.id, site.version)
        self._backlog = Backlog(journal, self._written)
        self._refused: set[CallId] = set()
        self._checkpoint_due = CHECKPOINT_EVERY
        self._clock = WallClock()
        self._latest = 0.0
        self.journal_problem: str | None = None

    # --- life -----------------------------------------------------------------------------------

    def restore(
        self,
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
        *,
        publish: bool = True,
    ) -> int:
        """Come to where the journal left off. Call once, before :meth:`drive`.

        Args:
            observer: told each turn again, as far back as it is read.
            publish: let new calls begin with the site this brain was made with, rather than with
                the last one published.

        Returns:
            How many inputs were replayed.

        Raises:
            JournalError: the journal cannot be read.
        """
        newest = self.switchboard.site
        came = restart(self._journal, newest, self._find_version, observer)
        self.switchboard, self._track, self._seen = came.switchboard, came.track, came.seen
        self._checkpoint_due = came.track.position + CHECKPOINT_EVERY - came.inputs
        if came.empty or (publish and self.switchboard.site.version != newest.version):
            self.publish(newest)
        self._gate.use(engine_of(self.switchboard.site))
        for words in came.said.values():
            for assessed in words:
                self._gate.recall(assessed)
        self._set_clock(came.latest)
        return came.inputs

    def _set_clock(self, latest: float) -> None:
        """Go on from where the journal is, also where the system's clock was set back."""
        behind_s = latest - time.time()
        if behind_s > _CLOCK_BEHIND_S:
            log.warning(
                "the system's clock is %.0f s behind the journal: until it has caught up, opening "
                "hours are those of the journal's time; see that the clock is right",
                behind_s,
            )
        self._clock = WallClock(floor=latest)
        self._latest = latest

    async def drive(self, line: Line) -> None:
        """Serve ``line`` until it is gone or the task is cancelled.

        Raises:
            LineUnavailable: the line process is gone; connect again and call :meth:`drive` again.
            LeaseLostError: another node leads; this brain must be thrown away.
        """
        reader = asyncio.create_task(self._read(line))
        try:
            await self._catch_up(line)
            while True:
                await self._turn_of_the_loop(line)
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    def publish(self, site: Site) -> None:
        """Let new calls begin with this version of the site; calls in progress keep theirs."""
        self._published[site.version] = site
        self.tell(SitePublished(site=site.id, version=site.version))

    def tell(self, fact: Fact) -> None:
        """Hand in a fact that did not come from the line: a request by command line or desk."""
        self._inbox.put(_Input(fact))

    async def tell_and_wait(self, fact: Fact) -> bool:
        """Hand in a fact and wait until it was handled.

        While no line is connected nothing is handled: set a limit. The fact is kept all the same.

        Returns:
            Whether it is in the journal. One that is not counts until this process ends.
        """
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._inbox.put(_Input(fact, done=done))
        return await done

    @property
    def live_calls(self) -> int:
        """Calls that are not over."""
        return len(self.switchboard.calls)

    def now(self) -> float:
        """The site's time, seconds since the epoch."""
        return self._clock()

    # --- the loop -------------------------------------------------------------------------------

    async def _read(self, line: Line) -> None:
        try:
            async for event in line.events():
                self._inbox.put(_input_of(event))
        finally:
            self._inbox.put(_Gone(line))

    async def _catch_up(self, line: Line) -> None:
        """Take in what happened while nobody drove the line, then compare with what is up.

        What an earlier line told and nobody took in yet comes first: its callers are then known,
        and become call-back tasks. The picture that is compared is one in which all that we did
        meanwhile can be seen: a phone that began to ring after it was taken would count as lost.
        """
        waiting: list[_Input | _Gone] = []
        try:
            while True:
                picture = await line.snapshot()
                waiting += self._inbox.take()
                before = [item for item in waiting if not _is_newer(item, picture)]
                waiting = [item for item in waiting if _is_newer(item, picture)]
                if before:
                    await self._serve(line, before, as_it_happened=True)
                elif self._is_behind(picture):
                    await self._inbox.filled()
                else:
                    break
            now = self._time()
            await self._finish(line, [_Step(now, self.switchboard.reconcile(picture, now))])
        except LineUnavailable:
            self._inbox.put_back(waiting)
            raise
        await self._serve(line, waiting)

    def _is_behind(self, picture: LineSnapshot) -> bool:
        return any(
            max(self._seen.get(run.epoch, 0), run.acknowledged) < run.seq for run in picture.runs
        )

    async def _turn_of_the_loop(self, line: Line) -> None:
        dues = (self.switchboard.next_deadline(), self._backlog.due_at)
        due = min((at for at in dues if at is not None), default=None)
        wait_s = None if due is None else max(0.0, due - self._clock())
        # Not wait_for: before Python 3.12 it can swallow a cancellation (python/cpython#86296).
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._inbox.filled()
        await self._serve(line, self._inbox.take())

    def _time(self, happened_at: float | None = None) -> float:
        """What time it is for the engines; never before what they have handled.

        Args:
            happened_at: for what happened while nobody drove the line: then, not now. An agent
                who answered in time has answered in time.
        """
        now = self._clock()
        if happened_at is not None:
            now = min(now, max(happened_at, self._latest))
        self._latest = now
        return now

    async def _serve(
        self, line: Line, inputs: list[_Input | _Gone], *, as_it_happened: bool = False
    ) -> None:
        turns: list[_Step] = []
        told: dict[str, int] = {}
        gone = False
        for item in inputs:
            if isinstance(item, _Gone):
                gone |= item.line is line
                continue
            if item.epoch:
                told[item.epoch] = max(told.get(item.epoch, 0), item.seq)
            if item.epoch and item.seq <= self._seen.get(item.epoch, 0):
                # Here already, and its acknowledgement was lost: the line waits for it.
                continue
            if item.epoch:
                self._seen[item.epoch] = item.seq
            turns.append(await self._handle(item, item.at if as_it_happened else None))
        now = self._time()
        due = self.switchboard.next_deadline()
        if due is not None and due <= now:
            turns.append(_Step(now, self.switchboard.tick(now)))
        written = False
        try:
            await self._finish(line, turns, told)
            written = True
        except LineUnavailable:
            written = True  # the journal comes before whatever the line is told
            raise
        finally:
            for item in inputs:
                _done(item, kept=written and self.journal_problem is None)
        if gone:
            raise LineUnavailable("the line process is gone")

    async def _handle(self, item: _Input, happened_at: float | None) -> _Step:
        fact = item.fact
        if isinstance(fact, CallArrived) and self.journal_problem is not None:
            probe = Entry(at=self._clock(), record=TimerFired(site=fact.site))
            await self._keep([] if self._backlog else [probe])
        if isinstance(fact, SpeechHeard):
            fact = await self._gate.assess(fact)
        elif isinstance(fact, FeatureDialled):
            wanted = self._meant(fact)
            if wanted is None:
                return _Step(self._clock(), Turn(), item.epoch, item.seq)
            fact = wanted
        now = self._time(happened_at)
        return _Step(now, self.switchboard.handle(fact, now), item.epoch, item.seq)

    def _meant(self, dialled: FeatureDialled) -> Fact | None:
        codes = self.switchboard.site.features
        if dialled.code == codes.escalate:
            return self._keyed_afterwards(dialled)
        kinds: dict[str, type[AgentReady | AgentOnBreak | AgentOut]] = {
            codes.ready: AgentReady,
            codes.on_break: AgentOnBreak,
            codes.out: AgentOut,
        }
        kind = kinds.get(dialled.code)
        return kind(site=dialled.site, agent_id=dialled.agent_id) if kind else None

    def _keyed_afterwards(self, dialled: FeatureDialled) -> AgentKeyed | None:
        """The caller hung up before the agent had pressed the code, and their phone with them.

        It counts as if it had been heard in the last call in which they spoke.
        """
        call_id = self.switchboard.calls.spoke_last(dialled.agent_id)
        if call_id is None:
            return None
        return AgentKeyed(
            site=dialled.site,
            call_id=call_id,
            offer_id=OfferId("dialled"),
            agent_id=dialled.agent_id,
            digits=dialled.code,
        )

    async def _finish(
        self, line: Line, turns: list[_Step], told: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        """Journal all turns in one commit, then acknowledge, then carry out.

        What cannot be journaled now waits, and so do its acknowledgements for a while: see
        :class:`~careline.backlog.Backlog`.

        Args:
            line: is told.
            turns: what there is to keep and to do.
            told: the last of each run's events among them, or before them.
        """
        entries = self._let_in(_entries_of(turns))
        self._backlog.owe(told)
        is_due = bool(entries) or self._backlog.is_due(self._clock())
        if is_due and not await self._keep(entries):
            turns = self._turned_away(turns)
            self._backlog.leave(self._let_in(entries), self._clock())
        # Before the line is told anything: should it be gone, this has happened all the same.
        for step in turns:
            self._follow(step.turn)
        try:
            for epoch, seq in self._backlog.take_told(self._clock()).items():
                await line.acknowledge(epoch, seq)
            for step in turns:
                for command in step.turn.commands:
                    await line.carry_out(command)
        finally:
            for step in turns:
                self._observe(step.now, step.turn)
        if self._track.position >= self._checkpoint_due and not self._backlog:
            await self._keep_checkpoint()

    async def _keep_checkpoint(self) -> None:
        """Let the next restart begin from here, if everything can be brought back from here."""
        self._checkpoint_due = self._track.position + _CHECKPOINT_AGAIN_AFTER
        standing = standing_of(self.switchboard, self._latest)
        if standing is None:
            return
        checkpoint = self._track.checkpoint(standing, self._seen)
        if checkpoint is None:
            return
        try:
            await self._journal.keep_snapshot(self._track.position, encode(checkpoint))
        except LeaseLostError:
            raise
        except JournalError as error:
            log.warning("%s; the next start reads more of the journal", error)
        else:
            self._checkpoint_due = self._track.position + CHECKPOINT_EVERY

    def _follow(self, turn: Turn) -> None:
        """Keep triage in step with calls and versions."""
        for record in turn.records:
            if isinstance(record, CallEnded):
                self._gate.forget(record.call_id)
                self._refused.discard(record.call_id)
            elif isinstance(record, SitePublished):
                self._gate.use(engine_of(self.switchboard.site))

    def _find_version(self, version: str) -> Site | None:
        site = self._published.get(version) or self._find_earlier(version)
        if site is not None:
            self._published[version] = site
        return site

    async def _keep(self, entries: list[Entry]) -> bool:
        """Journal, or say that it cannot be and let no new call in until it can."""
        try:
            await self._backlog.write(entries)
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
            self._checkpoint_due = self._track.position
        self.journal_problem = None
        self.switchboard.accepting = True
        return True

    def _written(self, position: int, entry: Entry) -> None:
        self._track.follow(position, entry)

    def _let_in(self, entries: list[Entry]) -> list[Entry]:
        """Without those of calls that were turned away: nothing of them is journaled, to their end.

        A replay would begin them where they are told again, and end them as nobody did.
        """
        return [entry for entry in entries if _call_in(entry.record) not in self._refused]

    def _turned_away(self, steps: list[_Step]) -> list[_Step]:
        """Calls whose arrival could not be journaled are not let in, whatever they did since."""
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
                away = self.switchboard.turn_away(call_id, self._clock())
                turn.records += away.records
                turn.commands += away.commands
            changed.append(replace(step, turn=turn))
        self._refused |= refused
        return changed


def _entries_of(steps: list[_Step]) -> list[Entry]:
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
    """Calls that a turn let in: one that arrived, or several found when a line was met again.

    An arrival that is told again brings nothing about.
    """
    if not turn.commands:
        return []
    return [record.call_id for record in turn.records if isinstance(record, CallArrived)]


def _call_in(record: Fact | Command) -> CallId | None:
    return record.call_id if isinstance(record, CallFact | Command) else None


def _input_of(event: LineEvent) -> _Input:
    return _Input(event.fact, event.epoch, event.seq, event.at)


def _done(item: _Input | _Gone, *, kept: bool) -> None:
    """Whoever waits for an input to be handled goes on, and knows whether it was journaled."""
    if isinstance(item, _Input) and item.done is not None and not item.done.done():
        item.done.set_result(kept)


def _is_newer(item: _Input | _Gone, picture: LineSnapshot) -> bool:
    run = picture.run(item.epoch) if isinstance(item, _Input) else None
    return run is not None and isinstance(item, _Input) and item.seq > run.seq
