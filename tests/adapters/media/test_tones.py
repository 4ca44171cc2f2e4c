import numpy as np
import pytest

from adapters.telephony.media.g711 import PCMU
from adapters.telephony.media.tones import beep, busy, hold_music, key_tone, ring_back


def samples(clip):
    return PCMU.samples(clip.pcmu).astype(float) / 32768


def level_dbov(sound):
    return 20 * np.log10(np.sqrt(np.mean(sound**2)))


def strongest_hz(sound, count):
    spectrum = abs(np.fft.rfft(sound * np.hanning(len(sound))))
    found = []
    for _ in range(count):
        place = int(spectrum.argmax())
        found.append(round(place * 8000 / len(sound)))
        spectrum[max(place - 8, 0) : place + 9] = 0
    return sorted(found)


def test_the_beep_is_one_kilohertz():
    assert beep().duration_s == pytest.approx(0.4)
    assert strongest_hz(samples(beep()), 1) == [1000]


@pytest.mark.parametrize(
    ("tone", "on_s", "cycle_s", "hertz"),
    [(ring_back, 2.0, 6.0, [440, 480]), (busy, 0.5, 1.0, [480, 620])],
)
def test_call_progress_tones_have_their_frequencies_and_cadence(tone, on_s, cycle_s, hertz):
    sound = samples(tone())
    on = round(on_s * 8000)
    assert tone().duration_s == pytest.approx(cycle_s)
    assert strongest_hz(sound[:on], 2) == hertz
    assert level_dbov(sound[:on]) == pytest.approx(-21, abs=0.5)
    assert not sound[on:].any()


def test_hold_music_is_as_loud_as_asked_and_never_clips():
    sound = samples(hold_music())
    assert level_dbov(sound) == pytest.approx(-22, abs=0.5)
    assert abs(sound).max() < 0.7
    assert hold_music().duration_s == pytest.approx(32)


def test_hold_music_is_even_no_second_of_it_is_silent_or_loud():
    levels = [level_dbov(second) for second in samples(hold_music()).reshape(-1, 8000)]
    assert max(levels) < -18
    assert min(levels) > -27


def test_hold_music_loops_without_a_click():
    sound = samples(hold_music())
    steps = abs(np.diff(sound))
    assert abs(sound[0] - sound[-1]) <= np.quantile(steps, 0.999)


def test_a_key_tone_lasts_100_ms_and_pauses_60():
    sound = samples(key_tone("5"))
    assert strongest_hz(sound[:800], 2) == [770, 1340]
    assert not sound[800:].any()
    assert len(sound) == 1280
