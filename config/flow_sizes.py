"""How large flows become with all that they enter: told before they are linked."""

from __future__ import annotations

from collections.abc import Iterator

from config.draft import Draft, FlowDraft
from config.linking import MAX_DEPTH, MAX_STEPS
from config.report import Report
from ivr.steps import AnswersStep, SubFlowStep


def check_sizes(draft: Draft, report: Report) -> None:
    """Report the steps that enter more flows than can be linked, each where it becomes too much.

    Flows that enter each other in a circle are passed over, and so is what enters a flow that is
    too large by itself: that is told already.
    """
    sizes: dict[str, tuple[int, int]] = {}
    waiting = dict(draft.flows)
    while ready := [name for name, flow in waiting.items() if _entered(flow) <= sizes.keys()]:
        for name in ready:
            _measure(waiting.pop(name), sizes, report)


def _entered(flow: FlowDraft) -> set[str]:
    return {step.flow for _, step in _sub_flows(flow)}


def _sub_flows(flow: FlowDraft) -> Iterator[tuple[str, SubFlowStep]]:
    for name, step in flow.steps.items():
        if isinstance(step, SubFlowStep):
            yield name, step


def _measure(flow: FlowDraft, sizes: dict[str, tuple[int, int]], report: Report) -> None:
    """Take down how many steps a flow has when linked, and how deep; or tell what is wrong."""
    steps, depth = sum(map(_written_out, flow.steps.values())), 0
    told = _too_many(steps, depth)
    place: tuple[str, ...] = ("steps",)
    for name, step in _sub_flows(flow):
        if told:
            break
        inner, levels = sizes[step.flow]
        steps, depth = steps + inner, max(depth, levels + 1)
        told, place = _too_many(steps, depth), ("steps", name, "flow")
    if told:
        report.problem(flow.document, place, told, key=len(place) == 1)
    else:
        sizes[flow.id] = steps, depth


def _too_many(steps: int, depth: int) -> str:
    if steps > MAX_STEPS:
        return f"with the flows that it enters, this flow has over {MAX_STEPS:,} steps"
    if depth > MAX_DEPTH:
        return f"flows enter each other more than {MAX_DEPTH} deep here"
    return ""


def _written_out(step: object) -> int:
    """How many steps are made of one: of an answer each a step that says it."""
    return 1 + (len(step.answers) if isinstance(step, AnswersStep) else 0)
