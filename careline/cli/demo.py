"""``careline demo``: real calls with audio through a real line, each checked."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from adapters.stores.recording_file import export_wav
from careline.caller import CallResult, Script
from careline.demo.show import Show
from careline.demo.stage import Stage
from careline.processes.supervisor import ChildCannotStart
from careline.sound import write_wav

_EXAMPLES = """examples:
  careline demo                    about four minutes; prints where the recordings are
  careline demo --keep my-demo     leaves everything in ./my-demo
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
        return asyncio.run(_demo(folder))
    except ChildCannotStart as error:
        print(error, file=sys.stderr)
        return 2


async def _demo(folder: Path) -> int:
    began = time.monotonic()
    heard = folder / "heard"
    heard.mkdir()

    def keep(script: Script, result: CallResult) -> None:
        write_wav(heard / f"{script.caller.lstrip('+')}.wav", result.heard)

    print("starting the line; the first time, its prompts are rendered …", flush=True)
    stage = Stage(folder, _notify)
    async with stage:
        print(f"the line answers at {stage.uri}", flush=True)
        await stage.seat()
        await stage.ready(*stage.site.agents)
        print(f"{len(stage.phones)} agents are at their phones and ready", flush=True)
        try:
            await asyncio.wait_for(stage.speech_ready.wait(), _SPEECH_TIMEOUT_S)
        except TimeoutError:
            print("speech is not understood here: the calls by voice cannot be shown")
            return 1
        show = Show(stage, lambda line: print(line, flush=True), keep)
        await show.play()
    recordings = _open_recordings(stage, folder)
    print()
    print(f"sealed recordings of {recordings} conversations: {stage.state.vault}")
    print(f"  opened with the identity that may listen: {folder / 'opened'}")
    print(f"what each caller heard: {heard}")
    took = time.monotonic() - began
    if show.failures:
        print(f"{show.failures} scenes went otherwise than they should ({took:.0f} s)")
        return 1
    print(f"every call ended as it should ({took:.0f} s)")
    return 0


def _open_recordings(stage: Stage, folder: Path) -> int:
    """Show that whoever holds the identity can listen: open every recording."""
    opened = folder / "opened"
    opened.mkdir()
    count = 0
    for sealed in sorted(stage.state.vault.glob("*.sealed")):
        export_wav(
            sealed, stage.state.identities / "records.identity", opened / f"{sealed.stem}.wav"
        )
        count += 1
    return count


def _notify(child: str, said: dict[str, Any]) -> None:
    match said:
        case {"event": "notice", "level": "warning" | "error", "message": str(message)}:
            print(f"  {child}: {message}", flush=True)
        case {"event": "progress", "message": str(message)}:
            print(f"  {child}: {message}", flush=True)


__all__ = ["add_parser", "run"]
