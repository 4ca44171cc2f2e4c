"""What a mention can be worth."""

from __future__ import annotations

from enum import Enum


class Standing(Enum):
    """What a mention is worth."""

    MEANT = "meant"
    IN_DOUBT = "in-doubt"
    SUPPRESSED = "suppressed"
