"""PCM as WAV files, for people who want to listen."""

from __future__ import annotations

import wave
from pathlib import Path

from calls.ports import SAMPLE_RATE_HZ


def write_wav(path: Path, pcm: bytes, channels: int = 1) -> None:
    """Write 16-bit PCM at the line's sample rate.

    Args:
        path: the file; replaced if it is there.
        pcm: interleaved when there is more than one channel.
        channels: 1 or 2.
    """
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(channels)
        wav.setsampwidth(2)
        wav.setframerate(SAMPLE_RATE_HZ)
        wav.writeframes(pcm)
