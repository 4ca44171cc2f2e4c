"""The running line's end of the control socket: what is going on, and requests.

The protocol stands in :mod:`careline.control`, which is the other end.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import json
import os
from pathlib import Path
from typing import Any

from calls.facts import AgentOnBreak, AgentOut, AgentReady
from calls.ids import AgentId, CallId
from careline.brain import Brain
from careline.call_log import CallLog, CallStory
from careline.control import write_line
from careline.publisher import Publisher
from ivr import Interpreter

_PRESENCE = {"ready": AgentReady, "break": AgentOnBreak, "out": AgentOut}
_MAX_LINE_BYTES = 65536
_QUEUED_LINES = 1000


class ControlServer:
    """Answers on the control socket.

    Args:
        brain: the site's driver.
        calls: the last calls.
        publisher: loads the site's folder again when asked to.
    """

    def __init__(self, brain: Brain, calls: CallLog, publisher: Publisher) -> None:
        self._brain = brain
        self._calls = calls
        self._publisher = publisher
        self._server: asyncio.Server | None = None
        self._watchers: set[asyncio.Queue[dict[str, Any]]] = set()
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, path: Path) -> None:
        """Listen at ``path``."""
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._server = await asyncio.start_unix_server(self._connected, path, limit=_MAX_LINE_BYTES)
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

    def tell_watchers(self, at: float, call_id: CallId | None, line: str) -> None:
        """Pass a line of the live view on; a watcher who does not read loses lines."""
        for queue in self._watchers:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait({"at": at, "call": call_id, "line": line})

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                request = _parsed(line)
                if request is None:
                    await write_line(writer, {"ok": False, "error": "a request is a JSON object"})
                elif request.get("op") == "watch":
                    await self._watch(reader, writer)
                    return
                else:
                    await write_line(writer, await self._answer(request))
        except (ConnectionError, ValueError):
            # The far end left, or sent a line that is longer than any request.
            return
        finally:
            writer.close()

    async def _watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send the live view's lines until the watcher leaves."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=_QUEUED_LINES)
        self._watchers.add(queue)

        async def send() -> None:
            await write_line(writer, {"ok": True})
            while True:
                await write_line(writer, await queue.get())

        sending = asyncio.create_task(send())
        left = asyncio.create_task(reader.read())
        try:
            await asyncio.wait({sending, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._watchers.discard(queue)
            for task in (sending, left):
                task.cancel()
            await asyncio.gather(sending, left, return_exceptions=True)

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        match request:
            case {"op": "status"}:
                return {"ok": True, **self._status()}
            case {"op": "agent", "agent": str(agent), "presence": str(presence)}:
                return self._agent(agent, presence)
            case {"op": "publish"}:
                done = await self._publisher.publish()
                return {"ok": True, "version": done.version, "problems": done.problems}
            case {"op": "calls", "caller": str(caller)}:
                stories = self._calls.from_caller(caller)
                return {"ok": True, "calls": [_story(story) for story in stories]}
            case _:
                return {"ok": False, "error": "unknown request"}

    def _agent(self, agent: str, presence: str) -> dict[str, Any]:
        agents = self._brain.switchboard.site.agents
        if AgentId(agent) not in agents:
            near = difflib.get_close_matches(agent, agents, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            return {"ok": False, "error": f"there is no agent '{agent}'{hint}"}
        kind = _PRESENCE.get(presence)
        if kind is None:
            return {"ok": False, "error": f"'{presence}' is none of ready, break, out"}
        self._brain.tell(kind(site=self._brain.switchboard.site.id, agent_id=AgentId(agent)))
        now = next(
            each
            for each in self._brain.switchboard.distributor.snapshot().agents
            if each.agent_id == agent
        )
        return {"ok": True, "work": now.work.value, "reachable": now.reachable}

    def _status(self) -> dict[str, Any]:
        board = self._brain.switchboard
        now = self._brain.now()
        calls = []
        for call_id, engine in board.live_calls.items():
            story = self._calls.story(call_id)
            calls.append(
                {
                    "call": call_id,
                    "state": engine.state.value if isinstance(engine, Interpreter) else "rescue",
                    "since_s": now - story.arrived_at if story else None,
                    "doing": story.lines[-1][1] if story and story.lines else "",
                }
            )
        picture = board.distributor.snapshot()
        return {
            "pid": os.getpid(),
            "site": board.site.title,
            "calls": calls,
            "agents": [
                {
                    "agent": agent.agent_id,
                    "presence": agent.presence.value,
                    "work": agent.work.value,
                    "reachable": agent.reachable,
                }
                for agent in picture.agents
            ],
            "queues": [
                {"queue": queue.queue_id, "waiting": len(queue.waiting)} for queue in picture.queues
            ],
            "outcomes": {outcome.value: count for outcome, count in board.outcomes.items()},
            "tasks": [
                {"kind": task.order.kind, "queue": task.order.queue, "age_s": now - task.opened_at}
                for task in board.tasks
            ],
            "faults": board.faults,
            "journal_problem": self._brain.journal_problem,
        }


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _story(story: CallStory) -> dict[str, Any]:
    return {
        "call": story.call_id,
        "arrived_at": story.arrived_at,
        "lines": story.lines,
        "answered_by": story.answered_by,
        "answered_after_s": story.answered_after_s,
        "outcome": story.outcome.value if story.outcome else None,
    }
