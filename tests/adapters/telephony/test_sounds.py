"""What a line plays for its words: plain, slow, louder, private."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from adapters.speech import PromptStore, SimulatedSynthesiser
from adapters.speech.pcm import level_dbov, normalised, to_pcm, to_samples
from adapters.telephony import sounds as playing
from adapters.telephony.media import Clip
from adapters.telephony.media.g711 import PCMU
from adapters.telephony.sounds import PromptSounds
from calls.commands import Say, Utterance
from calls.ids import CallId

HELLO = Utterance(text="welcome to the clinic", language="en")
PRIVATE = Utterance(text="Your date of birth is March 5th, 1960.", language="en", private=True)
HZ = 440


class OneTone(SimulatedSynthesiser):
    """A voice that says everything as two seconds of one tone."""

    rendered = 0

    async def render(self, text: str, language: str) -> bytes:
        await super().render(text, language)
        self.rendered += 1
        at = np.arange(16000) / 8000
        return to_pcm(normalised(np.sin(2 * np.pi * HZ * at)))


def said(*utterances: Utterance, slow: bool = False, louder: int = 0) -> Say:
    return Say(call_id=CallId("c"), prompt_id=1, utterances=utterances, slow=slow, louder=louder)


def heard(clip: Clip):
    return to_samples(PCMU.decode(clip.pcmu))


def pitch_of(samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 17))
    return float(np.argmax(spectrum)) * 8000 / (1 << 17)


@pytest.fixture
def voice():
    return OneTone()


@pytest.fixture
def store(tmp_path, voice):
    return PromptStore(tmp_path / "prompts", voice)


@pytest.fixture
def sounds(store):
    return PromptSounds(store)


async def test_without_a_wish_the_prompt_is_played_byte_for_byte_as_the_store_has_it(sounds, store):
    (clip,) = await sounds.clips(said(HELLO))
    assert clip == Clip.from_pcm(await store.get(HELLO.text, HELLO.language))


async def test_slow_words_last_a_quarter_longer_at_the_same_pitch_and_level(sounds):
    (plain,) = await sounds.clips(said(HELLO))
    (slow,) = await sounds.clips(said(HELLO, slow=True))
    assert slow.duration_s == pytest.approx(1.25 * plain.duration_s, rel=0.02)
    assert pitch_of(heard(slow)) == pytest.approx(HZ, rel=0.01)
    assert level_dbov(heard(slow)) == pytest.approx(level_dbov(heard(plain)), abs=0.3)


@pytest.mark.parametrize(("steps", "gain_db"), [(-1, 0), (1, 6), (2, 12), (9, 12)])
async def test_louder_words_gain_six_decibels_a_step_and_last_as_long(sounds, steps, gain_db):
    (plain,) = await sounds.clips(said(HELLO))
    (loud,) = await sounds.clips(said(HELLO, louder=steps))
    gained = level_dbov(heard(loud)) - level_dbov(heard(plain))
    assert gained == pytest.approx(gain_db, abs=0.1)
    assert loud.duration_s == plain.duration_s
    usable = max(0, min(steps, 2))
    assert sounds.ready_clips(said(HELLO, louder=usable)) == [loud], "not made twice"


async def test_words_can_be_slow_and_louder_at_once(sounds):
    (plain,) = await sounds.clips(said(HELLO))
    (both,) = await sounds.clips(said(HELLO, slow=True, louder=1))
    assert both.duration_s == pytest.approx(1.25 * plain.duration_s, rel=0.02)
    assert level_dbov(heard(both)) - level_dbov(heard(plain)) == pytest.approx(6, abs=0.3)


async def test_a_way_of_saying_it_is_ready_once_it_was_said_so_and_made_once(sounds, voice):
    ways = [{}, {"slow": True}, {"louder": 1}, {"louder": 2}, {"slow": True, "louder": 2}]
    for way in ways:
        assert sounds.ready_clips(said(HELLO, **way)) is None
        clips = await sounds.clips(said(HELLO, **way))
        assert sounds.ready_clips(said(HELLO, **way)) == clips
        assert sounds.has(HELLO)
    assert len({sounds.ready_clips(said(HELLO, **way))[0].pcmu for way in ways}) == len(ways)
    assert voice.rendered == 1


async def test_the_wishes_of_one_caller_do_not_push_out_what_all_others_hear(store, monkeypatch):
    monkeypatch.setattr(playing, "_KEPT_ALTERED", 2)
    sounds = PromptSounds(store)
    await sounds.load(HELLO)
    for number in range(4):
        text = Utterance(text=f"number {number}", language="en")
        await sounds.clips(said(text, slow=True))
    assert sounds.ready_clips(said(HELLO)) is not None
    assert [
        sounds.ready_clips(said(Utterance(text=f"number {number}", language="en"), slow=True))
        is not None
        for number in range(4)
    ] == [False, False, True, True]


@pytest.mark.parametrize("way", [{}, {"slow": True}, {"louder": 2}])
async def test_private_words_are_played_like_others_and_no_clip_of_them_is_kept(
    sounds, voice, tmp_path, way
):
    public, private = await sounds.clips(said(HELLO, PRIVATE, **way))
    assert private == public
    assert sounds.ready_clips(said(PRIVATE, **way)) is None
    assert sounds.ready_clips(said(HELLO, PRIVATE, **way)) is None
    assert not sounds.has(PRIVATE)
    await sounds.clips(said(PRIVATE, **way))
    assert voice.rendered == 3
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 1, "the public words only"


async def test_private_words_that_cannot_be_said_are_a_tone_and_in_no_log(sounds, caplog):
    caplog.set_level(logging.DEBUG)
    secret = Utterance(text="un secret", language="fr", private=True)
    hello, tone = await sounds.clips(said(HELLO, secret))
    assert pitch_of(heard(hello)) == pytest.approx(HZ, rel=0.01)
    assert tone.duration_s > 0.1
    assert sounds.missing == 1
    assert "cannot be said" in caplog.text
    assert "secret" not in caplog.text


async def test_utterances_come_in_the_order_in_which_they_are_said(tmp_path):
    sounds = PromptSounds(PromptStore(tmp_path, SimulatedSynthesiser()))
    texts = ["three words here", "one", "and two more of them", "one"]
    clips = await sounds.clips(said(*(Utterance(text=text, language="en") for text in texts)))
    alone = [(await sounds.clips(said(Utterance(text=text, language="en"))))[0] for text in texts]
    assert clips == alone
