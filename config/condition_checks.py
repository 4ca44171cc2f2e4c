"""What can be wrong with conditions that can be read: comparisons that no call ever fits."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Mapping

from config.document import shown
from config.report import Report
from ivr import names
from ivr.expressions import Expression
from ivr.expressions.parser import parse
from ivr.expressions.tree import (
    And,
    Comparison,
    Literal,
    Membership,
    Name,
    Node,
    Not,
    Operator,
    Or,
)

_NUMBERS: Mapping[str, range] = {"call.hour": range(24), "call.minute": range(60)}
"""Names that are one of a few numbers."""

_COMPARED: Mapping[Operator, Callable[[float, float], bool]] = {
    Operator.EQUAL: operator.eq,
    # What is always unequal was compared in vain as well.
    Operator.UNEQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}
_TURNED = {
    Operator.LESS: Operator.MORE,
    Operator.AT_MOST: Operator.AT_LEAST,
    Operator.MORE: Operator.LESS,
    Operator.AT_LEAST: Operator.AT_MOST,
}
"""The operator with its sides exchanged, where that is another one."""

_SHORTEST_DAY = 3
"""Letters of a weekday by which it is known: ``mon``."""


def never_fits(expression: Expression, languages: Collection[str], report: Report) -> Iterator[str]:
    """What each comparison with what no call ever is should be.

    Args:
        expression: it can be read.
        languages: those of the site; none when they are not known.
        report: finds the nearest name.
    """
    for name, how, literal in _comparisons(parse(expression.text).tree):
        value = literal.value
        if name == "call.weekday" and isinstance(value, str):
            if value.casefold() not in names.WEEKDAYS:
                near = _weekday(value, report)
                hint = f"; did you mean {shown(near)}?" if near else ""
                yield f"'call.weekday' is never {shown(value)}, but 'monday' to 'sunday'{hint}"
        elif name == names.LANGUAGE and isinstance(value, str) and languages:
            spoken = {language.casefold() for language in languages}
            if value.casefold() not in spoken:
                hint = report.nearest(value, languages)
                known = ", ".join(languages)
                yield f"'language' is never {shown(value)}: the site speaks {known}{hint}"
        elif name in _NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
            whole = _NUMBERS[name]
            if not any(_COMPARED[how](each, value) for each in whole):
                beside = "" if how in (Operator.EQUAL, Operator.UNEQUAL) else f"{how.value} "
                said = f"{beside}{literal.written}"
                yield f"'{name}' is never {said}: it is a whole number from 0 to {whole[-1]}"


def compared_names(expression: Expression) -> set[str]:
    """The names that stand beside another value, where a text might have been meant."""
    return set(_sides(parse(expression.text).tree))


def _weekday(text: str, report: Report) -> str | None:
    word = text.casefold().rstrip(".")
    if len(word) >= _SHORTEST_DAY:
        for day in names.WEEKDAYS:
            if day.startswith(word):
                return day
    return report.meant(word, names.WEEKDAYS)


def _comparisons(node: Node) -> Iterator[tuple[str, Operator, Literal]]:
    """Every name that is compared with a value that is written out: it, how, and that value."""
    match node:
        case Comparison(left=Name(name=name), operator=how, right=Literal() as literal):
            yield name, how, literal
        case Comparison(left=Literal() as literal, operator=how, right=Name(name=name)):
            yield name, _TURNED.get(how, how), literal
        case Membership(of=Name(name=name), values=values):
            for literal in values:
                yield name, Operator.EQUAL, literal
        case _:
            for part in _parts(node):
                yield from _comparisons(part)


def _sides(node: Node) -> Iterator[str]:
    match node:
        case Comparison(left=left, right=right):
            for side in (left, right):
                if isinstance(side, Name):
                    yield side.name
        case _:
            for part in _parts(node):
                yield from _sides(part)


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Comparison():
            return (node.left, node.right)
        case Membership() | Not():
            return (node.of,)
        case And() | Or():
            return node.parts
        case _:
            return ()
