# ruff: noqa: T201  (the command line prints)
"""Real kills: a brain process with a journal on disk dies by ``SIGKILL`` under load, often.

The line, its callers and its phones are those of the simulation, in real time and in a hurry, in
the parent process; the brain is the real one, over the real socket. When it is over the journal is
read: every fact that was ever acknowledged has to be there, in its order, and everything that holds
in the simulation holds here.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from adapters.stores.sqlite import SqliteJournal
from adapters.telephony.link import LineServer
from calls.commands import Command
from calls.facts import (
    CallArrived,
    CallFailed,
    CallResumed,
    Fact,
    OfferFailed,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId
from calls.ports import Entry, LineEvent, LineSnapshot, LiveCall
from careline.clock import WallClock
from careline.switchboard import Switchboard
from tests.site.clinic import HURRY, NURSES, hurried_clinic
from tests.site.faults import Faults, draw
from tests.site.invariants import Violation, Witness
from tests.site.line import Line
from tests.site.people import People

ROOT = Path(__file__).parents[2]

_EVERY_CALL_S = 0.07
_UP_WITHIN_S = 30.0
_QUIET_WITHIN_S = 60.0
_RECONCILED = (
    CallArrived,
    CallFailed,
    CallResumed,
    OfferFailed,
    PhoneRegistered,
    PhoneUnregistered,
)


class HurriedWorld:
    """What a :class:`~tests.site.line.Line` needs, on the running event loop.

    Args:
        seed: of the people's behaviour.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.site = hurried_clinic()
        self.closing = self.apart = False
        self.reconciled = False
        """Not known here: the brain is another process."""
        drawn = draw(self.random, 1, 1.0)
        self.faults: Faults = replace(
            drawn, echo=0.0, hold=0.0, agent_every_s=600.0, rings_out=0.1, declines=0.1, drops=0.03
        )
        self.people = People(self)  # type: ignore[arg-type]
        self.line: Line | None = Line(self, "")  # type: ignore[arg-type]
        self.told: list[Fact] = []
        self.broken: list[str] = []
        self._report: Callable[[Fact], None] = lambda _fact: None
        self._began_at = time.monotonic()
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def now(self) -> float:
        """Hurried seconds since the beginning."""
        return (time.monotonic() - self._began_at) * HURRY

    def connect(self, report: Callable[[Fact], None]) -> None:
        """Where facts go."""
        self._report = report

    def later(self, delay_s: float, action: Callable[..., None], *args: Any) -> None:
        """Let something happen in so many hurried seconds."""

        def happen() -> None:
            self._timers.discard(timer)
            try:
                action(*args)
            except Violation as violation:
                self.broken.append(str(violation))

        timer = asyncio.get_running_loop().call_later(delay_s / HURRY, happen)
        self._timers.add(timer)

    def deliver(self, event: LineEvent) -> None:
        """A fact of the line, to the brain."""
        self.told.append(event.fact)
        self._report(event.fact)

    def close(self) -> None:
        """Nothing happens any more."""
        for timer in self._timers:
            timer.cancel()

    # --- the line's host ------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        """See :class:`adapters.telephony.link.LineHost`."""
        assert self.line is not None
        try:
            self.line.carry_out(command)
        except Violation as violation:
            self.broken.append(str(violation))

    def live_calls(self) -> tuple[LiveCall, ...]:
        """See :class:`adapters.telephony.link.LineHost`."""
        return self.snapshot().calls

    def reachable(self) -> tuple[AgentId, ...]:
        """See :class:`adapters.telephony.link.LineHost`."""
        return self.snapshot().reachable

    def snapshot(self) -> LineSnapshot:
        """What is up."""
        assert self.line is not None
        return self.line.snapshot()

    def driven(self) -> None:
        """See :class:`adapters.telephony.link.LineHost`."""

    def undriven(self) -> None:
        """See :class:`adapters.telephony.link.LineHost`."""


