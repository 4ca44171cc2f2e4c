"""The three kinds of answer, and the one way from an object to a document."""

from __future__ import annotations

import json

from calls.ports import ANSWER_MAX_BYTES, Answer
from calls.private import Private

REASONS = frozenset(
    {
        "timeout",
        "unreachable",
        "refused",
        "too-large",
        "not-json",
        "redirected",
        "misconfigured",
    }
)
"""Why a lookup can fail, see :class:`~calls.facts.LookedUp`."""

NOT_FOUND = Answer(outcome="not-found")


def failed(reason: str) -> Answer:
    """An answer that failed for one of the :data:`REASONS`."""
    assert reason in REASONS, reason
    return Answer(outcome="failed", reason=reason)


def found(document: object) -> Answer:
    """What was found, as an answer; ``too-large`` where it does not fit into one.

    Raises:
        TypeError: it cannot be written as JSON.
        ValueError: as well: not a number, or a circle.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return found_text(text)


def found_text(text: str) -> Answer:
    """As :func:`found`, of a JSON text."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # half of a surrogate pair: no text
        return failed("not-json")
    if size > ANSWER_MAX_BYTES:
        return failed("too-large")
    return Answer(outcome="found", document=Private(text))
