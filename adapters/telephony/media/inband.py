"""Keys as tones in the audio, for far ends that offer no telephone-event.

The tones of ITU-T Q.23 are looked for with Goertzel's filter in blocks of 102 samples (12.75 ms):
long enough to tell 697 from 770 Hz, short enough that two whole blocks fit into the 40 ms that
Q.24 demands of a press. A block counts as a key when one tone of each group

- is loud enough (-34 dBov each; the weakest that Q.24 has in North America are -31 dBov),
- stands at least 8 dB above the others of its group,
- differs from the other by no more than the twist a telephone network makes (the high tone up to
  4 dB stronger or 8 dB weaker, each with 2 dB of room), and
- the two together hold nearly all the energy of the block.

Speech does that now and then. So a press is two such blocks running in which each tone is as
strong as before and, by its phase, within 2.2 per cent of its frequency: a voice glides. Two
blocks without the key end it (a gap of 10 ms does not, a pause of 40 ms does).
"""

from __future__ import annotations

import cmath
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_BLOCK = 102
_ROWS_HZ = (697, 770, 852, 941)
_COLUMNS_HZ = (1209, 1336, 1477, 1633)
_KEYPAD = ("123A", "456B", "789C", "*0#D")
_REPORTED = frozenset("0123456789*#")

_RATE_HZ = 8000
_FULL_SCALE = 32768.0

_LEAST_TONE = 10 ** (-34 / 10)
_ABOVE_OTHERS = 10 ** (8 / 10)
_HIGH_TO_LOW_MOST = 10 ** (6 / 10)
_HIGH_TO_LOW_LEAST = 10 ** (-10 / 10)
_SHARE_OF_ENERGY = 0.80
_AS_STRONG = 10 ** (3 / 10)
_OFF_FREQUENCY = 0.022
_BLOCKS_TO_RELEASE = 2


def _filters() -> npt.NDArray[np.complex128]:
    """One column per tone; a sine of that tone gives the square of its RMS, full scale being 1."""
    time = np.arange(_BLOCK) / _RATE_HZ
    tones = np.array(_ROWS_HZ + _COLUMNS_HZ)
    waves: npt.NDArray[np.complex128] = np.exp(-2j * np.pi * np.outer(time, tones))
    waves *= np.sqrt(2) / _BLOCK / _FULL_SCALE
    return waves


_FILTERS = _filters()
_TONES_HZ = np.array(_ROWS_HZ + _COLUMNS_HZ)
_TURN_PER_BLOCK = np.exp(-2j * np.pi * _TONES_HZ * _BLOCK / _RATE_HZ)
_HZ_PER_RADIAN = _RATE_HZ / (2 * np.pi * _BLOCK)


class ToneReading(NamedTuple):
    """What 20 ms of audio held.

    Attributes:
        key: the key that went down in it, if one did.
        tone: whether any of it sounded like a key, so that it must not be passed on.
    """

    key: str | None
    tone: bool


class _Found(NamedTuple):
    """The two tones of one block: which key, and each tone's amplitude with its phase."""

    row: int
    column: int
    low: complex
    high: complex

    @property
    def key(self) -> str:
        return _KEYPAD[self.row][self.column]

    def goes_on_from(self, before: _Found | None) -> bool:
        """Whether it is the same two tones as in the block before, as strong and as high."""
        return (
            before is not None
            and before.key == self.key
            and _steady(before.low, self.low, self.row)
            and _steady(before.high, self.high, len(_ROWS_HZ) + self.column)
        )


class ToneDetector:
    """Finds presses in one stream of audio, 20 ms at a time."""

    __slots__ = ("_before", "_held", "_misses", "_rest")

    def __init__(self) -> None:
        self._rest: npt.NDArray[np.int16] = np.zeros(0, np.int16)
        self._before: _Found | None = None
        self._held: str | None = None
        self._misses = 0

    def feed(self, samples: npt.NDArray[np.int16]) -> ToneReading:
        """Take in the next samples."""
        samples = np.concatenate((self._rest, samples))
        whole = len(samples) // _BLOCK
        self._rest = samples[whole * _BLOCK :]
        pressed = None
        tone = self._held is not None
        for index in range(whole):
            found = _tones_in(samples[index * _BLOCK : (index + 1) * _BLOCK])
            tone = tone or found is not None
            pressed = self._count(found) or pressed
        return ToneReading(pressed, tone)

    def _count(self, found: _Found | None) -> str | None:
        """The key that this block makes a press, or ``None``."""
        before, self._before = self._before, found
        if found is not None and found.key == self._held:
            self._misses = 0
            return None
        self._misses += 1
        if self._misses >= _BLOCKS_TO_RELEASE:
            self._held = None
        if found is None or not found.goes_on_from(before):
            return None
        self._held = found.key
        self._misses = 0
        return found.key if found.key in _REPORTED else None


def _steady(before: complex, now: complex, tone: int) -> bool:
    change = now * before.conjugate() * complex(_TURN_PER_BLOCK[tone])
    if not 1 / _AS_STRONG <= abs(now) ** 2 / abs(before) ** 2 <= _AS_STRONG:
        return False
    off_hz = abs(cmath.phase(change)) * _HZ_PER_RADIAN
    return bool(off_hz <= _OFF_FREQUENCY * _TONES_HZ[tone])


def _tones_in(block: npt.NDArray[np.int16]) -> _Found | None:
    """The two tones that make up this block, if two do."""
    scaled = block.astype(np.float64)
    energy = float(scaled @ scaled) / (_BLOCK * _FULL_SCALE**2)
    if energy < 2 * _LEAST_TONE:
        return None
    found = scaled @ _FILTERS
    powers = found.real**2 + found.imag**2
    low, high = powers[:4], powers[4:]
    row, column = int(low.argmax()), int(high.argmax())
    low_power, high_power = float(low[row]), float(high[column])
    if low_power + high_power < _SHARE_OF_ENERGY * energy:
        return None
    if min(low_power, high_power) < _LEAST_TONE:
        return None
    if not _HIGH_TO_LOW_LEAST <= high_power / low_power <= _HIGH_TO_LOW_MOST:
        return None
    if np.count_nonzero(low * _ABOVE_OTHERS > low_power) > 1:
        return None
    if np.count_nonzero(high * _ABOVE_OTHERS > high_power) > 1:
        return None
    return _Found(row, column, complex(found[row]), complex(found[len(_ROWS_HZ) + column]))
