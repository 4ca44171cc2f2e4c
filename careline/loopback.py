"""A line for one caller on this machine: the real line process, with the brain in this one.

Nothing of it leaves the machine and nothing is kept: the line listens on loopback alone, knows no
trunk and may dial nobody, the journal is in memory, and the state folder goes at the end.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

from adapters.speech import PromptStore, VoiceSynthesiser
from adapters.stores.memory import MemoryJournal
from adapters.telephony.link import LineClient
from adapters.telephony.media import Clip, MediaEngine
from adapters.telephony.sip.phone import (
    AgentBehaviour,
    AgentPhone,
    CallerPhone,
    Pickup,
    greeting_with_pause,
)
from calls.ids import AgentId
from careline.brain import Brain
from careline.gate import TriageGate, compile_site, engine_of
from careline.looking_up import OpenLookups
from careline.processes.report import FATAL, PROGRESS, READY
from careline.state import StateFolder
from careline.turn import Turn
from config.errors import ConfigError
from config.load import load_site
from config.secrets import agent_secret, ensure_agent_secrets
from config.site import Site

_FIRST_MEDIA_PORT, _LAST_MEDIA_PORT = 34000, 34999
_STOP_WITHIN_S = 10.0
_SIP = re.compile(r"(?ms)^sip:.*?(?=^\S|\Z)")


class CannotStart(Exception):
    """Ops: the line could not be started. The message says why."""


def without_the_outside(clinic: Path, folder: Path) -> Path:
    """A copy of a site that registers with no trunk and may dial nobody.

    Args:
        clinic: the site's folder.
        folder: where the copy goes.

    Raises:
        CannotStart: the file of the site is written in such a way that it keeps them.
    """
    shutil.copytree(clinic, folder)
    file = folder / "site.yaml"
    file.write_text(_SIP.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
    try:
        left = load_site(folder).sip
    except ConfigError:
        left = None
    if left is None or left.trunk is not None or left.outbound:
        raise CannotStart(
            "site.yaml: nothing may be rung outside for this, and its `sip:` part could not be "
            "left out; write `sip:` at the beginning of a line, unquoted, with all of it indented"
        )
    return folder


class LoopbackLine:
    """Starts it all; stops it all.

    Args:
        site: what is served; its flows are those of ``config``.
        config: the site's folder, see :func:`without_the_outside`.
        state: a state folder that is made for this.
        now: what time it is for the site, seconds since the epoch.
        lookups: opens what flows ask.
        observe: told each turn.
        tell: told how far the start is.
    """

    def __init__(
        self,
        site: Site,
        config: Path,
        state: StateFolder,
        *,
        now: float,
        lookups: OpenLookups,
        observe: Callable[[float, Turn], None],
        tell: Callable[[str], None],
    ) -> None:
        self.site = site
        self.engine = MediaEngine("127.0.0.1", _FIRST_MEDIA_PORT, _LAST_MEDIA_PORT)
        self.voice = VoiceSynthesiser()
        self.phones: dict[AgentId, AgentPhone] = {}
        self._config, self._state, self._tell = config, state, tell
        self._store = PromptStore(state.prompts, self.voice)
        self._secrets = ensure_agent_secrets(state.secrets, site.agents)
        self._gate = TriageGate(engine_of(site))
        ahead_s = now - time.monotonic()
        self.brain = Brain(
            site,
            MemoryJournal(),
            self._gate,
            observe,
            lookups=lookups,
            clock=lambda: time.monotonic() + ahead_s,
        )
        self._address = ""
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._line: LineClient | None = None

    async def start(self, *, speech: bool) -> None:
        """Return once callers can ring.

        Args:
            speech: wait until the recognisers understand, or say why they cannot.

        Raises:
            CannotStart: the line process does not serve.
            LineUnavailable: it is gone.
        """
        compile_site(self.site)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "careline.processes.line"),
            *("--config", str(self._config), "--state", str(self._state.path)),
            *("--listen", "127.0.0.1:0"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._process = process
        ready, understands = asyncio.Event(), asyncio.Event()
        hearing = asyncio.create_task(self._hear(process, ready, understands))
        self._tasks.append(hearing)
        for event in (ready, *([understands] if speech else [])):
            waiting = asyncio.create_task(event.wait())
            await asyncio.wait({waiting, hearing}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if hearing.done():
                hearing.result()
                raise CannotStart("the line process has ended; its log may say why")
        self._line = await LineClient.connect(self._state.line_socket)
        self._tasks.append(asyncio.create_task(self.brain.drive(self._line)))

    async def _hear(
        self,
        process: asyncio.subprocess.Process,
        ready: asyncio.Event,
        understands: asyncio.Event,
    ) -> None:
        assert process.stdout is not None
        fatal = []
        async for line in process.stdout:
            said = json.loads(line)
            match said:
                case {"event": event, "sip": str(address)} if event == READY:
                    self._address = address
                    ready.set()
                case {"event": "speech"}:
                    understands.set()
                case {"event": event, "message": str(message)} if event == FATAL:
                    fatal.append(message)
                case {"event": event, "message": str(message)} if event == PROGRESS:
                    self._tell(message)
                case {"event": "notice", "level": "warning", "message": str(message)}:
                    # Whatever it is, speech may be what it is about: nobody waits for ever.
                    understands.set()
        if fatal:
            raise CannotStart("; ".join(fatal))

    async def seat(self, agents: Collection[AgentId], away: Collection[AgentId]) -> None:
        """Put agents at phones, ready for calls.

        Args:
            agents: who.
            away: those of them who let it ring.

        Raises:
            PhoneProblem: a phone cannot register.
            SpeechError: a greeting cannot be spoken.
        """
        for agent_id in agents:
            name = self.site.agents[agent_id].name.split(",")[0]
            greeting = await self._store.get(f"This is {name}. How can I help you?", "en")
            self.phones[agent_id] = AgentPhone(
                self.engine,
                agent_id,
                self._secrets.secret(agent_secret(agent_id)),
                self._address,
                greeting_with_pause(Clip.from_pcm(greeting)),
                AgentBehaviour(pickup=Pickup.RINGS) if agent_id in away else AgentBehaviour(),
            )
            await self.phones[agent_id].start()
            await self.phones[agent_id].dial_code(self.site.features.ready)

    async def ring(self, number: str) -> CallerPhone:
        """A caller's phone, on which the line has answered.

        Args:
            number: what it shows; empty where it is withheld.

        Raises:
            PhoneProblem: the line does not answer.
        """
        phone = CallerPhone(self.engine, number)
        await phone.dial(f"sip:clinic@{self._address}")
        return phone

    async def stop(self) -> None:
        """Stop phones, brain and line."""
        await asyncio.gather(
            *(phone.stop() for phone in self.phones.values()), return_exceptions=True
        )
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._line is not None:
            await self._line.close()
        await self.brain.close()
        await self._store.close()
        self.engine.close()
        self._gate.close()
        if self._process is not None:
            await _ended(self._process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_STOP_WITHIN_S):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
