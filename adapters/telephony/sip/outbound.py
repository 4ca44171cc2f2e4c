"""What may be dialled out. By default nothing: a line that dials what it is told is toll fraud."""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.outbound import permits

_DESTINATION = re.compile(r"\+?[0-9]{2,20}|sips?:[^\s<>\"]{1,200}")


class OutboundPlan:
    """The site's list of destinations.

    Args:
        patterns: numbers or SIP URIs, see :func:`config.outbound.permits`.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)

    def permits(self, destination: str) -> bool:
        """Whether ``destination`` is a number or a SIP URI, and one of the patterns fits it."""
        return _DESTINATION.fullmatch(destination) is not None and permits(
            self._patterns, destination
        )
