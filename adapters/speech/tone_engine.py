"""The simulated engine of a worker process: hears tones, and fails on request."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from adapters.speech import tone_speech
from adapters.speech.engines import Hypothesis


class ToneEngine:
    """Deterministic, needs nothing.

    Words that contain ``hang`` are never answered, ``crash`` ends the process, ``fail`` raises,
    and ``wait`` are answered once somebody has written to the gate.

    Args:
        gate: path of a named pipe.
    """

    remarks: Sequence[str] = ()

    def __init__(self, *, gate: str | None = None) -> None:
        self._gate = Path(gate) if gate else None

    def transcribe(self, pcm: bytes) -> Hypothesis:
        """The words of the tones.

        Raises:
            RuntimeError: the words ask for it.
        """
        words = tone_speech.decode(pcm)
        spoken = words.split()
        if "crash" in spoken:
            os._exit(3)
        if "hang" in spoken:
            signal.pause()
        if "fail" in spoken:
            raise RuntimeError("asked to fail")
        if "wait" in spoken and self._gate is not None:
            self._gate.read_bytes()
        return Hypothesis(words=words, certainty=1.0 if words else 0.0)
