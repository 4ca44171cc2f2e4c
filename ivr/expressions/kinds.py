"""Whether the parts of an expression fit together: kinds are checked before any call."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ivr.expressions.error import ExpressionError, shown
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
from ivr.values import ValueKind, kind_of, read_value

KindOfName: TypeAlias = Callable[[str], ValueKind | None]

_ANY_KIND = (Operator.EQUAL, Operator.UNEQUAL)
_ORDERED = (ValueKind.NUMBER, ValueKind.DATE)
_A = {
    ValueKind.TEXT: "a text",
    ValueKind.NUMBER: "a number",
    ValueKind.YES_NO: "a yes-no value",
    ValueKind.DATE: "a date",
}


def kind_of_node(node: Node, kind_of_name: KindOfName) -> ValueKind | None:
    """The kind of a tree; ``None`` for a name by itself whose kind is not known.

    Args:
        node: the tree.
        kind_of_name: the kind of a name; ``None`` fits everything.

    Raises:
        ExpressionError: at the first part, from the left, that does not fit.
    """
    match node:
        case Name():
            return kind_of_name(node.name)
        case Literal():
            return kind_of(node.value)
        case Not():
            _want_yes_no(node.of, "not", kind_of_name)
        case And():
            for part in node.parts:
                _want_yes_no(part, "and", kind_of_name)
        case Or():
            for part in node.parts:
                _want_yes_no(part, "or", kind_of_name)
        case Comparison():
            left = _side(node.left, node.operator, kind_of_name)
            right = _side(node.right, node.operator, kind_of_name)
            if isinstance(node.left, Literal) and not isinstance(node.right, Literal):
                left, right = right, left
            _want_one_kind(left, right)
        case Membership():
            wanted = _Kinded(node.of, kind_of_node(node.of, kind_of_name))
            for value in node.values:
                found = _Kinded(value, kind_of(value.value))
                _want_one_kind(wanted, found)
                if wanted.kind is None:
                    wanted = found
        case Presence():
            pass
    return ValueKind.YES_NO


class _Kinded(NamedTuple):
    node: Node
    kind: ValueKind | None

    def __str__(self) -> str:
        match self.node:
            case Name():
                node = f"'{shown(self.node.name)}'"
            case Literal():
                node = shown(self.node.written)
            case _:
                node = "the part in brackets"
        return node if self.kind is None else f"{node} is {_A[self.kind]}"


def _side(node: Node, operator: Operator, kind_of_name: KindOfName) -> _Kinded:
    """One side of a comparison."""
    found = _Kinded(node, kind_of_node(node, kind_of_name))
    if operator in _ANY_KIND or found.kind in (*_ORDERED, None):
        return found
    hint = _rewritten(node, ValueKind.NUMBER) or _rewritten(node, ValueKind.DATE)
    message = f"{found}, but '{operator.value}' compares numbers and dates{hint}"
    raise ExpressionError(message, node.column)


def _want_one_kind(wanted: _Kinded, found: _Kinded) -> None:
    if wanted.kind is None or found.kind in (wanted.kind, None):
        return
    hint = _rewritten(found.node, wanted.kind)
    raise ExpressionError(f"{found}, but {wanted}{hint}", found.node.column)


def _want_yes_no(node: Node, word: str, kind_of_name: KindOfName) -> None:
    found = _Kinded(node, kind_of_node(node, kind_of_name))
    if found.kind in (ValueKind.YES_NO, None):
        return
    several = word == "or" and isinstance(node, Literal)
    hint = "; to compare with several, write in [..., ...]" if several else ""
    raise ExpressionError(f"{found}, but '{word}' wants yes or no{hint}", node.column)


def _rewritten(node: Node, wanted: ValueKind) -> str:
    """How a literal is written as another kind, as a hint; empty where it cannot be."""
    if not isinstance(node, Literal):
        return ""
    if not isinstance(node.value, str):
        return f'; write "{node.written}"' if wanted is ValueKind.TEXT else ""
    match read_value(node.value, wanted):
        case None:
            return ""
        case bool(value):
            return f"; write {'yes' if value else 'no'}, without quotes"
        case value:
            return f"; write {value}, without quotes"
