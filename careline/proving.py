"""The proof of a site: its entry flow in every world, with every kind of caller.

No world knows of another: they are proved on all cores, in processes that are forks of this one. A
world holds functions and cannot be sent; a fork has it already. Where other threads run none is
made, for a lock that one of them holds would be held for ever in it.
"""

from __future__ import annotations

import gc
import math
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods, get_context

from careline.dialogues.coverage import ways_of
from careline.worlds import TooManyWorldsError, worlds
from config.site import Site
from ivr.flow import CallRules, Flow
from ivr.proving import CALLERS, Finding, World, explore, judge
from ivr.proving.exploration import TooManyPositionsError
from ivr.steps import HangUpStep

TURNS = 12
"""A caller who has taken so many turns in vain has hung up."""

_NOTHING_LOOKED_AT = "there was no time and no language to hold a call in"

Progress = Callable[[int, int], None]
"""Told ``(worlds proved, worlds in all)`` after each one."""


@dataclass(slots=True)
class Proof:
    """What was found.

    Attributes:
        turns: the most that a caller may need.
        findings: one for each world and kind of caller.
        positions: how many positions were looked at.
        unreached: steps that no call comes to in any world.
        unseen_ends: those of them that hang up, or go on to a step that does.
        problem: why it could not be proved at all; empty if it could be looked at.
    """

    turns: int
    findings: list[Finding] = field(default_factory=list)
    positions: int = 0
    unreached: tuple[str, ...] = ()
    unseen_ends: tuple[str, ...] = ()
    problem: str = ""

    @property
    def failures(self) -> list[Finding]:
        """Callers who do not come to help in time."""
        return [each for each in self.findings if each.turns > self.turns]

    @property
    def holds(self) -> bool:
        """Whether calls were looked at, and every caller comes to help in time."""
        return not self.problems()

    @property
    def worst(self) -> Finding | None:
        """The longest way to help."""
        return max(self.findings, key=lambda each: each.turns, default=None)

    def by_caller(self) -> Iterator[tuple[str, Finding]]:
        """For each kind of caller the longest way of all worlds."""
        for caller in CALLERS:
            found = [each for each in self.findings if each.caller == caller]
            if found:
                yield caller.name, max(found, key=lambda each: each.turns)

    def problems(self) -> Sequence[str]:
        """Why the flow may not be published; empty when it may."""
        if self.problem or not self.findings:
            return [self.problem or _NOTHING_LOOKED_AT]
        told = []
        for name, worst in self.by_caller():
            if worst.turns > self.turns:
                told.append(
                    f"a caller with {name} {_after(worst)} from step {worst.step} "
                    f"({worst.world}); `careline prove` shows the way"
                )
        return [*told, self.unseen] if self.unseen_ends else told

    @property
    def unseen(self) -> str:
        """What stands against steps by which calls end and to which none came."""
        return (
            f"no call that was held comes to {', '.join(self.unseen_ends)}, where calls end: "
            "whether whoever does come is helped was not looked at; lead them to help, or leave "
            "it out"
        )

    def warnings(self) -> Sequence[str]:
        """What was not looked at, and does not stand against the flow."""
        rest = [each for each in self.unreached if each not in self.unseen_ends]
        if not rest:
            return []
        return [f"no call that was held comes to {', '.join(rest)}: it was not looked at"]


def prove(
    site: Site,
    now: float,
    turns: int = TURNS,
    progress: Progress = lambda _done, _all: None,
    processes: int | None = None,
) -> Proof:
    """Prove a site's entry flow.

    Args:
        site: the loaded site.
        now: seconds since the epoch; the year that follows is looked at.
        turns: how many turns a caller may need.
        progress: told after each world.
        processes: how many worlds are proved at once; as many as there are cores if not given. What
            is found does not depend on it.
    """
    flow = site.flows[site.entry_flow]
    proof, taken = Proof(turns), set[str]()
    try:
        every = list(worlds(site, flow, site.rules, now))
    except TooManyWorldsError as error:
        proof.problem = str(error)
        return proof
    at_once = min(len(every), _cores() if processes is None else processes)
    with _proved(flow, every, at_once) as parts:
        for done, part in enumerate(parts, start=1):
            if part.problem:
                proof.problem = part.problem
                return proof
            taken |= part.taken
            proof.positions += part.positions
            proof.findings += part.findings
            progress(done, len(every))
    proof.unreached = tuple(path for path in flow.steps if path not in taken)
    proof.unseen_ends = tuple(_ending(flow, proof.unreached))
    return proof


def _ending(flow: Flow, paths: Collection[str]) -> Iterator[str]:
    """Of some steps those by which a call ends: they hang up, or what they lead to does.

    Some way leads to each step of a flow: one to which none leads is a mistake in the file.
    """
    hang_up = {path for path, step in flow.steps.items() if isinstance(step, HangUpStep)}
    before = {start for start, end in ways_of(flow) if end in hang_up}
    yield from (path for path in paths if path in hang_up | before)


# --- world by world -------------------------------------------------------------------------------

Worlds = Sequence[tuple[World, CallRules]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What was found in one world."""

    findings: tuple[Finding, ...] = ()
    positions: int = 0
    taken: frozenset[str] = frozenset()
    problem: str = ""


def _prove_in(flow: Flow, world: World, rules: CallRules) -> _Part:
    try:
        graph = explore(flow, rules, world)
    except TooManyPositionsError as error:
        return _Part(problem=str(error))
    return _Part(
        findings=tuple(judge(graph, caller) for caller in CALLERS),
        positions=len(graph.ways),
        taken=frozenset(graph.taken),
    )


@contextmanager
def _proved(flow: Flow, every: Worlds, at_once: int) -> Iterator[Iterator[_Part]]:
    """What is found in each world, in their order; those not begun at the end are left out."""
    may_fork = "fork" in get_all_start_methods() and threading.active_count() == 1
    if at_once < 2 or not may_fork:
        yield (_prove_in(flow, world, rules) for world, rules in every)
        return
    for _, rules in every[:1]:
        for language in rules.listen_languages:
            rules.intent_model.learn(language)  # here, and not again in each process
    pool = ProcessPoolExecutor(at_once, get_context("fork"), _begin, (flow, every))
    try:
        yield pool.map(_prove_at, range(len(every)))
    finally:
        pool.shutdown(cancel_futures=True)


_inherited: list[tuple[Flow, Worlds]] = []
"""In a fork: what it proves."""


def _begin(flow: Flow, every: Worlds) -> None:
    # Calls leave no cycles behind, and all else is kept to the end: nothing is there to collect.
    gc.disable()
    _inherited.append((flow, every))


def _prove_at(number: int) -> _Part:
    [(flow, every)] = _inherited
    return _prove_in(flow, *every[number])


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _after(finding: Finding) -> str:
    if math.isinf(finding.turns):
        return "never comes to help"
    return f"comes to help only after {finding.turns:.0f} turns"
