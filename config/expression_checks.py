"""What can be wrong with expressions, and with the values in prompts: names and kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from config.condition_checks import compared_names, never_fits
from config.document import Path, shown
from config.draft import CALENDARS, Draft
from config.linking import ANSWER
from config.report import Report
from config.variables import WANTED, FlowVariables
from ivr import names
from ivr.expressions import Expression, ExpressionError
from ivr.prompts import MANNERS, placeholders
from ivr.steps import Case, Step
from ivr.values import ValueKind

_BRACES = re.compile(r"[{}]")
_MANNER_KINDS: Mapping[str, tuple[ValueKind, ...]] = {
    "digits": (ValueKind.TEXT, ValueKind.NUMBER),
    "phone": (ValueKind.TEXT,),
    "money": (ValueKind.NUMBER,),
    "spelled": (ValueKind.TEXT,),
}

Tell = Callable[[Path, str], None]


def expressions_in(step: Step) -> Iterator[tuple[Path, Expression, bool]]:
    """Every expression of a step, its place in it, and whether it has to be a yes or no."""
    for each in fields(step):
        yield from _within((each.name,), getattr(step, each.name))


def _within(path: Path, value: object) -> Iterator[tuple[Path, Expression, bool]]:
    if isinstance(value, Expression):
        yield path, value, False
    elif isinstance(value, Case):
        yield (*path, "when"), value.when, True
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, Expression):
                yield (*path, key), inner, False
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            if is_dataclass(inner):
                yield from _within((*path, index), inner)


def check_expression(
    expression: Expression,
    path: Path,
    variables: FlowVariables,
    draft: Draft,
    report: Report,
    tell: Tell,
    *,
    yes_no: bool,
) -> None:
    """Report names that stand for nothing, and values that cannot be compared, or in vain."""
    compared = compared_names(expression)
    for name, _column in expression.names():
        wrong = unknown_name(name, variables, draft, report)
        if wrong:
            is_text = name in compared and "." not in name and "did you mean" not in wrong
            tell(path, f'{wrong}; a text stands in quotes: "{name}"' if is_text else wrong)
    try:
        kind = expression.kind(variables.kind_of)
    except ExpressionError as error:
        tell(path, error.message)
        return
    if yes_no and kind is not ValueKind.YES_NO:
        tell(path, f"found {WANTED[kind]}, wanted a comparison, or what is yes or no")
    for wrong in never_fits(expression, draft.site.languages, report):
        tell(path, wrong)


def unknown_name(name: str, variables: FlowVariables, draft: Draft, report: Report) -> str:
    """What is wrong with a name, and which one may be meant; empty if nothing is."""
    calendar = names.calendar_in(name)
    known = draft.names(CALENDARS)
    if calendar is not None:
        if not calendar:
            test = name.rpartition(".")[2]
            such = next(iter(known or ()), "office")
            return (
                f"{shown(name)} names no calendar, wanted {names.CALENDAR}.NAME.{test}, "
                f"such as {names.CALENDAR}.{such}.{test}"
            )
        if known is None or calendar in known:
            return ""
        return f"unknown calendar {shown(calendar)}{report.nearest(calendar, known)}"
    if variables.knows(name) or names.kind_of_name(name) is not None or not variables.whole:
        return ""
    every = [*variables.kinds, *names.known_names(draft.calendars)]
    return f"nothing sets {shown(name)}{report.nearest(name, every)}"


def check_placeholders(
    prompt: str,
    special: Mapping[str, ValueKind | None],
    path: Path,
    variables: FlowVariables,
    draft: Draft,
    report: Report,
    tell: Tell,
) -> None:
    """Report values in a prompt's texts that the step that says it does not know.

    Args:
        prompt: the prompt's id.
        special: what only this prompt knows, such as ``value``.
        path: where the step names the prompt.
        variables: of the flow.
        draft: the site.
        report: finds the nearest name.
        tell: takes the mistakes.
    """
    wrong: dict[str, None] = {}
    texts = draft.prompts.get(prompt, {})
    what = f"the prompt {shown(prompt)}"
    if prompt.startswith(ANSWER):
        answer = draft.answers.get(prompt.removeprefix(ANSWER))
        texts = {} if answer is None else answer.text
        what = f"the answer {shown(prompt.removeprefix(ANSWER))}"
    for text in texts.values():
        for name, manner in placeholders(text):
            if name in special:
                kind = special[name]
            else:
                unknown = unknown_name(name, variables, draft, report)
                if unknown:
                    wrong[f"{what} says a value here, and {unknown}"] = None
                    continue
                kind = variables.kind_of(name)
            if manner is not None and kind and kind not in _MANNER_KINDS.get(manner, (kind,)):
                said = f"{what} says {shown(name)} as {manner}"
                wrong[f"{said}, and it is {WANTED[kind]}"] = None
    for message in wrong:
        tell(path, message)


def wrong_braces(text: str, report: Report) -> str:
    """What is wrong with how values are written in a text; empty if nothing is."""
    for _name, manner in placeholders(text):
        if manner is not None and manner not in MANNERS:
            wanted = ", ".join(MANNERS)
            return f"{shown(manner)} is no way to say a value, wanted one of {wanted}" + (
                report.nearest(manner, MANNERS)
            )
    from_values = re.sub(r"\{[a-z0-9_.-]+(?::[a-z]+)?\}", "", text)
    if _BRACES.search(from_values):
        return "a value is written as {name}, or {name:digits}; other braces mean nothing here"
    return ""
