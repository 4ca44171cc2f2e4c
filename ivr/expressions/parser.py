"""From the text of an expression to its tree, by recursive descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ivr.expressions.error import ExpressionError
from ivr.expressions.tokens import Token, TokenKind, tokens
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

LONGEST = 500
"""Characters in an expression."""
DEEPEST = 20
"""Brackets and ``not`` around a part."""
MOST_OPERATORS = 50

_COMPARISONS = {each.value: each for each in Operator}
_A_VALUE = "a text in quotes, a number, a date, yes or no"


class Parsed(NamedTuple):
    """An expression that was read.

    Attributes:
        tree: what it means.
        names: each name in it with the column of its first use, in order.
    """

    tree: Node
    names: tuple[tuple[str, int], ...]


def parse(text: str) -> Parsed:
    """Read an expression.

    Raises:
        ExpressionError: it is none, or longer, deeper or of more operators than the bounds above.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"found {len(text)} characters, wanted at most {LONGEST}", LONGEST)
    if not text.strip():
        raise ExpressionError('nothing is written, wanted a condition: language == "es"', 0)
    reading = _Reading(text)
    return Parsed(reading.whole(), tuple(reading.names.items()))


class _Reading:
    """A walk over the tokens. Each method takes those of its own part and leaves the rest."""

    def __init__(self, text: str) -> None:
        self.names: dict[str, int] = {}
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._operators = 0
        self._depth = 0

    def whole(self) -> Node:
        tree = self._either()
        if self._next.kind is TokenKind.END:
            return tree
        if self._next.written == ")":
            raise self._wrong("found ')', but no '(' is open")
        raise self._not_joined("the end")

    def _either(self) -> Node:
        column = self._next.column
        parts = self._joined("or", self._all)
        return parts[0] if len(parts) == 1 else Or(parts, column)

    def _all(self) -> Node:
        column = self._next.column
        parts = self._joined("and", self._opposite)
        return parts[0] if len(parts) == 1 else And(parts, column)

    def _joined(self, word: str, part: Callable[[], Node]) -> tuple[Node, ...]:
        parts = [part()]
        while self._is(word):
            self._operator()
            parts.append(part())
        return tuple(parts)

    def _opposite(self) -> Node:
        if not self._is("not"):
            return self._compared()
        column = self._operator().column
        return Not(self._deeper(column, self._opposite), column)

    def _compared(self) -> Node:
        left = self._operand()
        column = left.column
        if self._is(*_COMPARISONS):
            operator = _COMPARISONS[self._operator().written]
            node: Node = Comparison(left, operator, self._operand(), column)
        elif self._is("in"):
            self._operator()
            node = Membership(left, self._list(), False, column)
        elif self._is("not"):
            word = self._operator()
            if not self._is("in"):
                message = "found 'not' after a value, wanted 'not in [...]' or 'is not set'"
                raise ExpressionError(message, word.column)
            self._take()
            node = Membership(left, self._list(), True, column)
        elif self._is("is"):
            node = self._presence(left)
        else:
            return left
        if self._is(*_COMPARISONS, "in", "not", "is"):
            raise self._wrong(
                f"found {self._next} after a comparison; join two with 'and': 1 < x and x < 3"
            )
        return node

    def _presence(self, left: Node) -> Presence:
        word = self._operator()
        negated = self._is("not")
        if negated:
            self._take()
        found = "is not" if negated else "is"
        if self._is("in"):
            message = f"found '{found} in'; write '{'not in' if negated else 'in'}'"
            raise ExpressionError(message, word.column)
        if not self._is("set"):
            sign = "!=" if negated else "=="
            message = f"found '{found}'; write {sign} to compare, or '{found} set'"
            raise ExpressionError(message, word.column)
        self._take()
        if not isinstance(left, Name):
            raise ExpressionError(f"only a name can stand before '{found} set'", left.column)
        return Presence(left, negated, left.column)

    def _operand(self) -> Node:
        token = self._next
        match token.kind:
            case TokenKind.NAME:
                self._take()
                self.names.setdefault(token.written, token.column)
                return Name(token.written, token.column)
            case TokenKind.LITERAL:
                self._take()
                return Literal(token.value, token.written, token.column)
        if self._is("("):
            self._take()
            inner = self._deeper(token.column, self._either)
            if self._next.kind is TokenKind.END:
                raise ExpressionError("the '(' is not closed, its ')' is missing", token.column)
            if not self._is(")"):
                raise self._not_joined("')'")
            self._take()
            return inner
        if self._is("["):
            raise self._wrong("found '['; a list stands only after 'in'")
        if self._is("not"):
            raise self._wrong("found 'not' in a comparison; put it in brackets: (not x)")
        raise self._wrong(f"found {token}, wanted a name, {_A_VALUE}")

    def _list(self) -> tuple[Literal, ...]:
        opening = self._next
        if not self._is("["):
            raise self._wrong(f'found {opening}, wanted a list in square brackets: ["a", "b"]')
        self._take()
        values = [self._item(opening)]
        while self._is(","):
            self._take()
            values.append(self._item(opening))
        if not self._is("]"):
            raise self._in_list(opening, "',' or ']'")
        self._take()
        return tuple(values)

    def _item(self, opening: Token) -> Literal:
        token = self._next
        if token.kind is not TokenKind.LITERAL:
            raise self._in_list(opening, _A_VALUE)
        self._take()
        return Literal(token.value, token.written, token.column)

    def _in_list(self, opening: Token, wanted: str) -> ExpressionError:
        if self._next.kind is TokenKind.END:
            return ExpressionError("the '[' is not closed, its ']' is missing", opening.column)
        return self._wrong(f"found {self._next} in a list, wanted {wanted}{self._hint()}")

    def _not_joined(self, otherwise: str) -> ExpressionError:
        return self._wrong(f"found {self._next}, wanted 'and', 'or' or {otherwise}{self._hint()}")

    def _hint(self) -> str:
        """A name where none can be, such as the second of two side by side, is meant as a text."""
        return "; a text stands in quotes" if self._next.kind is TokenKind.NAME else ""

    def _wrong(self, message: str) -> ExpressionError:
        return ExpressionError(message, self._next.column)

    def _is(self, *written: str) -> bool:
        """Whether the next token is one of these words and signs; a quoted one never is."""
        return self._next.written in written

    def _take(self) -> Token:
        token = self._next
        self._next = next(self._tokens)
        return token

    def _operator(self) -> Token:
        self._operators += 1
        if self._operators > MOST_OPERATORS:
            raise self._wrong(f"found more than {MOST_OPERATORS} operators; split the condition")
        return self._take()

    def _deeper(self, column: int, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            message = f"brackets and 'not' are nested more than {DEEPEST} deep; split the condition"
            raise ExpressionError(message, column)
        node = part()
        self._depth -= 1
        return node
