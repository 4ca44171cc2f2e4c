"""What becomes of spoken requests: real calls, synthesised callers, the line's own story."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.speech import VoiceSynthesiser
from adapters.telephony.media import Clip
from adapters.telephony.sip.phone import CallerPhone
from benchmarks.audio import KITCHEN_DB, ROOM_DB, callers_voices, on_a_noisy_line
from benchmarks.figure import Values
from benchmarks.scene import Tell, running
from benchmarks.sentences import Sentence, ordinary, red_flags
from careline.control import request
from careline.demo.stage import Stage

_AT_ONCE = 6
_APART_S = 4.0
_KEYS = "15"
"""English, and none of the symptoms: what a caller who wants the menu presses."""

_INTO_THE_MENU_S = 4.5
"""Callers speak once they heard "How can I help? Tell me in a few words", over the choices."""

_DECIDED_WITHIN_S = 6.0
_ASKED_AGAIN_S = 7.0
"""What an apology and the beginning of the menu, or a triage question, take; then they speak."""
_MOST_TURNS = 4
_LOOK_EVERY_S = 0.2
_QUESTION = "needs a question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of one caller.

    Attributes:
        sentence: what they wanted.
        voice: who said it.
        queue: where they were sent; empty when nowhere within four turns.
        turns: how often they had to speak.
        why: the rules of a red flag, if one was raised.
    """

    sentence: Sentence
    voice: str
    queue: str
    turns: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What the line tells of a call so far: its story, and its first queue once there is one."""

    lines: tuple[str, ...] = ()
    queue: str = ""


def tally(ended: Sequence[Ended]) -> Values:
    """The figures of ordinary requests.

    Raises:
        ValueError: nobody called.
    """
    if not ended:
        raise ValueError("nobody called, so there are no shares")
    nurse = [one for one in ended if one.queue == "nurse"]
    right = [one for one in ended if one.queue == one.sentence.wants]
    once = [one for one in right if one.turns == 1]
    return {
        "ordinary_calls": len(ended),
        "ordinary_to_nurse_pct": 100 * len(nurse) / len(ended),
        "ordinary_right_queue_pct": 100 * len(right) / len(ended),
        "ordinary_right_queue_at_once_pct": 100 * len(once) / len(ended),
        "ordinary_to_nurse": [_told(one) for one in nurse],
        "ordinary_wrong_queue": [
            f"{_told(one)} -> {one.queue or 'nowhere'}, wanted {one.sentence.wants}"
            for one in ended
            if one not in right and one not in nurse
        ],
    }


def tally_red_flags(ended: Sequence[Ended]) -> Values:
    """The figures of red flags.

    Raises:
        ValueError: nobody called.
    """
    if not ended:
        raise ValueError("nobody called, so there are no shares")
    nurse = [one for one in ended if one.queue == "nurse"]
    once = [one for one in nurse if one.turns == 1]
    return {
        "red_flag_calls": len(ended),
        "red_flags_to_nurse_pct": 100 * len(nurse) / len(ended),
        "red_flags_to_nurse_at_once_pct": 100 * len(once) / len(ended),
        "red_flags_missed": [
            f"{_told(one)} -> {one.queue or 'nowhere'}" for one in ended if one not in nurse
        ],
    }


async def requests(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Every sentence in every voice, each in a call of its own, from a lived-in room."""
    every = 6 if quick else 1
    return await _called(folder, "requests", tell, every=every, below_db=ROOM_DB)


