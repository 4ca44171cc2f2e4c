"""More sound for callers who have asked for it, without an edge where there is no room for it.

Prompts lie at -20 dBov and their peaks some 16 dB above. So a first step of 6 dB is nearly whole,
and of a second one 3 to 4 dB are left, for peaks stay below full scale. They are not cut off, which
would be heard as a rattle: the gain sinks before a peak and recovers after it.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from adapters.speech.pcm import to_pcm, to_samples
from calls.ports import SAMPLE_RATE_HZ

STEP_DB = 6.0
MOST_STEPS = 2

_CEILING = 0.98
"""Of full scale, as for every prompt."""

_REACH = SAMPLE_RATE_HZ * 5 // 1000
"""How far before and after a peak the gain is moved. Over less it would bend the waves themselves,
over more it would take away from the words beside the peak."""


def usable_steps(steps: int) -> int:
    """How many of the steps asked for there is room for."""
    return max(0, min(steps, MOST_STEPS))


def louder(pcm: bytes, steps: int) -> bytes:
    """The same sound, 6 dB more for each step, less where a peak has no room for it.

    Args:
        pcm: 8 kHz, 16 bit, mono.
        steps: how often more was asked for; beyond :data:`MOST_STEPS` it grows no more.
    """
    samples = to_samples(pcm) * 10 ** (STEP_DB * usable_steps(steps) / 20)
    needed = np.minimum(1.0, _CEILING / np.maximum(np.abs(samples), _CEILING))
    if not len(needed) or needed.min() == 1.0:
        return to_pcm(samples)
    # The least of all about a sample, then a mean over the same reach: no mean can lie above what
    # the sample in its middle needs.
    span = 2 * _REACH + 1
    least = sliding_window_view(np.pad(needed, 2 * _REACH, constant_values=1.0), span).min(axis=1)
    weights = np.hanning(span + 2)[1:-1]
    return to_pcm(samples * np.convolve(least, weights / weights.sum(), mode="valid"))
