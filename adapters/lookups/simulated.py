"""Lookups without anybody to ask, for dry runs and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from adapters.lookups.answer import NOT_FOUND, REASONS, failed, found
from calls.ports import Answer

Scripted: TypeAlias = (
    "Answer | str | Mapping[str, object] | Sequence[object]"
    "| Callable[[Mapping[str, str]], Scripted]"
)
"""A JSON object or list; ``not-found``; ``failed``, or why (``timeout``); or a function of what is
given that returns one of these."""


class SimulatedLookups:
    """Answers what it was told to, at once. A source it was not told of is misconfigured."""

    def __init__(self, answers: Mapping[str, Scripted]) -> None:
        """Learn the answers.

        Args:
            answers: by the source's name.

        Raises:
            ValueError: one of them is no answer.
        """
        self._answers: dict[str, Scripted] = {}
        for source, scripted in answers.items():
            self._answers[source] = scripted if callable(scripted) else _answer(scripted)

    def answer(self, source: str, given: Mapping[str, str]) -> Answer:
        """As :meth:`ask`, at once. Never raises."""
        scripted = self._answers.get(source)
        if scripted is None:
            return failed("misconfigured")
        try:
            return _answer(scripted(given) if callable(scripted) else scripted)
        except Exception:
            return failed("misconfigured")

    async def ask(self, source: str, given: Mapping[str, str], _key: str = "") -> Answer:
        """See :meth:`calls.ports.Lookups.ask`."""
        return self.answer(source, given)

    async def close(self) -> None:
        """See :meth:`calls.ports.Lookups.close`."""


def _answer(scripted: object) -> Answer:
    if isinstance(scripted, Answer):
        return scripted
    if isinstance(scripted, str):
        if scripted == "not-found":
            return NOT_FOUND
        reason = "unreachable" if scripted == "failed" else scripted
        if reason not in REASONS:
            known = ", ".join(sorted(REASONS))
            raise ValueError(f"wanted a document, not-found, failed, or one of {known}")
        return failed(reason)
    if not isinstance(scripted, Mapping | Sequence):
        raise ValueError("wanted a mapping or a list")  # noqa: TRY004 - one error for all
    try:
        return found(scripted)
    except TypeError:
        raise ValueError("the document cannot be written as JSON") from None
