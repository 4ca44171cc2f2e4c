"""What an expression says of a call: its tree as functions of the values of names.

The package's docstring says what holds for names that are not set and values of a wrong kind.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

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
    Presence,
)
from ivr.values import Value, ValueKind

ValueOfName: TypeAlias = Callable[[str], Value | None]
Test: TypeAlias = Callable[[ValueOfName], bool]
Source: TypeAlias = Callable[[ValueOfName], Value | None]

_COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.UNEQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}
_NO_KIND = (None, None)


def truth_of(node: Node) -> Test:
    """Whether a tree holds, as a function that never raises of itself."""
    match node:
        case Name() | Literal():
            source = source_of(node)
            return lambda value_of_name: source(value_of_name) is True
        case Comparison():
            return _comparison(node)
        case Membership():
            return _membership(node)
        case Presence(of=Name(name=name), negated=negated):
            return lambda value_of_name: (value_of_name(name) is None) is negated
        case Not():
            inner = truth_of(node.of)
            return lambda value_of_name: not inner(value_of_name)
        case And():
            return _until(tuple(map(truth_of, node.parts)), stop=False)
        case Or():
            return _until(tuple(map(truth_of, node.parts)), stop=True)


def source_of(node: Node) -> Source:
    """The value of a tree: that of a name or a literal, else whether it holds."""
    match node:
        case Name(name=name):
            return lambda value_of_name: value_of_name(name)
        case Literal(value=value):
            return lambda _: value
        case _:
            return truth_of(node)


def _until(tests: tuple[Test, ...], *, stop: bool) -> Test:
    def holds(value_of_name: ValueOfName) -> bool:
        for test in tests:
            if test(value_of_name) is stop:
                return stop
        return not stop

    return holds


def _comparison(node: Comparison) -> Test:
    left_of, right_of = source_of(node.left), source_of(node.right)
    compare = _COMPARE[node.operator]
    when_unset = node.operator is Operator.UNEQUAL
    any_kind = node.operator in (Operator.EQUAL, Operator.UNEQUAL)

    def holds(value_of_name: ValueOfName) -> bool:
        left, right = left_of(value_of_name), right_of(value_of_name)
        if left is None or right is None:
            return when_unset
        kind, one = _comparable(left)
        other_kind, other = _comparable(right)
        if kind is not other_kind or kind is None:
            return False
        if any_kind or kind is ValueKind.NUMBER or kind is ValueKind.DATE:
            return compare(one, other)
        return False

    return holds


def _membership(node: Membership) -> Test:
    source, negated = source_of(node.of), node.negated
    values = tuple(_comparable(each.value) for each in node.values)
    kinds = tuple(kind for kind, _ in values)

    def holds(value_of_name: ValueOfName) -> bool:
        value = source(value_of_name)
        if value is None:
            return negated
        found = _comparable(value)
        return found[0] in kinds and (found in values) is not negated

    return holds


def _comparable(value: object) -> tuple[ValueKind | None, Any]:
    """A value's kind, and what is compared with others of that kind; no kind for what is none.

    Stricter than :func:`ivr.values.kind_of`, which takes everything else for a text.
    """
    match value:
        case str():
            return ValueKind.TEXT, value.casefold()
        case bool():
            return ValueKind.YES_NO, value
        case int() | float():
            return ValueKind.NUMBER, value
        case date() if not isinstance(value, datetime):
            return ValueKind.DATE, value
        case _:
            return _NO_KIND
