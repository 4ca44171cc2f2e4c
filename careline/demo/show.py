"""The demo's programme: nine things a clinic's line must do, each with a real call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

from adapters.telephony.sip.phone import AgentBehaviour, Pickup
from calls.ids import AgentId
from careline.caller import CallResult, Script, place, read_script
from careline.demo.stage import Stage

CALLS = Path(str(files("careline.demo"))) / "calls"
"""The demo's scripts."""

Tell = Callable[[str], None]


class Show:
    """Plays the programme on a stage.

    Args:
        stage: a running line with every agent at a phone and ready.
        tell: takes a line of output.
        keep: told each call's result, with what the caller heard.
    """

    def __init__(
        self, stage: Stage, tell: Tell, keep: Callable[[Script, CallResult], None]
    ) -> None:
        self._stage = stage
        self._tell = tell
        self._keep = keep
        self.failures = 0

    async def play(self) -> None:
        """The whole programme; :attr:`failures` counts what went otherwise than it should."""
        scenes: list[Callable[[], Awaitable[object]]] = [
            lambda: self._together("chest-pain"),
            lambda: self._together("spider-bite"),
            lambda: self._together("no-chest-pain"),
            lambda: self._together("billing", "spanish", "spanish-red-flag"),
            self._no_answer,
            self._hangs_up,
            self._brain_killed,
        ]
        for scene in scenes:
            await scene()

    async def _together(self, *names: str) -> list[CallResult]:
        """Place these calls at the same time; afterwards whoever talked is ready again."""
        scripts = [read_script(CALLS / f"{name}.yaml") for name in names]
        results = await asyncio.gather(*(self._place(script) for script in scripts))
        for script, result in zip(scripts, results, strict=True):
            self._judge(script, result)
        talked = dict.fromkeys(agent for result in results for agent in result.answered_by)
        await self._stage.ready(*(AgentId(agent) for agent in talked))
        return results

    async def _place(self, script: Script) -> CallResult:
        stage = self._stage
        return await place(
            script, stage.uri, stage.synthesiser, stage.engine, stage.state.control_socket
        )

    def _judge(self, script: Script, result: CallResult) -> None:
        self._tell("")
        self._tell(f"{'FAILED' if result.failures else 'ok    '}  {script.title}")
        for at_s, who, what in result.timeline:
            self._tell(f"    {at_s:6.1f} s  {who:6}  {what}")
        for failure in result.failures:
            self._tell(f"    NOT AS EXPECTED: {failure}")
        self.failures += bool(result.failures)
        self._keep(script, result)

    async def _no_answer(self) -> None:
        """Chloe has waited longest and lets it ring; Dev comes after her; Mateo is out."""
        stage = self._stage
        chloe, dev, mateo = AgentId("chloe"), AgentId("dev"), AgentId("mateo")
        await stage.out(mateo, dev)
        stage.phones[chloe].behaviour = AgentBehaviour(pickup=Pickup.RINGS)
        await stage.ready(dev)
        await self._together("no-answer")
        stage.phones[chloe].behaviour = AgentBehaviour()
        await stage.ready(mateo)

    async def _hangs_up(self) -> None:
        """Only Ruth takes complaints now, and she is slow to answer."""
        stage = self._stage
        ruth, others = AgentId("ruth"), (AgentId("mateo"), AgentId("fiona"))
        await stage.out(*others)
        stage.phones[ruth].behaviour = AgentBehaviour(pickup=Pickup.RINGS)
        await self._together("hangs-up")
        stage.phones[ruth].behaviour = AgentBehaviour()
        await stage.ready(*others)

    async def _brain_killed(self) -> None:
        """Two callers wait for billing; the brain is killed; Fiona then takes them in order."""
        stage = self._stage
        billing = [
            agent
            for agent, settings in stage.site.agents.items()
            if settings.skills.get("billing", 0) >= 2
        ]
        fiona = AgentId("fiona")
        await stage.out(*billing)
        scripts = [read_script(CALLS / f"waits-{which}.yaml") for which in ("first", "second")]
        first = asyncio.create_task(self._place(scripts[0]))
        await self._until_waiting(1)
        second = asyncio.create_task(self._place(scripts[1]))
        await self._until_waiting(2)
        self._tell("\n    (two callers wait for billing; the brain is killed now)")
        await stage.kill_brain()
        await stage.brain_back()
        await self._until_waiting(2)
        self._tell("    (a new brain has taken both callers over; Fiona dials ready)")
        stage.phones[fiona].behaviour = AgentBehaviour(talk_s=4.0)
        await stage.ready(fiona)
        results = [await first]
        await stage.ready(fiona)
        results.append(await second)
        for script, result in zip(scripts, results, strict=True):
            self._judge(script, result)
        if not first_then_second(results):
            self.failures += 1
            self._tell("    NOT AS EXPECTED: they were not answered in the order they came")

    async def _until_waiting(self, count: int, *, timeout_s: float = 40.0) -> None:
        """Until so many callers wait for billing."""
        until = asyncio.get_running_loop().time() + timeout_s
        while asyncio.get_running_loop().time() < until:
            status = await self._stage.status()
            waiting = {queue["queue"]: queue["waiting"] for queue in status["queues"]}
            if waiting["billing"] == count:
                return
            await asyncio.sleep(0.2)
        raise TimeoutError(f"{count} callers should wait for billing")


def first_then_second(results: list[CallResult]) -> bool:
    """Whether callers were answered in the order of the list, by what the line wrote down."""
    times = [result.answered_at for result in results]
    return None not in times and times == sorted(t for t in times if t is not None)
