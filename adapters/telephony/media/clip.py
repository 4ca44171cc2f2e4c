"""Audio that is ready to be sent: a prompt, a tone, music."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.telephony.media.g711 import (
    FRAME_S,
    PCM_BYTES_PER_FRAME,
    PCMA,
    PCMU,
    SAMPLES_PER_FRAME,
    Codec,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Whole 20 ms frames in both codecs, so that playing converts nothing. Share it freely.

    Attributes:
        pcmu: mu-law, one byte per sample.
        pcma: A-law, as long.
    """

    pcmu: bytes = field(repr=False)
    pcma: bytes = field(repr=False)

    @classmethod
    def from_pcm(cls, pcm: bytes) -> Clip:
        """Encode PCM (8 kHz, 16 bit, mono), filled up with silence to whole frames.

        Raises:
            ValueError: an odd number of bytes.
        """
        if len(pcm) % 2:
            raise ValueError(f"16-bit PCM has an even number of bytes, found {len(pcm)}")
        padded = pcm + bytes(-len(pcm) % PCM_BYTES_PER_FRAME)
        return cls(pcmu=PCMU.encode(padded), pcma=PCMA.encode(padded))

    @property
    def duration_s(self) -> float:
        """How long it plays."""
        return len(self.pcmu) / SAMPLES_PER_FRAME * FRAME_S

    def encoded(self, codec: Codec) -> bytes:
        """All frames in ``codec``, one after the other."""
        return self.pcmu if codec is PCMU else self.pcma
