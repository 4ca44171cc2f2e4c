"""Keys as telephone-events (RFC 4733): one press is one key, whatever is lost or repeated."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.g711 import SAMPLES_PER_FRAME

KEYS = "0123456789*#"
"""By event code, RFC 4733 section 3.2. A-D (12 to 15) are on no patient's phone."""

_BODY = struct.Struct("!BBH")
_END = 0x80
_VOLUME_DBM0 = 10
_HELD_ROUNDS = 5
"""An event of which nothing came for 100 ms has ended: all its end packets were lost."""

_MUTED_ROUNDS_AFTER = 3
"""Audio of the same moment comes later than the event: it went through the jitter buffer."""

_TOLERANCE = 2 * SAMPLES_PER_FRAME
"""How far a continued event's timestamp may be from where the part before it ended."""

_RESTART = 80_000
"""A timestamp this far (10 s) behind is no old packet; the far end counts anew."""

_LATEST_ROUNDS = 25
"""So long (0.5 s) after a press no old packet of it comes any more: a marked packet begins another
press even where its timestamp is behind or the same, as with senders that replay recorded keys
(SIPp).
"""


class EventReceiver:
    """Finds the presses among a stream's telephone-event packets.

    A press is reported at its first packet, whichever of its packets that is. Further packets of
    the press, its three end packets and stragglers have its timestamp or an older one. A press of
    more than 8 s goes on under a new timestamp (section 2.5.1.3), and some senders move the
    timestamp with every packet, those of the end included: all this comes without a marker bit,
    and begins where the last part ended or before that, where no other press can begin.

    Args:
        counters: malformed bodies are counted here.
    """

    __slots__ = ("_began", "_counters", "_ended", "_event", "_length", "_muted_until")

    def __init__(self, counters: LegCounters) -> None:
        self._counters = counters
        self._muted_until = -1
        self._event = -1
        self._length = 0
        self._ended = True
        self.reset()

    def reset(self) -> None:
        """Another stream begins; a key that is held goes on in it."""
        self._began: int | None = None

    def receive(self, timestamp: int, body: bytes, round_: int, *, marker: bool) -> str | None:
        """The key that went down with this packet, or ``None``."""
        if len(body) < _BODY.size:
            self._counters.malformed += 1
            return None
        event, flags, length = _BODY.unpack_from(body)
        if event >= len(KEYS):
            return None
        ended = bool(flags & _END)
        if self._began is None:
            pressed = not self._goes_on(event, length, round_, marker=marker)
        else:
            ahead = ((timestamp - self._began + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
            fresh = marker and round_ > self._muted_until + _LATEST_ROUNDS
            if -_RESTART < ahead < 0 and not fresh:
                return None
            pressed = fresh or not self._same_press(event, ahead, marker=marker)
            if ahead == 0 and not pressed:
                ended = ended or self._ended
                length = max(length, self._length)
        self._began = timestamp
        self._event = event
        self._length = length
        self._ended = ended
        self._muted_until = round_ + (_MUTED_ROUNDS_AFTER if ended else _HELD_ROUNDS)
        return KEYS[event] if pressed else None

    def muted(self, round_: int) -> bool:
        """Whether a key is held, so that the audio must not be passed on."""
        return round_ <= self._muted_until

    def _same_press(self, event: int, ahead: int, *, marker: bool) -> bool:
        if event != self._event:
            return False
        if ahead == 0:
            return True
        if marker or ahead < 0:
            return False
        if ahead < self._length:
            return True
        return not self._ended and ahead - self._length <= _TOLERANCE

    def _goes_on(self, event: int, length: int, round_: int, *, marker: bool) -> bool:
        """Whether a stream's first packet belongs to the key that is held in the one before."""
        held = not self._ended and round_ <= self._muted_until
        return held and not marker and event == self._event and length > self._length


class EventPacket(NamedTuple):
    """What one packet of a press carries.

    Attributes:
        first: the press begins with it: take its timestamp now, and set the marker bit.
        body: the four bytes of RFC 4733.
    """

    first: bool
    body: bytes


_PRESS_FRAMES = 5
_END_PACKETS = 3
_PAUSE_FRAMES = 1


def press(key: str) -> Iterator[EventPacket | None]:
    """One press of 100 ms and 60 ms of pause: for each 20 ms a packet, or ``None``.

    The end packet is sent three times (section 2.5.1.4), the repetitions within the pause.

    Args:
        key: one of :data:`KEYS`.
    """
    event = KEYS.index(key)
    for frame in range(_PRESS_FRAMES - 1):
        length = (frame + 1) * SAMPLES_PER_FRAME
        yield EventPacket(frame == 0, _BODY.pack(event, _VOLUME_DBM0, length))
    whole = _PRESS_FRAMES * SAMPLES_PER_FRAME
    for _ in range(_END_PACKETS):
        yield EventPacket(first=False, body=_BODY.pack(event, _END | _VOLUME_DBM0, whole))
    for _ in range(_PAUSE_FRAMES):
        yield None
