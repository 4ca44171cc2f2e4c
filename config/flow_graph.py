"""Where a flow can go: its steps as a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from config.document import Path
from config.draft import FlowDraft, texts_in
from ivr.steps import (
    AnswersStep,
    AskStep,
    BranchStep,
    CallBackStep,
    Choice,
    Collected,
    CollectStep,
    ConsentStep,
    HangUpStep,
    LookupStep,
    MessageStep,
    QueueStep,
    ReturnStep,
    SayStep,
    SetStep,
    Step,
    SubFlowStep,
    SurveyStep,
    TransferStep,
)

Edge = tuple[Path, str]
"""The place within a step that names a step, and the name."""


def edges(step: Step) -> Iterator[Edge]:
    """Every way out of a step to another step, in the order they are written."""
    match step:
        case SayStep() | SetStep() | ConsentStep() | SubFlowStep():
            yield ("next",), step.next
        case SurveyStep():
            yield from _given(next=step.next)
        case CollectStep():
            yield from _given(next=step.next, otherwise=step.otherwise)
        case LookupStep():
            yield from _given(next=step.next, not_found=step.not_found, on_failure=step.on_failure)
        case AnswersStep():
            yield from _given(next=step.next, other=step.other, otherwise=step.otherwise)
        case CallBackStep():
            yield ("no_number",), step.no_number
        case MessageStep():
            yield from _given(next=step.next, silent_goto=step.silent_goto)
        case AskStep():
            for index, choice in enumerate(step.choices):
                if choice.goto is not None:
                    yield ("choices", index, "goto"), choice.goto
            yield from _given(
                otherwise=step.otherwise, silent_goto=step.silent_goto, words_goto=step.words_goto
            )
        case BranchStep():
            for index, case in enumerate(step.cases):
                yield ("cases", index, "goto"), case.goto
            yield ("otherwise",), step.otherwise
        case QueueStep():
            yield from _given(call_back=step.call_back, next=step.next)
        case TransferStep():
            yield from _given(on_failure=step.on_failure)
        case HangUpStep() | ReturnStep():
            return


def edges_in_silence(step: Step) -> Iterator[Edge]:
    """The ways out of a step on which a caller who does nothing is led, with no help on the way.

    A flow that is entered is taken to return: whether it does in silence is the prover's to say.
    """
    match step:
        case SayStep() | SetStep() | BranchStep() | LookupStep() | CallBackStep():
            yield from edges(step)
        case SurveyStep() | ConsentStep() | SubFlowStep():
            yield from edges(step)
        case CollectStep() | AnswersStep():
            yield from _given(otherwise=step.otherwise)
        case AskStep():
            if step.silent_goto is not None:
                yield ("silent_goto",), step.silent_goto
            else:
                yield from _given(otherwise=step.otherwise)
        case MessageStep():
            if step.silent_goto is not None:
                yield ("silent_goto",), step.silent_goto
            else:
                yield from _given(next=step.next)
        case _:
            return


def edges_by_digits(step: Step) -> Iterator[Edge]:
    """The ways out of a step that a caller who cannot use speech may take."""
    for path, target in edges(step):
        if isinstance(step, AskStep) and (
            path == ("words_goto",) or _needs_words(step.choices, path)
        ):
            continue
        if isinstance(step, CollectStep) and step.what is Collected.NAME and path == ("next",):
            continue
        yield path, target


def reachable(
    flow: FlowDraft, ways: Callable[[Step], Iterable[Edge]], starts: Iterable[str]
) -> set[str]:
    """The steps that can be reached from ``starts``, themselves included, by some ways out.

    A step that was not understood may go wherever its text names a step.
    """
    names = flow.step_names
    seen: set[str] = set()
    waiting = [name for name in starts if name in names]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in flow.steps:
            targets = [target for _, target in ways(flow.steps[name])]
        else:
            targets = list(texts_in(flow.broken[name]))
        waiting.extend(target for target in targets if target in names)
    return seen


def questions_after(name: str, steps: Mapping[str, Step], count: int) -> dict[str, AskStep]:
    """The questions to which words are carried that fit nothing at an optional question.

    Args:
        name: the optional question.
        steps: the flow's, by name.
        count: how many questions deep.
    """
    found: dict[str, AskStep] = {}
    here = {name}
    for _ in range(count):
        waiting = [target for each in here for _, target in _ways_on(steps[each], each == name)]
        here, passed = set(), set[str]()
        while waiting:
            following = waiting.pop()
            step = steps.get(following)
            if step is None or following in passed:
                continue
            passed.add(following)
            if isinstance(step, AskStep):
                here.add(following)
                found.setdefault(following, step)
            elif isinstance(step, SayStep | SetStep | BranchStep | LookupStep):
                waiting.extend(target for _, target in edges(step))
    return found


def loops_in_silence(steps: Mapping[str, Step]) -> list[tuple[str, ...]]:
    """Circles of steps in which a caller who does nothing would be led round for ever.

    A walk in depth; a step met again while it is still on the trail closes a circle. Of circles
    that share a step only the first is told.
    """
    loops: list[tuple[str, ...]] = []
    told: set[str] = set()
    done: set[str] = set()
    for first in steps:
        trail: dict[str, Iterator[str]] = {}
        ahead: str | None = first
        while ahead is not None or trail:
            if ahead is not None and ahead in trail:
                names = list(trail)
                circle = tuple(names[names.index(ahead) :])
                if told.isdisjoint(circle):
                    loops.append(circle)
                    told.update(circle)
            elif ahead is not None and ahead in steps and ahead not in done:
                trail[ahead] = iter([target for _, target in edges_in_silence(steps[ahead])])
            if trail:
                last = next(reversed(trail))
                ahead = next(trail[last], None)
                if ahead is None:
                    del trail[last]
                    done.add(last)
            else:
                ahead = None
    return loops


def _given(**targets: str | None) -> Iterator[Edge]:
    for key, target in targets.items():
        if target is not None:
            yield (key,), target


def _ways_on(step: Step, carries: bool) -> Iterator[Edge]:
    """The ways out of a question: all, or from where words are carried only the one they go."""
    return edges_in_silence(step) if carries else edges(step)


def _needs_words(choices: tuple[Choice, ...], path: Path) -> bool:
    return path[0] == "choices" and isinstance(path[1], int) and choices[path[1]].digit is None
