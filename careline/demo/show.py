"""The demo's programme: nine things a clinic's line must do, each with a real call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from importlib.resources import files
from pathlib import Path

from adapters.telephony.sip.phone import AgentBehaviour, PhoneProblem, Pickup
from calls.ids import AgentId
from calls.ports import VaultError
from careline.caller import CallResult, Script, place, read_script, show_result
from careline.control import NotRunning
from careline.demo.evidence import IDENTITY, distinct_stretches, hears, recording_problems
from careline.demo.stage import Stage
from careline.sound import longest_silence_s
from careline.terminal import Terminal, Tone

CALLS = Path(str(files("careline.demo"))) / "calls"
"""The demo's scripts."""

_CHLOE, _DEV, _FIONA = AgentId("chloe"), AgentId("dev"), AgentId("fiona")
_MATEO, _RUTH = AgentId("mateo"), AgentId("ruth")
_LONGEST_SILENCE_S = 3.0
_APART_S = 3.0


class Show:
    """Plays the programme on a stage.

    Args:
        stage: a running line with every agent at a phone and ready.
        terminal: where it is told.
        keep: told each call's result, with what the caller heard.
    """

    def __init__(
        self, stage: Stage, terminal: Terminal, keep: Callable[[Script, CallResult], None]
    ) -> None:
        self._stage = stage
        self._terminal = terminal
        self._keep = keep
        self.calls = 0
        self.failures = 0

    async def play(self) -> None:
        """The whole programme; :attr:`failures` counts what went otherwise than it should."""
        scenes: tuple[Callable[[], Awaitable[None]], ...] = (
            self._everybody_ready,
            self._some_do_not_answer,
            self._brain_killed,
        )
        for scene in scenes:
            try:
                await scene()
            except (PhoneProblem, NotRunning, VaultError, TimeoutError) as error:
                self._fail(f"the scene could not go on: {error}")

    # --- scenes ---------------------------------------------------------------------------------

    async def _everybody_ready(self) -> None:
        """Five callers at once, for five different people."""
        await self._at_once("chest-pain", "spider-bite", "no-chest-pain", "billing", "spanish")

    async def _some_do_not_answer(self) -> None:
        """Chloe and Ruth let it ring.

        Chloe has waited longest for refills, Dev comes after her; nobody but Ruth takes complaints.
        """
        stage = self._stage
        await stage.on_break(_MATEO, _FIONA, _DEV)
        await stage.ready(_DEV)
        for agent in (_CHLOE, _RUTH):
            stage.phones[agent].behaviour = AgentBehaviour(pickup=Pickup.RINGS)
        await self._at_once("spanish-red-flag", "no-answer", "hangs-up")
        for agent in (_CHLOE, _RUTH):
            stage.phones[agent].behaviour = AgentBehaviour()

    async def _brain_killed(self) -> None:
        """Two callers wait for billing; the brain is killed; Fiona then takes them in order."""
        stage = self._stage
        await stage.on_break(*self._who_can("billing", 2))
        scripts = [read_script(CALLS / f"waits-{which}.yaml") for which in ("first", "second")]
        self._announce(scripts)
        calls = []
        try:
            for script in scripts:
                calls.append(asyncio.create_task(self._place(script)))
                # So that it is clear who came first, on a slow machine too.
                await asyncio.sleep(_APART_S)
            await self._until_waiting(len(calls))
            killed_at = asyncio.get_running_loop().time()
            await stage.kill_brain()
            await stage.brain_back()
            await self._until_waiting(len(calls))
            self._terminal.say("(both callers wait as before; Fiona dials ready)", lead="    ")
            await stage.ready(_FIONA)
            await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            # Her wrap-up ends with it.
            await stage.ready(_FIONA)
            results = [await call for call in calls]
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        for script, result in zip(scripts, results, strict=True):
            waiting = result.heard_between(
                killed_at - result.began_at, result.heard_before_answer_s
            )
            silence_s = longest_silence_s(waiting)
            if silence_s > _LONGEST_SILENCE_S:
                result.failures.append(f"the caller heard {silence_s:.1f} s of silence, no music")
            self._judge(script, result)
        if not answered_in_order(results):
            self._fail("they were not answered in the order in which they began to wait")

    # --- calls ----------------------------------------------------------------------------------

    async def _at_once(self, *names: str) -> None:
        """Place these calls at the same time; afterwards whoever talked is ready again."""
        scripts = [read_script(CALLS / f"{name}.yaml") for name in names]
        self._announce(scripts)
        results = await asyncio.gather(*(self._place(script) for script in scripts))
        for script, result in zip(scripts, results, strict=True):
            self._judge(script, result)
        talked = dict.fromkeys(agent for result in results for agent in result.answered_by)
        await self._stage.ready(*(AgentId(agent) for agent in talked))

    async def _place(self, script: Script) -> CallResult:
        stage = self._stage
        try:
            return await place(
                script, stage.uri, stage.synthesiser, stage.engine, stage.state.control_socket
            )
        except PhoneProblem as problem:
            return CallResult(failures=[str(problem)])

    def _announce(self, scripts: Iterable[Script]) -> None:
        self._terminal.say()
        for script in scripts:
            self._terminal.say(script.title, lead="calling …  ", tone=Tone.QUIET)

    def _judge(self, script: Script, result: CallResult) -> None:
        result.failures += self._evidence_missing(result)
        self.calls += 1
        self.failures += bool(result.failures)
        self._terminal.say()
        show_result(self._terminal, script, result)
        self._keep(script, result)

    def _evidence_missing(self, result: CallResult) -> Iterable[str]:
        """What the ears of caller and recording do not confirm."""
        if not result.answered_by:
            return
        voices = dict(self._stage.voices)
        voice = distinct_stretches(voices.pop(AgentId(result.answered_by[0])), voices.values())
        if not hears(result.heard_of_agent, voice):
            yield f"the caller did not hear the voice of {result.answered_by[0]}"
        vault, identity = self._stage.state.vault, self._stage.state.identities / IDENTITY
        recordings = sorted(vault.glob(f"{result.call_id}-*.sealed"))
        told = any(line.startswith("recording of") for line in result.told)
        if told and not recordings:
            yield "the timeline tells of a recording that is not in the vault"
        for sealed in recordings:
            yield from recording_problems(sealed, identity, voice)

    def _fail(self, why: str) -> None:
        self.failures += 1
        self._terminal.say(why, lead="    NOT AS EXPECTED: ", tone=Tone.ALERT)

    def _who_can(self, skill: str, level: int) -> list[AgentId]:
        agents = self._stage.site.agents.items()
        return [agent for agent, settings in agents if settings.skills.get(skill, 0) >= level]

    async def _until_waiting(self, count: int, *, timeout_s: float = 90.0) -> None:
        """Until so many callers wait for billing."""
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_s
        while loop.time() < until:
            queues = (await self._stage.status())["queues"]
            if any(q["queue"] == "billing" and q["waiting"] == count for q in queues):
                return
            await asyncio.sleep(0.2)
        raise TimeoutError(f"{count} callers should wait for billing")


def answered_in_order(results: list[CallResult]) -> bool:
    """Whether callers were answered in the order in which they joined the queue."""
    waited_since = [_at(result, "waits in queue") for result in results]
    answered = [_at(result, "talks with") for result in results]
    by_queue = sorted(range(len(results)), key=waited_since.__getitem__)
    return by_queue == sorted(range(len(results)), key=answered.__getitem__)


def _at(result: CallResult, line: str) -> float:
    """When the line first told this, in the event loop's time; never is at the end of time."""
    return next(
        (result.began_at + at for at, _who, told in result.timeline if told.startswith(line)),
        float("inf"),
    )
