# ruff: noqa: T201  (the command line prints)
"""A crash at every write of a busy hour: the brain dies there, and another comes up.

The hour is lived through once. A second switchboard follows the journal as it grows, by the same
replay that a restart uses. At each write the process forks: the child's brain dies on the spot, the
follower takes its place with what was durable, meets the line as it stands, and goes on under the
eyes of the witness. So each restart is a real one, and none replays the hour from its beginning.
"""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from calls.commands import Command
from calls.facts import Fact
from tests.site.board import Board
from tests.site.driver import Killed
from tests.site.faults import BrainCrash, Instant, Publication
from tests.site.invariants import Violation
from tests.site.world import CALLS_PER_S, World

HOUR_CALLS = 345
"""As many as eleven agents can just answer in an hour."""

_GOES_ON_STEPS = 150
_TO_THE_END_EVERY = 500
_FREEZE_EVERY = 500
_TELL_EVERY = 1000


class CrashingHour(World):
    """A day whose own brain never dies, and whose every write is a world in which it did.

    Args:
        seed: decides everything.
        calls: how many callers ring.
        every: fork at each so-manieth write.
        jobs: how many children at once.
        told: how many crashes and writes there were, at each crash.
    """

    def __init__(
        self,
        seed: int,
        calls: int,
        every: int = 1,
        jobs: int = 1,
        told: Callable[[int, int], None] = lambda _forks, _writes: None,
    ) -> None:
        super().__init__(seed, calls)
        calm = {"brain": (), "line": (), "clock_back": 0.0, "load": 1.0, "red": 0.05}
        calm |= {"outages": (), "pairs": 0.05, "called_back": 0.1, "holds": 0.2}
        shares = zip((0.3, 0.6, 0.8), ("2", "3", "1"), strict=True)
        calm["publications"] = tuple(
            Publication(at_s=share * calls / CALLS_PER_S, version=version, crash=None)
            for share, version in shares
        )
        self.faults = replace(self.faults, **calm)  # type: ignore[arg-type]
        self._crashes = []
        self.forks = 0
        self._every = every
        self._jobs = jobs
        self._told = told
        self._follower = Board(self.site, self.find_version)
        self._followed = 0
        self._children: deque[tuple[int, str]] = deque()
        self._dies_in: BrainCrash | None = None
        self._until: int | None = None

    # --- the fork -------------------------------------------------------------------------------

    def instant(self, instant: Instant, commands: int = 0) -> None:
        """See :class:`World`; a child of each write dies here."""
        super().instant(instant, commands)
        if self._dies_in is not None or self.writes % self._every:
            return
        if instant in (Instant.BEFORE_WRITE, Instant.ACKNOWLEDGED) or commands > 1:
            # The one is the next write's loss, the other differs little from its neighbours.
            return
        self._follow()
        if len(self._children) >= self._jobs:
            self._reap()
        self.forks += 1
        self._told(self.forks, self.writes)
        if self.forks % _FREEZE_EVERY == 1:
            gc.freeze()  # a child that collects would copy every page that it looks at
        child = os.fork()
        if child:
            self._children.append((child, f"write {self.writes}, {instant.value}"))
            return
        gc.disable()
        self._children.clear()
        whole = self.forks % _TO_THE_END_EVERY == 0
        self._until = None if whole else self.steps + _GOES_ON_STEPS
        down_s = (0.0, 0.5, 20.0)[self.forks % 3]
        self._dies_in = BrainCrash(
            write=self.writes, instant=instant, commands=commands, down_s=down_s, clock_step_s=0.0
        )
        self.kill(self._dies_in)
        raise Killed

    def standby(self) -> Board | None:
        """The follower, once the brain it follows is dead."""
        if self._dies_in is None:
            return None
        return self._follower

    def _follow(self) -> None:
        new = self.journal.durable[self._followed :]
        self._followed += len(new)
        again: list[Fact | Command] = []
        self._follower.replay(
            ((entry.at, entry.record) for entry in new),
            lambda _now, turn: again.extend(turn.records),
        )
        self.witness.same(new, again)

    def _reap(self) -> None:
        child, where = self._children.popleft()
        _pid, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise Violation(f"seed {self.seed}: a crash at {where} broke a promise")

    # --- the hour -------------------------------------------------------------------------------

    def live(self) -> None:
        """Live through the hour and all its crashes.

        Raises:
            Violation: a promise was broken; a child's is on standard error.
        """
        parent = os.getpid()
        try:
            self.begin()
            while (self._until is None or self.steps < self._until) and self.step():
                pass
            if self._until is None:
                self.check_the_end()
            while self._children:
                self._reap()
        except BaseException as error:
            if os.getpid() != parent:
                where = self._dies_in.instant.value if self._dies_in else ""
                text = f"{where}: {self.named(error)}" if isinstance(error, Violation) else ""
                sys.stderr.write(text or traceback.format_exc())
                sys.stderr.flush()
                os._exit(1)
            while self._children:
                os.waitpid(self._children.popleft()[0], 0)
            raise
        finally:
            if os.getpid() != parent:
                os._exit(0)


def every_write(seed: int, calls: int = HOUR_CALLS, jobs: int = 2) -> int:
    """Crash at every write of one hour; the exit code."""
    began_at = time.monotonic()

    def told(forks: int, writes: int) -> None:
        if forks % _TELL_EVERY == 0:
            took_s = time.monotonic() - began_at
            print(f"# {forks} crashes at {writes} writes, {took_s:.0f} s", flush=True)

    hour = CrashingHour(seed, calls, jobs=jobs, told=told)
    try:
        hour.live()
    except Violation as violation:
        print(f"FAILED: {violation}")
        return 1
    print(f"{hour.writes} writes, {hour.forks} crashes at them: every promise held")
    return 0
