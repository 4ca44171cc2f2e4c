"""``careline call``: place a real SIP call that follows a script."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from adapters.speech import VoiceSynthesiser
from adapters.telephony.media import MediaEngine
from adapters.telephony.sip.phone import PhoneProblem
from calls.ports import SpeechError
from careline.caller import CallResult, Script, place, read_script
from careline.cli.options import add_state
from careline.state import StateFolder
from config.errors import ConfigError

_EXAMPLES = """examples:
  careline call examples/calls/chest-pain.yaml --to sip:clinic@127.0.0.1:5060

a script:
  title: Billing by digits
  caller: "+15555550104"
  steps:
    - listen: 30            # until the line has spoken and paused
    - press: "1"
    - say: I have a question about my bill
    - stay: 30              # until an agent answers
  expect:
    answered_by: [ben]
    within_s: 30
"""

FIRST_MEDIA_PORT, LAST_MEDIA_PORT = 36000, 36999


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "call",
        help="place a real SIP call that speaks and presses what a script says",
        description="A caller: places a real SIP call, speaks, presses and listens as the script "
        "says, prints a timeline, and exits with 1 when the script's expectation is not met.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("script", type=Path, help="the script, YAML")
    parser.add_argument("--to", required=True, metavar="SIP-URI", help="the line to call")
    add_state(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Place the call; 1 when an expectation is not met, 2 when it could not be placed."""
    try:
        script = read_script(args.script)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 2
    socket = StateFolder(args.state).control_socket
    try:
        result = asyncio.run(_place(script, args.to, socket if socket.exists() else None))
    except (PhoneProblem, SpeechError) as error:
        print(error, file=sys.stderr)
        return 2
    print_result(script, result)
    return 1 if result.failures else 0


async def _place(script: Script, to: str, control: Path | None) -> CallResult:
    engine = MediaEngine("127.0.0.1", FIRST_MEDIA_PORT, LAST_MEDIA_PORT)
    try:
        return await place(script, to, VoiceSynthesiser(), engine, control)
    finally:
        engine.close()


def print_result(script: Script, result: CallResult) -> None:
    """The timeline and the judgement, for a person."""
    print(script.title)
    for at_s, who, what in result.timeline:
        print(f"  {at_s:6.1f} s  {who:6}  {what}")
    for failure in result.failures:
        print(f"  NOT AS EXPECTED: {failure}")
    if not result.failures:
        print("  as expected")
