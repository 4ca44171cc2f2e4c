"""What an expression is made of, once it is read.

Two trees are equal that mean the same, wherever their parts stood and however they were written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from ivr.values import Value


class Operator(Enum):
    """How two values are compared."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Name:
    """A value that is known when the call is there."""

    name: str
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written out.

    Attributes:
        value: the value.
        written: how, with its quotes.
        column: where it begins.
    """

    value: Value
    written: str = field(compare=False)
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values side by side."""

    left: Node
    operator: Operator
    right: Node
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """A value that is looked for in a list: ``in``, or, negated, ``not in``."""

    of: Node
    values: tuple[Literal, ...]
    negated: bool
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Presence:
    """``is set``, or, negated, ``is not set``."""

    of: Name
    negated: bool
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: Node
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple[Node, ...]
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple[Node, ...]
    column: int = field(compare=False)


def literals_in(node: Node) -> Iterator[Value]:
    """The values that are written out, in order."""
    match node:
        case Literal():
            yield node.value
        case Comparison():
            yield from literals_in(node.left)
            yield from literals_in(node.right)
        case Membership():
            yield from literals_in(node.of)
            for each in node.values:
                yield each.value
        case Not():
            yield from literals_in(node.of)
        case And() | Or():
            for part in node.parts:
                yield from literals_in(part)
        case _:
            return


Node: TypeAlias = Name | Literal | Comparison | Membership | Presence | Not | And | Or
