"""What a caller hears and says on the line: prompts, barge-in, keys, speech."""

from __future__ import annotations

import asyncio
import logging
import re
import socket

import numpy as np
import pytest

from adapters.speech import ScriptedRecogniser
from adapters.telephony.media.g711 import PCMU
from adapters.telephony.sip.events import KeyPressed
from adapters.telephony.sip.sdp import Direction
from calls.commands import HangUp, Say, StopListening, Utterance
from calls.facts import (
    CallArrived,
    CallerHungUp,
    CallFailed,
    DigitsCollected,
    PromptFinished,
    SpeechHeard,
    SpeechStarted,
    SpeechUnavailable,
)
from calls.ports import Heard, SpeechError
from calls.private import Private
from tests.adapters.sip.line_house import (
    eventually,
    hears,
    house,
    loudness,
    strength,
    tone,
    words,
)

pytestmark = pytest.mark.alone

LONG = "this is a prompt that goes on for quite a while because it has a lot of words in it " * 3


def pressed(facts):
    return "".join(f.digits.reveal() for f in facts if isinstance(f, DigitsCollected))


async def test_a_prompt_is_heard_to_its_end_and_reported_once(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.say(call_id, "welcome to the clinic", prompt_id=7)
        finished = await it.fact(PromptFinished)
        assert (finished.prompt_id, finished.interrupted) == (7, False)
        assert loudness(caller.heard) > 500
        assert len(it.of(PromptFinished)) == 1


async def test_a_second_prompt_takes_the_place_of_the_first_which_is_not_reported(tmp_path):
    async with house(tmp_path) as it:
        _caller, call_id = await it.call()
        it.say(call_id, LONG, prompt_id=1)
        it.say(call_id, "short", prompt_id=2)
        await it.fact(PromptFinished)
        assert [f.prompt_id for f in it.of(PromptFinished)] == [2]


async def test_the_same_prompt_told_twice_is_said_once(tmp_path):
    async with house(tmp_path) as it:
        _caller, call_id = await it.call()
        command = it.say(call_id, "short words", prompt_id=1)
        it.do(command)
        it.say(call_id, "other", prompt_id=2)
        await it.fact(PromptFinished, lambda f: f.prompt_id == 2)
        assert [f.prompt_id for f in it.of(PromptFinished)] == [2]


async def test_keys_pressed_during_a_prompt_that_cannot_be_cut_short_are_not_lost(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.say(call_id, "hear me out please i am the advice", barge_in=False)
        await caller.press("12#*90")
        finished = await it.fact(PromptFinished)
        assert not finished.interrupted
        await eventually(lambda: pressed(it.facts) == "12#*90")


async def test_a_key_pressed_before_a_prompt_is_rendered_keeps_it_from_being_said(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.say(call_id, LONG + "never said before")
        (leg,) = it.line._legs
        leg.hear(KeyPressed(digit=Private("1")))
        finished = await it.fact(PromptFinished)
        assert finished.interrupted
        mark = len(caller.heard)
        await eventually(lambda: len(caller.heard) > mark + 8000)
        assert loudness(caller.heard[mark:]) < 50


async def test_digits_by_info_count_and_keys_that_no_telephone_has_do_not(tmp_path):
    async with house(tmp_path) as it:
        _caller, _call_id = await it.call()
        (leg,) = it.line._legs
        for digit in "A1D#":
            leg.hear(KeyPressed(digit=Private(digit)))
        assert pressed(it.facts) == "1#"


async def test_speech_cuts_a_prompt_short(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.listen(call_id)
        it.say(call_id, LONG)
        await hears(caller, lambda pcm: loudness(pcm) > 500)
        await caller.speak(words("stop it please"))
        finished = await it.fact(PromptFinished)
        assert finished.interrupted
        assert (await it.fact(SpeechHeard)).words == Private("stop it please")


async def test_a_language_that_nobody_understands_is_said_to_be_so(tmp_path):
    async with house(tmp_path) as it:
        _caller, call_id = await it.call()
        it.listen(call_id, "es")
        assert (await it.fact(SpeechUnavailable)).reason == "language"


async def test_a_recogniser_that_fails_is_reported_without_what_was_said(tmp_path, caplog):
    recogniser = ScriptedRecogniser({"secret words": SpeechError("saturated")})
    async with house(tmp_path, recogniser=recogniser) as it:
        caller, call_id = await it.call()
        it.listen(call_id)
        await caller.speak(words("secret words"))
        assert (await it.fact(SpeechUnavailable)).reason == "recogniser"
        assert "saturated" in caplog.text
        assert "secret" not in caplog.text


async def test_other_hints_in_mid_sentence_do_not_cut_it(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.listen(call_id)
        speaking = asyncio.create_task(caller.speak(words("i would like an appointment")))
        await it.fact(SpeechStarted)
        it.listen(call_id, hints=("billing",))
        assert (await it.fact(SpeechHeard)).words == Private("i would like an appointment")
        await speaking


async def test_the_last_words_are_understood_when_the_line_hangs_up_too(tmp_path):
    async with house(tmp_path, recogniser=Everything()) as it:
        caller, call_id = await it.call()
        it.listen(call_id)
        speaking = asyncio.create_task(caller.speak(words("wait there is a pain " * 4)))
        await it.fact(SpeechStarted)
        it.do(HangUp(call_id=call_id))
        await it.fact(SpeechHeard)
        await speaking
        assert not it.of(CallerHungUp)


async def test_words_said_as_listening_ends_are_understood_and_later_ones_are_not_heard(tmp_path):
    async with house(tmp_path, recogniser=Everything()) as it:
        caller, call_id = await it.call()
        it.listen(call_id)
        speaking = asyncio.create_task(caller.speak(words("one more thing " * 4)))
        await it.fact(SpeechStarted)
        it.do(StopListening(call_id=call_id))
        await it.fact(SpeechHeard)
        await speaking
        await caller.speak(words("and another"))
        assert len(it.of(SpeechStarted)) == 1


class Everything:
    """A recogniser for whom every sound is one word."""

    languages = ("en",)

    async def recognise(self, pcm, language, hints=()):
        return Heard(words="understood", confidence=0.9)


async def test_music_follows_the_prompt_that_plays(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.say(call_id, "please wait")
        it.music(call_id)
        await it.fact(PromptFinished)
        await hears(caller, lambda pcm: loudness(pcm) > 200)


async def test_a_caller_on_hold_hears_nothing_and_what_they_play_is_no_speech(tmp_path):
    async with house(tmp_path, recogniser=Everything()) as it:
        caller, call_id = await it.call()
        it.music(call_id)
        it.listen(call_id)
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        caller.hold(Direction.SENDONLY)
        await hears(caller, lambda pcm: loudness(pcm) < 50)
        await caller.speak(tone(440, 1.5))
        caller.hold(Direction.SENDRECV)
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        assert not it.of(SpeechStarted)


async def test_a_caller_who_goes_silent_for_good_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("adapters.telephony.sip.caller_leg.MEDIA_TIMEOUT_S", 0.4)
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        caller._leg.close()
        failed = await it.fact(CallFailed)
        assert (failed.call_id, failed.reason) == (call_id, "media-timeout")
        await eventually(lambda: caller.over)
        assert it.line.live_calls() == ()


async def test_commands_for_a_call_that_is_over_do_nothing(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        await caller.hang_up()
        await it.fact(CallerHungUp)
        count = len(it.facts)
        it.say(call_id, "too late")
        it.listen(call_id)
        it.offer(call_id, "ana")
        it.do(HangUp(call_id=call_id))
        assert len(it.facts) == count
        assert it.media.open_legs == 0


async def test_a_caller_who_hangs_up_during_a_prompt_is_reported_once_and_the_prompt_never(
    tmp_path,
):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.say(call_id, LONG)
        await hears(caller, lambda pcm: loudness(pcm) > 500)
        await caller.hang_up()
        await it.fact(CallerHungUp)
        await asyncio.sleep(0)
        assert not it.of(PromptFinished)
        assert len(it.of(CallerHungUp)) == 1


async def test_a_prompt_that_no_voice_can_say_is_a_tone_and_the_call_goes_on(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(
            Say(
                call_id=call_id,
                prompt_id=1,
                utterances=(Utterance(text="bonjour", language="fr"),),
            )
        )
        await it.fact(PromptFinished)
        assert strength(caller.heard, 1000) > 20
        assert it.sounds.missing == 1


def sounding(pcm: bytes) -> np.ndarray:
    """From the first sound to the last."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.int64)
    loud = np.flatnonzero(np.abs(samples) > 200)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


async def heard_of(it, caller, call_id, prompt_id: int, **wishes) -> np.ndarray:
    """What the caller receives of a prompt that is said in this way."""
    mark = len(caller.heard)
    words = Utterance(text="welcome to the clinic how can we help", language="en")
    it.do(Say(call_id=call_id, prompt_id=prompt_id, utterances=(words,), **wishes))
    await it.fact(PromptFinished, lambda fact: fact.prompt_id == prompt_id)
    await hears(caller, lambda pcm: loudness(pcm) < 50)
    return sounding(caller.heard[mark:])


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2)))


async def test_each_step_louder_reaches_the_caller_as_six_decibels_and_nothing_clips(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        plain = await heard_of(it, caller, call_id, 1)
        for steps, gain_db in ((1, 6), (2, 12), (3, 12)):
            loud = await heard_of(it, caller, call_id, 1 + steps, louder=steps)
            assert level_db(loud) - level_db(plain) == pytest.approx(gain_db, abs=0.5)
            assert np.abs(loud).max() < 0.985 * 32768


async def test_slow_words_take_a_quarter_longer_and_the_next_prompt_does_not(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        plain = await heard_of(it, caller, call_id, 1)
        slow = await heard_of(it, caller, call_id, 2, slow=True)
        again = await heard_of(it, caller, call_id, 3)
        assert len(slow) == pytest.approx(1.25 * len(plain), rel=0.08)
        assert len(again) == pytest.approx(len(plain), rel=0.08)


async def test_music_is_no_louder_for_a_caller_who_hears_louder_words(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        await heard_of(it, caller, call_id, 1, louder=2)
        it.music(call_id)
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        mark = len(caller.heard)
        await eventually(lambda: len(caller.heard) - mark > 16000)
        assert np.abs(np.frombuffer(caller.heard[mark:], "<i2").astype(int)).max() <= max(
            np.abs(np.frombuffer(PCMU.decode(it.sounds.music.pcmu), "<i2").astype(int))
        )


async def test_private_words_are_heard_and_stand_in_no_file_and_no_log(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        before = {path for path in tmp_path.rglob("*") if path.is_file()}
        for prompt_id, language in enumerate(("en", "fr"), start=1):
            mark = len(caller.heard)
            secret = Utterance(text="born in march 1960", language=language, private=True)
            it.do(Say(call_id=call_id, prompt_id=prompt_id, utterances=(secret,), slow=True))
            await it.fact(PromptFinished, lambda fact, at=prompt_id: fact.prompt_id == at)
            await eventually(lambda at=mark: loudness(caller.heard[at:]) > 300)
        assert it.sounds.missing == 1, "what cannot be said is a tone, and the call goes on"
        after = {path for path in tmp_path.rglob("*") if path.is_file()}
        assert after == before
        assert not any(b"1960" in path.read_bytes() for path in after)
    assert "cannot be said" in caplog.text
    assert "1960" not in caplog.text


async def test_a_prompt_waits_for_the_caller_whose_address_comes_with_the_ack(tmp_path):
    async with house(tmp_path) as it:
        caller = LateCaller()
        try:
            await caller.dial(it.address)
            call_id = (await it.fact(CallArrived)).call_id
            it.say(call_id, "hi")
            # Until the line repeats its answer for want of an ACK: longer than the prompt lasts.
            await caller.answer_again()
            assert not it.of(PromptFinished)
            caller.acknowledge(it.address)
            await it.fact(PromptFinished)
            assert loudness(caller.sound()) > 500
        finally:
            caller.close()


class LateCaller:
    """Calls without an offer and says where it listens in the ACK, as some exchanges do."""

    def __init__(self) -> None:
        self._sip, self._rtp = (self._socket() for _ in range(2))
        self._here = f"127.0.0.1:{self._sip.getsockname()[1]}"
        self._to = "<sip:clinic@127.0.0.1>"

    @staticmethod
    def _socket() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        made.setblocking(False)
        return made

    def close(self) -> None:
        self._sip.close()
        self._rtp.close()

    async def dial(self, address) -> None:
        self._send("INVITE", address, "")
        await self.answer_again()

    async def answer_again(self) -> None:
        loop = asyncio.get_running_loop()
        while not (reply := await loop.sock_recv(self._sip, 4096)).startswith(b"SIP/2.0 200"):
            pass
        self._to = re.search(rb"\r\nTo: ([^\r]*)", reply)[1].decode()

    def acknowledge(self, address) -> None:
        port = self._rtp.getsockname()[1]
        self._send(
            "ACK",
            address,
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\n",
        )

    def _send(self, method: str, address, body: str) -> None:
        lines = (
            f"{method} sip:clinic@{address} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._here};branch=z9hG4bKlate{method}",
            "From: <sip:5551234@127.0.0.1>;tag=late",
            f"To: {self._to}",
            "Call-ID: late",
            f"CSeq: 1 {method}",
            f"Contact: <sip:late@{self._here}>",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
            "",
            body,
        )
        self._sip.sendto("\r\n".join(lines).encode(), tuple(address))

    def sound(self) -> bytes:
        """All that was sent here so far, as PCM."""
        pcm = b""
        while True:
            try:
                pcm += PCMU.decode(self._rtp.recv(2048)[12:])
            except BlockingIOError:
                return pcm
