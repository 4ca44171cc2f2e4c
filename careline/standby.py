"""The control socket of a node that does not lead: it says so."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from careline.control import write_line
from careline.control_socket import ControlSocket

WAITS = "another machine leads this site; ask there"


class Standby(ControlSocket):
    """Answers on the control socket while another node leads.

    Args:
        title: of the site.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await write_line(writer, self._answer(line))

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
        return {"ok": False, "error": WAITS, "leads": False}