async def requests_in_noise(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Every third sentence in every voice, from a kitchen; the figures begin with ``noisy_``."""
    every = 12 if quick else 3
    values = await _called(folder, "requests-in-noise", tell, every=every, below_db=KITCHEN_DB)
    return {f"noisy_{key}": value for key, value in values.items()}


async def _called(folder: Path, name: str, tell: Tell, *, every: int, below_db: float) -> Values:
    routine, flags = ordinary()[::every], red_flags()[::every]
    async with running(folder, name, tell) as stage:
        menu_at_s = await _greeting_s(stage) + _INTO_THE_MENU_S
        callers = _Callers(stage, callers_voices(), menu_at_s, below_db, tell)
        values = tally(await callers.all(routine, reply="No."))
        return values | tally_red_flags(await callers.all(flags, reply="Yes."))


class _Callers:
    """Calls one sentence after the other, a few at a time."""

    def __init__(
        self,
        stage: Stage,
        voices: dict[str, VoiceSynthesiser],
        menu_at_s: float,
        below_db: float,
        tell: Tell,
    ) -> None:
        self._stage = stage
        self._voices = voices
        self._menu_at_s = menu_at_s
        self._below_db = below_db
        self._tell = tell
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._placed = 0

    async def all(self, sentences: Sequence[Sentence], *, reply: str) -> list[Ended]:
        """Every sentence in every voice; ``reply`` answers triage's questions."""
        clips = {
            (text, name): Clip.from_pcm(
                on_a_noisy_line(await voice.render(text, "en"), self._below_db)
            )
            for name, voice in self._voices.items()
            for text in (*(sentence.say for sentence in sentences), reply)
        }
        calls = []
        for sentence in sentences:
            for name in self._voices:
                await self._room.acquire()
                words, answer = clips[sentence.say, name], clips[reply, name]
                calls.append(asyncio.create_task(self._call(sentence, name, words, answer)))
                await asyncio.sleep(_APART_S)
        return list(await asyncio.gather(*calls))

    async def _call(self, sentence: Sentence, voice: str, words: Clip, answer: Clip) -> Ended:
        self._placed += 1
        placed = self._placed
        number = f"+1555800{placed:04d}"
        phone = CallerPhone(self._stage.engine, number)
        loop = asyncio.get_running_loop()
        try:
            await phone.dial(self._stage.uri)
            begun = loop.time()
            await phone.wait(1.0)
            await phone.press(_KEYS)
            await phone.wait(max(0.0, begun + self._menu_at_s - loop.time()))
            heard = _Heard()
            turn = 0
            while turn < _MOST_TURNS and not heard.queue and not phone.over:
                turn += 1
                asked = bool(heard.lines) and _QUESTION in heard.lines[-1]
                await phone.speak(answer if asked else words)
                heard = await self._decided(number, phone, len(heard.lines))
        finally:
            await phone.hang_up()
            self._room.release()
        self._tell(f"call {placed}, {turn} turns -> {heard.queue or 'nowhere'}")
        why = next((line for line in heard.lines if line.startswith("RED FLAG")), "")
        return Ended(sentence=sentence, voice=voice, queue=heard.queue, turns=turn, why=why)

    async def _decided(self, number: str, phone: CallerPhone, known: int) -> _Heard:
        """The story once there is a queue, or once the line has had time to ask again."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _DECIDED_WITHIN_S
        understood = False
        while True:
            heard = await self._heard(number)
            if heard.queue or phone.over or loop.time() > until:
                return heard
            if len(heard.lines) > known and not understood:
                understood = True
                until = loop.time() + _ASKED_AGAIN_S
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _heard(self, number: str) -> _Heard:
        control = self._stage.state.control_socket
        stories: list[dict[str, Any]] = (await request(control, op="calls", caller=number))["calls"]
        if not stories:
            return _Heard()
        return _Heard(
            lines=tuple(line for _at, line in stories[-1]["lines"]),
            queue=next(iter(stories[-1]["queued_in"]), ""),
        )


async def _greeting_s(stage: Stage) -> float:
    """How long the advice and the notice take, in all languages."""
    rules = stage.site.rules
    prompts = [rules.advice_911]
    if rules.recording_notice is not None:
        prompts.append(rules.recording_notice)
    texts = [(text, lang) for prompt in prompts for lang, text in rules.prompts[prompt].items()]
    return sum([len(await stage.store.get(text, lang)) / 16000 for text, lang in texts])


def _told(one: Ended) -> str:
    why = f" ({one.why})" if one.why else ""
    return f"“{one.sentence.say}” by {one.voice}{why}"
