"""Arithmetic on telephone audio: level, silence, band limit, change of rate.

Everything here is 16-bit little-endian mono; levels are in dBov, where 0 dBov is the power of a
full-scale square wave (ITU-T G.100.1), so full-scale speech lies near -20 dBov.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from math import log10

import numpy as np
from numpy.typing import NDArray

from calls.ports import SAMPLE_RATE_HZ

FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000
FRAME_BYTES = 2 * FRAME_SAMPLES
SILENCE_DBOV = -96.0
"""The level given to digital silence."""

Samples = NDArray[np.float64]

_PCM = np.dtype("<i2")


class AudioError(ValueError):
    """Theirs: bytes that are no WAV file, or one of a kind that is not read here."""


def to_samples(pcm: bytes) -> Samples:
    """16-bit PCM as floats between -1 and 1; an odd last byte is dropped."""
    whole = len(pcm) - len(pcm) % 2
    return np.frombuffer(pcm[:whole], dtype="<i2").astype(np.float64) / 32768.0


def to_pcm(samples: Samples) -> bytes:
    """Floats as 16-bit PCM; what is beyond full scale is clipped."""
    return np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()


def duration_s(pcm: bytes) -> float:
    """Length of telephone audio in seconds."""
    return len(pcm) / 2 / SAMPLE_RATE_HZ


def level_dbov(samples: Samples) -> float:
    """Mean power, :data:`SILENCE_DBOV` for silence or nothing."""
    power = float(np.dot(samples, samples)) / len(samples) if len(samples) else 0.0
    return max(SILENCE_DBOV, 10.0 * log10(power)) if power > 0 else SILENCE_DBOV


def frame_level_dbov(frame: bytes) -> float:
    """As :func:`level_dbov`, of PCM and quicker: it is wanted 50 times a second for each caller."""
    samples = np.frombuffer(frame, _PCM).astype(np.float32)
    power = float(samples.dot(samples)) / (len(samples) * 32768.0**2) if frame else 0.0
    return max(SILENCE_DBOV, 10.0 * log10(power)) if power > 0 else SILENCE_DBOV


@lru_cache(maxsize=16)
def _low_pass(cutoff: float, taps: int) -> Samples:
    """A windowed sinc (Blackman, -74 dB side lobes); ``cutoff`` in cycles per sample."""
    n = np.arange(taps) - (taps - 1) / 2
    kernel = 2 * cutoff * np.sinc(2 * cutoff * n) * np.blackman(taps)
    return np.asarray(kernel / kernel.sum(), dtype=np.float64)


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Change the rate with a low-pass below the lower Nyquist frequency, delay removed.

    Args:
        samples: the signal.
        from_hz: its rate.
        to_hz: the wanted rate.

    Returns:
        The signal at the wanted rate. The pass band ends at 0.45 of the lower rate, as it does
        in a telephone codec, so nothing folds back.
    """
    if from_hz == to_hz or not len(samples):
        return samples
    lower = min(from_hz, to_hz)
    if to_hz > from_hz and to_hz % from_hz == 0:
        step = to_hz // from_hz
        stretched = np.zeros(len(samples) * step)
        stretched[::step] = samples * step
        return _filtered(stretched, 0.45 * lower / to_hz)
    limited = _filtered(samples, 0.45 * lower / from_hz) if to_hz < from_hz else samples
    if from_hz % to_hz == 0:
        return np.ascontiguousarray(limited[:: from_hz // to_hz])
    # An odd ratio (22.05 kHz from one voice): band-limited already, so a finely interpolated copy
    # is read at the new instants. Eight points per sample keep the error below -50 dB.
    fine = 8
    padded = np.zeros(len(limited) * fine)
    padded[::fine] = limited * fine
    smooth = _filtered(padded, 0.5 / fine)
    at = np.arange(int(len(limited) * to_hz / from_hz)) * (from_hz / to_hz) * fine
    return np.asarray(np.interp(at, np.arange(len(smooth)), smooth))


def _filtered(samples: Samples, cutoff: float) -> Samples:
    taps = int(min(1023, max(63, 8 / cutoff))) | 1
    size = 1 << (len(samples) + taps - 2).bit_length()
    spectrum = np.fft.rfft(samples, size) * np.fft.rfft(_low_pass(cutoff, taps), size)
    start = (taps - 1) // 2
    return np.asarray(np.fft.irfft(spectrum, size)[start : start + len(samples)])


def telephone_band(samples: Samples) -> Samples:
    """Keep 200 to 3400 Hz of 8 kHz audio: below lies rumble that only costs level."""
    upper = _filtered(samples, 3400 / SAMPLE_RATE_HZ)
    return upper - _filtered(upper, 200 / SAMPLE_RATE_HZ)


def trimmed(samples: Samples, *, keep_s: float = 0.03, gate_db: float = 40.0) -> Samples:
    """Without leading and trailing silence.

    Args:
        samples: 8 kHz audio.
        keep_s: how much silence stays at each end, so that no onset is cut.
        gate_db: silence is what lies this far below the peak.
    """
    if not len(samples):
        return samples
    loud = np.flatnonzero(np.abs(samples) > np.max(np.abs(samples)) * 10 ** (-gate_db / 20))
    if not len(loud):
        return samples[:0]
    keep = int(keep_s * SAMPLE_RATE_HZ)
    return samples[max(0, loud[0] - keep) : loud[-1] + 1 + keep]


def normalised(samples: Samples, *, target_dbov: float = -20.0) -> Samples:
    """At ``target_dbov`` over the stretches that are speech, peaks kept below full scale.

    Pauses do not count (as in the active speech level of ITU-T P.56): a prompt with many of them
    would come out louder than its neighbours.
    """
    frames = len(samples) // FRAME_SAMPLES
    if not frames:
        return samples
    power = np.mean(samples[: frames * FRAME_SAMPLES].reshape(frames, -1) ** 2, axis=1)
    active = power[power > power.max() * 1e-3]
    if not len(active) or not active.mean():
        return samples
    gain = 10 ** (target_dbov / 20) / np.sqrt(active.mean())
    return np.asarray(samples * min(gain, 0.98 / np.max(np.abs(samples))))


def prompt_pcm(samples: Samples, rate_hz: int) -> bytes:
    """Any voice or recording as a prompt: 8 kHz, band-limited, trimmed, at -20 dBov."""
    return to_pcm(normalised(trimmed(telephone_band(resample(samples, rate_hz, SAMPLE_RATE_HZ)))))


def read_wav(data: bytes) -> tuple[Samples, int]:
    """A RIFF file of 16-bit PCM as ``(samples, rate)``; channels are mixed to one.

    The standard library's reader is not used because programs that write to a pipe leave the
    length fields unset; here the audio then goes on to the end of the data.

    Raises:
        AudioError: not such a file.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise AudioError("not a WAV file")
    at, form = 12, None
    while at + 8 <= len(data):
        chunk, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = at + 8
        if chunk == b"fmt " and size >= 16 and body + 16 <= len(data):
            form = struct.unpack_from("<HHIIHH", data, body)
        elif chunk == b"data":
            if form is None:
                raise AudioError("WAV data before its format")
            kind, channels, rate, _, _, bits = form
            # 0xFFFE is the extensible header, which multi-track editors write for plain PCM too.
            if kind not in (1, 0xFFFE) or bits != 16 or channels < 1 or not 4000 <= rate <= 192000:
                raise AudioError("only 16-bit PCM WAV files of 4 to 192 kHz are read")
            end = body + size if 0 < size <= len(data) - body else len(data)
            samples = to_samples(data[body:end])
            whole = len(samples) - len(samples) % channels
            return samples[:whole].reshape(-1, channels).mean(axis=1), rate
        at = body + size + size % 2
    raise AudioError("WAV file without audio")


def write_wav(pcm: bytes) -> bytes:
    """Telephone audio as a RIFF file."""
    rate = SAMPLE_RATE_HZ
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    head = struct.pack("<4sI4s", b"RIFF", 4 + len(form) + 8 + len(pcm), b"WAVE")
    return head + form + struct.pack("<4sI", b"data", len(pcm)) + pcm
