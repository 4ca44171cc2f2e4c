"""The asyncio driver: facts from the line in, commands out, triage and journal in between.

The order is the promise: a fact is journaled before the commands that it causes are carried out.
One loop serves the whole site. While the journal writes, further facts gather; they share the next
commit. Nothing polls: the loop wakes for a fact, a request or a deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from calls.commands import Command
from calls.facts import (
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallArrived,
    CallEnded,
    Fact,
    FeatureDialled,
    SitePublished,
    SpeechHeard,
    TimerFired,
    WordsAssessed,
)
from calls.machine import IllegalFact
from calls.ports import Entry, Journal, JournalError, Line, LineEvent, LineUnavailable
from careline.clock import WallClock
from careline.gate import TriageGate
from careline.switchboard import Switchboard, Turn
from config.site import Site
from triage import TriageEngine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Input:
    """A fact that waits to be handled, with where it came from."""

    fact: Fact
    at: float
    epoch: str = ""
    seq: int = 0


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
        self._inbox: asyncio.Queue[_Input | None] = asyncio.Queue()
        self._seen: dict[str, int] = {}
        self._clock = WallClock()
        self._line: Line | None = None
        self.journal_problem: str | None = None

    # --- life -----------------------------------------------------------------------------------

    def restore(self, observer: Callable[[float, Turn], None] = lambda _now, _turn: None) -> int:
        """Replay the journal; returns how many inputs it held. Call once, before :meth:`drive`.

        Args:
            observer: told each turn again.
        """
        latest = 0.0

        def inputs() -> Iterator[tuple[float, Fact | Command]]:
            nonlocal latest
            for _position, entry in self._journal.read():
                latest = max(latest, entry.at)
                if entry.line_epoch:
                    seen = self._seen.get(entry.line_epoch, 0)
                    self._seen[entry.line_epoch] = max(seen, entry.line_seq)
                yield entry.at, entry.record

        def replayed(now: float, turn: Turn) -> None:
            self._follow(turn, again=True)
            observer(now, turn)

        newest = self.switchboard.site
        count = self.switchboard.replay(inputs(), replayed)
        if self.switchboard.site.version != newest.version or not count:
            self.publish(newest)
        self._clock = WallClock(floor=latest)
        return count

    async def drive(self, line: Line) -> None:
        """Serve ``line`` until it is gone or the task is cancelled.

        Raises:
            LineUnavailable: the line process is gone; connect again and call :meth:`drive` again.
        """
        self._line = line
        reader = asyncio.create_task(self._read(line))
        try:
            await self._catch_up(line)
            while True:
                await self._turn_of_the_loop(line)
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
            self._line = None

    def publish(self, site: Site) -> None:
        """Let new calls begin with this version of the site; calls in progress keep theirs."""
        self._published[site.version] = site
        self.tell(SitePublished(site=site.id, version=site.version))

    def tell(self, fact: Fact) -> None:
        """Hand in a fact that did not come from the line: a request by command line or desk."""
        self._inbox.put_nowait(_Input(fact, self._clock()))

    @property
    def live_calls(self) -> int:
        """Calls that are not over."""
        return len(self.switchboard.live_calls)

    def now(self) -> float:
        """The site's time, seconds since the epoch."""
        return self._clock()

    # --- the loop -------------------------------------------------------------------------------

    async def _read(self, line: Line) -> None:
        try:
            async for event in line.events():
                self._inbox.put_nowait(_input_of(event))
        finally:
            self._inbox.put_nowait(None)

    async def _catch_up(self, line: Line) -> None:
        """Take in what happened while nobody drove the line, then compare with what is up."""
        picture = await line.snapshot()
        while max(self._seen.get(picture.epoch, 0), picture.acknowledged) < picture.seq:
            await self._serve(line, [await self._inbox.get()])
        now = self._clock()
        await self._finish(line, [_Step(now, self.switchboard.reconcile(picture, now))])

    async def _turn_of_the_loop(self, line: Line) -> None:
        due = self.switchboard.next_deadline()
        wait_s = None if due is None else max(0.0, due - self._clock())
        inputs: list[_Input | None] = []
        # Not wait_for: before Python 3.12 it can swallow a cancellation (python/cpython#86296).
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                inputs.append(await self._inbox.get())
        while not self._inbox.empty():
            inputs.append(self._inbox.get_nowait())
        await self._serve(line, inputs)

    async def _serve(self, line: Line, inputs: list[_Input | None]) -> None:
        turns: list[_Step] = []
        gone = False
        for item in inputs:
            if item is None:
                gone = True
                continue
            if item.epoch and item.seq <= self._seen.get(item.epoch, 0):
                continue
            if item.epoch:
                self._seen[item.epoch] = item.seq
            turns.append(await self._handle(item))
        now = self._clock()
        due = self.switchboard.next_deadline()
        if due is not None and due <= now:
            turns.append(_Step(now, self.switchboard.tick(now)))
        await self._finish(line, turns)
        if gone:
            raise LineUnavailable("the line process is gone")

    async def _handle(self, item: _Input) -> _Step:
        fact = item.fact
        if isinstance(fact, CallArrived) and self.journal_problem is not None:
            probe = Entry(at=self._clock(), record=TimerFired(site=fact.site))
            await self._keep([probe])
        if isinstance(fact, SpeechHeard):
            fact = await self._gate.assess(fact)
        elif isinstance(fact, FeatureDialled):
            wanted = self._presence(fact)
            if wanted is None:
                return _Step(self._clock(), Turn(), item.epoch, item.seq)
            fact = wanted
        now = self._clock()
        try:
            return _Step(now, self.switchboard.handle(fact, now), item.epoch, item.seq)
        except IllegalFact as error:
            # The outermost loop: one fact that makes no sense must not stop the line.
            self.switchboard.faults += 1
            log.error("refused: %s", error)
            return _Step(now, Turn(), item.epoch, item.seq)

    def _presence(self, dialled: FeatureDialled) -> Fact | None:
        codes = self.switchboard.site.features
        kinds: dict[str, type[AgentReady | AgentOnBreak | AgentOut]] = {
            codes.ready: AgentReady,
            codes.on_break: AgentOnBreak,
            codes.out: AgentOut,
        }
        kind = kinds.get(dialled.code)
        return kind(site=dialled.site, agent_id=dialled.agent_id) if kind else None

    async def _finish(self, line: Line, turns: list[_Step]) -> None:
        """Journal all turns in one commit, then acknowledge, then carry out."""
        entries = [
            Entry(
                at=step.now,
                record=record,
                line_epoch=step.epoch if index == 0 else "",
                line_seq=step.seq if index == 0 else 0,
            )
            for step in turns
            for index, record in enumerate(step.turn.records)
        ]
        if entries and not await self._keep(entries):
            turns = [self._turn_away(turn) for turn in turns]
        last = max((step.seq for step in turns if step.epoch), default=0)
        if last:
            await line.acknowledge(last)
        for step in turns:
            for command in step.turn.commands:
                await line.carry_out(command)
            self._follow(step.turn)
            self._observe(step.now, step.turn)

    def _follow(self, turn: Turn, *, again: bool = False) -> None:
        """Keep triage in step with calls and versions; ``again`` while a journal is replayed."""
        for record in turn.records:
            if isinstance(record, CallEnded):
                self._gate.forget(record.call_id)
            elif isinstance(record, WordsAssessed) and again:
                self._gate.recall(record)
            elif isinstance(record, SitePublished):
                self._gate.use(TriageEngine(self.switchboard.site.protocols))

    def _find_version(self, version: str) -> Site | None:
        known = self._published.get(version)
        return known or self._find_earlier(version)

    async def _keep(self, entries: list[Entry]) -> bool:
        """Journal, or say that it cannot be and let no new call in until it can.

        Calls in progress go on: their callers are better served by a line without a journal than
        by silence.
        """
        try:
            await self._journal.append(entries)
        except JournalError as error:
            if self.journal_problem is None:
                log.error("%s; new calls hear the 911 advice and go to the fallback number", error)
            self.journal_problem = str(error)
            self.switchboard.accepting = False
            return False
        if self.journal_problem is not None:
            log.warning("the journal can be written again; new calls are let in")
        self.journal_problem = None
        self.switchboard.accepting = True
        return True

    def _turn_away(self, step: _Step) -> _Step:
        """A call whose arrival could not be journaled is not let in."""
        first = step.turn.records[0] if step.turn.records else None
        if not isinstance(first, CallArrived):
            return step
        return replace(step, turn=self.switchboard.turn_away(first.call_id, self._clock()))


def _input_of(event: LineEvent) -> _Input:
    return _Input(event.fact, event.at, event.epoch, event.seq)
