"""Where the ZIP codes of the United States lie."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

import zipcodes

# ASCII: the package ends the thread, past every `except Exception`, at digits of other scripts.
_ZIP = re.compile(r"[0-9]{5}", re.ASCII)
_EARTH_RADIUS_MILES = 3958.8
"""The mean radius R1 of IUGG, 6371.0 km."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place on the earth, in degrees.

    Attributes:
        latitude: north is positive.
        longitude: east is positive.
    """

    latitude: float
    longitude: float


@functools.lru_cache(maxsize=4096)
def position_of(zip_code: str) -> Position | None:
    """The middle of a ZIP code's area; ``None`` where there is no such ZIP code on the map.

    The first question takes a quarter of a second, in which the package unpacks its list.

    Args:
        zip_code: five digits; anything else is no ZIP code.
    """
    if not _ZIP.fullmatch(zip_code):
        return None
    for found in zipcodes.matching(zip_code):
        position = Position(latitude=float(found["lat"]), longitude=float(found["long"]))
        # Those of the armed forces abroad lie nowhere.
        if position != Position(latitude=0.0, longitude=0.0):
            return position
    return None


def miles_between(one: Position, other: Position) -> float:
    """The great-circle distance in miles (the haversine formula)."""
    latitude, other_latitude = radians(one.latitude), radians(other.latitude)
    up = sin((other_latitude - latitude) / 2) ** 2
    across = sin(radians(other.longitude - one.longitude) / 2) ** 2
    share = up + cos(latitude) * cos(other_latitude) * across
    return 2 * _EARTH_RADIUS_MILES * asin(min(1.0, sqrt(share)))
