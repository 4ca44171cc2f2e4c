"""Carrying a script out: one real call, its timeline, and whether the wish was met."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from adapters.telephony.media import Clip, MediaEngine, MediaError
from adapters.telephony.sip.errors import SipError
from adapters.telephony.sip.phone import CallerPhone, PhoneProblem
from calls.ports import Synthesiser
from careline.caller.judgement import judge
from careline.caller.line_story import LineStory, Story, tells
from careline.caller.result import CallResult
from careline.caller.script import Script, ScriptStep

_UNTIL_TOLD_S = 120.0
_HEAR_AGENT_S = 2.0


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
        PhoneProblem: the line did not answer, or cannot be dialled.
        SpeechError: the words cannot be spoken.
    """
    clips = {
        step.say: Clip.from_pcm(await synthesiser.render(step.say, script.language))
        for step in script.steps
        if step.say is not None
    }
    line = LineStory(control, script.caller)
    await line.begin()
    caller = _Caller(CallerPhone(engine, script.caller), clips, line, tell)
    result = caller.result
    try:
        answered_at = await caller.dial(to)
        for step in script.steps:
            if caller.phone.over:
                break
            await caller.do(step)
        caller.note("the line has hung up" if caller.phone.over else "hangs up")
    except (SipError, MediaError) as error:
        raise PhoneProblem(str(error)) from error
    finally:
        await caller.phone.hang_up()
    result.heard = caller.phone.heard
    story = await line.ended(script.expect.told)
    if story is not None:
        _take_over(story, result, answered_at)
    result.failures = judge(script.expect, result, known=story is not None)
    return result


class _Caller:
    """Does the steps at the phone and notes them.

    Args:
        phone: not dialled yet.
        clips: what is said.
        line: what the line tells of the call.
        tell: told each note.
    """

    def __init__(
        self,
        phone: CallerPhone,
        clips: dict[str, Clip],
        line: LineStory,
        tell: Callable[[str], None],
    ) -> None:
        self.phone = phone
        self.result = CallResult(began_at=asyncio.get_running_loop().time())
        self._clips = clips
        self._line = line
        self._tell = tell

    def note(self, what: str) -> None:
        self.result.timeline.append((self._elapsed_s(), "caller", what))
        self._tell(what)

    async def dial(self, to: str) -> float:
        """Call the line; how many seconds it took to answer."""
        self.note("dials")
        await self.phone.dial(to)
        self.note("hears the line answer")
        return self._elapsed_s()

    async def do(self, step: ScriptStep) -> None:
        if step.say is not None:
            self.note(f"says “{step.say}”")
            await self.phone.speak(self._clips[step.say])
        elif step.press is not None:
            self.note(f"presses {step.press}")
            await self.phone.press(step.press)
        elif step.wait is not None:
            await self.phone.wait(step.wait)
        elif step.listen is not None:
            if not await self.phone.wait_for_pause(timeout_s=step.listen):
                self.note("has listened long enough")
        elif step.stay is not None:
            await self._stay(step.stay)
        elif step.until is not None:
            text = step.until
            await self._stay_until(lambda story: tells(story, text), _UNTIL_TOLD_S)

    async def _stay(self, seconds: float) -> None:
        """Wait until somebody answers, then a moment longer to hear them."""
        came = await self._stay_until(lambda story: bool(story["answered_by"]), seconds)
        if came:
            await self.phone.wait(_HEAR_AGENT_S)

    async def _stay_until(self, wanted: Callable[[Story], bool], at_most_s: float) -> bool:
        """Stay on the line until its story is as wanted; whether it came to that in time."""
        over = asyncio.create_task(self.phone.wait(at_most_s))
        happens = asyncio.create_task(self._line.until(wanted))
        try:
            await asyncio.wait({over, happens}, return_when=asyncio.FIRST_COMPLETED)
            return happens.done()
        finally:
            for task in (over, happens):
                task.cancel()
            await asyncio.gather(over, happens, return_exceptions=True)

    def _elapsed_s(self) -> float:
        return asyncio.get_running_loop().time() - self.result.began_at


def _take_over(story: Story, result: CallResult, answered_at: float) -> None:
    result.call_id = story["call"]
    result.answered_by = story["answered_by"]
    result.answered_after_s = story["answered_after_s"]
    result.outcome = story["outcome"]
    # The line tells of the arrival as it answers, so its times begin where the caller hears that.
    if result.answered_after_s is not None:
        result.heard_before_answer_s = answered_at + result.answered_after_s
    result.timeline += [(answered_at + at, "line", line) for at, line in story["lines"]]
    result.timeline.sort(key=lambda entry: entry[0])
