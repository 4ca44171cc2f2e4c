"""A value that must never be read by accident: spoken words, digits, phone numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Private:
    """Text whose ``repr`` and ``str`` hide it, so that a log line or a traceback cannot leak it.

    Fields of a fact that are typed ``Private`` are sealed by the journal with the call's own key;
    everything else in a fact is kept in the clear. Keep such fields at the top level of the fact.
    """

    value: str

    def reveal(self) -> str:
        """The text itself. Each use is a place where privacy is decided: never log the result."""
        return self.value

    def __repr__(self) -> str:
        return "Private(…)"

    def __str__(self) -> str:
        return "…"

    def __bool__(self) -> bool:
        return bool(self.value)
