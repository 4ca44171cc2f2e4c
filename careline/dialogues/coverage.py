"""Which steps and which ways of a flow a number of calls came through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from config.flow_graph import edges
from ivr.course import TO_NURSE, TO_PERSON
from ivr.flow import Flow, scope_of, within
from ivr.steps import AskStep, ReturnStep, SubFlowStep

Way = tuple[str, str]
"""From a step to a step, or to :data:`~ivr.course.TO_NURSE` for a key that raises a red flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a flow was walked.

    Attributes:
        steps: how often each step was come to.
        ways: how often each way was taken, those that the flow writes only.
        persons: how often a person was sought from each step, by key, word or the end of a ladder.
        nurses: how often a red flag was raised at each step.
    """

    steps: Mapping[str, int]
    ways: Mapping[Way, int]
    persons: Mapping[str, int]
    nurses: Mapping[str, int]

    @property
    def steps_walked(self) -> int:
        """How many steps some call has come to."""
        return sum(count > 0 for count in self.steps.values())

    @property
    def ways_walked(self) -> int:
        """How many ways some call has taken."""
        return sum(count > 0 for count in self.ways.values())


def coverage_of(flow: Flow, trails: Iterable[tuple[str, ...]]) -> Coverage:
    """What calls came through.

    Args:
        flow: linked; the trails are of calls to it.
        trails: see :attr:`ivr.interpreter.Interpreter.trail`.
    """
    steps = dict.fromkeys(flow.steps, 0)
    ways = dict.fromkeys(ways_of(flow), 0)
    persons, nurses = dict.fromkeys(flow.steps, 0), dict.fromkeys(flow.steps, 0)
    for trail in trails:
        for step in trail:
            if step in steps:
                steps[step] += 1
        for before, after in pairwise(trail):
            if (before, after) in ways:
                ways[before, after] += 1
            if after == TO_PERSON and before in persons:
                persons[before] += 1
            if after == TO_NURSE and before in nurses:
                nurses[before] += 1
    return Coverage(steps=steps, ways=ways, persons=persons, nurses=nurses)


def ways_of(flow: Flow) -> list[Way]:
    """Every way that the flow writes, from step to step, in order."""
    found: dict[Way, None] = {}
    for path, step in flow.steps.items():
        scope = scope_of(path)
        if isinstance(step, SubFlowStep):
            start = flow.starts.get(step.flow)
            if start is not None:
                found[path, within(path, start)] = None
            continue
        if isinstance(step, ReturnStep):
            entered = flow.steps.get(scope)
            if isinstance(entered, SubFlowStep):
                found[path, within(scope_of(scope), entered.next)] = None
            continue
        for _, target in edges(step):
            found[path, within(scope, target)] = None
        if isinstance(step, AskStep) and any(choice.red_flag for choice in step.choices):
            found[path, TO_NURSE] = None
    return [*found]
