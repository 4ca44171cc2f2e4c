"""Key tones in audio: what Q.24 demands is heard, what speech and music do is not."""

import numpy as np
import pytest

from adapters.telephony.media.g711 import PCMA, PCMU
from adapters.telephony.media.inband import ToneDetector
from adapters.telephony.media.tones import hold_music, key_tone, ring_back

ROWS = (697, 770, 852, 941)
COLUMNS = (1209, 1336, 1477)
KEYS = "123456789*0#"


def frequencies(key: str) -> tuple[int, int]:
    place = KEYS.index(key)
    return ROWS[place // 3], COLUMNS[place % 3]


def tone(key, *, ms=60.0, low_dbov=-16.0, high_dbov=-16.0, detune=1.0):
    time = np.arange(round(ms * 8)) / 8000
    parts = [
        np.sqrt(2) * 10 ** (level / 20) * np.sin(2 * np.pi * frequency * detune * time)
        for frequency, level in zip(frequencies(key), (low_dbov, high_dbov), strict=True)
    ]
    return sum(parts)


def silence(ms):
    return np.zeros(round(ms * 8))


def heard(*parts, offset=0, noise_dbov=None, codec=PCMU):
    """What the detector reports of the audio, having gone through a codec as on the line."""
    samples = np.concatenate((np.zeros(offset), *parts, silence(60)))
    if noise_dbov is not None:
        samples = samples + 10 ** (noise_dbov / 20) * np.random.default_rng(24).standard_normal(
            len(samples)
        )
    pcm = np.clip(samples * 32768, -32768, 32767).astype("<i2")
    pcm = codec.samples(codec.encode(pcm.tobytes()))
    detector = ToneDetector()
    readings = [detector.feed(pcm[at : at + 160]) for at in range(0, len(pcm), 160)]
    return "".join(reading.key or "" for reading in readings)


@pytest.mark.parametrize("codec", [PCMU, PCMA])
@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_heard_once_wherever_it_begins(key, codec):
    assert [heard(tone(key), offset=at, codec=codec) for at in range(0, 320, 23)] == [key] * 14


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("offset", [0, 50, 101, 150])
def test_the_shortest_press_and_pause_of_the_standard_are_heard(key, offset):
    press = tone(key, ms=40)
    assert heard(press, silence(40), press, offset=offset) == key * 2


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("detune", [0.985, 1.015])
def test_tones_off_by_one_and_a_half_per_cent_are_heard(key, detune):
    assert heard(tone(key, detune=detune)) == key


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("detune", [0.965, 1.035])
def test_tones_off_by_three_and_a_half_per_cent_are_no_key(key, detune):
    assert heard(tone(key, detune=detune)) == ""


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("low", "high"), [(-16, -12), (-12, -20), (-31, -31), (-6, -6)])
def test_twist_and_level_within_the_standard_are_heard(key, low, high):
    assert heard(tone(key, low_dbov=low, high_dbov=high)) == key


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_heard_through_noise(key):
    assert heard(tone(key, ms=80), noise_dbov=-32) == key


def test_a_long_press_is_one_key():
    assert heard(tone("5", ms=3000)) == "5"


def test_a_short_gap_does_not_make_two_of_one():
    assert heard(tone("8", ms=50), silence(10), tone("8", ms=50)) == "8"


def test_a_click_of_a_tone_is_no_key():
    assert heard(tone("8", ms=20)) == ""


def test_a_number_dialled_by_the_tones_this_line_sends_is_heard_whole():
    number = "0123456789*#11"
    frames = b"".join(key_tone(key).pcmu for key in number)
    pcm = PCMU.samples(frames).astype(float) / 32768
    assert heard(pcm) == number


def test_one_tone_alone_is_no_key():
    assert heard(tone("1", low_dbov=-90), tone("1", high_dbov=-90)) == ""


@pytest.mark.parametrize("clip", [hold_music, ring_back])
def test_our_own_music_and_tones_are_no_key(clip):
    assert heard(PCMU.samples(clip().pcmu).astype(float) / 32768) == ""


def test_noise_is_no_key():
    assert heard(silence(60_000), noise_dbov=-20) == ""


def voice(seconds, seed):
    """Something like a voice: a gliding pitch, harmonics that fall, formants that wander."""
    chance = np.random.default_rng(seed)
    size = round(seconds * 8000)
    knots = np.linspace(0, size, max(2, round(seconds * 5)))
    time = np.arange(size)
    pitch = np.interp(time, knots, chance.uniform(90, 280, len(knots)))
    # How strong a harmonic is changes slowly: it is worked out for every 10 ms.
    blocks = np.arange(0, size + 80, 80)
    block_pitch = np.interp(blocks, time, pitch)
    formants = [
        np.interp(blocks, knots, chance.uniform(low, high, len(knots)))
        for low, high in ((300, 900), (900, 2200), (2200, 3200))
    ]
    phase = 2 * np.pi * np.cumsum(pitch) / 8000
    sound = np.zeros(size)
    for harmonic in range(1, 30):
        frequency = harmonic * block_pitch
        strength = 0.5 / harmonic + sum(
            weight * np.exp(-(((frequency - formant) / 90) ** 2))
            for formant, weight in zip(formants, (1, 0.7, 0.3), strict=True)
        )
        strength[frequency >= 3600] = 0
        sound += np.interp(time, blocks, strength) * np.sin(harmonic * phase)
    return 0.15 * sound


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.alone) for seed in (1, 2, 3))]
)
def test_a_minute_of_something_like_speech_is_no_key(seed):
    assert heard(voice(60, seed)) == ""


def test_the_beginning_of_a_tone_is_noticed_before_the_frame_after_it_is_passed_on():
    pcm = (np.concatenate((silence(20), tone("3", ms=100))) * 32768).astype(np.int16)
    detector = ToneDetector()
    tones = [detector.feed(pcm[at : at + 160]).tone for at in range(0, len(pcm), 160)]
    assert tones == [False, True, True, True, True, True]
