"""PCM for people who want to listen, and for checks of what can be heard in it."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calls.ports import SAMPLE_RATE_HZ

_FRAME_S = 0.02
_SOUND_RMS = 200.0
"""About -44 dBov: louder than this, somebody speaks or music plays."""


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


def sounding_s(pcm: bytes) -> float:
    """For how many seconds of mono PCM somebody speaks or music plays."""
    return float(np.count_nonzero(_loud(pcm)) * _FRAME_S)


def longest_silence_s(pcm: bytes) -> float:
    """The longest stretch of mono PCM in which nothing sounds."""
    longest = current = 0
    for loud in _loud(pcm):
        current = 0 if loud else current + 1
        longest = max(longest, current)
    return longest * _FRAME_S


def likeness(pcm: bytes, sample: bytes) -> float:
    """How surely a sound occurs in a recording: the peak of their normalised cross-correlation.

    Args:
        pcm: mono, at least as long as the sample.
        sample: what is looked for.

    Returns:
        1 for an exact copy at any loudness, near 0 for another sound.
    """
    signal, wanted = _samples(pcm), _samples(sample)
    energy = float(np.sum(wanted**2))
    if len(wanted) == 0 or len(signal) < len(wanted) or energy == 0:
        return 0.0
    size = 1 << (len(signal) + len(wanted) - 1).bit_length()
    spectrum = np.fft.rfft(signal, size) * np.conj(np.fft.rfft(wanted, size))
    places = len(signal) - len(wanted) + 1
    product = np.fft.irfft(spectrum, size)[:places]
    sums = np.concatenate(([0.0], np.cumsum(signal**2)))
    local = sums[len(wanted) :] - sums[:places]
    # Where there is as good as no sound, any likeness would be chance.
    floor = len(wanted) * (_SOUND_RMS / 4) ** 2
    return float(np.max(product / np.sqrt(np.maximum(local, floor) * energy)))


def _loud(pcm: bytes) -> npt.NDArray[np.bool_]:
    length = int(SAMPLE_RATE_HZ * _FRAME_S)
    samples = _samples(pcm)
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    loud: npt.NDArray[np.bool_] = np.sqrt(np.mean(frames**2, axis=1)) > _SOUND_RMS
    return loud


def _samples(pcm: bytes) -> npt.NDArray[np.float64]:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float64)
