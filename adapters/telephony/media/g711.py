"""G.711: PCM to mu-law and A-law and back, by table.

The tables are built from the decision values of ITU-T G.711 (11/88), tables 1 and 2: ``n`` is the
number of the interval a magnitude falls into, the code is ``n`` with a sign bit, inverted (mu-law)
or with every second bit inverted (A-law), the decoded value is the middle of the interval.
A negative sample's magnitude is its one's complement, as in the ITU's reference software (G.191),
so that the two intervals around nought are equally wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FRAME_S = 0.020
"""One packet's audio."""

SAMPLES_PER_FRAME = 160
"""20 ms at 8 kHz; in G.711 also the bytes of a frame and its step of the RTP timestamp."""

PCM_BYTES_PER_FRAME = 2 * SAMPLES_PER_FRAME

PCM_SILENCE = bytes(PCM_BYTES_PER_FRAME)


def _decision_values(steps: list[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """The lower end of each of the 128 intervals and, last, the upper end of the last one."""
    widths = [width for width, count in steps for _ in range(count)]
    return np.concatenate(([0], np.cumsum(widths)))


_MU_DECISIONS = _decision_values([(1, 1), (2, 15)] + [(4 << k, 16) for k in range(7)])
"""G.711 table 2: 14-bit magnitudes up to 8159."""

_A_DECISIONS = _decision_values([(2, 32)] + [(4 << k, 16) for k in range(6)])
"""G.711 table 1: 13-bit magnitudes up to 4096."""


def _intervals(decisions: npt.NDArray[np.int64], scale: int) -> npt.NDArray[np.int64]:
    """The interval of every 16-bit sample, the table's index being the sample's unsigned value."""
    samples = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    magnitudes = np.where(samples < 0, ~samples, samples)
    found = np.searchsorted(decisions * scale, magnitudes, side="right") - 1
    return np.minimum(found, 127)


def _middles(decisions: npt.NDArray[np.int64], scale: int) -> npt.NDArray[np.int64]:
    return (decisions[:-1] + decisions[1:]) * scale // 2


_IS_POSITIVE = np.arange(65536) < 32768


def _mu_law() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int16]]:
    encode = np.where(_IS_POSITIVE, 0xFF, 0x7F) - _intervals(_MU_DECISIONS, 4)
    middles = _middles(_MU_DECISIONS, 4)
    # The first interval reaches from -1 to 1, so its middle is nought.
    middles[0] = 0
    decode = np.concatenate((-middles[::-1], middles[::-1]))
    return encode.astype(np.uint8), decode.astype(np.int16)


def _a_law() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int16]]:
    encode = (np.where(_IS_POSITIVE, 0x80, 0) + _intervals(_A_DECISIONS, 8)) ^ 0x55
    middles = _middles(_A_DECISIONS, 8)
    decode = np.concatenate((-middles, middles))[np.arange(256) ^ 0x55]
    return encode.astype(np.uint8), decode.astype(np.int16)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Codec:
    """One of the two laws.

    Attributes:
        name: as in SDP, ``PCMU`` or ``PCMA``.
        payload: the static RTP payload type (RFC 3551, table 4).
        silence: one frame of it.
    """

    name: str
    payload: int
    silence: bytes
    _encode: npt.NDArray[np.uint8]
    _decode: npt.NDArray[np.int16]

    def encode(self, pcm: bytes) -> bytes:
        """16-bit little-endian PCM to one byte per sample.

        Raises:
            ValueError: an odd number of bytes.
        """
        codes: npt.NDArray[np.uint8] = self._encode[np.frombuffer(pcm, "<u2")]
        return codes.tobytes()

    def decode(self, encoded: bytes) -> bytes:
        """The reverse: two bytes per sample, 16-bit little-endian."""
        return self.samples(encoded).astype("<i2", copy=False).tobytes()

    def samples(self, encoded: bytes) -> npt.NDArray[np.int16]:
        """The same as numbers."""
        return self._decode[np.frombuffer(encoded, np.uint8)]


def _codec(name: str, payload: int, tables: tuple[Any, Any]) -> Codec:
    encode, decode = tables
    silence = bytes([encode[0]]) * SAMPLES_PER_FRAME
    return Codec(name=name, payload=payload, silence=silence, _encode=encode, _decode=decode)


PCMU = _codec("PCMU", 0, _mu_law())
PCMA = _codec("PCMA", 8, _a_law())

CODECS = {codec.payload: codec for codec in (PCMU, PCMA)}
"""By payload type."""

_EVERY_BYTE = bytes(range(256))
_TRANSCODE = {
    (source, target): CODECS[target].encode(CODECS[source].decode(_EVERY_BYTE))
    for source in CODECS
    for target in CODECS
    if source != target
}


def transcode(encoded: bytes, source: Codec, target: Codec) -> bytes:
    """From one law to the other through the linear value; the same law is left untouched."""
    if source is target:
        return encoded
    return encoded.translate(_TRANSCODE[source.payload, target.payload])
