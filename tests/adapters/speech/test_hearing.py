import asyncio
from collections.abc import Sequence

import pytest

from adapters.speech import Endpointer, Hearing, ScriptedRecogniser, tone_speech
from calls.ports import Heard, Recogniser, SpeechError
from tests.adapters.speech.sound import frames, silence


class Ear:
    """A hearing and what it reported."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.events: list[str] = []
        self.ages: list[float] = []
        self.hearing = Hearing(
            recogniser,
            Endpointer(),
            language="en",
            on_start=lambda: self.events.append("start"),
            on_heard=self._heard,
            on_unavailable=lambda reason: self.events.append(f"unavailable: {reason}"),
        )

    def _heard(self, heard: Heard, age_s: float) -> None:
        self.events.append(heard.words)
        self.ages.append(age_s)

    def push(self, pcm: bytes) -> None:
        for frame in frames(pcm):
            self.hearing.push(frame)


class CountingRecogniser(ScriptedRecogniser):
    """Counts what it is asked; answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.answered = 0
        self.let_go = asyncio.Event()

    async def recognise(self, pcm: bytes, language: str, hints: Sequence[str] = ()) -> Heard:
        self.asked += 1
        await self.let_go.wait()
        self.answered += 1
        return await super().recognise(pcm, language, hints)


SENTENCE = tone_speech.encode("i need a refill")


async def test_what_is_said_is_reported_after_its_start():
    ear = Ear(ScriptedRecogniser())
    ear.push(silence(0.3) + SENTENCE + silence(1))
    await ear.hearing.finish()
    assert ear.events == ["start", "i need a refill"]


async def test_the_age_of_an_utterance_counts_from_its_last_voice():
    ear = Ear(ScriptedRecogniser())
    ear.push(silence(0.3) + SENTENCE + silence(1))
    await ear.hearing.finish()
    assert ear.ages[0] >= 0.56


async def test_a_pause_that_lasts_is_recognised_once_not_twice():
    recogniser = CountingRecogniser()
    ear = Ear(recogniser)
    ear.push(silence(0.3) + SENTENCE + silence(1))
    recogniser.let_go.set()
    await ear.hearing.finish()
    assert recogniser.asked == 1
    assert ear.events == ["start", "i need a refill"]


async def test_recognition_begins_at_the_pause_before_the_end_is_certain():
    recogniser = CountingRecogniser()
    ear = Ear(recogniser)
    ear.push(silence(0.3) + SENTENCE + silence(0.4))
    await asyncio.sleep(0)
    assert recogniser.asked == 1
    assert ear.events == ["start"]
    await ear.hearing.close()


async def test_a_guess_is_dropped_when_the_caller_goes_on():
    recogniser = CountingRecogniser()
    ear = Ear(recogniser)
    ear.push(silence(0.3) + SENTENCE + silence(0.4))
    await asyncio.sleep(0)
    ear.push(SENTENCE)
    await asyncio.sleep(0)
    ear.push(silence(1))
    recogniser.let_go.set()
    await ear.hearing.finish()
    assert recogniser.asked == 2
    assert recogniser.answered == 1
    assert len(ear.events) == 2


async def test_utterances_are_reported_in_the_order_in_which_they_were_spoken():
    first = asyncio.Event()

    class SlowFirst(ScriptedRecogniser):
        async def recognise(self, pcm: bytes, language: str, hints: Sequence[str] = ()) -> Heard:
            heard = await super().recognise(pcm, language, hints)
            if heard.words == "first":
                await first.wait()
            else:
                first.set()
            return heard

    ear = Ear(SlowFirst())
    for words in ("first", "second"):
        ear.push(silence(0.3) + tone_speech.encode(words) + silence(1))
    await ear.hearing.finish()
    assert ear.events == ["start", "start", "first", "second"]


async def test_a_recogniser_that_is_full_is_reported_and_listening_goes_on():
    ear = Ear(ScriptedRecogniser({"one": SpeechError("saturated")}))
    ear.push(silence(0.3) + tone_speech.encode("one") + silence(1))
    ear.push(tone_speech.encode("two") + silence(1))
    await ear.hearing.finish()
    assert ear.events == ["start", "start", "unavailable: saturated", "two"]


async def test_what_is_being_said_when_listening_stops_is_still_reported():
    ear = Ear(ScriptedRecogniser())
    ear.push(silence(0.3) + SENTENCE)
    ear.hearing.flush()
    await ear.hearing.finish()
    assert ear.events == ["start", "i need a refill"]


async def test_nothing_is_reported_after_the_end_of_a_call():
    recogniser = CountingRecogniser()
    ear = Ear(recogniser)
    ear.push(silence(0.3) + SENTENCE + silence(1))
    await ear.hearing.close()
    recogniser.let_go.set()
    await asyncio.sleep(0)
    assert ear.events == ["start"]


class FailingRecogniser(ScriptedRecogniser):
    """Raises what it is given, one after the other; then it hears."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    async def recognise(self, pcm: bytes, language: str, hints: Sequence[str] = ()) -> Heard:
        if self.errors:
            raise self.errors.pop(0)
        return await super().recognise(pcm, language, hints)


async def test_a_guess_that_came_to_nothing_is_asked_for_again_at_the_end():
    ear = Ear(FailingRecogniser(SpeechError("saturated")))
    ear.push(silence(0.3) + SENTENCE + silence(0.4))
    await asyncio.sleep(0)
    ear.push(silence(0.6))
    await ear.hearing.finish()
    assert ear.events == ["start", "i need a refill"]


async def test_a_recogniser_with_a_bug_leaves_no_caller_unanswered_and_no_word_in_a_log(caplog):
    ear = Ear(FailingRecogniser(RuntimeError("chest pain")))
    ear.push(silence(0.3) + SENTENCE + silence(1))
    ear.push(SENTENCE + silence(1))
    await ear.hearing.finish()
    assert ear.events == [
        "start",
        "start",
        "unavailable: the recogniser failed (RuntimeError)",
        "i need a refill",
    ]
    assert len(caplog.records) == 1
    assert "chest" not in caplog.text


@pytest.mark.parametrize("quiet_s", [0.4, 1.0], ids=["at a pause", "at its end"])
async def test_closing_stops_the_recognition_of_what_nobody_waits_for(quiet_s):
    recogniser = CountingRecogniser()
    ear = Ear(recogniser)
    ear.push(silence(0.3) + SENTENCE + silence(quiet_s))
    await ear.hearing.close()
    recogniser.let_go.set()
    await asyncio.sleep(0)
    assert recogniser.answered == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
