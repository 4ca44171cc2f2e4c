"""``careline run``: start the line, show calls live, let someone without a phone try it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from careline.cli.options import add_config, add_state, site_or_complain
from careline.control import NotRunning, request, watch
from careline.processes.supervisor import ChildCannotStart, Supervisor
from careline.state import StateFolder
from careline.try_it import chest_pain_call
from config.errors import ConfigError
from config.secrets import ensure_agent_secrets
from config.site import Site

_EXAMPLES = """examples:
  careline run                                 the sample clinic, on loopback
  careline run --config my-clinic              your own
  careline run --listen 192.0.2.10:5060        reachable for phones on that network

while it runs:
  t  talk to it in this terminal      c  place the chest-pain call and watch it reach a nurse
  s  who is where                     q  stop
"""

_WATCH_AGAIN_S = 0.3


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "run",
        help="start the line",
        description="Start the line: SIP, call flows, triage, distribution, recording.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    add_state(parser)
    parser.add_argument(
        "--listen", metavar="HOST:PORT", help="in place of `sip.listen` in site.yaml"
    )
    parser.add_argument("--speech-setup", type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run until stopped; 2 when the line cannot be started."""
    site = site_or_complain(args.config)
    if site is None:
        return 2
    state = StateFolder(args.state.absolute())
    try:
        state.make()
        ensure_agent_secrets(state.secrets, site.agents)
    except OSError as error:
        print(f"{args.state}: {error.strerror}; choose another with --state", file=sys.stderr)
        return 2
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    for warning in site.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    try:
        return asyncio.run(Session(site, state, args).run())
    except ChildCannotStart as error:
        print(error, file=sys.stderr)
        return 2


