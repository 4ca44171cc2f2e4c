"""A running line with an agent at every phone: what the demo, the tests and benchmarks play on."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from adapters.speech import PromptStore, VoiceSynthesiser
from adapters.telephony.media import Clip, MediaEngine
from adapters.telephony.sip.phone import AgentBehaviour, AgentPhone, greeting_with_pause
from calls.ids import AgentId
from careline.control import NotRunning, request
from careline.processes.supervisor import Supervisor
from careline.state import StateFolder
from config.load import DEFAULT_CLINIC, load_site
from config.secrets import agent_secret, ensure_agent_secrets

FIRST_MEDIA_PORT, LAST_MEDIA_PORT = 30000, 33999


def open_all_day(clinic: Path, folder: Path) -> Path:
    """A copy of a clinic that is open at every hour of these days, so that a demo runs at any hour.

    On all other days it closes as it does, so that all its ways can still be come to, and the copy
    can be proved. The dialogues stay behind: one of them may be of a night of these days.

    Args:
        clinic: the clinic's folder.
        folder: where the copy goes.
    """
    shutil.copytree(clinic, folder, ignore=shutil.ignore_patterns("dialogues"))
    place = folder / "calendars.yaml"
    calendars = yaml.safe_load(place.read_text())
    today, day = datetime.now(UTC).date(), timedelta(days=1)
    for calendar in calendars.values():
        calendar["special"] = {f"{today - day} to {today + day}": ["00:00-24:00"]}
    place.write_text(yaml.safe_dump(calendars, sort_keys=False))
    return folder


class Stage:
    """Starts the line's own processes and the agents' phones; stops them all.

    Args:
        folder: an empty folder for everything that is left behind.
        notify: told what the line's processes report.
        clinic: the site to run; the sample clinic, open at all hours, if not given.
        line_arguments: further options of the line process.
    """

    def __init__(
        self,
        folder: Path,
        notify: Callable[[str, dict[str, Any]], None] = lambda _child, _said: None,
        clinic: Path | None = None,
        line_arguments: Iterable[str] = (),
    ) -> None:
        self.clinic = clinic or open_all_day(DEFAULT_CLINIC, folder / "clinic")
        self.site = load_site(self.clinic)
        self.state = StateFolder(folder / "state")
        self.state.make()
        self.address = ""
        self.phones: dict[AgentId, AgentPhone] = {}
        self.voices: dict[AgentId, bytes] = {}
        self.engine = MediaEngine("127.0.0.1", FIRST_MEDIA_PORT, LAST_MEDIA_PORT)
        self.speech_ready = asyncio.Event()
        self.synthesiser = VoiceSynthesiser()
        self.store = PromptStore(self.state.prompts, self.synthesiser)
        self._notify = notify
        self._secrets = ensure_agent_secrets(self.state.secrets, self.site.agents)
        self._supervisor = Supervisor(
            self.clinic,
            self.state.path,
            self._heard_of,
            ("--listen", "127.0.0.1:0", *line_arguments),
        )

    @property
    def uri(self) -> str:
        """Where to call."""
        return f"sip:clinic@{self.address}"

    async def __aenter__(self) -> Stage:
        """Start the line."""
        await self._supervisor.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Stop phones and line."""
        try:
            await asyncio.gather(*(phone.stop() for phone in self.phones.values()))
            await self.store.close()
        finally:
            self.engine.close()
            await self._supervisor.stop()

    async def seat(
        self, agents: Iterable[AgentId] | None = None, behaviour: AgentBehaviour | None = None
    ) -> None:
        """Put agents (all, if not said) at registered phones; they are not ready yet."""
        wanted = list(self.site.agents if agents is None else agents)
        for agent_id in wanted:
            name = self.site.agents[agent_id].name.split(",")[0]
            pcm = await self.store.get(f"This is {name}. How can I help you?", "en")
            self.voices[agent_id] = pcm
            phone = AgentPhone(
                self.engine,
                agent_id,
                self._secrets.secret(agent_secret(agent_id)),
                self.address,
                greeting_with_pause(Clip.from_pcm(pcm)),
                behaviour or AgentBehaviour(),
            )
            self.phones[agent_id] = phone
        await asyncio.gather(*(self.phones[agent_id].start() for agent_id in wanted))

    async def ready(self, *agents: AgentId) -> None:
        """Agents dial the code for ready, all at once; also ends their wrap-up."""
        await self._code(self.site.features.ready, agents)

    async def out(self, *agents: AgentId) -> None:
        """Agents dial the code for going home."""
        await self._code(self.site.features.out, agents)

    async def on_break(self, *agents: AgentId) -> None:
        """Agents dial the code for a break: they take no calls and are expected back."""
        await self._code(self.site.features.on_break, agents)

    async def kill_brain(self) -> None:
        """Kill -9 the brain, as a crash would."""
        pid = self._supervisor.brain_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    async def brain_back(self, *, timeout_s: float = 30.0) -> None:
        """Wait until a brain answers again."""
        until = asyncio.get_running_loop().time() + timeout_s
        while True:
            try:
                await request(self.state.control_socket, op="status")
            except NotRunning:
                if asyncio.get_running_loop().time() > until:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    async def status(self) -> dict[str, Any]:
        """What the line says of itself."""
        return await request(self.state.control_socket, op="status")

    async def _code(self, code: str, agents: Iterable[AgentId]) -> None:
        await asyncio.gather(*(self.phones[agent_id].dial_code(code) for agent_id in agents))

    def _heard_of(self, child: str, said: dict[str, Any]) -> None:
        match said:
            case {"event": "ready", "sip": str(address)}:
                self.address = address
            case {"event": "speech", "available": bool(available)}:
                if available:
                    self.speech_ready.set()
        self._notify(child, said)
