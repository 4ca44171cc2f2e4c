"""The asyncio driver with a simulated line and a journal in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from adapters.stores.memory import MemoryJournal
from adapters.telephony.simulated import Behaviour, SimulatedLine, SimulatedPhones
from calls.commands import Command
from calls.facts import Fact
from calls.ids import CallId
from careline.brain import Brain
from careline.clock import WallClock
from careline.gate import TriageGate, engine_of
from careline.looking_up import OpenLookups
from careline.turn import Turn
from config.site import Site

CALL = CallId("one")


class DrivenRig:
    """One brain on one simulated line; both can be replaced separately."""

    def __init__(self, site: Site, lookups: OpenLookups | None = None) -> None:
        self.site = site
        self.lookups = lookups
        self.clock = WallClock()
        self.journal = MemoryJournal()
        behaviours = {agent: Behaviour(after_s=0.05) for agent in site.agents}
        self.phones = SimulatedPhones(site.id, behaviours, instant_prompts=True)
        self.line = SimulatedLine(self.phones, self.clock)
        self.gate = TriageGate(engine_of(site))
        self.news = asyncio.Event()
        self.driven: asyncio.Task[None]
        self.brain = self.new_brain()

    def new_brain(self) -> Brain:
        self.brain = Brain(self.site, self.journal, self.gate, self._observe, lookups=self.lookups)
        self.brain.restore()
        return self.brain

    @asynccontextmanager
    async def driving(self) -> AsyncIterator[None]:
        self.driven = asyncio.create_task(self.brain.drive(self.line))
        try:
            yield
        finally:
            self.driven.cancel()
            await asyncio.gather(self.driven, return_exceptions=True)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.news.clear()
                await self.news.wait()

    def commands(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.line.carried_out if type(command) is kind]

    @property
    def journaled(self) -> list[Fact | Command]:
        return [entry.record for _position, entry in self.journal.read()]

    def close(self) -> None:
        self.line.close()
        self.gate.close()

    def _observe(self, _now: float, _turn: Turn) -> None:
        self.news.set()
