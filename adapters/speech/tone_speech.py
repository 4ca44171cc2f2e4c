"""Words as tones and back: speech for machines that have no voice and no recogniser.

Each character is a pair of tones for 30 ms, so text survives a telephone codec, packets and other
processes, and takes about as long as a person would. The pairs lie outside those of telephone keys
(ITU-T Q.23), no key detector hears them.
"""

from __future__ import annotations

import numpy as np

from adapters.speech.pcm import Samples, normalised, to_pcm, to_samples
from calls.ports import SAMPLE_RATE_HZ

_ALPHABET = " abcdefghijklmnopqrstuvwxyz0123456789'"
_CHARACTER_SAMPLES = SAMPLE_RATE_HZ * 30 // 1000
# A space has tones too. Padded with them, the shortest word is long enough to count as speech.
_SHORTEST = 12
# Multiples of 100 Hz are orthogonal over 30 ms.
_LOW_HZ = (300, 400, 500, 600, 700, 800, 900)
_HIGH_HZ = (1800, 2000, 2200, 2400, 2600, 2800)


def _tone(frequency_hz: int) -> Samples:
    turns = frequency_hz / SAMPLE_RATE_HZ * np.arange(_CHARACTER_SAMPLES)
    return np.asarray(np.sin(2 * np.pi * turns))


def _pair(index: int) -> Samples:
    low, high = divmod(index, len(_HIGH_HZ))
    return _tone(_LOW_HZ[low]) + _tone(_HIGH_HZ[high])


def encode(text: str) -> bytes:
    """Text as tones at -20 dBov; what is not in the alphabet becomes a space."""
    plain = " ".join("".join(c if c in _ALPHABET else " " for c in text.lower()).split())
    if not plain:
        return b""
    pairs = [_pair(_ALPHABET.index(character)) for character in plain.ljust(_SHORTEST)]
    return to_pcm(normalised(np.concatenate(pairs)))


def decode(pcm: bytes) -> str:
    """The words in PCM that holds one encoded text, silence around it and nothing else.

    Returns:
        The text, or nothing when these are no such tones.
    """
    samples = to_samples(pcm)
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    if not len(loud):
        return ""
    # A pair starts with two sines at zero: the first loud sample is the second or third one.
    sound = samples[max(0, loud[0] - 1) : loud[-1] + 2]
    count = round(len(sound) / _CHARACTER_SAMPLES)
    sound = np.concatenate([sound, np.zeros(_CHARACTER_SAMPLES)])
    characters = []
    for at in range(0, count * _CHARACTER_SAMPLES, _CHARACTER_SAMPLES):
        bins = np.abs(np.fft.rfft(sound[at : at + _CHARACTER_SAMPLES]))
        low = [float(bins[hz * 3 // 100]) for hz in _LOW_HZ]
        high = [float(bins[hz * 3 // 100]) for hz in _HIGH_HZ]
        if max(low) ** 2 + max(high) ** 2 < 0.5 * float(np.sum(bins**2)):
            return ""
        index = low.index(max(low)) * len(_HIGH_HZ) + high.index(max(high))
        if index >= len(_ALPHABET):
            return ""
        characters.append(_ALPHABET[index])
    return " ".join("".join(characters).split())
