import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.speech.pcm import (
    SILENCE_DBOV,
    AudioError,
    frame_level_dbov,
    level_dbov,
    normalised,
    prompt_pcm,
    read_wav,
    resample,
    telephone_band,
    to_pcm,
    to_samples,
    trimmed,
    write_wav,
)
from calls.ports import SAMPLE_RATE_HZ
from tests.adapters.speech.sound import noise, silence, tone


def sine(frequency_hz: float, rate_hz: int, duration_s: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * frequency_hz / rate_hz * np.arange(int(rate_hz * duration_s)))


def loudest_hz(samples: np.ndarray, rate_hz: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate_hz / len(samples)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 32000, 44100, 48000])
def test_a_tone_in_the_band_keeps_its_pitch_and_level_at_every_rate(rate_hz):
    out = resample(sine(1000, rate_hz), rate_hz, SAMPLE_RATE_HZ)
    assert loudest_hz(out, SAMPLE_RATE_HZ) == pytest.approx(1000, abs=3)
    middle = out[1000:-1000]
    assert level_dbov(middle) == pytest.approx(level_dbov(sine(1000, rate_hz)), abs=0.3)


@pytest.mark.parametrize("rate_hz", [16000, 22050, 32000, 48000])
def test_nothing_above_the_band_folds_back(rate_hz):
    out = resample(sine(5000, rate_hz), rate_hz, SAMPLE_RATE_HZ)
    assert level_dbov(out[1000:-1000]) < -55


def test_doubling_the_rate_makes_no_images():
    out = resample(sine(1000, 8000), 8000, 16000)
    spectrum = np.abs(np.fft.rfft(out[2000:-2000] * np.hanning(len(out) - 4000)))
    above = spectrum[int(len(spectrum) * 0.55) :]
    assert 20 * np.log10(above.max() / spectrum.max()) < -60


def test_the_telephone_band_loses_rumble_and_keeps_speech():
    assert level_dbov(telephone_band(sine(50, 8000))[1000:-1000]) < -35
    kept = telephone_band(sine(1000, 8000))[1000:-1000]
    assert level_dbov(kept) == pytest.approx(level_dbov(sine(1000, 8000)), abs=0.3)


def test_silence_around_speech_is_trimmed_and_silence_within_stays():
    sound = silence(0.7) + tone(0.5) + silence(0.4) + tone(0.5) + silence(0.9)
    assert len(trimmed(to_samples(sound))) / SAMPLE_RATE_HZ == pytest.approx(1.46, abs=0.02)


@pytest.mark.parametrize("level", [-50, -35, -12])
def test_prompts_come_out_equally_loud_whatever_their_pauses(level):
    spoken = tone(1.0, level_dbov=level)
    paused = to_samples(spoken + silence(2.0) + spoken)
    plain = to_samples(spoken)
    assert level_dbov(normalised(plain)) == pytest.approx(-20, abs=0.2)
    assert level_dbov(normalised(paused)[:8000]) == pytest.approx(-20, abs=0.2)


def test_a_prompt_with_sharp_peaks_is_not_clipped():
    spiky = np.zeros(8000)
    spiky[::400] = 0.01
    assert np.max(np.abs(normalised(spiky))) <= 0.98


def test_silence_has_the_lowest_level_and_stays_silence():
    assert level_dbov(to_samples(silence(1))) == SILENCE_DBOV
    assert level_dbov(np.zeros(0)) == SILENCE_DBOV
    assert prompt_pcm(to_samples(silence(1)), 8000) == b""


@pytest.mark.parametrize("level", [-80, -50, -20, -3])
def test_a_frame_has_the_same_level_by_the_quick_way(level):
    frame = noise(0.02, level)
    assert frame_level_dbov(frame) == pytest.approx(level_dbov(to_samples(frame)), abs=1e-4)


def test_the_quick_way_knows_silence_and_full_scale():
    assert frame_level_dbov(silence(0.02)) == frame_level_dbov(b"") == SILENCE_DBOV
    assert frame_level_dbov(b"\x00\x80" * 160) == pytest.approx(0)


def test_a_wav_file_survives_the_round_trip():
    pcm = noise(0.5, -20)
    samples, rate = read_wav(write_wav(pcm))
    assert (to_pcm(samples), rate) == (pcm, SAMPLE_RATE_HZ)


def test_a_wav_file_written_to_a_pipe_has_no_length_and_is_read_to_its_end():
    wav = bytearray(write_wav(noise(0.5, -20)))
    wav[40:44] = b"\xff\xff\xff\x7f"
    assert len(read_wav(bytes(wav))[0]) == 4000


@given(st.binary(max_size=200) | st.binary(max_size=120).map(lambda b: write_wav(b"")[:20] + b))
def test_whatever_the_bytes_a_wav_reader_raises_only_its_own_error(data):
    with contextlib.suppress(AudioError):
        read_wav(data)
