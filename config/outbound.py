"""The outbound plan: what the line may dial. Nothing, until a pattern permits it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBERS = re.compile(r"[+0-9*?]+")
_EXCHANGE_DIGITS = 4


def permits(patterns: Iterable[str], destination: str) -> bool:
    """Whether a destination may be dialled.

    Args:
        patterns: from ``sip.outbound``: a number or SIP URI in which ``*`` stands for any
            characters and ``?`` for any one. Nothing else is special; case does not matter.
        destination: a number or SIP URI.

    Returns:
        Whether a pattern fits the whole destination.
    """
    return any(_expression(pattern).fullmatch(destination) for pattern in patterns)


def permits_callers(patterns: Iterable[str]) -> bool:
    """Whether the plan lets the line call people back whose numbers nobody knows beforehand.

    Args:
        patterns: as for :func:`permits`.

    Returns:
        Whether a pattern fits telephone numbers, and many of them: one with ``*``, or with as many
        ``?`` as an exchange has digits. One for the ten numbers of a ward does not.
    """
    return any(
        _NUMBERS.fullmatch(pattern) and ("*" in pattern or pattern.count("?") >= _EXCHANGE_DIGITS)
        for pattern in patterns
    )


def _expression(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.IGNORECASE)
