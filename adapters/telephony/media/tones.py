"""Sounds made here: beep, ring-back, busy tone, key tones, hold music. No file, no licence.

Levels are in dBov: the level of the RMS against that of a full-scale square wave (RFC 6465).
Cadences and frequencies of the call progress tones are the North American ones (ITU-T E.180,
supplement 2).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from adapters.telephony.media.clip import Clip

_RATE_HZ = 8000
_FULL_SCALE = 32768.0

Samples = npt.NDArray[np.float64]

_ROWS_HZ = (697, 770, 852, 941)
_COLUMNS_HZ = (1209, 1336, 1477)
_KEYPAD = ("123", "456", "789", "*0#")


def _time(seconds: float) -> Samples:
    return np.arange(round(seconds * _RATE_HZ)) / _RATE_HZ


def _tone(seconds: float, level_dbov: float, *frequencies_hz: float) -> Samples:
    """Sines of equal strength; ``level_dbov`` is that of each."""
    amplitude = np.sqrt(2) * 10 ** (level_dbov / 20)
    time = _time(seconds)
    mixed: Samples = np.zeros_like(time)
    for frequency in frequencies_hz:
        mixed += amplitude * np.sin(2 * np.pi * frequency * time)
    return mixed


def _faded(samples: Samples, seconds: float = 0.005) -> Samples:
    """Without the click of a sudden beginning and end."""
    length = round(seconds * _RATE_HZ)
    ramp = np.sin(np.linspace(0, np.pi / 2, length)) ** 2
    samples[:length] *= ramp
    samples[-length:] *= ramp[::-1]
    return samples


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * _RATE_HZ))


def _pcm(*parts: Samples) -> bytes:
    scaled = np.rint(np.concatenate(parts) * _FULL_SCALE)
    return np.clip(scaled, -32768, 32767).astype("<i2").tobytes()


@cache
def beep() -> Clip:
    """The tone before a message: 1 kHz, 0.4 s, -16 dBov."""
    return Clip.from_pcm(_pcm(_faded(_tone(0.4, -16, 1000))))


@cache
def pause(seconds: float) -> Clip:
    """Silence between two sounds, or after the last.

    Args:
        seconds: its length.
    """
    return Clip.from_pcm(_pcm(_silence(seconds)))


@cache
def ring_back() -> Clip:
    """One cycle of the ring-back tone, to be played as music: 440 + 480 Hz, 2 s on, 4 s off."""
    return Clip.from_pcm(_pcm(_faded(_tone(2.0, -24, 440, 480)), _silence(4.0)))


@cache
def busy() -> Clip:
    """One cycle of the busy tone, to be played as music: 480 + 620 Hz, 0.5 s on, 0.5 s off."""
    return Clip.from_pcm(_pcm(_faded(_tone(0.5, -24, 480, 620)), _silence(0.5)))


@cache
def key_tone(key: str) -> Clip:
    """A key as its two tones (ITU-T Q.23): 100 ms, then 60 ms of silence.

    Args:
        key: one of ``0-9*#``.
    """
    row = next(index for index, keys in enumerate(_KEYPAD) if key in keys)
    column = _KEYPAD[row].index(key)
    tones = _tone(0.1, -15, _ROWS_HZ[row], _COLUMNS_HZ[column])
    return Clip.from_pcm(_pcm(_faded(tones, 0.001), _silence(0.06)))


_CHORDS = (
    ("C", (130.81, 196.00, 246.94, 329.63, 392.00)),
    ("Am", (110.00, 196.00, 261.63, 329.63, 440.00)),
    ("Fmaj7", (87.31, 174.61, 261.63, 329.63, 440.00)),
    ("G", (98.00, 196.00, 246.94, 293.66, 392.00)),
    ("Em7", (82.41, 196.00, 246.94, 293.66, 392.00)),
    ("Am7", (110.00, 196.00, 261.63, 329.63, 392.00)),
    ("Dm7", (146.83, 174.61, 220.00, 261.63, 349.23)),
    ("G6", (98.00, 196.00, 246.94, 293.66, 329.63)),
)
_CHORD_S = 4.0
_OVERLAP_S = 1.5


def _voice(frequency_hz: float, seconds: float) -> Samples:
    """A soft, organ-like voice: a few falling harmonics, two strings slightly apart."""
    time = _time(seconds)
    voice: Samples = np.zeros_like(time)
    for harmonic, strength in ((1, 1.0), (2, 0.35), (3, 0.12), (4, 0.05)):
        for detune in (0.9985, 1.0015):
            voice += strength * np.sin(2 * np.pi * frequency_hz * detune * harmonic * time)
    return voice


def _bell(frequency_hz: float, seconds: float) -> Samples:
    """One note of the melody: it rings and fades."""
    time = _time(seconds)
    body = np.sin(2 * np.pi * frequency_hz * time) + 0.2 * np.sin(4 * np.pi * frequency_hz * time)
    return np.asarray(body * np.exp(-2.2 * time) * np.minimum(1.0, time / 0.02))


@cache
def hold_music(level_dbov: float = -22.0) -> Clip:
    """Half a minute of soft chords and a slow melody that loops without a seam.

    Args:
        level_dbov: its level. Speech of a prompt is about as loud.
    """
    length = round(len(_CHORDS) * _CHORD_S * _RATE_HZ)
    music = np.zeros(length)
    held = _CHORD_S + _OVERLAP_S
    swell = round(_OVERLAP_S * _RATE_HZ)
    envelope = np.ones(round(held * _RATE_HZ))
    envelope[:swell] = np.sin(np.linspace(0, np.pi / 2, swell)) ** 2
    envelope[-swell:] = envelope[:swell][::-1]
    for index, (_, notes) in enumerate(_CHORDS):
        chord = sum((_voice(note, held) for note in notes), start=np.zeros(len(envelope)))
        _add_round(music, index * _CHORD_S, chord * envelope)
        for step, note in enumerate((notes[2], notes[4], notes[3], notes[2])):
            _add_round(music, index * _CHORD_S + step, 1.6 * _bell(2 * note, 2.0))
    # A telephone carries nothing below 300 Hz well; the slow breath keeps the chords from droning.
    breath = 1 + 0.12 * np.sin(2 * np.pi * np.arange(length) / (_CHORD_S * _RATE_HZ))
    music *= breath
    music *= 10 ** (level_dbov / 20) / np.sqrt(np.mean(music**2))
    return Clip.from_pcm(_pcm(np.tanh(music)))


def _add_round(music: Samples, at_s: float, part: Samples) -> None:
    """Mix a part in; what goes beyond the end comes in at the beginning: the loop has no seam."""
    places = (round(at_s * _RATE_HZ) + np.arange(len(part))) % len(music)
    music[places] += part
