"""Starts the line and the brain, and starts again whichever of them dies.

The line goes on without the brain: its callers hear music until a new brain takes them over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from careline.processes.report import FATAL, FATAL_EXIT, READY

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_HEALTHY_S = 30.0
_STOP_TIMEOUT_S = 10.0

Notify = Callable[[str, dict[str, Any]], None]
"""Told each report of a child: its name and the report."""


class ChildCannotStart(Exception):
    """Ops: a child said why it cannot do its work."""


@dataclass(slots=True)
class _Child:
    name: str
    module: str
    arguments: tuple[str, ...]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    fatal: list[str] = field(default_factory=list)


class Supervisor:
    """The two processes of one site.

    Args:
        config: the site's folder.
        state: the state folder.
        notify: told what the children report.
    """

    def __init__(
        self, config: Path, state: Path, notify: Notify, line_arguments: tuple[str, ...] = ()
    ) -> None:
        paths = ("--config", str(config), "--state", str(state))
        self._notify = notify
        self._line = _Child("line", "careline.processes.line", (*paths, *line_arguments))
        self._brain = _Child("brain", "careline.processes.brain", paths)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def brain_pid(self) -> int | None:
        """The brain's process id, while it runs."""
        return self._brain.process.pid if self._brain.process else None

    async def start(self) -> None:
        """Start both and wait until calls are served.

        Raises:
            ChildCannotStart: one of them cannot do its work; both are stopped.
        """
        for child in (self._line, self._brain):
            task = asyncio.create_task(self._keep_running(child))
            self._tasks.append(task)
            ready = asyncio.create_task(child.ready.wait())
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if task.done():
                await self.stop()
                task.result()

    async def wait(self) -> None:
        """Until one of them can no longer do its work.

        Raises:
            ChildCannotStart: it said why.
        """
        done, _pending = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Stop both, the brain first, so that nobody is told that the line died."""
        for task in reversed(self._tasks):
            task.cancel()
        for child in (self._brain, self._line):
            process = child.process
            if process is None or process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError, ChildCannotStart):
                await task

    async def _keep_running(self, child: _Child) -> None:
        pause_s = _FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while True:
            started_at = loop.time()
            code = await self._run_once(child)
            if child.fatal or code == FATAL_EXIT:
                raise ChildCannotStart("\n".join(child.fatal) or f"the {child.name} cannot start")
            if not child.ready.is_set():
                raise ChildCannotStart(f"the {child.name} died while it started; the log says why")
            if loop.time() - started_at > _HEALTHY_S:
                pause_s = _FIRST_PAUSE_S
            self._notify(
                child.name,
                {"event": "died", "code": code, "again_in_s": pause_s},
            )
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _run_once(self, child: _Child) -> int:
        child.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            child.module,
            *child.arguments,
            # Held open and never written to: its end tells a child that we are gone.
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        output = child.process.stdout
        assert output is not None
        while line := await output.readline():
            try:
                said = json.loads(line)
                event = said["event"]
            except (ValueError, KeyError, TypeError):
                self._notify(child.name, {"event": "said", "message": "(unreadable output)"})
                continue
            if event == READY:
                child.ready.set()
            elif event == FATAL:
                child.fatal.append(said.get("message", ""))
            self._notify(child.name, said)
        return await child.process.wait()