class Killing:
    """One site whose brain is killed again and again.

    Args:
        folder: for the journal and the socket.
        seed: of the instants and of the people.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._random = Random(seed + 1)
        self.world = HurriedWorld(seed)
        self.server = LineServer(self.world, WallClock())
        self.calls = 0

    async def run(self, kills: int) -> list[Entry]:
        """Kill the brain so many times, then let the callers out; what the journal holds.

        Raises:
            Violation: a brain did not come up, or a caller never got out.
        """
        await self.server.start(self._folder / "line.sock")
        self.world.connect(self.server.report)
        self.world.people.come_in()
        calling = asyncio.create_task(self._call())
        try:
            for _kill in range(kills):
                await self._one_life()
            calling.cancel()
            return await self._until_nobody_is_called_back()
        finally:
            calling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await calling
            await self.server.stop()
            self.world.close()

    async def _until_nobody_is_called_back(self) -> list[Entry]:
        """The journal, once no call in it goes on: between two nurses' phones the line has none."""
        give_up_at = time.monotonic() + _QUIET_WITHIN_S
        while True:
            await self._last_life()
            journal = SqliteJournal.open(self._folder / "journal")
            try:
                entries = [entry for _position, entry in journal.read()]
            finally:
                await journal.close()
            if not unended(entries) or time.monotonic() > give_up_at:
                return entries

    async def _call(self) -> None:
        while True:
            self.world.people.calls(CallId(f"k{self.calls}"))
            self.calls += 1
            await asyncio.sleep(self._random.expovariate(1 / _EVERY_CALL_S))

    async def _one_life(self) -> None:
        child = await self._start()
        try:
            if self._random.random() < 0.9:
                await self._until(lambda: self.server.has_brain, _UP_WITHIN_S, child)
            await asyncio.sleep(self._random.choice((0.0, 0.02, 0.2, 0.6)) * self._random.random())
        finally:
            await _kill(child)
        await self._until(lambda: not self.server.has_brain, _UP_WITHIN_S, None)

    async def _last_life(self) -> None:
        child = await self._start()
        try:
            self.world.closing = True
            await self._until(
                lambda: self.server.has_brain and not self.snapshot_calls() and self._all_heard(),
                _QUIET_WITHIN_S,
                child,
            )
        finally:
            await _kill(child)

    def snapshot_calls(self) -> tuple[LiveCall, ...]:
        """The legs that are up."""
        return self.world.live_calls()

    def acknowledged(self) -> list[Fact]:
        """The facts that the line was told to forget."""
        waiting = len(self.server._unacknowledged)
        return self.world.told[: len(self.world.told) - waiting]

    def _all_heard(self) -> bool:
        return not self.server._unacknowledged

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.site.brain_child", str(self._folder), cwd=ROOT
        )

    async def _until(
        self,
        condition: Callable[[], bool],
        patience_s: float,
        child: asyncio.subprocess.Process | None,
    ) -> None:
        give_up_at = time.monotonic() + patience_s
        while not condition():
            if child is not None and child.returncode is not None:
                raise Violation(f"the brain ended by itself ({child.returncode})")
            if time.monotonic() > give_up_at:
                raise Violation(f"nothing for {patience_s:.0f} s; up: {self.snapshot_calls()}")
            await asyncio.sleep(0.002)


async def _kill(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGKILL)
    await child.wait()


def judge(killing: Killing, journal: list[Entry]) -> None:
    """Hold what was written against what was acknowledged and promised.

    Raises:
        Violation: it does not hold.
    """
    if killing.world.broken:
        raise Violation("; ".join(killing.world.broken[:5]))
    heard = [entry for entry in journal if entry.line_epoch]
    numbers = [entry.line_seq for entry in heard]
    if numbers != sorted(set(numbers)):
        raise Violation("facts of the line stand twice or out of order in the journal")
    kept = {entry.line_seq: entry.record for entry in heard}
    for number, fact in enumerate(killing.acknowledged(), start=1):
        if kept.get(number) != fact:
            raise Violation(f"fact {number} was acknowledged and is not in the journal")
    witness = Witness(NURSES)
    witness.read(journal)
    for call_id in unended(journal):
        raise Violation(f"{call_id} never ended")
    witness.look(replayed(journal, witness))


def unended(journal: list[Entry]) -> list[CallId]:
    """Calls that began and did not end."""
    witness = Witness(NURSES)
    witness.read(journal)
    return [call_id for call_id in witness.arrived if call_id not in witness.ended]


def replayed(journal: list[Entry], witness: Witness) -> Switchboard:
    """Replay it all; the decisions are the same, and no restart costs anybody their place."""
    board = Switchboard(hurried_clinic())
    again: list[Fact | Command] = []
    part: list[tuple[float, Fact | Command]] = []

    def catch_up() -> None:
        board.replay(part, lambda _now, turn: again.extend(turn.records))
        part.clear()

    before = None
    for entry in journal:
        restarts = isinstance(entry.record, _RECONCILED) and not entry.line_epoch
        if restarts and before is None:
            catch_up()
            before = _places(board)
        elif before is not None and entry.line_epoch:
            catch_up()
            _compare(before, _places(board))
            before = None
        part.append((entry.at, entry.record))
    catch_up()
    witness.same(journal, again)
    return board


def _places(board: Switchboard) -> list[tuple[CallId, float]]:
    return [
        (row.call_id, row.queued_at)
        for queue in board.distributor.snapshot().queues
        for row in queue.waiting
    ]


def _compare(before: list[tuple[CallId, float]], after: list[tuple[CallId, float]]) -> None:
    still = [place for place in before if place in after]
    if [place for place in after if place in before] != still:
        raise Violation(f"{before} became {after} over a restart")


async def killed(kills: int, seed: int, folder: Path) -> Killing:
    """Kill a brain so many times and judge what is left."""
    killing = Killing(folder, seed)
    judge(killing, await killing.run(kills))
    return killing


def kill_often(kills: int, seed: int = 1) -> int:
    """The same from the command line; the exit code."""
    began_at = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            killing = asyncio.run(killed(kills, seed, Path(folder)))
        except Violation as violation:
            print(f"FAILED: {violation}")
            return 1
    took_s = time.monotonic() - began_at
    facts = len(killing.acknowledged())
    print(
        f"{kills} kills, {killing.calls} calls, {facts} acknowledged facts: nothing was lost and "
        f"nobody offered twice ({took_s:.0f} s)"
    )
    return 0
