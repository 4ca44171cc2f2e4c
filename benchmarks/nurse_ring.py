"""From the end of a red-flag sentence to the nurse's phone ringing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.speech import VoiceSynthesiser
from adapters.telephony.media import Clip
from adapters.telephony.sip.phone import AgentBehaviour, CallerPhone, Pickup
from benchmarks.audio import callers_voices, keep, quiet_room, silent_end_s, talk
from benchmarks.far_ends import FarEnds
from benchmarks.figure import Values
from benchmarks.percentile import percentile
from benchmarks.scene import Tell, running
from benchmarks.sentences import ordinary, red_flags
from benchmarks.sipp import Load, Sipp
from calls.ids import AgentId
from careline.control import request
from careline.demo.stage import Stage

_SENTENCES = 20
"""The plain ones: how fast a nurse is rung is measured here, not what is understood."""

_SPEAK_AFTER_S = 1.5
_RING_WITHIN_S = 6.0
_LOOK_EVERY_S = 0.02
_BETWEEN_S = 0.5
_BUSY_CALLS = 40
_TALKERS = 8
_ANSWERED_AFTER_S = 2.0
"""Later than a measured caller hangs up, who is gone once a phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """A sentence ready to be sent, and the silence after its last voice."""

    text: str
    clip: Clip
    silent_end_s: float


async def idle(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """One caller at a time and nobody else."""
    async with running(folder, "nurse-ring", tell) as stage:
        nurses = await _sit_down(stage, AgentBehaviour(pickup=Pickup.RINGS))
        return await _measure(stage, nurses, tell, "nurse_ring_", 6 if quick else 40)


async def busy(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """The same while 40 others are on the line and 8 of them talk.

    Some of those may be taken for red flags themselves. A nurse answers them, or all nurses would
    soon be rung for them; with more nurses than talkers, the next red flag finds one free.
    """
    async with running(folder, "nurse-ring-busy", tell, more_nurses=_TALKERS + 2) as stage:
        nurses = await _sit_down(stage, AgentBehaviour(after_s=_ANSWERED_AFTER_S))
        async with _others(folder, stage, tell):
            values = await _measure(stage, nurses, tell, "nurse_ring_busy_", 6 if quick else 40)
            status = await stage.status()
    waiting = {queue["queue"]: queue["waiting"] for queue in status["queues"]}["nurse"]
    talking = [each for each in status["agents"] if each["work"] == "talking"]
    answered = sum(each["agent"] in nurses for each in talking)
    return values | {"nurse_ring_busy_false_alarms": waiting + answered}


async def _sit_down(stage: Stage, behaviour: AgentBehaviour) -> list[AgentId]:
    """Every nurse of the site, at a phone and ready."""
    nurses = [agent for agent, settings in stage.site.agents.items() if "nurse" in settings.skills]
    await stage.seat(nurses, behaviour)
    await stage.ready(*nurses)
    return nurses


async def _measure(
    stage: Stage, nurses: list[AgentId], tell: Tell, prefix: str, count: int
) -> Values:
    spoken = await _spoken(count)
    samples: list[float] = []
    unheard: list[str] = []
    for number, sentence in enumerate(spoken):
        took = await _one(stage, nurses, f"+1555900{number:04d}", sentence)
        if took is None:
            unheard.append(sentence.text)
        else:
            samples.append(took)
        tell(f"nurse-ring: {number + 1} of {count}")
    if not samples:
        raise ValueError(f"of {count} red flags none made a nurse's phone ring")
    return {
        f"{prefix}calls": len(spoken),
        f"{prefix}samples": len(samples),
        f"{prefix}p50_s": percentile(samples, 50),
        f"{prefix}p95_s": percentile(samples, 95),
        f"{prefix}worst_s": max(samples),
        f"{prefix}no_ring": unheard,
    }


async def _spoken(count: int) -> list[_Spoken]:
    """Sentences in turn, each pass in another voice first."""
    voices: list[VoiceSynthesiser] = list(callers_voices().values())
    made = []
    sentences = [sentence.say for sentence in red_flags()[:_SENTENCES]]
    for index, text in zip(range(count), itertools.cycle(sentences), strict=False):
        voice = voices[(index + index // len(sentences)) % len(voices)]
        pcm = await voice.render(text, "en")
        clip = Clip.from_pcm(pcm)
        filled_s = clip.duration_s - len(pcm) / 16000
        made.append(_Spoken(text=text, clip=clip, silent_end_s=silent_end_s(pcm) + filled_s))
    return made


async def _one(stage: Stage, nurses: list[AgentId], number: str, sentence: _Spoken) -> float | None:
    """One call; seconds from the last voiced sample to the ring, ``None`` when nobody was rung."""
    loop = asyncio.get_running_loop()
    phone = CallerPhone(stage.engine, number)
    try:
        await phone.dial(stage.uri)
        await phone.wait(_SPEAK_AFTER_S)
        rung_before = {nurse: len(stage.phones[nurse].rang) for nurse in nurses}
        await phone.speak(sentence.clip)
        ended = loop.time() - sentence.silent_end_s
        while loop.time() < ended + _RING_WITHIN_S:
            rung = [n for n in nurses if len(stage.phones[n].rang) > rung_before[n]]
            offered = await _offered(stage, number) if rung else set()
            if mine := [nurse for nurse in rung if nurse in offered]:
                return min(stage.phones[n].rang[rung_before[n]] for n in mine) - ended
            await asyncio.sleep(_LOOK_EVERY_S)
        return None
    finally:
        await phone.hang_up()
        await asyncio.sleep(_BETWEEN_S)


async def _offered(stage: Stage, number: str) -> set[str]:
    """To whom this caller was offered: a nurse's phone may ring for somebody else."""
    stories = (await request(stage.state.control_socket, op="calls", caller=number))["calls"]
    return set(stories[-1]["offered_to"]) if stories else set()


@asynccontextmanager
async def _others(folder: Path, stage: Stage, tell: Tell) -> AsyncIterator[None]:
    """Forty callers who wait for a clerk, and there is none; eight of them talk without end."""
    tell(f"nurse-ring-busy: {_BUSY_CALLS} calls, {_TALKERS} of them talking")
    quiet = keep(folder, "quiet", quiet_room())
    sentences = [sentence.say for sentence in ordinary()]
    voices = itertools.cycle(callers_voices().values())
    tracks = [
        keep(folder, f"talker-{index}", await talk(sentences[index::_TALKERS], next(voices)))
        for index in range(_TALKERS)
    ]
    load = Load(calls=_BUSY_CALLS, rate=2, hold_s=600.0, key="0", group=20)
    async with (
        FarEnds(folder, quiet, tracks, _TALKERS) as far,
        Sipp(folder, stage.address, load, far.port),
    ):
        await far.until(_BUSY_CALLS, 60.0)
        yield
