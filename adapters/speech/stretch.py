"""Slower words at the same pitch, for callers who have asked for them.

Waveform-similarity overlap-add (W. Verhelst and M. Roelands, ICASSP 1993): the sound is cut into
overlapping pieces that are laid further apart; each piece is taken from where it best goes on with
the one before, a few milliseconds off its place at most, so that the periods of a voice stay whole.
It needs nothing but the sound, so a clinic's own recordings become slower as any voice does.
"""

from __future__ import annotations

import numpy as np

from adapters.speech.pcm import Samples, to_pcm, to_samples
from calls.ports import SAMPLE_RATE_HZ

SLOWER = 1.25
"""How much longer slow words take than others."""

_HOP = SAMPLE_RATE_HZ * 12 // 1000
_PIECE = 2 * _HOP
# Any period of a voice lies within the search, which is as wide as one of 62 Hz.
_SEARCH = SAMPLE_RATE_HZ * 8 // 1000
# Two of these, half a piece apart, add up to one: what is laid over itself keeps its level, and
# nothing comes out louder than it went in.
_WINDOW = np.hanning(_PIECE + 1)[:_PIECE]


def slower(pcm: bytes, factor: float = SLOWER) -> bytes:
    """The same words, ``factor`` times as long, at the same pitch and level.

    Args:
        pcm: 8 kHz, 16 bit, mono.
        factor: 1 or more.
    """
    return to_pcm(stretched(to_samples(pcm), factor))


def stretched(samples: Samples, factor: float) -> Samples:
    """As :func:`slower`, of samples; the length is exact to one sample."""
    length = round(len(samples) * factor)
    front = _HOP + _SEARCH
    padded = np.concatenate([np.zeros(front), samples, np.zeros(front + 2 * _PIECE)])
    pieces = length // _HOP + 2
    energy = np.concatenate([[0.0], np.cumsum(padded**2)])
    result = np.zeros((pieces + 1) * _HOP)
    taken = front - _HOP
    for piece in range(pieces):
        if piece:
            taken = _best(padded, energy, round(piece * _HOP / factor) + _SEARCH, taken + _HOP)
        at = piece * _HOP
        result[at : at + _PIECE] += padded[taken : taken + _PIECE] * _WINDOW
    return result[_HOP : _HOP + length]


def _best(padded: Samples, energy: Samples, place: int, wanted: int) -> int:
    """Where, about ``place``, the sound is most like that at ``wanted``."""
    first = max(0, place - _SEARCH)
    last = min(place + _SEARCH, len(padded) - _PIECE)
    likeness = np.correlate(padded[first : last + _PIECE], padded[wanted : wanted + _PIECE])
    power = energy[first + _PIECE : last + _PIECE + 1] - energy[first : last + 1]
    return first + int(np.argmax(likeness / np.sqrt(power + 1e-9)))
