"""Where speech ends."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.telephony.media.g711 import PCMU
from benchmarks.audio import quiet_room, silent_end_s


def tone(seconds, rms):
    at = np.arange(int(seconds * 8000))
    return (rms * 2**0.5 * np.sin(2 * np.pi * 440 * at / 8000)).astype("<i2").tobytes()


def test_the_silence_after_the_last_voice_is_told_to_ten_milliseconds():
    pcm = tone(0.5, 3000) + bytes(2 * 800) + tone(0.2, 3000) + bytes(2 * 1200)
    assert silent_end_s(pcm) == pytest.approx(0.15)


def test_a_faint_tail_is_no_voice():
    assert silent_end_s(tone(0.5, 3000) + tone(0.1, 100)) == pytest.approx(0.1)


def test_silence_alone_has_no_end_of_speech():
    with pytest.raises(ValueError, match="no voice"):
        silent_end_s(bytes(1600))


def test_a_quiet_room_stays_below_every_voice():
    samples = np.frombuffer(PCMU.decode(quiet_room()), dtype="<i2").astype(float)
    level_dbov = 20 * np.log10(np.sqrt(np.mean(samples**2)) / 32768)
    assert -80 < level_dbov < -60
