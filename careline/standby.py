"""The control socket of a node that does not lead: it says so."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path
from typing import Any

from careline.control import write_line

WAITS = "another node leads this site; ask there"


class Standby:
    """Answers on the control socket while another node leads.

    Args:
        title: of the site.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, path: Path) -> None:
        """Listen at ``path``."""
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._server = await asyncio.start_unix_server(self._connected, path)
        path.chmod(0o600)

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                await write_line(writer, self._answer(line))
        except (ConnectionError, ValueError):
            # The far end left, or sent a line that is no request.
            return
        finally:
            writer.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        request = json.loads(line)
        match request.get("op") if isinstance(request, dict) else None:
            case "status":
                lists: dict[str, Any] = {
                    name: [] for name in ("calls", "agents", "queues", "tasks")
                }
                return {
                    **lists,
                    "ok": True,
                    "pid": os.getpid(),
                    "site": self._title,
                    "outcomes": {},
                    "faults": 0,
                    "journal_problem": WAITS,
                }
            case "watch":
                return {"ok": True}
        return {"ok": False, "error": WAITS}
