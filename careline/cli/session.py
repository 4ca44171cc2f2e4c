"""One run of the line at the operator's terminal: the live view, keys, and the end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Any

from calls.private import Private
from careline.cli.keyboard import Keyboard
from careline.cli.task import say_tasks
from careline.control import NotRunning, request, watching
from careline.live_view import ProcessNews, show_event
from careline.processes.supervisor import Supervisor
from careline.redis_address import ENVIRONMENT
from careline.state import StateFolder
from careline.terminal import Terminal, Tone
from careline.try_it import chest_pain_call
from careline.versions import SiteVersions
from config.site import Site

_WATCH_AGAIN_S = 0.3


class Session:
    """One run of the line with its terminal.

    Args:
        site: the loaded site.
        state: the state folder, made.
        args: the command line.
        terminal: where the operator reads.
        redis: where the site's machines meet, if it has several.
    """

    def __init__(
        self,
        site: Site,
        state: StateFolder,
        args: argparse.Namespace,
        terminal: Terminal,
        redis: Private | None = None,
    ) -> None:
        self._site = site
        self._state = state
        self._terminal = terminal
        self._config: Path = args.config
        self._setup: Path | None = args.speech_setup
        listen = ("--listen", args.listen) if args.listen else ()
        self._node: str | None = args.node if redis else None
        self._news = ProcessNews(terminal)
        node = ("--redis", "--node", args.node, "--replicas", str(args.replicas)) if redis else ()
        environment = {ENVIRONMENT: redis.reveal()} if redis else {}
        self._supervisor = Supervisor(
            args.config, state.path, self._notify, listen, node, brain_environment=environment
        )
        self._stop = asyncio.Event()
        self._address = ""
        self._understands_speech = False
        self._keyboard = Keyboard(self._key)
        self._busy: asyncio.Task[None] | None = None
        self._talking = False
        self._asked_to_stop = False
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Start, watch, stop.

        Raises:
            ChildCannotStart: a process cannot do its work.
        """
        self._take_signals()
        self._terminal.say(f"starting {self._site.title} …")
        try:
            if await self._started():
                self._tasks = [asyncio.create_task(self._follow())]
                if self._setup is not None:
                    self._tasks.append(asyncio.create_task(self._fetch_speech(self._setup)))
                with self._keyboard:
                    self._welcome()
                    await self._until_stopped(asyncio.create_task(self._supervisor.wait()))
                if self._busy is not None:
                    self._tasks.append(self._busy)
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            await self._supervisor.stop()
        self._terminal.say("stopped")
        return 0

    def _take_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        loop.add_signal_handler(signal.SIGTERM, self._stop.set)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            # The terminal was closed. Under nohup it is ignored, and the line goes on.
            loop.add_signal_handler(signal.SIGHUP, self._stop.set)

    def _interrupt(self) -> None:
        # While somebody talks in this terminal, ctrl-C ends the talk, which gets it as well.
        if not self._talking:
            self._stop.set()

    async def _started(self) -> bool:
        """Start the line; ``False`` when the operator stopped it meanwhile."""
        starting = asyncio.create_task(self._supervisor.start())
        if await self._until_stopped(starting):
            return False
        starting.result()
        return True

    async def _until_stopped(self, task: asyncio.Task[None]) -> bool:
        """Until the operator stops the line, or the task is done, whose failure is raised."""
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for each in (task, stopping):
            each.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)
        if not self._stop.is_set():
            task.result()
        return self._stop.is_set()

    # --- the terminal ---------------------------------------------------------------------------

    def _welcome(self) -> None:
        say = self._terminal.say
        codes = self._site.features
        say()
        say(f"{self._site.title} answers at  sip:clinic@{self._address}")
        say(f"Agents' phones register there; users and passwords are in {self._state.secrets}.")
        say(
            f"An agent dials {codes.ready} to take calls, {codes.on_break} for a break, "
            f"{codes.out} to go home; {codes.escalate} in a call brings a nurse."
        )
        if self._node is not None:
            say(f"This machine is {self._node}, one of several; it says here when it leads.")
        if self._keyboard.available:
            say("Keys:  t talk to it here   c the chest-pain call   s who is where   q stop")
        say()

    def _key(self, key: str) -> None:
        if self._busy is not None and not self._busy.done():
            if key == "q":
                self._stop.set()
            return
        match key:
            case "q":
                self._busy = asyncio.create_task(self._quit())
            case "s":
                self._busy = asyncio.create_task(self._status())
            case "c":
                self._busy = asyncio.create_task(self._chest_pain())
            case "t":
                self._busy = asyncio.create_task(self._talk())
        if key != "q":
            self._asked_to_stop = False

    async def _quit(self) -> None:
        """Stop; while callers are on the line, only when asked twice."""
        try:
            calls = len((await request(self._state.control_socket, op="status"))["calls"])
        except NotRunning:
            calls = 0
        if calls and not self._asked_to_stop:
            self._asked_to_stop = True
            self._terminal.say(
                f"{calls} caller{' is' if calls == 1 else 's are'} on the line and would be cut "
                "off; press q again to stop all the same",
                tone=Tone.WARNING,
            )
        else:
            self._stop.set()

    async def _talk(self) -> None:
        """A call in this terminal, which belongs to the talk while it lasts."""
        self._terminal.say("(a rehearsal: the same flows and triage, but no phone rings)")
        self._talking = True
        self._keyboard.pause()
        # What callers get, which the folder may be ahead of.
        folder = SiteVersions(self._state.versions).folder_of_last() or self._config
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "careline", "talk", "--config", str(folder)
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
            self._keyboard.resume()
            self._talking = False
        self._terminal.say("(back at the line)")

    async def _chest_pain(self) -> None:
        await chest_pain_call(
            self._site,
            self._state,
            self._address,
            self._terminal.say,
            by_voice=self._understands_speech,
        )

    async def _status(self) -> None:
        say = self._terminal.say
        try:
            status = await request(self._state.control_socket, op="status")
        except NotRunning as error:
            say(str(error))
            return
        for presence in ("ready", "break"):
            there = [_at_work(agent) for agent in status["agents"] if agent["presence"] == presence]
            if there or presence == "ready":
                say(", ".join(there) or "nobody", lead=f"  {presence:8}")
        waiting = [f"{q['queue']} {q['waiting']}" for q in status["queues"] if q["waiting"]]
        say(", ".join(waiting) or "nobody", lead="  waiting ")
        for call in status["calls"]:
            since = "" if call["since_s"] is None else f"{call['since_s']:.0f} s, "
            say(f"{call['call'][:6]}  {since}{call['doing']}", lead="  call    ")
        say_tasks(self._terminal, status["tasks"], self._site.zone, lead="  task    ")
        if status["journal_problem"]:
            say(status["journal_problem"], lead="  journal ", tone=Tone.ALERT)

    async def _follow(self) -> None:
        """The live view; over a restart of the brain it is taken up again."""
        while True:
            with contextlib.suppress(NotRunning):
                async with watching(self._state.control_socket) as events:
                    async for event in events:
                        if not self._talking:
                            show_event(self._terminal, event, self._site.zone)
            await asyncio.sleep(_WATCH_AGAIN_S)

    def _notify(self, child: str, said: dict[str, Any]) -> None:
        match said:
            case {"event": "ready", "sip": str(address)}:
                self._address = address
            case {"event": "speech", "available": bool(available)}:
                self._understands_speech = available
            case {"event": "died"} if child == "line":
                self._understands_speech = False
        self._news.take(child, said)

    # --- speech ---------------------------------------------------------------------------------

    async def _fetch_speech(self, setup: Path) -> None:
        """Fetch the recognisers while the line works with digits, which then takes them up.

        Where they are all there the script says nothing and is done at once.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                setup,
                "speech",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            self._terminal.say(f"{setup}: {error.strerror}; the line goes on with digits")
            return
        assert process.stderr is not None
        try:
            async for line in process.stderr:
                self._terminal.say(line.decode(errors="replace").rstrip())
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        if code != 0:
            self._terminal.say(
                "the recognisers could not be fetched; the line goes on with digits",
                tone=Tone.WARNING,
            )
        # The line tries again from time to time and says when it understands speech.


def _at_work(agent: dict[str, Any]) -> str:
    """An agent's name, and why no call would ring them now."""
    busy = "" if agent["work"] == "idle" else agent["work"]
    why = ", ".join(filter(None, (busy, "" if agent["reachable"] else "no phone")))
    return f"{agent['agent']} ({why})" if why else agent["agent"]
