"""A sealed recording's framing, free of files and ciphers.

A recording is a row of segments. Each is sealed by itself, so that a crash costs at most the one
that was being filled, and carries in the clear what is needed to put the row in order without
opening it. All numbers are big-endian and unsigned::

    4  "CLSG"
    1  version, 1
    1  1 for the final segment, else 0
    1  length of the recording's id
    1  length of the call's id
    4  number: 1, 2, 3, ...
    4  samples in each of the two channels
    4  of these, samples of silence in place of audio that was lost
    8  when the recording began, milliseconds since the epoch
   32  SHA-256 of the whole segment before it, zeros for the first
    .  the recording's id, ASCII
    .  the call's id, UTF-8
    4  length of the sealed part
    .  the sealed part

The sealed part holds a copy of everything above it and then the audio: a header that was changed
no longer agrees with its copy.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from recordings.chain import DIGEST_BYTES, Link, digest

MAGIC = b"CLSG"
VERSION = 1
MOST_SEALED_BYTES = 1 << 24
MOST_CALL_ID_BYTES = 255

_FIXED = struct.Struct(f">4sBBBBIIIQ{DIGEST_BYTES}s")
_LENGTH = struct.Struct(">I")
_RECORDING_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class SegmentError(Exception):
    """Theirs: these bytes are no segment."""


def is_recording_id(text: str) -> bool:
    """Whether ``text`` can name a recording, and a file of it anywhere."""
    return _RECORDING_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentHeader:
    """What stands in the clear.

    Attributes:
        recording_id: see :func:`is_recording_id`.
        call_id: the call, at most 255 bytes of UTF-8.
        started_at_ms: when the recording began, milliseconds since the epoch.
        number: 1, 2, 3, ...
        samples: in each channel.
        silenced: how many of them stand for audio that was lost.
        final: whether the recording ends here.
        previous: the digest of the segment before it.
    """

    recording_id: str
    call_id: str
    started_at_ms: int
    number: int
    samples: int
    silenced: int
    final: bool
    previous: bytes

    def encode(self) -> bytes:
        """The header as it stands in front of the sealed part, and within it.

        Raises:
            SegmentError: ours: a field that the framing cannot hold.
        """
        recording_id = self.recording_id.encode(errors="replace")
        try:
            call_id = self.call_id.encode()
            fixed = _FIXED.pack(
                MAGIC,
                VERSION,
                self.final,
                len(recording_id),
                len(call_id),
                self.number,
                self.samples,
                self.silenced,
                self.started_at_ms,
                self.previous,
            )
        except (struct.error, UnicodeError):
            raise SegmentError("a header's field is too large or is no text") from None
        _check(self)
        return fixed + recording_id + call_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A header and what it stands in front of."""

    header: SegmentHeader
    sealed: bytes

    def link(self) -> Link:
        """The segment as a link of its recording's chain."""
        return Link(
            number=self.header.number,
            previous=self.header.previous,
            digest=digest(serialise(self)),
        )


def serialise(segment: Segment) -> bytes:
    """The segment's bytes.

    Raises:
        SegmentError: ours: a field that the framing cannot hold.
    """
    if len(segment.sealed) > MOST_SEALED_BYTES:
        raise SegmentError("the sealed part is too long")
    return segment.header.encode() + _LENGTH.pack(len(segment.sealed)) + segment.sealed


def parse(data: bytes, offset: int = 0) -> tuple[Segment, int] | None:
    """Read the segment that begins at ``offset``.

    Returns:
        The segment and where the next one begins; ``None`` when ``data`` ends before it does.

    Raises:
        SegmentError: no segment begins here.
    """
    head = data[offset : offset + _FIXED.size]
    if not MAGIC.startswith(head[: len(MAGIC)]):
        raise SegmentError("no segment begins here")
    if len(head) < _FIXED.size:
        return None
    (_, version, flags, id_length, call_length, number, samples, silenced, started, previous) = (
        _FIXED.unpack(head)
    )
    if version != VERSION:
        raise SegmentError(f"version {version} of the framing is unknown, {VERSION} was wanted")
    if flags > 1:
        raise SegmentError(f"flags {flags} are unknown")
    after_ids = offset + _FIXED.size + id_length + call_length
    ids = data[offset + _FIXED.size : after_ids]
    length = data[after_ids : after_ids + _LENGTH.size]
    if len(length) < _LENGTH.size:
        return None
    try:
        header = SegmentHeader(
            recording_id=ids[:id_length].decode("ascii"),
            call_id=ids[id_length:].decode(),
            started_at_ms=started,
            number=number,
            samples=samples,
            silenced=silenced,
            final=flags == 1,
            previous=previous,
        )
    except UnicodeDecodeError:
        raise SegmentError("an id is no text") from None
    _check(header)
    (sealed_length,) = _LENGTH.unpack(length)
    if sealed_length > MOST_SEALED_BYTES:
        raise SegmentError("the sealed part is too long")
    end = after_ids + _LENGTH.size + sealed_length
    if len(data) < end:
        return None
    return Segment(header=header, sealed=data[end - sealed_length : end]), end


def open_payload(header: SegmentHeader, payload: bytes) -> bytes:
    """The audio of an unsealed payload: 16-bit little-endian samples, left and right in turn.

    Raises:
        SegmentError: the copy of the header differs, or there are not as many samples as it says.
    """
    copy = header.encode()
    if not payload.startswith(copy):
        raise SegmentError("the header is not the one that was sealed")
    audio = payload[len(copy) :]
    if len(audio) != header.samples * 4:
        raise SegmentError("the number of samples is not the header's")
    return audio


def _check(header: SegmentHeader) -> None:
    if not is_recording_id(header.recording_id):
        raise SegmentError("the recording's id has characters that are not allowed")
    if header.number < 1:
        raise SegmentError("segments are numbered from 1")
    if header.silenced > header.samples:
        raise SegmentError("more samples were silenced than there are")
