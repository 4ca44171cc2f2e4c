"""Starts and drives the process that is the far end of the calls; see ``far_end``."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from benchmarks.far_end import FIELDS
from benchmarks.grid import Pacing, pacing, stream_pacing

_SHORTEST_PACKETS = 100
"""Streams that began or ended within the last two seconds of a measurement have no pace yet."""


class FarEnds:
    """The far end of every call of one measurement; an asynchronous context manager.

    Args:
        folder: for what was measured.
        quiet: mu-law audio of somebody who listens.
        speech: mu-law audio of people who talk.
        talkers: how many of the callers talk; the first that call.
        seconds: the process ends by itself after so long.
    """

    def __init__(
        self,
        folder: Path,
        quiet: Path,
        speech: Sequence[Path] = (),
        talkers: int = 0,
        seconds: float = 900.0,
    ) -> None:
        self._folder = folder
        self._arguments = ["--quiet", str(quiet), "--seconds", str(seconds)]
        if speech:
            self._arguments += ["--talkers", str(talkers), "--speech", *map(str, speech)]
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0
        self.realtime = False

    async def __aenter__(self) -> Self:
        """Start the process."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks.far_end", *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        told = await self._told()
        self.port, self.realtime = told["port"], told["realtime"]
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End the process."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def pace(self, seconds: float) -> Pacing:
        """Watch for so long what arrives.

        Raises:
            ValueError: nothing arrived.
        """
        path = self._folder / "packets"
        await self._say("begin")
        await asyncio.sleep(seconds)
        await self._say(f"end {path}")
        await self._told()
        packets = np.fromfile(path, dtype=np.int64).reshape(-1, FIELDS)
        path.unlink()
        streams = (packets[packets[:, 1] == number] for number in np.unique(packets[:, 1]))
        return pacing(
            stream_pacing(stream[:, 0], stream[:, 2], stream[:, 3])
            for stream in streams
            if len(stream) >= _SHORTEST_PACKETS
        )

    async def streams(self) -> dict[str, Any]:
        """``live`` streams now, and of each stream ever its port and its first packets' times."""
        await self._say("streams")
        return await self._told()

    async def until(self, count: int, timeout_s: float) -> bool:
        """Wait for so many streams at once; ``False`` when they did not come in time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout_s
        while (await self.streams())["live"] < count:
            if loop.time() > end:
                return False
            await asyncio.sleep(0.25)
        return True

    async def _say(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()

    async def _told(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the far end ended early")
        told: dict[str, Any] = json.loads(line)
        return told
