"""What a version has to pass before new calls begin with it.

A publication is: the files are checked, then each gate in turn (:mod:`careline.gates`), then the
version is kept, noted in the history, and told to the brain (:mod:`careline.publisher`). The first
gate that finds a problem ends it, and nothing has changed. It is done once the brain has journaled
it; so far it is noted only.

Whatever a gate does, it does on a thread of its own and in bounded time: the loop that serves the
calls goes on. A gate that is given up finds out at its next word of progress; one that never says a
word is left behind, and ends with the process.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from calls.faults import where
from careline.gate import compile_site
from config.site import Site

log = logging.getLogger(__name__)

T = TypeVar("T")


class GivenUp(Exception):
    """Raised in a gate whose answer nobody waits for any more. Let it through."""


class Failed(Exception):
    """Ours, or a matter of time: a gate gave no answer. The message says why, in words."""


class Progress:
    """How a gate says how far it is.

    Args:
        tell: told ``(done, of)``, on the gate's thread.
    """

    def __init__(self, tell: Callable[[int, int], None] = lambda _done, _of: None) -> None:
        self._tell = tell
        self._given_up = threading.Event()

    def __call__(self, done: int, of: int) -> None:
        """So much is done.

        Args:
            done: of whatever the gate counts.
            of: how many there are.

        Raises:
            GivenUp: nobody waits any more; end at once.
        """
        if self.given_up:
            raise GivenUp
        self._tell(done, of)

    @property
    def given_up(self) -> bool:
        """Whether nobody waits any more."""
        return self._given_up.is_set()

    def give_up(self) -> None:
        """Nobody waits any more."""
        self._given_up.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One thing that must hold of a version.

    Attributes:
        name: what the operator reads, one or two words.
        find: what is wrong with a site, each problem in a line; empty when it passes. Runs on a
            thread. The files stand in ``site.folder`` and nobody writes there meanwhile.
        within_s: how long it may take.
        of_rollback: whether a version that was published before has to pass it again.
    """

    name: str
    find: Callable[[Site, Progress], Sequence[str]]
    within_s: float
    of_rollback: bool = True


CHECK = "check"
CHECK_WITHIN_S = 120.0
"""The files themselves, which the first step reads: see :func:`config.load.load_site`."""

KEEP = "keep"
KEEP_WITHIN_S = 600.0
"""The last step, which nobody calls off: the version is written to the disk, noted and journaled. A
busy disk takes its time for many small files; who asked for it waits so long."""


def _compiled(site: Site, _progress: Progress) -> Sequence[str]:
    """Triage and intents understand the site, and have it ready when the first call comes."""
    compile_site(site)
    return ()


TRIAGE = Gate(name="triage", find=_compiled, within_s=60.0)
"""The one gate that has to be passed in the brain's own process: what it makes is kept there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateNews:
    """How far a publication is.

    Attributes:
        gate: the gate's name.
        state: ``begins``, ``goes-on``, ``passed`` or ``skipped``; ``noted`` at the end where new
            calls do not begin with the version yet.
        done: of what the gate counts.
        of: how many there are; 0 where it counts nothing.
        within_s: at most so long until more is told.
    """

    gate: str
    state: str
    done: int = 0
    of: int = 0
    within_s: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """For the control socket."""
        return {
            "gate": self.gate,
            "state": self.state,
            "done": self.done,
            "of": self.of,
            "within_s": self.within_s,
        }


Tell = Callable[[GateNews], None]


async def refusals(
    gates: Sequence[Gate], site: Site, tell: Tell, *, rolled_back: bool = False
) -> tuple[str, ...]:
    """What the first gate that does not let a site pass finds; nothing when all do.

    Args:
        gates: in their order.
        site: the version, loaded.
        tell: told of each gate as it begins, goes on and is passed.
        rolled_back: the version was published before.
    """
    for gate in gates:
        if rolled_back and not gate.of_rollback:
            tell(GateNews(gate=gate.name, state="skipped"))
            continue

        def problems(progress: Progress, gate: Gate = gate) -> tuple[str, ...]:
            return tuple(str(each) for each in gate.find(site, progress))

        try:
            found = await off_the_loop(gate.name, gate.within_s, problems, tell)
        except Failed as failure:
            found = (str(failure),)
        if found:
            return tuple(f"{gate.name}: {each}" for each in found)
        tell(GateNews(gate=gate.name, state="passed"))
    return ()


async def off_the_loop(name: str, within_s: float, work: Callable[[Progress], T], tell: Tell) -> T:
    """Do something on a thread of its own.

    Args:
        name: of the gate.
        within_s: how long it may take.
        work: what is done.
        tell: told that it begins and how far it is.

    Raises:
        Failed: it raised or took too long.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def later(call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is gone, and whoever waited with it
            loop.call_soon_threadsafe(call)

    def goes_on(so_far: int, of: int) -> None:
        news = GateNews(gate=name, state="goes-on", done=so_far, of=of, within_s=within_s)
        later(lambda: None if done.done() else tell(news))

    progress = Progress(goes_on)

    def run() -> None:
        try:
            answer = work(progress)
        except BaseException as error:  # also what a gate raises to end its thread
            failure = error
            later(lambda: None if done.done() else done.set_exception(_told(name, failure)))
        else:
            later(lambda: None if done.done() else done.set_result(answer))

    tell(GateNews(gate=name, state="begins", within_s=within_s))
    # Not of a pool, whose threads are waited for at the end of the process.
    thread = threading.Thread(target=run, name=f"gate-{name}", daemon=True)
    thread.start()
    try:
        async with asyncio.timeout(within_s):
            await asyncio.wait((done,))
    except TimeoutError:
        raise Failed(f"it took more than {within_s:g} s and was given up") from None
    finally:
        progress.give_up()
        done.cancel()
    # It has nothing left to do: nobody is answered while it still runs.
    await asyncio.to_thread(thread.join)
    return done.result()


def _told(name: str, error: BaseException) -> Exception:
    log.error("the gate %r failed: %s", name, where(error))
    return Failed(f"it failed ({where(error)}): this is a fault of the program, not of the site")
