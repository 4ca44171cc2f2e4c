"""The local control socket: what is going on, and requests from the command line.

One JSON object a line in each direction, over a Unix socket that only its owner may open. Requests
have an ``op``; answers have ``ok`` and either data or an ``error`` that a person can act on.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from calls.facts import AgentOnBreak, AgentOut, AgentReady
from calls.ids import AgentId, CallId
from careline.brain import Brain
from careline.call_log import CallLog, CallStory
from careline.publisher import Publisher

_PRESENCE = {"ready": AgentReady, "break": AgentOnBreak, "out": AgentOut}
_MAX_LINE_BYTES = 65536
_MAX_ANSWER_BYTES = 2**24
_ANSWER_TIMEOUT_S = 10.0
_QUEUED_LINES = 1000


class NotRunning(Exception):
    """Ops: no line is running for this state folder."""


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
                    await _write(writer, {"ok": False, "error": "a request is a JSON object"})
                elif request.get("op") == "watch":
                    await self._watch(reader, writer)
                    return
                else:
                    await _write(writer, await self._answer(request))
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
            await _write(writer, {"ok": True})
            while True:
                await _write(writer, await queue.get())

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
                    "state": type(engine).__name__
                    if not hasattr(engine, "state")
                    else engine.state.value,
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


async def _write(writer: asyncio.StreamWriter, answer: dict[str, Any]) -> None:
    writer.write(json.dumps(answer).encode() + b"\n")
    await writer.drain()


async def request(path: Path, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """One request to a running line.

    Args:
        path: the control socket.
        fields: the request.

    Raises:
        NotRunning: nobody listens at ``path``, or nobody answers.
    """
    reader, writer = await _connect(path)
    try:
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            await _write(writer, fields)
            answer = await reader.readline()
    except TimeoutError as error:
        raise NotRunning(f"the line did not answer within {_ANSWER_TIMEOUT_S:.0f} s") from error
    except ConnectionError as error:
        raise NotRunning("the line went away while it was asked") from error
    finally:
        writer.close()
    if not answer:
        raise NotRunning("the line went away while it was asked")
    result: dict[str, Any] = json.loads(answer)
    return result


@asynccontextmanager
async def watching(path: Path) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The live view's lines from now on, until the line goes away.

    What happens after this was entered is not missed.

    Raises:
        NotRunning: nobody listens at ``path``.
    """
    reader, writer = await _connect(path)
    try:
        await _write(writer, {"op": "watch"})
        await reader.readline()
        yield _events(reader)
    except ConnectionError as error:
        raise NotRunning("the line went away while it was watched") from error
    finally:
        writer.close()


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, Any]]:
    with contextlib.suppress(ConnectionError):
        while line := await reader.readline():
            yield json.loads(line)


async def _connect(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_unix_connection(path, limit=_MAX_ANSWER_BYTES)
    except PermissionError as error:
        raise NotRunning(f"{path.parent}: the line belongs to another user") from error
    except OSError as error:
        raise NotRunning(
            f"no line is running with {path.parent}; start it with `careline run`, "
            "or name its folder with --state"
        ) from error
