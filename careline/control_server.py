"""The running line's end of the control socket: what is going on, and requests.

The protocol stands in :mod:`careline.control`, which is the other end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Coroutine
from typing import Any

from calls.facts import Fact
from calls.ids import AgentId, CallId
from careline.agent_requests import agent_data, agent_named, presence_fact
from careline.brain import Brain
from careline.call_log import CallLog, CallStory
from careline.control import write_line
from careline.control_socket import ControlSocket
from careline.publisher import Publisher
from careline.publishing import GateNews, Tell
from careline.queue_requests import override, queue_data, queue_named
from careline.refusal import Refused
from careline.screen import screen_data
from careline.task_requests import closing, reading, task_data
from ivr import Interpreter

_QUEUED_LINES = 1000
_HANDLED_WITHIN_S = 5.0
"""A request that is not handled by then is answered all the same: no line is connected just now."""


class ControlServer(ControlSocket):
    """Answers on the control socket.

    Args:
        brain: the site's driver.
        calls: the last calls.
        publisher: loads the site's folder again when asked to.
    """

    def __init__(self, brain: Brain, calls: CallLog, publisher: Publisher) -> None:
        super().__init__()
        self._brain = brain
        self._calls = calls
        self._publisher = publisher
        self._watchers: set[asyncio.Queue[dict[str, Any]]] = set()

    def tell_watchers(self, at: float, call_id: CallId | None, line: str) -> None:
        """Pass a line of the live view on; a watcher who does not read loses lines."""
        for queue in self._watchers:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait({"at": at, "call": call_id, "line": line})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            request = _parsed(line)
            if request is None:
                await write_line(writer, {"ok": False, "error": "a request is a JSON object"})
            elif request.get("op") == "watch":
                await self._watch(reader, writer)
                return
            elif request.get("op") in ("publish", "roll-back"):
                await self._publish(request, reader, writer)
                return
            else:
                await write_line(writer, await self._answered(request))

    async def _watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send the live view's lines until the watcher leaves."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=_QUEUED_LINES)
        self._watchers.add(queue)

        async def send() -> None:
            await write_line(writer, {"ok": True})
            while True:
                await write_line(writer, await queue.get())

        try:
            await _until_left(reader, send())
        finally:
            self._watchers.discard(queue)

    async def _publish(
        self,
        request: dict[str, Any],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Publish or roll back, and tell how far it is; whoever leaves before the end calls it off.

        One that has passed every gate is no longer called off by anybody.
        """
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(maxsize=_QUEUED_LINES)

        def tell(news: GateNews) -> None:
            with contextlib.suppress(asyncio.QueueFull):  # they know all the same that it goes on
                queue.put_nowait(news.as_data())

        async def send() -> None:
            while (news := await queue.get()) is not None:
                await write_line(writer, news)

        async def publish() -> None:
            sending = asyncio.create_task(send())
            try:
                answer = await self._published(request, tell)
                await queue.put(None)
                await sending
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
            await write_line(writer, answer)

        await _until_left(reader, publish())

    async def _published(self, request: dict[str, Any], tell: Tell) -> dict[str, Any]:
        """The answer to a request to publish or to roll back."""
        try:
            author, note = _text(request, "author"), _text(request, "note") or ""
            if request["op"] == "publish":
                done = await self._publisher.publish(author, note, tell)
            else:
                wanted = _text(request, "version")
                done = await self._publisher.roll_back(wanted, author, note, tell)
        except Refused as refusal:
            return {"ok": False, "error": str(refusal)}
        return {
            "ok": True,
            "version": done.version,
            "problems": done.problems,
            "number": None if done.publication is None else done.publication.number,
            "folder": str(self._publisher.folder),
        }

    async def _answered(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": True, **await self._answer(request)}
        except Refused as refusal:
            return {"ok": False, "error": str(refusal)}

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        board = self._brain.switchboard
        match request:
            case {"op": "status"}:
                return self._status()
            case {"op": "agent", "agent": str(agent), "presence": str(presence)}:
                approved = request.get("approved") is True
                done = await self._tell(
                    presence_fact(board.site, agent, presence, approved=approved)
                )
                return {**done, **agent_data(board, AgentId(agent))}
            case {"op": "screen", "agent": str(agent)}:
                agent_id = agent_named(board.site, agent)
                return screen_data(board, agent_id, self._brain.now())
            case {"op": "tasks"}:
                tasks = task_data(board, self._brain.now())
                return {"tasks": tasks, "time_zone": str(board.site.zone)}
            case {"op": "task", "call": str(call), "by": str(by)}:
                kind, now = _text(request, "kind"), self._brain.now()
                read, data = reading(board, self._calls, call, kind, by, now)
                done = await self._tell(read)
                return {**done, "task": data, "time_zone": str(board.site.zone)}
            case {"op": "close", "call": str(call), "by": str(by), "how": str(how)}:
                fact = closing(board, self._calls, call, _text(request, "kind"), by, how)
                done = await self._tell(fact)
                return {**done, "call": fact.call_id, "kind": fact.kind}
            case {"op": "queues"}:
                name = _text(request, "queue")
                only = None if name is None else queue_named(board.site, name)
                queues = queue_data(board, self._brain.now(), only)
                return {"queues": queues, "time_zone": str(board.site.zone)}
            case {"op": "queue", "queue": str(queue), "word": str(word)}:
                now = self._brain.now()
                said = override(board.site, queue, word, _number(request, "for_s"), now)
                done = await self._tell(said)
                (data,) = queue_data(board, self._brain.now(), said.queue)
                return {**done, **data, "time_zone": str(board.site.zone)}
            case {"op": "versions"}:
                return {
                    "serving": self._brain.newest.version,
                    "in_use": self._brain.versions_in_use(),
                    "folder": str(self._publisher.folder),
                    "time_zone": str(board.site.zone),
                }
            case {"op": "calls", "caller": str(caller)}:
                stories = self._calls.from_caller(caller)
                return {"calls": [_story(story) for story in stories]}
            case _:
                raise Refused("unknown request")

    async def _tell(self, fact: Fact) -> dict[str, Any]:
        """Hand a fact in.

        Returns:
            ``handled``: whether it was already, and its effect can be told. ``not_journaled``: why
            it counts only until the next start of the brain; ``None`` where nothing is wrong.
        """
        try:
            async with asyncio.timeout(_HANDLED_WITHIN_S):
                kept = await self._brain.tell_and_wait(fact)
        except TimeoutError:
            return {"handled": False, "not_journaled": None}
        why = None if kept else self._brain.journal_problem or "another machine leads the site now"
        return {"handled": True, "not_journaled": why}

    def _status(self) -> dict[str, Any]:
        board = self._brain.switchboard
        now = self._brain.now()
        calls = []
        for call_id, call in board.calls.items():
            story, engine = self._calls.story(call_id), call.engine
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
            "outcomes": {outcome.value: count for outcome, count in board.calls.outcomes.items()},
            "tasks": task_data(board, now),
            "faults": board.faults,
            "journal_problem": self._brain.journal_problem,
        }


async def _until_left(reader: asyncio.StreamReader, serving: Coroutine[Any, Any, None]) -> None:
    """Serve one who has connected, until that is done or they leave.

    Raises:
        ConnectionError: they left meanwhile.
    """
    working = asyncio.create_task(serving)
    left = asyncio.create_task(reader.read())
    try:
        await asyncio.wait({working, left}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, left):
            task.cancel()
        await asyncio.gather(working, left, return_exceptions=True)
    if not working.cancelled():
        working.result()


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _text(request: dict[str, Any], name: str) -> str | None:
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(f"{name} is a text")
    return value


def _number(request: dict[str, Any], name: str) -> float | None:
    value = request.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float):
        raise Refused(f"{name} is a number")
    return float(value)


def _story(story: CallStory) -> dict[str, Any]:
    return {
        "call": story.call_id,
        "arrived_at": story.arrived_at,
        "lines": story.lines,
        "queued_in": story.queued_in,
        "offered_to": story.offered_to,
        "answered_by": story.answered_by,
        "answered_after_s": story.answered_after_s,
        "outcome": story.outcome.value if story.outcome else None,
    }
