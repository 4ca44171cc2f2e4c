"""Synthetic sound for the tests of this folder."""

from __future__ import annotations

import numpy as np

from adapters.speech.pcm import FRAME_BYTES, to_pcm, to_samples
from calls.ports import SAMPLE_RATE_HZ


def silence(duration_s: float) -> bytes:
    return b"\0" * (2 * round(duration_s * SAMPLE_RATE_HZ))


def noise(duration_s: float, level_dbov: float, seed: int = 1) -> bytes:
    count = round(duration_s * SAMPLE_RATE_HZ)
    return to_pcm(np.random.default_rng(seed).normal(0, 10 ** (level_dbov / 20), count))


def tone(duration_s: float, frequency_hz: float = 440, level_dbov: float = -15) -> bytes:
    at = np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return to_pcm(np.sqrt(2) * 10 ** (level_dbov / 20) * np.sin(2 * np.pi * frequency_hz * at))


def mixed(one: bytes, other: bytes) -> bytes:
    left, right = to_samples(one), to_samples(other)
    total = np.zeros(max(len(left), len(right)))
    total[: len(left)] += left
    total[: len(right)] += right
    return to_pcm(total)


def through_mu_law(pcm: bytes) -> bytes:
    """What a G.711 telephone leaves of it (the companding curve, quantised to 8 bits)."""
    x = to_samples(pcm)
    companded = np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256)
    companded = np.round(companded * 127) / 127
    return to_pcm(np.sign(companded) * (256 ** np.abs(companded) - 1) / 255)


def frames(pcm: bytes) -> list[bytes]:
    whole = pcm + b"\0" * (-len(pcm) % FRAME_BYTES)
    return [whole[at : at + FRAME_BYTES] for at in range(0, len(whole), FRAME_BYTES)]
