"""Carrying a script out: one real call, its timeline, and whether the wish was met."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.telephony.media import Clip, MediaEngine
from adapters.telephony.sip.phone import CallerPhone, PhoneProblem
from calls.ports import SpeechError, Synthesiser
from careline.caller.script import Script, ScriptStep
from careline.control import NotRunning, request, watch

_WATCH_AGAIN_S = 0.2
_SETTLE_S = 10.0
"""How long the line gets to write the end of a call down."""


@dataclass(slots=True)
class CallResult:
    """What came of a call.

    Attributes:
        timeline: what the caller did and what the line told of it, by time.
        answered_by: agents the caller talked with.
        answered_after_s: until the first of them.
        answered_at: when that was, seconds since the epoch.
        outcome: how the call ended, as the line counts it.
        failures: what was expected and did not happen.
        heard: the line's side of the call, as PCM.
    """

    timeline: list[tuple[float, str, str]] = field(default_factory=list)
    answered_by: list[str] = field(default_factory=list)
    answered_after_s: float | None = None
    answered_at: float | None = None
    outcome: str | None = None
    failures: list[str] = field(default_factory=list)
    heard: bytes = b""


async def place(
    script: Script,
    to: str,
    synthesiser: Synthesiser,
    engine: MediaEngine,
    control: Path | None,
    tell: Callable[[str], None] = lambda _line: None,
) -> CallResult:
    """Place the call and follow the script.

    Args:
        script: what to do and what to expect.
        to: the line's SIP URI.
        synthesiser: speaks the caller's words.
        engine: media.
        control: the line's control socket, to learn who answered; ``None`` for a line elsewhere,
            then only the caller's own side is known and expectations fail.
        tell: told each thing the caller does, as it is done.

    Raises:
        PhoneProblem: the line did not answer.
        SpeechError: the words cannot be spoken.
    """
    clips = {
        step.say: Clip.from_pcm(await synthesiser.render(step.say, script.language))
        for step in script.steps
        if step.say is not None
    }
    loop = asyncio.get_running_loop()
    earlier = len(await _stories(control, script.caller))
    phone = CallerPhone(engine, script.caller)
    result = CallResult()
    began = loop.time()

    def note(what: str) -> None:
        result.timeline.append((loop.time() - began, "caller", what))
        tell(what)

    try:
        note("dials")
        await phone.dial(to)
        answered_at = loop.time() - began
        note("hears the line answer")
        for step in script.steps:
            if phone.over:
                note("the line has hung up")
                break
            await _do(step, phone, clips, control, script.caller, earlier, note)
        note("hangs up" if not phone.over else "the call is over")
    finally:
        await phone.hang_up()
    result.heard = phone.heard
    story = await _ended(control, script.caller, earlier)
    if story is not None:
        result.answered_by = story["answered_by"]
        result.answered_after_s = story["answered_after_s"]
        if result.answered_after_s is not None:
            result.answered_at = story["arrived_at"] + result.answered_after_s
        result.outcome = story["outcome"]
        result.timeline += [(answered_at + at, "line", line) for at, line in story["lines"]]
        result.timeline.sort(key=lambda entry: entry[0])
    _judge(script, result, known=story is not None)
    return result


async def _do(
    step: ScriptStep,
    phone: CallerPhone,
    clips: dict[str, Clip],
    control: Path | None,
    caller: str,
    earlier: int,
    note: Callable[[str], None],
) -> None:
    if step.say is not None:
        note(f"says “{step.say}”")
        await phone.speak(clips[step.say])
    elif step.press is not None:
        note(f"presses {step.press}")
        await phone.press(step.press)
    elif step.wait is not None:
        await phone.wait(step.wait)
    elif step.listen is not None:
        if not await phone.wait_for_pause(timeout_s=step.listen):
            note("has listened long enough")
    elif step.stay is not None:
        await _stay(step.stay, phone, control, caller, earlier)


async def _stay(
    seconds: float, phone: CallerPhone, control: Path | None, caller: str, earlier: int
) -> None:
    """Wait until somebody answers, then a moment longer to hear them."""
    if control is None:
        await phone.wait(seconds)
        return

    async def answered() -> None:
        # Over a restart of the brain the view ends; it is taken up again.
        while not await _has_answer(control, caller, earlier):
            with contextlib.suppress(NotRunning):
                async for _line in watch(control):
                    if await _has_answer(control, caller, earlier):
                        return
            await asyncio.sleep(_WATCH_AGAIN_S)

    over = asyncio.create_task(phone.wait(seconds))
    somebody = asyncio.create_task(answered())
    await asyncio.wait({over, somebody}, return_when=asyncio.FIRST_COMPLETED)
    for task in (over, somebody):
        task.cancel()
    await asyncio.gather(over, somebody, return_exceptions=True)
    await phone.wait(2.0)


async def _has_answer(control: Path | None, caller: str, earlier: int) -> bool:
    stories = await _stories(control, caller)
    return len(stories) > earlier and bool(stories[-1]["answered_by"])


async def _stories(control: Path | None, caller: str) -> list[dict[str, Any]]:
    if control is None:
        return []
    try:
        answer = await request(control, op="calls", caller=caller)
    except NotRunning:
        return []
    stories: list[dict[str, Any]] = answer["calls"]
    return stories


async def _ended(control: Path | None, caller: str, earlier: int) -> dict[str, Any] | None:
    """The call's story once the line has written its end down."""
    if control is None:
        return None
    until = asyncio.get_running_loop().time() + _SETTLE_S
    while True:
        stories = await _stories(control, caller)
        story = stories[-1] if len(stories) > earlier else None
        if story is not None and story["outcome"] is not None:
            return story
        if asyncio.get_running_loop().time() > until:
            return story
        await asyncio.sleep(0.2)


def _judge(script: Script, result: CallResult, *, known: bool) -> None:
    wish = script.expect
    if not known and (wish.answered_by or wish.outcome or wish.told):
        result.failures.append(
            "who answered is not known: the line's control socket was not there (--state)"
        )
        return
    if wish.answered_by and not set(wish.answered_by) & set(result.answered_by):
        found = ", ".join(result.answered_by) or "nobody"
        result.failures.append(f"wanted an answer by {' or '.join(wish.answered_by)}, got {found}")
    if wish.within_s is not None and (
        result.answered_after_s is None or result.answered_after_s > wish.within_s
    ):
        took = (
            "never answered"
            if result.answered_after_s is None
            else f"answered after {result.answered_after_s:.1f} s"
        )
        result.failures.append(f"wanted an answer within {wish.within_s:g} s, {took}")
    if wish.outcome is not None and result.outcome != wish.outcome:
        result.failures.append(f"wanted the call to end as {wish.outcome}, got {result.outcome}")
    told = [line for _at, who, line in result.timeline if who == "line"]
    for wanted in wish.told:
        if not any(wanted in line for line in told):
            result.failures.append(f"wanted “{wanted}” in the timeline, it is not there")


__all__ = ["CallResult", "PhoneProblem", "SpeechError", "place"]
