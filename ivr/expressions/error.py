"""What is wrong with an expression, and where."""

from __future__ import annotations

_LONGEST_SHOWN = 40


class ExpressionError(ValueError):
    """Ops: an expression cannot be read, or compares what cannot be compared.

    Attributes:
        message: what was found and what was wanted, for a person; also what ``str`` gives.
        column: where, in characters from the start of the text, from 0.
    """

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message, column)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        return self.message


def shown(written: str) -> str:
    """A piece of an expression for a message: on one line, not too long."""
    if len(written) > _LONGEST_SHOWN:
        written = written[:_LONGEST_SHOWN] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in written)
