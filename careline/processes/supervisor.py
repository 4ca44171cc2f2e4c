"""Starts the line and the brain, and starts again whichever of them dies, and a brain that hangs.

The line goes on without the brain: its callers hear music until a new brain takes them over. What a
child says it cannot go on without stops the start; once calls are served it stops nothing any more:
the other child goes on, and this one is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from careline.processes.report import ALIVE, DIED, FATAL, FATAL_EXIT, READY
from careline.state import StateFolder, StateInUse

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_HEALTHY_S = 30.0
_STOP_TIMEOUT_S = 10.0
_MAX_REPORT_BYTES = 2**20
_BRAIN_SILENT_S = 30.0
"""A brain that serves and says nothing for so long hangs."""

Notify = Callable[[str, dict[str, Any]], None]
"""Told each report of a child: its name and the report."""


class ChildCannotStart(Exception):
    """Ops: the line cannot be started. The message says why, in lines for the operator."""


@dataclass(slots=True)
class _Child:
    """One of the processes.

    Attributes:
        name: ``line`` or ``brain``.
        module: what is run.
        arguments: with which options.
        environment: what it is told beside ours; no command line shows it.
        silent_s: serving and silent for so long it hangs; ``None``: never.
        ready: it has served.
        process: while it runs, and the last one after that.
        fatal: why it cannot go on.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    silent_s: float | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    fatal: list[str] = field(default_factory=list)


class Supervisor:
    """The two processes of one site.

    Args:
        config: the site's folder.
        state: the state folder.
        notify: told what the children report.
        line_arguments: further options of the line process.
        brain_arguments: further options of the brain.
        brain_environment: what the brain is told that no command line may show.
        brain_silent_s: a brain that serves and says nothing for so long is killed. The line never
            is: callers would be lost with it.
    """

    def __init__(
        self,
        config: Path,
        state: Path,
        notify: Notify,
        line_arguments: tuple[str, ...] = (),
        brain_arguments: tuple[str, ...] = (),
        *,
        brain_environment: Mapping[str, str] = MappingProxyType({}),
        brain_silent_s: float = _BRAIN_SILENT_S,
    ) -> None:
        self._state = StateFolder(state)
        self._claim: int | None = None
        paths = ("--config", str(config), "--state", str(state))
        self._notify = notify
        self._line = _Child("line", "careline.processes.line", (*paths, *line_arguments))
        self._brain = _Child(
            "brain",
            "careline.processes.brain",
            (*paths, *brain_arguments),
            brain_environment,
            brain_silent_s,
        )
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def brain_pid(self) -> int | None:
        """The brain's process id, while it runs."""
        return self._brain.process.pid if self._brain.process else None

    async def start(self) -> None:
        """Start both and wait until calls are served.

        Raises:
            ChildCannotStart: one of them cannot do its work, or another line uses the state
                folder; nothing is left running.
        """
        try:
            self._claim = self._state.claim()
        except StateInUse as error:
            raise ChildCannotStart(str(error)) from error
        except OSError as error:
            raise ChildCannotStart(f"{self._state.lock}: {error.strerror}") from error
        try:
            await self._start_both()
        except BaseException:
            await self.stop()
            raise

    async def _start_both(self) -> None:
        for child in (self._line, self._brain):
            task = asyncio.create_task(self._keep_running(child))
            self._tasks.append(task)
            ready = asyncio.create_task(child.ready.wait())
            try:
                await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ready.cancel()
                await asyncio.gather(ready, return_exceptions=True)
            if task.done():
                task.result()

    async def wait(self) -> None:
        """For ever: a child that dies is started again. A bug in here ends it."""
        done, _pending = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Stop both, the brain first, so that nobody is told that the line died.

        May be called at any time, also again.
        """
        for task in reversed(self._tasks):
            task.cancel()
        for child in (self._brain, self._line):
            process = child.process
            if process is None or process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(_STOP_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError, ChildCannotStart):
                await task
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    async def _keep_running(self, child: _Child) -> None:
        pause_s = _FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while True:
            started_at = loop.time()
            code = await self._run_once(child)
            if not child.ready.is_set():
                raise ChildCannotStart(self._why(child, code))
            if loop.time() - started_at > _HEALTHY_S:
                pause_s = _FIRST_PAUSE_S
            why = child.fatal[0] if child.fatal else ""
            self._notify(
                child.name, {"event": DIED, "code": code, "why": why, "again_in_s": pause_s}
            )
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _why(self, child: _Child, code: int) -> str:
        if child.fatal:
            return "\n".join(child.fatal)
        if code == FATAL_EXIT:
            return f"the {child.name} cannot start"
        return f"the {child.name} died while it started (code {code}); see {self._state.log}"

    async def _run_once(self, child: _Child) -> int:
        child.fatal.clear()
        child.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            child.module,
            *child.arguments,
            limit=_MAX_REPORT_BYTES,
            pass_fds=() if self._claim is None else (self._claim,),
            # Held open and never written to: its end tells a child that we are gone.
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **child.environment},
            start_new_session=True,
        )
        hung = not await self._listen(child, child.process)
        if hung:
            child.process.kill()
        code = await child.process.wait()
        if hung:
            child.fatal.append(f"it hung for {child.silent_s:g} s and was killed")
        return code

    async def _listen(self, child: _Child, process: asyncio.subprocess.Process) -> bool:
        """Take in what the child reports until it ends; ``False`` when it hangs."""
        output = process.stdout
        assert output is not None
        serves = False
        while True:
            try:
                async with asyncio.timeout(child.silent_s if serves else None):
                    line = await output.readline()
            except TimeoutError:
                return False
            except ValueError:
                # Longer than any report.
                line = b"?\n"
            if not line:
                return True
            try:
                said = json.loads(line)
                event = said["event"]
            except (ValueError, KeyError, TypeError):
                self._notify(child.name, {"event": "said", "message": "(unreadable output)"})
                continue
            if event == ALIVE:
                continue
            if event == READY:
                serves = True
                child.ready.set()
            elif event == FATAL:
                child.fatal.append(said.get("message", ""))
            self._notify(child.name, said)
