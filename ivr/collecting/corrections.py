"""Where a caller takes back what they said: "no wait", "I mean", "perdón", "mejor dicho"."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = frozenset(
    (
        *("no", "nope", "wait", "sorry", "correction", "oops", "scratch"),
        *("perdon", "perdone", "perdona", "digo", "espere", "espera", "disculpe", "disculpa"),
        *("miento", "corrijo"),
    )
)
_PHRASES = (
    *(("i", "mean"), ("make", "that"), ("my", "mistake"), ("excuse", "me"), ("hold", "on")),
    *(("mejor", "dicho"), ("quise", "decir"), ("quiero", "decir"), ("lo", "siento")),
)


def between_corrections(said: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """What was said before, between and behind the words that take something back.

    English and Spanish at once, since bilingual callers correct themselves in either. What stands
    behind the last of them is the last part, which is empty where nothing does.
    """
    parts: list[tuple[str, ...]] = []
    begin = at = 0
    while at < len(said):
        size = _size(said, at)
        if size:
            parts.append(tuple(said[begin:at]))
            begin = at + size
        at += size or 1
    return (*parts, tuple(said[begin:]))


def _size(said: Sequence[str], at: int) -> int:
    """How many words of a correction stand at a place; 0 where there is none."""
    if said[at] in _WORDS:
        return 1
    return 2 if tuple(said[at : at + 2]) in _PHRASES else 0