class Session:
    """One run of the line with its terminal.

    Args:
        site: the loaded site.
        state: the state folder, made.
        args: the command line.
    """

    def __init__(self, site: Site, state: StateFolder, args: argparse.Namespace) -> None:
        self._site = site
        self._state = state
        self._config: Path = args.config
        self._setup: Path | None = args.speech_setup
        listen = ("--listen", args.listen) if args.listen else ()
        self._supervisor = Supervisor(args.config, state.path, self._notify, listen)
        self._stop = asyncio.Event()
        self._address = ""
        self._quiet = False
        self._keyboard = _Keyboard(self._key)
        self._busy: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Start, watch, stop.

        Raises:
            ChildCannotStart: a process cannot do its work.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        self._say(f"starting {self._site.title} …")
        starting = asyncio.create_task(self._supervisor.start())
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await self._supervisor.stop()
            return 0
        starting.result()
        try:
            self._welcome()
            self._tasks = [asyncio.create_task(self._follow())]
            if self._setup is not None and self._speech_is_missing():
                self._tasks.append(asyncio.create_task(self._fetch_speech(self._setup)))
            with self._keyboard:
                stopping = asyncio.create_task(self._stop.wait())
                failing = asyncio.create_task(self._supervisor.wait())
                await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
                stopping.cancel()
                failing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await failing
        finally:
            for task in [*self._tasks, *([self._busy] if self._busy else [])]:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await self._supervisor.stop()
        self._say("stopped")
        return 0

    # --- the terminal ---------------------------------------------------------------------------

    def _say(self, line: str) -> None:
        if not self._quiet:
            print(line, flush=True)

    def _welcome(self) -> None:
        site = self._site
        self._say("")
        self._say(f"{site.title} answers at  sip:clinic@{self._address}")
        self._say(
            f"Agents' phones register there; users and passwords are in {self._state.secrets}."
        )
        codes = site.features
        self._say(
            f"An agent dials {codes.ready} to take calls, {codes.on_break} for a break, "
            f"{codes.out} to go home; {codes.escalate} in a call brings a nurse."
        )
        if sys.stdin.isatty():
            self._say("Keys: t talk to it here   c the chest-pain call   s who is where   q stop")
        self._say("")

    def _key(self, key: str) -> None:
        if self._busy is not None and not self._busy.done():
            return
        match key:
            case "q":
                self._stop.set()
            case "s":
                self._busy = asyncio.create_task(self._status())
            case "c":
                self._busy = asyncio.create_task(
                    chest_pain_call(self._site, self._state, self._address, self._say)
                )
            case "t":
                self._busy = asyncio.create_task(self._talk())

    async def _talk(self) -> None:
        """A call in this terminal, which belongs to the talk while it lasts."""
        self._quiet = True
        self._keyboard.pause()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "careline", "talk", "--config", str(self._config)
            )
            await process.wait()
        finally:
            self._keyboard.resume()
            self._quiet = False
            self._say("(back at the line)")

    async def _status(self) -> None:
        try:
            status = await request(self._state.control_socket, op="status")
        except NotRunning as error:
            self._say(str(error))
            return
        ready = [a["agent"] for a in status["agents"] if a["presence"] == "ready"]
        self._say(f"  agents ready: {', '.join(ready) or 'none'}")
        waiting = [f"{q['queue']} {q['waiting']}" for q in status["queues"] if q["waiting"]]
        self._say(f"  waiting: {', '.join(waiting) or 'nobody'}")
        for call in status["calls"]:
            self._say(f"  call {call['call'][:6]}: {call['state']}, {call['doing']}")
        for task in status["tasks"]:
            self._say(f"  task for {task['queue']}: {task['kind']}, {task['age_s']:.0f} s old")

    async def _follow(self) -> None:
        """The live view; over a restart of the brain it is taken up again."""
        while True:
            with contextlib.suppress(NotRunning):
                async for line in watch(self._state.control_socket):
                    at = time.strftime("%H:%M:%S", time.localtime(line["at"]))
                    call = f"call {line['call'][:6]}" if line["call"] else " " * 11
                    self._say(f"{at}  {call}  {line['line']}")
            await asyncio.sleep(_WATCH_AGAIN_S)

    def _notify(self, child: str, said: dict[str, Any]) -> None:
        match said:
            case {"event": "ready", "sip": str(address)}:
                self._address = address
            case {"event": "ready"}:
                pass
            case {"event": "notice" | "progress" | "said", "message": str(message)}:
                self._say(f"{child}: {message}")
            case {"event": "died", "code": int(code), "again_in_s": float(pause_s)}:
                self._say(f"{child}: died (code {code}); starting again in {pause_s:g} s")

    # --- speech ---------------------------------------------------------------------------------

    def _speech_is_missing(self) -> bool:
        return platform.machine() == "x86_64" and not (
            find_spec("moonshine_voice") and find_spec("pocketsphinx")
        )

    async def _fetch_speech(self, setup: Path) -> None:
        """Fetch the recognisers while the line works with digits, then let it take them up."""
        process = await asyncio.create_subprocess_exec(
            setup,
            "speech",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            async for line in process.stderr:
                self._say(line.decode(errors="replace").rstrip())
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        if code != 0:
            self._say("the recognisers could not be fetched; the line goes on with digits")
        # The line tries again from time to time and says when it understands speech.


class _Keyboard:
    """Single keys from the terminal, without Enter; nothing when there is no terminal.

    Args:
        take: told each key.
    """

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._descriptor = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._before: list[Any] | None = None

    def __enter__(self) -> None:
        self.resume()

    def __exit__(self, *_error: object) -> None:
        self.pause()

    def resume(self) -> None:
        """Take keys."""
        if self._descriptor is None:
            return
        self._before = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor)
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def pause(self) -> None:
        """Leave the terminal as it was."""
        if self._descriptor is None or self._before is None:
            return
        asyncio.get_running_loop().remove_reader(self._descriptor)
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
        self._before = None

    def _read(self) -> None:
        assert self._descriptor is not None
        self._take(os.read(self._descriptor, 1).decode(errors="replace"))
