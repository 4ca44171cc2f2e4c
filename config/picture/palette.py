"""The colours of a picture.

No meaning hangs on a colour alone: each box names its kind, each mark is written out, and what was
never taken is dashed. The pairs that have to be told apart differ in lightness as well, for those
who do not see red from green (after Okabe and Ito, https://jfly.uni-koeln.de/color/). Every text
stands at a contrast of at least 7 to 1 on what is behind it (WCAG 2.2, level AAA).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.picture.model import Mark, Role

INK = "#1a1a1a"
PAPER = "#ffffff"
QUIET = "#4d4d4d"
"""Lines and small print."""
FAINT = "#a6a6a6"
"""Lines that were never taken, and what has not changed."""
RED = "#b00020"


@dataclass(frozen=True, slots=True)
class Look:
    """Of a box.

    Attributes:
        fill: its background.
        line: its border.
        text: what is written in it.
    """

    fill: str
    line: str
    text: str = INK


_ASKS, _SAYS, _DECIDES = "#0072b2", "#8a8a8a", "#8f5a00"
_HELPS, _LEAVES, _ENTERS = "#00704f", "#595959", "#7a3e9d"

KINDS: Mapping[str, Look] = {
    "say": Look("#f2f2f2", _SAYS),
    "ask": Look("#d6eaf8", _ASKS),
    "answers": Look("#c2dff4", _ASKS),
    "collect": Look("#b3d9f2", _ASKS),
    "consent": Look("#e6f2fb", _ASKS),
    "survey": Look("#e0eefa", _ASKS),
    "branch": Look("#fdebc8", _DECIDES),
    "set": Look("#fdf4e1", _DECIDES),
    "lookup": Look("#fbdca6", _DECIDES),
    "sub-flow": Look("#eadcf3", _ENTERS),
    "return": Look("#f4ecf9", _ENTERS),
    "queue": Look("#cdeee3", _HELPS),
    "call-back": Look("#b5e3d4", _HELPS),
    "transfer": Look("#dcf4ec", _HELPS),
    "message": Look("#e8f8f2", _HELPS),
    "hang-up": Look("#d9d9d9", _LEAVES),
    "person": Look("#e6e6e6", _LEAVES),
    "nurse": Look(RED, RED, PAPER),
}
"""By the kind of a box, in the order of the legend."""

MARKS: Mapping[Mark, Look] = {
    Mark.ADDED: Look("#d5f0e3", "#00704f"),
    Mark.REMOVED: Look("#fbdde1", RED),
    Mark.CHANGED: Look("#ffe3a3", "#8f5a00"),
    Mark.SAME: Look("#f5f5f5", FAINT),
}

ROLES: Mapping[Role, str] = {
    Role.CHOSEN: INK,
    Role.FALLBACK: "#767676",
    Role.LADDER: "#767676",
    Role.RED_FLAG: RED,
}
