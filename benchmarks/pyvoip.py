"""pyVoIP 1.6.8 in an environment of its own, beside which the line is measured."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

from adapters.telephony.media import Clip
from adapters.telephony.media.g711 import PCMU
from adapters.telephony.media.tones import hold_music
from benchmarks.sipp import HOST, free_ports

VERSION = "1.6.8"
_SCRIPT = Path(__file__).with_name("pyvoip_answers.py")


class PyVoipMissing(Exception):
    """Ops: pyVoIP could not be installed."""


async def interpreter(folder: Path, tell: Callable[[str], None]) -> Path:
    """A Python that has pyVoIP, made in ``folder``.

    Raises:
        PyVoipMissing: it cannot be had; the message says why.
    """
    environment = folder / "pyvoip"
    python = environment / "bin" / "python"
    if python.exists():
        return python
    tell(f"making an environment with pyVoIP {VERSION} in {environment}")
    await _run(sys.executable, "-m", "venv", str(environment))
    await _run(str(python), "-m", "pip", "install", "-q", f"pyVoIP=={VERSION}")
    return python


class PyVoip:
    """pyVoIP answering calls; an asynchronous context manager.

    Args:
        python: an interpreter that has it.
        folder: for the audio it plays.
        realtime: with the priority that the line asks for.
    """

    def __init__(self, python: Path, folder: Path, *, realtime: bool) -> None:
        self._python = python
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
        """Start it."""
        self._process = await asyncio.create_subprocess_exec(
            str(self._python),
            *(str(_SCRIPT), str(self._port), str(self.caller_port)),
            *(str(self._clip), str(self._priority)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        if not await self._process.stdout.readline():
            raise PyVoipMissing("pyVoIP did not start")
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End it."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 3.0)
        except TimeoutError:
            process.kill()
            await process.wait()


def _unsigned(clip: Clip) -> bytes:
    """As pyVoIP takes it: 8 bits, unsigned."""
    pcm = PCMU.decode(clip.pcmu)
    return bytes((pcm[at + 1] + 128) % 256 for at in range(0, len(pcm), 2))


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise PyVoipMissing(f"pyVoIP cannot be installed: {' '.join(last)}")
