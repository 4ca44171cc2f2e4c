"""``careline talk --voice``: the same call over the real line, with voices."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from adapters.telephony.media import Clip, MediaError
from adapters.telephony.sip.errors import SipError
from adapters.telephony.sip.phone import CallerPhone, PhoneProblem
from calls.ports import Answer, LineUnavailable, SpeechError
from careline.cli.talk_shown import Shown, is_keys
from careline.cli.talk_world import World
from careline.loopback import CannotStart, LoopbackLine, without_the_outside
from careline.sound import write_wav
from careline.state import StateFolder
from careline.terminal import Terminal
from careline.turn import Turn
from config.errors import ConfigError
from ivr import Interpreter

_LISTEN_S = 30.0
"""A prompt is not longer; music is."""
_LONGEST_CALL_S = 24 * 3600.0


def talk_aloud(
    world: World, args: argparse.Namespace, terminal: Terminal, typed: Iterator[str]
) -> int:
    """Hold the call; 0 when it came to its end, 2 when it cannot be held."""
    with tempfile.TemporaryDirectory(prefix="careline-") as folder:
        try:
            return asyncio.run(_talk(world, args, terminal, typed, Path(folder)))
        except KeyboardInterrupt:
            terminal.say()
            return 130
        except (
            CannotStart,
            ConfigError,
            LineUnavailable,
            MediaError,
            OSError,
            PhoneProblem,
            SipError,
            SpeechError,
        ) as error:
            print(f"the call cannot be held: {error}", file=sys.stderr)
            return 2


async def _talk(
    world: World,
    args: argparse.Namespace,
    terminal: Terminal,
    typed: Iterator[str],
    folder: Path,
) -> int:
    state = StateFolder(folder / "state")
    state.make()
    rendered = StateFolder(args.state.absolute()).prompts
    if rendered.is_dir():
        # Rendered ahead for the real line; what is missing is rendered into the same store.
        if state.prompts.is_dir():
            state.prompts.rmdir()
        state.prompts.symlink_to(rendered)
    shown = _Heard(terminal)
    line = LoopbackLine(
        world.site,
        without_the_outside(world.site.folder, folder / "site"),
        state,
        now=world.now,
        lookups=lambda _site: _Asked(world),
        observe=shown.observe,
        tell=terminal.progress,
    )
    try:
        await line.start(speech=bool(world.site.rules.listen_languages))
        await line.seat(world.there, world.away)
        shown.begin(world)
        shown.quiet = False
        phone = await line.ring(world.caller)
        try:
            await _hold(line, phone, shown, terminal, typed)
        finally:
            await phone.hang_up()
            if args.record is not None:
                write_wav(args.record, phone.heard)
                terminal.say(f"(what the caller heard is in {args.record})")
    finally:
        await line.stop()
    return 0


class _Heard(Shown):
    """Says nothing of what happens before the caller rings."""

    quiet = True

    def observe(self, now: float, turn: Turn) -> None:
        """Show a turn."""
        if not self.quiet:
            super().observe(now, turn)


class _Asked:
    """The world's answers behind the port."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def ask(self, source: str, given: Mapping[str, str], _key: str = "") -> Answer:
        """See :meth:`calls.ports.Lookups.ask`."""
        return self._world.ask(source, given)

    async def close(self) -> None:
        """Nothing is open."""


async def _hold(
    line: LoopbackLine,
    phone: CallerPhone,
    shown: Shown,
    terminal: Terminal,
    typed: Iterator[str],
) -> None:
    """Do what is typed, each once the line has spoken, until somebody hangs up."""
    await phone.wait_for_pause(timeout_s=_LISTEN_S)
    while not phone.over:
        typing = await _next(typed, phone)
        if typing is None or typing == "hangup":
            return
        if typing == "?":
            shown.help()
            continue
        if typing == "bye":
            agent = None if shown.agent is None else line.phones.get(shown.agent)
            if agent is None:
                terminal.say("(nobody is there to let you go; hangup ends the call)")
                continue
            agent.hang_up()
        elif is_keys(typing):
            await phone.press(typing)
        elif typing:
            await phone.speak(Clip.from_pcm(await line.voice.render(typing, _language(line))))
        await phone.wait_for_pause(timeout_s=_LISTEN_S)


async def _next(typed: Iterator[str], phone: CallerPhone) -> str | None:
    """What is typed next; ``None`` once nothing more is, or the line has hung up."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def take(read_line: str | None) -> None:
        if not line.done():
            line.set_result(read_line)

    def read() -> None:
        read_line = next(typed, None)
        with suppress(RuntimeError):  # the loop is gone: nobody waits for it
            loop.call_soon_threadsafe(take, read_line)

    # Not of a pool, whose threads are waited for at the end: nobody may type any more.
    threading.Thread(target=read, daemon=True).start()
    over = asyncio.create_task(phone.wait(_LONGEST_CALL_S))
    try:
        both: set[asyncio.Future[Any]] = {line, over}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return line.result() if line.done() and not phone.over else None
    finally:
        line.cancel()
        over.cancel()
        await asyncio.gather(over, return_exceptions=True)


def _language(line: LoopbackLine) -> str:
    """The language in which the caller is spoken to, and speaks."""
    live = next(iter(line.brain.switchboard.calls.values()), None)
    if live is not None and isinstance(live.engine, Interpreter):
        return live.engine.language
    return line.site.rules.languages[0]
