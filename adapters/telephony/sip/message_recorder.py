"""Taking a message: beep, then the caller's voice until ``#``, silence, or the longest length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adapters.telephony.media import MediaLeg
from adapters.telephony.media.tones import beep
from calls.ports import SAMPLE_RATE_HZ, SealedWriter

_SILENCE_ENDS_S = 5.0
_VOICE_RMS = 250.0
"""About -42 dBov: louder than line noise, quieter than anybody who speaks into a phone."""


class MessageRecorder:
    """Records one message on one leg.

    Args:
        leg: the caller's media.
        writer: where it is sealed; closed at the end.
        max_s: the longest message.
        on_done: told the length of what was recorded in seconds, 0 when nobody spoke.
    """

    def __init__(
        self, leg: MediaLeg, writer: SealedWriter, max_s: float, on_done: Callable[[float], None]
    ) -> None:
        self._leg = leg
        self._writer = writer
        self._max_s = max_s
        self._on_done = on_done
        self._recorded_s = 0.0
        self._quiet_s = 0.0
        self._spoke = False
        self._done = False

    def start(self) -> None:
        """Beep, then record. What plays in place of the beep does not hold the message up."""
        self._leg.play([beep()], lambda _interrupted: self._after_beep())

    def key(self, digit: str) -> bool:
        """``#`` ends the message; whether the key was that."""
        if digit != "#":
            return False
        self.finish()
        return True

    def finish(self) -> None:
        """End the message now; twice is once."""
        if self._done:
            return
        self._done = True
        self._leg.record(None)
        duration_s = self._writer.close()
        self._on_done(duration_s if self._spoke else 0.0)

    def _after_beep(self) -> None:
        if not self._done:
            self._leg.record(self._hear)

    def _hear(self, left: bytes, right: bytes) -> None:
        self._writer.write(left, right)
        if self._done:  # the last stretch, handed over by finish() itself
            self._spoke = self._spoke or _is_voice(left)
            return
        length_s = len(left) / 2 / SAMPLE_RATE_HZ
        self._recorded_s += length_s
        if _is_voice(left):
            self._spoke = True
            self._quiet_s = 0.0
        else:
            self._quiet_s += length_s
        if self._recorded_s >= self._max_s or self._quiet_s >= _SILENCE_ENDS_S:
            self.finish()


def _is_voice(pcm: bytes) -> bool:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    return bool(samples.size) and float(np.sqrt(np.mean(samples**2))) > _VOICE_RMS
