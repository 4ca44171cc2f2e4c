"""RTP packets (RFC 3550, section 5.1): bytes to fields and back. No sockets, no clock."""

from __future__ import annotations

import struct
from typing import NamedTuple

from adapters.telephony.media.g711 import SAMPLES_PER_FRAME

_HEADER = struct.Struct("!BBHII")
_VERSION_2 = 0x80

LARGEST_DATAGRAM = 1500
"""Longer ones are no telephone audio: 20 ms are 172 bytes, and Ethernet ends here."""


class BadPacket(Exception):
    """Theirs: the bytes are no RTP packet. The message says what was wrong, without the bytes."""


class ControlPacket(Exception):
    """Theirs: RTCP on the RTP port (RFC 5761, section 4), which is not used here."""


class RtpPacket(NamedTuple):
    """A packet that was received.

    Attributes:
        payload_type: 0 to 127.
        marker: the first packet after a silence.
        sequence: 16 bits.
        timestamp: 32 bits, in samples.
        ssrc: which stream of the far end.
        payload: without padding.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(data: bytes) -> RtpPacket:
    """Read one datagram.

    Raises:
        BadPacket: it is no RTP packet, whatever the bytes.
        ControlPacket: it is RTCP.
    """
    size = len(data)
    if size < _HEADER.size:
        raise BadPacket("too short")
    if size > LARGEST_DATAGRAM:
        raise BadPacket("too long")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first & 0xC0 != _VERSION_2:
        raise BadPacket("not version 2")
    if 192 <= second <= 223:
        raise ControlPacket("RTCP")
    if first == _VERSION_2:
        payload = data[12:]
    else:
        payload = data[_payload_start(data, first) : _payload_end(data, first)]
    return RtpPacket(second & 0x7F, second > 0x7F, sequence, timestamp, ssrc, payload)


def _payload_start(data: bytes, first: int) -> int:
    """Where the payload begins behind contributing sources and a header extension."""
    start = 12 + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            raise BadPacket("header extension cut off")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if start > len(data):
        raise BadPacket("header cut off")
    return start


def _payload_end(data: bytes, first: int) -> int:
    if not first & 0x20:
        return len(data)
    padding = data[-1]
    if padding == 0 or _payload_start(data, first) + padding > len(data):
        raise BadPacket("padding longer than the packet")
    return len(data) - padding


class Packetiser:
    """One outgoing stream: one SSRC, sequence numbers without a hole, timestamps in step with time.

    Call exactly one of :meth:`audio`, :meth:`event` and :meth:`pause` per 20 ms.

    Args:
        ssrc: 32 random bits.
        sequence: 16 random bits.
        timestamp: 32 random bits.
    """

    __slots__ = ("_sequence", "_spurt_begins", "ssrc", "timestamp")

    def __init__(self, ssrc: int, sequence: int, timestamp: int) -> None:
        self.ssrc = ssrc
        self.timestamp = timestamp
        self._sequence = sequence
        self._spurt_begins = True

    def audio(self, payload_type: int, frame: bytes) -> bytes:
        """The packet of this 20 ms; marked when it follows a pause (RFC 3551, section 4.1)."""
        if self._spurt_begins:
            payload_type |= 0x80
            self._spurt_begins = False
        return self._packet(payload_type, self.timestamp, frame)

    def event(self, payload_type: int, event_timestamp: int, body: bytes, *, first: bool) -> bytes:
        """A telephone-event packet, which keeps the timestamp its event began with (RFC 4733)."""
        return self._packet(payload_type | (0x80 if first else 0), event_timestamp, body)

    def pause(self, frames: int = 1) -> None:
        """Send nothing for this long; the timestamp goes on, the sequence number does not."""
        self.timestamp = (self.timestamp + frames * SAMPLES_PER_FRAME) & 0xFFFFFFFF
        self._spurt_begins = True

    def _packet(self, second: int, timestamp: int, payload: bytes) -> bytes:
        header = _HEADER.pack(_VERSION_2, second, self._sequence, timestamp, self.ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.timestamp = (self.timestamp + SAMPLES_PER_FRAME) & 0xFFFFFFFF
        return header + payload
