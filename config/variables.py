"""The variables of each flow, and the kind of each: what writes them says what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from config.document import Path, shown
from config.draft import Draft, FlowDraft
from config.report import Report
from ivr import names
from ivr.expressions import Expression, ExpressionError
from ivr.steps import (
    AskStep,
    CollectStep,
    LookupStep,
    ReturnStep,
    SetStep,
    Step,
    SubFlowStep,
)
from ivr.values import ValueKind, read_value

_PASSES = 8
"""A kind that hangs on another flow's result, which hangs on another's: nobody goes deeper."""


@dataclass(slots=True)
class FlowVariables:
    """What a flow knows.

    Attributes:
        kinds: of its variables, by name; ``None`` where the kind could not be told, which is
            reported where it was to come from.
        result: the kind of what it returns; ``None`` where it returns nothing.
        returns: whether it ever returns.
        whole: whether these are all: no step of the flow is broken or missing.
    """

    kinds: dict[str, ValueKind | None] = field(default_factory=dict)
    result: ValueKind | None = None
    returns: bool = False
    whole: bool = True

    def kind_of(self, name: str) -> ValueKind | None:
        """The kind of a name in an expression; ``None`` where it is not known."""
        return names.kind_of_name(name) or self.kinds.get(name)

    def knows(self, name: str) -> bool:
        """Whether the name is a variable's."""
        return name in self.kinds


def variables_of(draft: Draft) -> Mapping[str, FlowVariables]:
    """The variables of every flow, by the flow's name."""
    found = {
        name: FlowVariables(dict(flow.arguments) | dict.fromkeys(flow.broken_arguments))
        for name, flow in draft.flows.items()
    }
    for name, flow in draft.flows.items():
        for step in flow.steps.values():
            for _, variable, kind in _plain_writes(step):
                found[name].kinds.setdefault(variable, kind)
            found[name].returns |= isinstance(step, ReturnStep)
        found[name].whole = flow.names_known and flow.ways_known and not flow.broken
    for _ in range(_PASSES):
        if not _derive(draft, found):
            break
    for name, flow in draft.flows.items():
        for step in flow.steps.values():
            for _, variable in _literal_writes(step):
                if found[name].kinds.get(variable) is None:
                    found[name].kinds[variable] = ValueKind.TEXT
            for _, variable, _expression in _derived_writes(step):
                found[name].kinds.setdefault(variable, None)
            if isinstance(step, SubFlowStep) and step.into is not None:
                found[name].kinds.setdefault(step.into, None)
        # Where a name was left out, it is not known what is set there.
        found[name].whole &= "" not in found[name].kinds
    return found


def check_variables(
    flow: FlowDraft, variables: Mapping[str, FlowVariables], report: Report
) -> None:
    """Report variables that are written as two kinds, and values that are none of their kind."""
    own = variables[flow.id]

    def problem(path: Path, message: str) -> None:
        report.problem(flow.document, ("steps", *path), message)

    for name, step in flow.steps.items():
        for path, variable, kind in _plain_writes(step):
            _check_kind((name, *path), variable, kind, own, problem)
        for path, variable, expression in _derived_writes(step):
            derived = kind_of(expression, own)
            if derived is not None:
                _check_kind((name, *path), variable, derived, own, problem)
        if isinstance(step, SubFlowStep) and step.into is not None and step.flow in variables:
            result = variables[step.flow].result
            if result is not None:
                _check_kind((name, "into"), step.into, result, own, problem)
        for path, variable, text in _literals(step):
            wanted = own.kinds.get(variable)
            if variable != names.LANGUAGE and wanted and read_value(text, wanted) is None:
                problem((name, *path), f"found {shown(text)}, wanted {WANTED[wanted]}")


WANTED: Mapping[ValueKind, str] = {
    ValueKind.TEXT: "text",
    ValueKind.NUMBER: "a number",
    ValueKind.YES_NO: "yes or no",
    ValueKind.DATE: "a date such as 2026-12-24",
}
"""What a person is told to write for a kind."""


def kind_of(expression: Expression, variables: FlowVariables) -> ValueKind | None:
    """The kind of an expression's value; ``None`` where it cannot be told."""
    try:
        found = expression.kind(variables.kind_of)
    except ExpressionError:
        return None
    single = [name for name, _ in expression.names() if name == expression.text.strip()]
    return variables.kind_of(single[0]) if single else found


def _check_kind(
    path: Path,
    variable: str,
    kind: ValueKind,
    own: FlowVariables,
    problem: Callable[[Path, str], None],
) -> None:
    before = own.kinds.get(variable)
    if before is not None and before is not kind:
        problem(
            path,
            f"{shown(variable)} is {WANTED[before]} elsewhere in this flow, and here "
            f"{WANTED[kind]}; use two variables",
        )


def _derive(draft: Draft, found: dict[str, FlowVariables]) -> bool:
    """Tell the kinds that follow from others; whether any was new."""
    new = False
    for name, flow in draft.flows.items():
        own = found[name]
        for step in flow.steps.values():
            told: list[tuple[str, ValueKind | None]] = [
                (variable, kind_of(expression, own))
                for _, variable, expression in _derived_writes(step)
            ]
            if isinstance(step, SubFlowStep) and step.into is not None and step.flow in found:
                told.append((step.into, found[step.flow].result))
            if isinstance(step, ReturnStep) and step.value is not None and own.result is None:
                own.result = kind_of(step.value, own)
                new |= own.result is not None
            for variable, kind in told:
                if kind is not None and own.kinds.get(variable) is None:
                    own.kinds[variable] = kind
                    new = True
    return new


def _plain_writes(step: Step) -> Iterator[tuple[Path, str, ValueKind]]:
    match step:
        case CollectStep():
            yield ("into",), step.into, step.what.kind
        case LookupStep():
            for name, saved in step.save.items():
                yield ("save", name), name, saved.kind


def _derived_writes(step: Step) -> Iterator[tuple[Path, str, Expression]]:
    if isinstance(step, SetStep):
        for name, expression in step.compute.items():
            if name != names.LANGUAGE:
                yield ("compute", name), name, expression


def _literal_writes(step: Step) -> Iterator[tuple[Path, str]]:
    for path, name, _text in _literals(step):
        if name != names.LANGUAGE:
            yield path, name


def _literals(step: Step) -> Iterator[tuple[Path, str, str]]:
    match step:
        case SetStep():
            for name, text in step.values.items():
                yield ("values", name), name, text
        case AskStep():
            for index, choice in enumerate(step.choices):
                for name, text in choice.set.items():
                    yield ("choices", index, "set", name), name, text
