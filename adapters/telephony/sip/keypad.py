"""Digits by SIP INFO: application/dtmf-relay (``Signal=5``) and application/dtmf (``5``)."""

from __future__ import annotations

from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.events import KeyPressed
from calls.private import Private

INFO_TYPES = ("application/dtmf-relay", "application/dtmf")

_KEYS = frozenset("0123456789*#ABCD")
_BY_NUMBER = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
_DURATIONS_MS = range(1, 10_001)


def key_pressed(content_type: str, body: bytes) -> KeyPressed:
    """The key that an INFO's body tells of.

    Args:
        content_type: one of :data:`INFO_TYPES`.
        body: as it came.

    Raises:
        BadMessage: it tells of none.
    """
    text = body.decode("utf-8", errors="replace").strip()
    duration_ms = 100
    if content_type == "application/dtmf-relay":
        fields = {}
        for line in text.splitlines():
            name, _, value = line.partition("=")
            fields[name.strip().lower()] = value.strip()
        text = fields.get("signal", "")
        duration = fields.get("duration", "")
        short = duration.isascii() and duration.isdigit() and len(duration) <= 6
        if short and int(duration) in _DURATIONS_MS:
            duration_ms = int(duration)
    key = _BY_NUMBER.get(text, text.upper())
    if key not in _KEYS:
        raise BadMessage("No Digit In Body")
    return KeyPressed(digit=Private(key), duration_ms=duration_ms)
