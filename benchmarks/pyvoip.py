"""pyVoIP 1.6.8 in a process of its own, beside which the line is measured."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from adapters.telephony.media import Clip
from adapters.telephony.media.g711 import PCMU
from adapters.telephony.media.tones import hold_music
from benchmarks.sipp import HOST, free_ports

VERSION = "1.6.8"


class PyVoipMissing(Exception):
    """Ops: pyVoIP is not here, or cannot run as it should."""


class PyVoip:
    """pyVoIP answering calls; an asynchronous context manager.

    Args:
        folder: for the audio it plays.
        realtime: with the priority that the line asks for.

    Raises:
        PyVoipMissing: it is not installed.
    """

    def __init__(self, folder: Path, *, realtime: bool) -> None:
        if find_spec("pyVoIP") is None:
            raise PyVoipMissing("pyVoIP is not here: scripts/setup.sh dev")
        self._priority = 10 if realtime else 0
        self._clip = folder / "pyvoip.u8"
        self._port, self.caller_port = free_ports(2)
        self._process: asyncio.subprocess.Process | None = None
        self._clip.write_bytes(_unsigned(hold_music()))

    @property
    def target(self) -> str:
        """Where to call, from :attr:`caller_port`."""
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        """Start it.

        Raises:
            PyVoipMissing: it does not start, is another version, or has not the priority.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks.pyvoip_answers", str(self._port), str(self.caller_port)),
            *(str(self._clip), str(self._priority)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if problem := _problem(line, realtime=self._priority > 0):
            await self.__aexit__()
            raise PyVoipMissing(problem)
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End it."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(3.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _problem(line: bytes, *, realtime: bool) -> str:
    """Why its figures would not be what they are called; empty when they are."""
    if not line:
        return "pyVoIP did not start"
    told = json.loads(line)
    if told["version"] != VERSION:
        return f"this is pyVoIP {told['version']}, wanted {VERSION}"
    if realtime and not told["realtime"]:
        return "real-time priority is not granted here"
    return ""


def _unsigned(clip: Clip) -> bytes:
    """As pyVoIP takes it: 8 bits, unsigned."""
    pcm = PCMU.decode(clip.pcmu)
    return bytes((pcm[at + 1] + 128) % 256 for at in range(0, len(pcm), 2))
