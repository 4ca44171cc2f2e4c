"""From flow files to linked flows: see :mod:`ivr.flow` for what that is.

What a file may write shorter is written out on the way: an ``answers`` step becomes the question
that it is, and what is said to each answer. The steps that are made so have a ``:`` in their names,
which no written step has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.draft import Draft
from config.variables import FlowVariables
from ivr.flow import within
from ivr.steps import AnswersStep, AskStep, Choice, ReturnStep, SayStep, Step, SubFlowStep
from ivr.values import ValueKind

MAX_STEPS = 20_000
"""Of a linked flow. Flows that enter flows that enter flows grow fast."""

MAX_DEPTH = 12
"""So deep may flows enter flows."""

ANSWER = "answer."
"""Before the name of an answer: its prompt, and the intent that asks for it."""

KEYS = "12345678"
"""The keys of a question that a file does not write out, in their order."""


class TooLargeError(Exception):
    """Ops: the flows that a flow enters are too many, or too deep."""


def answer_name(answer: str) -> str:
    """The name of the prompt, and of the intent, of an answer in ``answers.yaml``."""
    return f"{ANSWER}{answer}"


def free_keys(draft: Draft) -> list[str]:
    """The keys for choices that a file does not number itself."""
    keys = draft.site.keys
    taken = {keys.person, keys.repeat, keys.emergency, keys.slower, keys.louder, keys.language}
    return [key for key in KEYS if key not in taken]


def written_out(name: str, step: Step, keys: list[str]) -> Iterator[tuple[str, Step]]:
    """A step as the interpreter takes it, and the steps that are made from it.

    Args:
        name: the step's.
        step: as written.
        keys: for choices that are not numbered.
    """
    if not isinstance(step, AnswersStep):
        yield name, step
        return
    free = iter(keys)
    choices = [
        Choice(digit=next(free, None), intent=answer_name(answer), goto=f"{name}:{answer}")
        for answer in step.answers
    ]
    if step.other is not None:
        choices.append(Choice(digit=next(free, None), goto=step.other))
    yield (
        name,
        AskStep(
            prompt=step.prompt,
            again_prompt=step.again_prompt,
            choices=tuple(choices),
            otherwise=step.otherwise,
            no_input_prompt=step.no_input_prompt,
            no_match_prompt=step.no_match_prompt,
        ),
    )
    for answer in step.answers:
        yield f"{name}:{answer}", SayStep(prompt=answer_name(answer), next=step.next)


def link(
    draft: Draft, flow: str, variables: Mapping[str, FlowVariables]
) -> tuple[dict[str, Step], dict[str, ValueKind]]:
    """All steps of a flow and of those that it enters, by path, and the kinds of their variables.

    Args:
        draft: in which nothing is wrong but, perhaps, the size of this.
        flow: the flow's name.
        variables: of every flow.

    Raises:
        TooLargeError: there are too many, or they enter each other too deeply.
    """
    steps: dict[str, Step] = {}
    kinds: dict[str, ValueKind] = {}
    keys = free_keys(draft)
    waiting = [("", flow, 0)]
    while waiting:
        scope, name, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise TooLargeError(f"flows enter each other more than {MAX_DEPTH} deep")
        for variable, kind in variables[name].kinds.items():
            if kind is not None:
                kinds[within(scope, variable)] = kind
        for step_name, step in draft.flows[name].steps.items():
            for made, each in written_out(step_name, step, keys):
                steps[within(scope, made)] = each
            if isinstance(step, SubFlowStep):
                waiting.append((within(scope, step_name), step.flow, depth + 1))
        if len(steps) > MAX_STEPS:
            raise TooLargeError(f"with the flows that it enters it has over {MAX_STEPS:,} steps")
    return steps, kinds


def starts(draft: Draft) -> dict[str, str]:
    """The first step of every flow."""
    return {name: flow.start for name, flow in draft.flows.items()}


def circles(draft: Draft) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Flows that enter themselves, by whatever way: the flow, its step, and the way round."""
    entered = {
        name: [
            (step_name, step.flow)
            for step_name, step in flow.steps.items()
            if isinstance(step, SubFlowStep) and step.flow in draft.flows
        ]
        for name, flow in draft.flows.items()
    }
    done: set[str] = set()
    for first in draft.flows:
        trail: list[str] = []
        ways: list[Iterator[tuple[str, str]]] = []
        if first not in done:
            trail.append(first)
            ways.append(iter(entered[first]))
        while ways:
            way = next(ways[-1], None)
            if way is None:
                ways.pop()
                done.add(trail.pop())
                continue
            step_name, target = way
            if target in trail:
                yield trail[-1], step_name, (*trail[trail.index(target) :], target)
            elif target not in done:
                trail.append(target)
                ways.append(iter(entered[target]))


def returns(steps: Mapping[str, Step]) -> bool:
    """Whether a flow ever returns to the one it was entered from."""
    return any(isinstance(step, ReturnStep) for step in steps.values())
