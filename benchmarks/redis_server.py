"""A Redis server for as long as a benchmark takes, on a socket in a folder."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")

_UP_WITHIN_S = 10.0


class NoServer(Exception):
    """Ops: there is no server here, or it does not start. The message says what to do."""


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """Start one whose every write is durable when it answers; gives its address.

    Raises:
        NoServer: it could not be started.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise NoServer("redis-server is missing; install it (Debian: redis-server)")
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "redis.sock"
    process = await asyncio.create_subprocess_exec(
        *(program, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), *DURABLE),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _answers(socket)
        yield f"unix://{socket}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(socket: Path) -> None:
    try:
        async with asyncio.timeout(_UP_WITHIN_S):
            while True:
                try:
                    _, writer = await asyncio.open_unix_connection(socket)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise NoServer("redis-server does not start; try it by hand") from None
