"""Which variables still make a difference at each step of a flow.

What a later question asks makes one; what is only said, or only given to a lookup, makes none to a
proof, in which every lookup may end in every way. Where two calls differ in nothing but such
variables, the same can follow, and the prover looks at one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from careline.dialogues.coverage import ways_of
from config.expression_checks import expressions_in
from ivr.flow import Flow, scope_of, within
from ivr.steps import LookupStep, ReturnStep, SetStep, Step, SubFlowStep


def live_variables(flow: Flow) -> Mapping[str, frozenset[str]]:
    """For each step the variables, by path, on which what follows from there hangs.

    Args:
        flow: linked.
    """
    after: dict[str, list[str]] = defaultdict(list)
    before: dict[str, list[str]] = defaultdict(list)
    for start, end in ways_of(flow):
        after[start].append(end)
        before[end].append(start)
    live: dict[str, frozenset[str]] = dict.fromkeys(flow.steps, frozenset())
    waiting = [*flow.steps][::-1]
    while waiting:
        path = waiting.pop()
        step = flow.steps[path]
        following = frozenset[str]().union(*(live.get(end, frozenset()) for end in after[path]))
        found = (following - set(_written(flow, path, step))) | set(_asked(path, step))
        if found != live[path]:
            live[path] = found
            waiting += [each for each in before[path] if each in live]
    return live


def _asked(path: str, step: Step) -> Iterator[str]:
    for place, expression, _ in expressions_in(step):
        if not (isinstance(step, LookupStep) and place[0] == "given"):
            for name, _column in expression.names():
                yield within(scope_of(path), name)


def _written(flow: Flow, path: str, step: Step) -> Iterator[str]:
    """The variables that no step from here on finds as they were, whichever way is taken."""
    scope = scope_of(path)
    match step:
        case SetStep():
            names = (*step.values, *step.compute)
        case LookupStep():
            names = (*step.save,)
        case ReturnStep():
            entered = flow.steps.get(scope)
            if isinstance(entered, SubFlowStep) and entered.into is not None:
                yield within(scope_of(scope), entered.into)
            return
        case _:
            # A value that is asked for in vain stays as it was.
            return
    yield from (within(scope, name) for name in names)
