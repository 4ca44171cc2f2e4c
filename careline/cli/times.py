"""Times and durations as people write and read them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DAY_S = 86400.0


def duration_s(text: str) -> float:
    """Seconds of a duration such as ``90s``, ``30m``, ``2h`` or ``1d``, for a command line.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    parts = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if parts is None or int(parts[1]) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no duration; wanted one such as 30m or 2h")
    return int(parts[1]) * _UNITS_S[parts[2]]


def lasting(seconds: float) -> str:
    """``80 s``, ``12 min``, ``5 h``, ``3 days``: as exact as anybody needs it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * _DAY_S:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / _DAY_S:.0f} days"


def zone_of(answer: Mapping[str, Any]) -> tzinfo:
    """Where the clinic is, from the running line's answer."""
    return ZoneInfo(answer["time_zone"])


def clock(at: float, now: float, zone: tzinfo) -> str:
    """A time of day at the clinic, with the day where it is not today's.

    Args:
        at: seconds since the epoch.
        now: seconds since the epoch.
        zone: where the clinic is; the machine may be elsewhere.
    """
    there, here = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    day = "%a" if abs(at - now) < 6 * _DAY_S else "%Y-%m-%d"
    return f"{there:{day} %H:%M}"
