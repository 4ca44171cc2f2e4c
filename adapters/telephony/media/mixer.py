"""Three or more legs that hear each other. No sockets, no clock.

Two bridged legs need none of this: their frames pass as they are. Here each leg is sent, in its own
20 ms, the sum of what all others were last heard to say (RFC 4353 calls it a mixer); itself is
never in it. The sum of two voices is seldom beyond 16 bits, and where it is it is cut off there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np

from adapters.telephony.media.g711 import SAMPLES_PER_FRAME, Codec, transcode


class Voice(Protocol):
    """A leg, as the mixer sees it."""

    def heard(self) -> tuple[bytes | None, Codec]:
        """What its far end said in its last round, ``None`` for silence, and the codec."""
        ...


Member = TypeVar("Member", bound=Voice)


class Mixer(Generic[Member]):
    """Who hears whom.

    Args:
        members: all legs, three or more.
    """

    __slots__ = ("members",)

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)

    def leave(self, member: Member) -> None:
        """Heard by nobody from now on."""
        self.members = tuple(other for other in self.members if other is not member)

    def heard_by(self, member: Member, codec: Codec) -> bytes | None:
        """This 20 ms of everybody else in ``codec``, ``None`` when nobody speaks."""
        speaking = []
        for other in self.members:
            if other is not member:
                frame, spoken_in = other.heard()
                if frame is not None:
                    speaking.append((frame, spoken_in))
        if not speaking:
            return None
        if len(speaking) == 1:
            return transcode(*speaking[0], codec)
        return mix(speaking, codec)


def mix(frames: Sequence[tuple[bytes, Codec]], codec: Codec) -> bytes:
    """The sum of frames of 20 ms, cut off at 16 bits, in ``codec``.

    Args:
        frames: each with the codec it is in.
        codec: of the result.
    """
    total = np.zeros(SAMPLES_PER_FRAME, np.int32)
    for frame, spoken_in in frames:
        total += spoken_in.samples(frame)
    np.clip(total, -32768, 32767, out=total)
    return codec.encode(total.astype("<i2").tobytes())
