import numpy as np
import pytest

from adapters.speech.pcm import duration_s, level_dbov, to_pcm, to_samples
from adapters.speech.stretch import SLOWER, slower, stretched
from calls.ports import SAMPLE_RATE_HZ
from tests.adapters.speech.sound import silence, tone

PITCH_HZ = 123.0


def voice(duration_s: float = 4.0, pitch_hz: float = PITCH_HZ):
    """Syllables of a steady voice: harmonics that fall off, with pauses and hisses between."""
    at = np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    harmonics = range(1, int(3400 / pitch_hz))
    sound = sum(np.sin(2 * np.pi * k * pitch_hz * at + k * k) / k for k in harmonics)
    hiss = np.random.default_rng(7).normal(0, 0.3, len(at))
    syllable = np.clip(np.sin(2 * np.pi * 2.5 * at) * 3, 0, 1)
    consonant = np.clip(np.sin(2 * np.pi * 2.5 * at + 4.5) * 4 - 3, 0, 1)
    return 0.1 * (sound * syllable + hiss * consonant)


def pitch_of(samples) -> float:
    """The strongest frequency, to a fraction of a hertz."""
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    return float(np.argmax(spectrum)) * SAMPLE_RATE_HZ / size


def steps(samples) -> float:
    return float(np.abs(np.diff(samples)).max())


@pytest.mark.parametrize("count", [0, 1, 2, 50, 160, 191, 192, 4000, 32001])
@pytest.mark.parametrize("factor", [1.0, 1.1, 1.25, 2.0])
def test_words_become_longer_by_the_factor_however_short_they_are(count, factor):
    sound = voice(5.0)[:count]
    assert len(stretched(sound, factor)) == round(count * factor)


def test_slow_words_take_a_quarter_longer_than_others():
    pcm = to_pcm(voice())
    assert SLOWER == 1.25
    assert duration_s(slower(pcm)) == pytest.approx(1.25 * duration_s(pcm), rel=0.001)


@pytest.mark.parametrize("hz", [80, 100, 123.4, 220, 440, 1000, 2345, 3300])
def test_the_pitch_of_a_tone_stays(hz):
    slow = to_samples(slower(tone(2.0, hz)))
    assert pitch_of(slow) == pytest.approx(hz, rel=0.005)


@pytest.mark.parametrize("pitch_hz", [80.0, 123.0, 210.0, 290.0])
def test_the_pitch_of_a_voice_stays(pitch_hz):
    slow = stretched(voice(pitch_hz=pitch_hz), SLOWER)
    assert pitch_of(slow) == pytest.approx(pitch_hz, rel=0.01)


@pytest.mark.parametrize("hz", [100, 123.4, 440, 1000])
def test_no_click_is_heard_in_a_tone(hz):
    slow = stretched(to_samples(tone(2.0, hz)), SLOWER)[800:-800]
    size = 1 << 17
    power = np.abs(np.fft.rfft(slow * np.hanning(len(slow)), size)) ** 2
    away = np.abs(np.arange(len(power)) * SAMPLE_RATE_HZ / size - hz) > 40
    assert 10 * np.log10(power[away].sum() / power.sum()) < -45


def test_no_crackle_is_heard_in_a_tone_that_slides():
    at = np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    slow = stretched(0.3 * np.sin(2 * np.pi * (150 * at + 250 * at**2)), SLOWER)[:-400]
    power = np.abs(np.fft.rfft(slow * np.hanning(len(slow)))) ** 2
    above = np.arange(len(power)) * SAMPLE_RATE_HZ / len(slow) > 2500
    assert 10 * np.log10(power[above].sum() / power.sum()) < -90


def test_no_step_in_slow_words_is_larger_than_those_that_were_in_them():
    words = voice()
    assert steps(stretched(words, SLOWER)) < 1.05 * steps(words)


def test_slow_words_are_as_loud_as_others_and_no_peak_is_higher():
    words = voice()
    slow = stretched(words, SLOWER)
    assert level_dbov(slow) == pytest.approx(level_dbov(words), abs=0.3)
    assert np.abs(slow).max() <= np.abs(words).max() * 1.0001


def test_everything_comes_in_its_order_at_its_time():
    notes = [300, 700, 1500, 2500]
    slow = to_samples(slower(b"".join(tone(1.0, hz) for hz in notes)))
    for number, hz in enumerate(notes):
        middle = slow[int((number + 0.1) * 10000) : int((number + 0.9) * 10000)]
        assert pitch_of(middle) == pytest.approx(hz, rel=0.005)


def test_a_pause_stays_silent_and_grows_with_the_words():
    slow = to_samples(slower(tone(1.0) + silence(1.0) + tone(1.0)))
    quiet = np.flatnonzero(np.abs(slow) > 0)
    assert np.diff(quiet).max() == pytest.approx(1.25 * SAMPLE_RATE_HZ, rel=0.03)
    assert not any(slower(silence(1.0)))
