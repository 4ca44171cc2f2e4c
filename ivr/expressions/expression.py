"""An expression as a flow holds it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ivr.expressions.kinds import KindOfName, kind_of_node
from ivr.expressions.meaning import Source, Test, ValueOfName, source_of, truth_of
from ivr.expressions.parser import Parsed, parse
from ivr.expressions.tree import literals_in
from ivr.values import Value, ValueKind


@dataclass(frozen=True, slots=True)
class Expression:
    """A question about a call, in the language of :mod:`ivr.expressions`.

    Attributes:
        text: as it is written in the file; at most 500 characters, 50 operators, and 20 brackets
            and ``not`` within each other.

    Raises:
        ExpressionError: the text is no expression.
    """

    text: str

    def __post_init__(self) -> None:
        _read(self.text)

    def names(self) -> tuple[tuple[str, int], ...]:
        """Each name it uses, with the column of its first use, in order."""
        return _read(self.text).parsed.names

    def literals(self) -> tuple[Value, ...]:
        """The values that are written out in it, in order."""
        return tuple(literals_in(_read(self.text).parsed.tree))

    def kind(self, kind_of_name: KindOfName) -> ValueKind:
        """The kind of its value; of a condition it is yes-no.

        Args:
            kind_of_name: the kind of a name, or ``None`` for one that is not known. That fits
                everything, and by itself counts as yes-no.

        Raises:
            ExpressionError: at the first part, from the left, that does not fit.
        """
        return kind_of_node(_read(self.text).parsed.tree, kind_of_name) or ValueKind.YES_NO

    def value(self, value_of_name: ValueOfName) -> Value | None:
        """The value of a single name or literal, else whether it holds.

        Raises nothing, whatever the kinds of the values.

        Args:
            value_of_name: the value of a name, or ``None`` while it is not set.
        """
        return _read(self.text).source(value_of_name)

    def holds(self, value_of_name: ValueOfName) -> bool:
        """Whether it holds; a single name or literal does when it is yes.

        Raises nothing, whatever the kinds of the values.

        Args:
            value_of_name: the value of a name, or ``None`` while it is not set.
        """
        return _read(self.text).test(value_of_name)


class _Read(NamedTuple):
    parsed: Parsed
    source: Source
    test: Test


# Kept beside the expression and not in it: it stays a plain text to whatever builds, compares,
# copies or describes it.
@lru_cache(maxsize=10_000)
def _read(text: str) -> _Read:
    parsed = parse(text)
    return _Read(parsed, source_of(parsed.tree), truth_of(parsed.tree))
