import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.speech import tone_speech
from adapters.speech.endpointing import (
    Endpointer,
    EndpointerSettings,
    SpeechEvent,
    SpeechStart,
    UtteranceEnd,
    UtterancePause,
    UtteranceResume,
)
from adapters.speech.pcm import FRAME_BYTES, FRAME_MS, duration_s, to_pcm, to_samples
from adapters.speech.voices import VoiceSynthesiser
from calls.ports import SpeechError
from tests.adapters.speech.sound import frames, mixed, noise, silence, through_mu_law, tone

SENTENCE = tone_speech.encode("i have a sharp pain")
VOICED, UNVOICED = b"\x00\x10" * (FRAME_BYTES // 2), b"\x00\x00" * (FRAME_BYTES // 2)


def heard(pcm: bytes, playing_dbov: float | None = None) -> list[SpeechEvent]:
    endpointer = Endpointer()
    events = [e for frame in frames(pcm) for e in endpointer.push(frame, playing_dbov)]
    return events + endpointer.flush()


def kinds(events: list[SpeechEvent]) -> list[type[SpeechEvent]]:
    return [type(event) for event in events]


def followed(voices: str) -> list[tuple[int, SpeechEvent]]:
    """Events of a stretch of frames, ``v`` voiced and ``.`` not, with the frame's number."""
    endpointer = Endpointer(detector=lambda frame: frame == VOICED)
    found = []
    for number, voice in enumerate(voices):
        frame = VOICED if voice == "v" else UNVOICED
        found.extend((number, event) for event in endpointer.push(frame))
    return found


def test_a_sentence_is_one_utterance_and_keeps_its_first_and_last_sound():
    events = heard(silence(0.5) + SENTENCE + silence(1))
    assert kinds(events) == [SpeechStart, UtterancePause, UtteranceEnd]
    end = events[-1]
    assert isinstance(end, UtteranceEnd)
    assert tone_speech.decode(end.pcm) == "i have a sharp pain"
    before_s = EndpointerSettings().pre_roll_ms / 1000
    assert 0.15 <= duration_s(end.pcm) - duration_s(SENTENCE) <= before_s + 0.4


def test_the_guess_at_a_pause_is_made_of_the_same_audio_as_the_end_that_follows():
    _, pause, end = heard(silence(0.5) + SENTENCE + silence(1))
    assert isinstance(pause, UtterancePause)
    assert isinstance(end, UtteranceEnd)
    assert pause.pcm == end.pcm


def test_the_end_says_how_long_ago_the_last_voice_was():
    _, _, end = heard(silence(0.5) + SENTENCE + silence(1))
    assert isinstance(end, UtteranceEnd)
    assert end.ended_ago_ms == EndpointerSettings().end_silence_ms


def test_speech_that_goes_on_after_a_pause_voids_the_guess_and_stays_one_utterance():
    found = followed("." * 10 + "v" * 20 + "." * 15 + "v" * 20 + "." * 40)
    assert [type(e) for _, e in found] == [
        SpeechStart,
        UtterancePause,
        UtteranceResume,
        UtterancePause,
        UtteranceEnd,
    ]
    end = found[-1][1]
    assert isinstance(end, UtteranceEnd)
    assert end.pcm.count(VOICED) == 40


def test_a_click_within_the_silence_delays_nothing():
    quiet = {type(e): n for n, e in followed("v" * 20 + "." * 40)}
    clicked = {type(e): n for n, e in followed("v" * 20 + "." * 18 + "vv" + "." * 20)}
    assert clicked == quiet


def test_weak_voicing_with_every_other_frame_unvoiced_is_still_speech():
    found = followed("v" * 20 + "v.v.vv.v" * 10 + "." * 40)
    assert [type(e) for _, e in found] == [SpeechStart, UtterancePause, UtteranceEnd]
    assert found[1][0] > 100


@pytest.mark.parametrize("offset", range(0, 160, 16))
def test_bursts_under_150_ms_are_no_speech(offset):
    burst = tone(0.145)
    pcm = silence(0.5) + b"\0" * (2 * offset) + (burst + silence(0.5)) * 4
    assert heard(pcm) == []


def test_clicks_are_no_speech():
    click = b"\xff\x7f" * 24
    assert heard((silence(0.1) + click) * 30) == []


@pytest.mark.parametrize("level_dbov", [-60, -45, -35])
def test_steady_noise_is_no_speech(level_dbov):
    assert heard(noise(8, level_dbov)) == []


def test_a_sentence_in_noise_15_db_below_it_is_one_utterance():
    pcm = silence(2) + SENTENCE + silence(2)
    events = heard(mixed(pcm, noise(duration_s(pcm), -35)))
    assert kinds(events) == [SpeechStart, UtterancePause, UtteranceEnd]


def test_a_telephone_codec_changes_nothing():
    pcm = silence(0.5) + SENTENCE + silence(1)
    assert kinds(heard(through_mu_law(pcm))) == kinds(heard(pcm))


def test_the_echo_of_a_prompt_is_no_speech_and_the_caller_over_it_is():
    prompt_dbov = -20.0
    echo = tone_speech.encode("please listen carefully")
    # The prompt comes back 18 dB quieter.
    quiet_echo = to_pcm(to_samples(echo) * 10 ** (-18 / 20))
    assert heard(silence(0.5) + quiet_echo + silence(1), prompt_dbov) == []
    assert kinds(heard(silence(0.5) + SENTENCE + silence(1), prompt_dbov))[0] is SpeechStart


def test_an_echo_that_comes_after_the_prompt_has_ended_is_no_speech():
    echo = to_pcm(to_samples(tone_speech.encode("please press one now")) * 10 ** (-18 / 20))
    endpointer = Endpointer()
    found = []
    prompt_frames = len(echo) // FRAME_BYTES
    for number, frame in enumerate(frames(silence(0.2) + echo + silence(1))):
        # The line plays ``prompt_frames`` frames; their echo returns 200 ms later.
        found += endpointer.push(frame, -20.0 if number < prompt_frames else None)
    assert found == []


def test_a_caller_who_does_not_stop_is_cut_at_six_seconds_and_goes_on():
    found = followed("v" * 700 + "." * 40)
    ends = [e for _, e in found if isinstance(e, UtteranceEnd)]
    assert [end.cut for end in ends] == [True, True, False]
    assert all(duration_s(end.pcm) <= 6 for end in ends)
    assert [type(e) for _, e in found].count(SpeechStart) == 1


def test_both_halves_of_a_cut_utterance_hold_the_second_between_them():
    endpointer = Endpointer(detector=lambda frame: True)
    numbered = [(n + 4096).to_bytes(2, "little") * (FRAME_BYTES // 2) for n in range(600)]
    ends = [e for f in numbered for e in endpointer.push(f) if isinstance(e, UtteranceEnd)]
    overlap = EndpointerSettings().overlap_ms // FRAME_MS * FRAME_BYTES
    assert ends[0].pcm[-overlap:] == ends[1].pcm[:overlap]


def test_listening_that_stops_ends_the_utterance_under_way():
    endpointer = Endpointer()
    for frame in frames(silence(0.5) + SENTENCE):
        endpointer.push(frame)
    assert endpointer.speaking
    assert kinds(endpointer.flush()) == [UtteranceEnd]
    assert not endpointer.speaking
    assert endpointer.flush() == []


@pytest.mark.parametrize("level_dbov", [-46, -40, -30])
@pytest.mark.parametrize("noise_dbov", [-75, -62])
def test_the_first_soft_word_on_a_quiet_line_is_heard_from_its_first_sound(level_dbov, noise_dbov):
    word = to_pcm(to_samples(SENTENCE) * 10 ** ((level_dbov + 20) / 20))
    pcm = silence(4) + word + silence(1)
    start, *_, end = heard(mixed(pcm, noise(duration_s(pcm), noise_dbov)))
    assert isinstance(start, SpeechStart)
    assert isinstance(end, UtteranceEnd)
    assert duration_s(end.pcm) >= duration_s(word) + 0.1


def test_who_begins_softly_while_a_prompt_is_played_is_heard_from_the_first_sound():
    soft = to_pcm(to_samples(SENTENCE) * 0.05)
    events = heard(silence(1) + soft + SENTENCE + silence(1), playing_dbov=-30.0)
    assert isinstance(events[-1], UtteranceEnd)
    assert soft in events[-1].pcm


def test_the_voice_detector_learns_what_quiet_is_from_the_quiet():
    fed: list[bytes] = []
    endpointer = Endpointer(detector=lambda frame: bool(fed.append(frame)))
    quiet = frames(noise(1, -80) + silence(1))
    for frame in quiet:
        endpointer.push(frame)
    assert fed == quiet


def test_a_frame_of_another_length_is_refused():
    with pytest.raises(ValueError, match="320 bytes"):
        Endpointer().push(b"\0" * 319)


def test_without_the_voice_detector_the_package_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "webrtcvad", None)
    with pytest.raises(SpeechError, match="webrtcvad-wheels"):
        Endpointer()


@settings(max_examples=settings().max_examples * 3 // 2)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=20))
def test_every_utterance_starts_once_ends_once_and_pauses_only_while_it_lasts(runs):
    voices = "".join(("v" if voice else ".") * count for voice, count in runs) + "." * 60
    speaking = paused = False
    for _, event in followed(voices):
        match event:
            case SpeechStart():
                assert not speaking
                speaking = True
            case UtterancePause():
                assert speaking
                assert not paused
                paused = True
            case UtteranceResume():
                assert paused
                paused = False
            case UtteranceEnd(pcm=pcm, cut=cut):
                assert speaking
                assert duration_s(pcm) <= 6
                speaking, paused = cut, False
    assert not speaking


@pytest.mark.alone
async def test_a_sentence_of_a_real_voice_is_one_utterance():
    spoken = await VoiceSynthesiser().render("I have a sharp pain in my left arm.", "en")
    events = heard(through_mu_law(silence(0.5) + spoken + silence(1)))
    assert kinds(events) == [SpeechStart, UtterancePause, UtteranceEnd]
    assert isinstance(events[-1], UtteranceEnd)
    assert duration_s(events[-1].pcm) >= duration_s(spoken)


@pytest.mark.alone
@pytest.mark.parametrize("word", ["No.", "Yes.", "Nurse."])
async def test_a_single_short_word_of_a_real_voice_is_an_utterance(word):
    spoken = await VoiceSynthesiser().render(word, "en")
    events = heard(through_mu_law(silence(0.5) + spoken + silence(1)))
    assert kinds(events) == [SpeechStart, UtterancePause, UtteranceEnd]
