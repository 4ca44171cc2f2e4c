"""The way into an answer from elsewhere, as ``found_at`` and ``save`` write it."""

from __future__ import annotations

_ONLY = "only"
_INDEX_DIGITS = 5


def value_at(document: object, way: str) -> object | None:
    """What stands at a way such as ``entry.0.name``; ``None`` where nothing does.

    ``only`` is the one thing that a list holds: of several records none may be taken for the
    caller's.

    Args:
        document: plain values, as JSON has them.
        way: keys, positions in lists from 0, and ``only``, with dots between them.
    """
    for part in way.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list):
            document = _in_list(document, part)
        else:
            return None
    return document


def _in_list(values: list[object], part: str) -> object | None:
    if part == _ONLY:
        return values[0] if len(values) == 1 else None
    if not (part.isascii() and part.isdigit()) or len(part) > _INDEX_DIGITS:
        return None
    return values[int(part)] if int(part) < len(values) else None
