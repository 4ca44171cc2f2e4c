"""``careline demo``: real calls with audio through a real line, each checked."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from adapters.stores.recording_file import export_wav
from adapters.telephony.media import MediaError
from adapters.telephony.sip.phone import PhoneProblem
from calls.ports import SpeechError, VaultError
from careline.caller import CallResult, Script
from careline.cli.options import counted
from careline.control import NotRunning
from careline.demo.evidence import IDENTITY
from careline.demo.show import Show
from careline.demo.stage import Stage
from careline.live_view import ProcessNews
from careline.processes.supervisor import ChildCannotStart
from careline.sound import write_wav
from careline.terminal import Terminal

_EXAMPLES = """examples:
  careline demo                    about three minutes; prints where the recordings are
  careline demo --keep my-demo     leaves everything in ./my-demo

exit code: 0 every call ended as it should; 1 one did not; 2 the line cannot be started
"""

_SPEECH_TIMEOUT_S = 120.0


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="place real calls through the line and check each",
        description="Starts the line on loopback with every agent at a real SIP phone, places "
        "real calls with audio, prints each call's timeline and why each agent was chosen, and "
        "exits with 0 only if every call ended as it should.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="a new folder for what is left (default: in /tmp)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Play the programme; 1 when a call ended otherwise than it should, 2 when it cannot start."""
    try:
        if args.keep is None:
            folder = Path(tempfile.mkdtemp(prefix="careline-demo-"))
        else:
            folder = args.keep.absolute()
            folder.mkdir(parents=True)
    except FileExistsError:
        print(f"{args.keep} is there already; name a new folder", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{args.keep}: {error.strerror}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_demo(folder, Terminal(sys.stdout)))
    except (ChildCannotStart, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except (PhoneProblem, SpeechError, MediaError, VaultError, NotRunning) as error:
        print(f"the demo could not go on: {error}", file=sys.stderr)
        return 1


async def _demo(folder: Path, terminal: Terminal) -> int:
    began = time.monotonic()
    heard = folder / "heard"
    heard.mkdir()

    def keep(script: Script, result: CallResult) -> None:
        write_wav(heard / f"{script.caller.lstrip('+')}.wav", result.heard)

    terminal.say("starting the line; its prompts are rendered first …")
    stage = Stage(folder, ProcessNews(terminal).take)
    show = Show(stage, terminal, keep)
    async with stage:
        terminal.say(f"the line answers at {stage.uri}")
        await stage.seat()
        await stage.ready(*stage.site.agents)
        terminal.say(f"{counted(len(stage.phones), 'agent')} are at SIP phones and ready")
        try:
            async with asyncio.timeout(_SPEECH_TIMEOUT_S):
                await stage.speech_ready.wait()
        except TimeoutError:
            terminal.say("speech is not understood here: the calls by voice cannot be shown")
            return 1
        await show.play()
    recordings = _open_recordings(stage, folder)
    took_s = time.monotonic() - began
    terminal.say()
    terminal.say(f"{counted(recordings, 'conversation')}, sealed: {stage.state.vault}")
    terminal.say(f"  opened with the identity that may listen: {folder / 'opened'}")
    terminal.say(f"what each caller heard: {heard}")
    terminal.say("what the line decided, and why:")
    for words in ("explain --last", "report", "replay"):
        terminal.say(f"  careline {words} {shlex.quote(str(stage.state.path))}")
    if show.failures:
        terminal.say(
            f"{counted(show.failures, 'thing')} went otherwise than it should ({took_s:.0f} s)"
        )
        return 1
    terminal.say(f"all {show.calls} calls ended as they should ({took_s:.0f} s)")
    return 0


def _open_recordings(stage: Stage, folder: Path) -> int:
    """Show that whoever holds the identity can listen: open every recording."""
    opened = folder / "opened"
    opened.mkdir()
    sealed = sorted(stage.state.vault.glob("*.sealed"))
    for each in sealed:
        export_wav(each, stage.state.identities / IDENTITY, opened / f"{each.stem}.wav")
    return len(sealed)
