import numpy as np
import pytest

from adapters.speech.loudness import MOST_STEPS, louder
from adapters.speech.pcm import FRAME_SAMPLES, normalised, to_pcm, to_samples
from calls.ports import SAMPLE_RATE_HZ
from tests.adapters.speech.sound import silence, tone

FULL = 32768


def level_db(pcm: bytes) -> float:
    """Of the stretches that are speech, as prompts are brought to one level by."""
    samples = to_samples(pcm)
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.mean(frames**2, axis=1)
    return float(10 * np.log10(power[power > power.max() * 1e-3].mean()))


def prompt(peak_db: float = -4.0) -> bytes:
    """At a prompt's level, with peaks as a voice has them: pulses that ring, and pauses."""
    rng = np.random.default_rng(3)
    at = np.arange(SAMPLE_RATE_HZ // 100)
    pulse = np.exp(-at / 12) * np.sin(2 * np.pi * 600 / SAMPLE_RATE_HZ * at)
    periods = [pulse * rng.uniform(0.4, 1.0) for _ in range(200)]
    sound = np.concatenate([*periods[:100], np.zeros(4000), *periods[100:]])
    made = normalised(sound)
    made[5000:5040] *= 10 ** (peak_db / 20) / np.abs(made[5000:5040]).max()
    return to_pcm(made)


def longest_flat_top(pcm: bytes) -> int:
    """Samples in a row at the highest value: a wave that is cut off has many."""
    values = np.abs(np.frombuffer(pcm, "<i2").astype(int))
    longest = run = 0
    for value in values:
        run = run + 1 if value >= values.max() - 1 else 0
        longest = max(longest, run)
    return longest


@pytest.mark.parametrize(("steps", "gain_db"), [(0, 0), (1, 6), (2, 12)])
def test_each_step_is_six_decibels_where_there_is_room(steps, gain_db):
    quiet = tone(1.0, level_dbov=-30)
    assert level_db(louder(quiet, steps)) == pytest.approx(level_db(quiet) + gain_db, abs=0.05)


@pytest.mark.parametrize("steps", [3, 17, 10**9])
def test_after_two_steps_it_grows_no_more(steps):
    assert louder(prompt(), steps) == louder(prompt(), MOST_STEPS)


@pytest.mark.parametrize("steps", [0, -1, -(10**9)])
def test_nothing_asked_for_is_byte_for_byte_the_same(steps):
    assert louder(prompt(), steps) == prompt()


def test_a_prompt_gains_nearly_all_of_the_first_step_and_more_by_the_second():
    before = level_db(prompt())
    once, twice = (level_db(louder(prompt(), steps)) - before for steps in (1, 2))
    assert 5.0 < once < 6.1
    assert once + 1.5 < twice < 12.1


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("peak_db", [-12.0, -4.0, -2.0, -0.2])
def test_no_peak_comes_to_full_scale_or_is_cut_off(steps, peak_db):
    loud = louder(prompt(peak_db), steps)
    assert np.abs(np.frombuffer(loud, "<i2").astype(int)).max() <= 0.981 * FULL
    assert longest_flat_top(loud) <= 2


def test_square_waves_and_noise_at_full_scale_do_not_clip():
    rng = np.random.default_rng(5)
    for hostile in (
        np.sign(rng.normal(size=4000)),
        np.ones(1),
        np.array([1.0, -1.0]),
        rng.uniform(-1, 1, 4000),
    ):
        loud = louder(to_pcm(hostile), 2)
        assert len(loud) == 2 * len(hostile)
        assert np.abs(np.frombuffer(loud, "<i2").astype(int)).max() <= 0.981 * FULL


def test_a_tone_that_has_no_room_gets_no_harmonics():
    loud = to_samples(louder(tone(1.0, 440, level_dbov=-6), 2))[800:-800]
    power = np.abs(np.fft.rfft(loud * np.hanning(len(loud)))) ** 2
    hz = np.arange(len(power)) * SAMPLE_RATE_HZ / len(loud)
    assert 10 * np.log10(power[np.abs(hz - 440) > 20].sum() / power.sum()) < -60


def test_far_from_a_peak_words_have_all_of_their_gain():
    quiet, peak = tone(0.5, level_dbov=-30), tone(0.1, level_dbov=-5)
    loud = to_samples(louder(quiet + peak + quiet, 2))
    whole = to_samples(louder(quiet, 2))
    assert np.array_equal(loud[: len(whole) - 200], whole[:-200])
    assert np.array_equal(loud[-len(whole) + 200 :], whole[200:])


def test_silence_stays_silent_and_nothing_stays_nothing():
    assert louder(silence(0.1), 2) == silence(0.1)
    assert louder(b"", 2) == b""
