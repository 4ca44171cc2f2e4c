"""The proof of a site: its entry flow in every world, with every kind of caller."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from careline.worlds import worlds
from config.site import Site
from ivr.proving import CALLERS, Finding, explore, judge
from ivr.proving.exploration import TooManyPositionsError

TURNS = 12
"""A caller who has taken so many turns in vain has hung up."""

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
        problem: why it could not be proved at all; empty if it could be looked at.
    """

    turns: int
    findings: list[Finding] = field(default_factory=list)
    positions: int = 0
    unreached: tuple[str, ...] = ()
    problem: str = ""

    @property
    def failures(self) -> list[Finding]:
        """Callers who do not come to help in time."""
        return [each for each in self.findings if each.turns > self.turns]

    @property
    def holds(self) -> bool:
        """Whether every caller comes to help in time."""
        return not self.problem and not self.failures

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
        if self.problem:
            return [self.problem]
        told = []
        for name, worst in self.by_caller():
            if worst.turns > self.turns:
                told.append(
                    f"a caller with {name} {_after(worst)} from step {worst.step} "
                    f"({worst.world}); `careline prove` shows the way"
                )
        return told


def prove(
    site: Site,
    now: float,
    turns: int = TURNS,
    progress: Progress = lambda _done, _all: None,
) -> Proof:
    """Prove a site's entry flow.

    Args:
        site: the loaded site.
        now: seconds since the epoch; the year that follows is looked at.
        turns: how many turns a caller may need.
        progress: told after each world.
    """
    flow = site.flows[site.entry_flow]
    proof, taken = Proof(turns), set[str]()
    every = list(worlds(site, flow, site.rules, now))
    for done, (world, rules) in enumerate(every, start=1):
        try:
            graph = explore(flow, rules, world)
        except TooManyPositionsError as error:
            proof.problem = str(error)
            return proof
        taken |= graph.taken
        proof.positions += len(graph.ways)
        proof.findings += [judge(graph, caller) for caller in CALLERS]
        progress(done, len(every))
    proof.unreached = tuple(path for path in flow.steps if path not in taken)
    return proof


def _after(finding: Finding) -> str:
    if math.isinf(finding.turns):
        return "never comes to help"
    return f"comes to help only after {finding.turns:.0f} turns"
