"""Both sides of a conversation, apart and in time with each other."""

from __future__ import annotations

from collections.abc import Callable

from adapters.telephony.media.g711 import PCM_BYTES_PER_FRAME, Codec

Tap = Callable[[bytes, bytes], None]
"""Takes equally long stretches of PCM: left is this leg's far end, right the leg bridged with."""

_FRAMES_PER_STRETCH = 10
"""200 ms: what a crash may cost at most, and few enough calls of the tap."""

_FRAMES_PER_SILENCE = 50


class Recorder:
    """Collects encoded frames and hands them over as PCM. No sockets, no clock.

    Args:
        tap: takes the stretches. What it raises, the caller of this object's methods sees.
    """

    __slots__ = ("_left", "_left_codec", "_right", "_right_codec", "_tap")

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._left: list[bytes] = []
        self._right: list[bytes] = []
        self._left_codec: Codec | None = None
        self._right_codec: Codec | None = None

    def add(
        self, left: bytes | None, left_codec: Codec, right: bytes | None, right_codec: Codec
    ) -> None:
        """The same 20 ms of both sides; ``None`` is silence."""
        if left_codec is not self._left_codec or right_codec is not self._right_codec:
            self.flush()
            self._left_codec, self._right_codec = left_codec, right_codec
        self._left.append(left or left_codec.silence)
        self._right.append(right or right_codec.silence)
        if len(self._left) >= _FRAMES_PER_STRETCH:
            self.flush()

    def fill(self, frames: int) -> None:
        """Silence on both sides: the time passed, and nothing was heard."""
        self.flush()
        while frames > 0:
            some = min(frames, _FRAMES_PER_SILENCE)
            silence = bytes(some * PCM_BYTES_PER_FRAME)
            self._tap(silence, silence)
            frames -= some

    def flush(self) -> None:
        """Hand over what was collected."""
        if not self._left or self._left_codec is None or self._right_codec is None:
            return
        left, right = b"".join(self._left), b"".join(self._right)
        self._left.clear()
        self._right.clear()
        self._tap(self._left_codec.decode(left), self._right_codec.decode(right))
