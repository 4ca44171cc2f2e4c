"""The outbound plan: what the line may dial. Nothing, until a pattern permits it."""

from __future__ import annotations

import re
from collections.abc import Iterable


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


def _expression(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.IGNORECASE)
