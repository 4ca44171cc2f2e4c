"""``careline call``: place a real SIP call that follows a script."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import Any

from adapters.speech import VoiceSynthesiser
from adapters.telephony.media import MediaEngine
from adapters.telephony.sip.phone import PhoneProblem
from calls.ports import SpeechError
from careline.caller import CallResult, Script, place, read_script, show_result
from careline.cli.options import add_state
from careline.state import StateFolder
from careline.terminal import Terminal
from config.errors import ConfigError

_EXAMPLES = """examples:
  careline call billing.yaml --to sip:clinic@127.0.0.1:5060
  careline call billing.yaml --to sip:clinic@127.0.0.1:5060 --state my-state

a script, with everything it can do:
  title: Billing by digits
  caller: "+15555550104"    # the number that the clinic sees
  language: en              # in which the caller speaks
  steps:
    - listen: 30            # until the line has spoken and paused, at most 30 s
    - press: "153"
    - wait: 2               # do nothing for 2 s
    - say: I have a question about my bill
    - stay: 30              # until an agent answers, at most 30 s
  expect:
    answered_by: [fiona, hannah]
    within_s: 30
    hears_s: 1              # the agent can be heard
    outcome: handled        # as docs/glossary.md names them
    told: [queue billing]   # each stands in the timeline

exit code: 0 as expected; 1 not as expected; 2 the call could not be placed
"""

_URI = re.compile(r"sip:[^@\s:]+@\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?")
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
    if not _URI.fullmatch(args.to):
        print(
            f"--to: {args.to!r} is not the address of a line on this machine, such as "
            "sip:clinic@127.0.0.1:5060",
            file=sys.stderr,
        )
        return 2
    socket = StateFolder(args.state).control_socket
    try:
        result = asyncio.run(_place(script, args.to, socket if socket.exists() else None))
    except (PhoneProblem, SpeechError) as error:
        print(f"{args.to}: {error}", file=sys.stderr)
        return 2
    show_result(Terminal(sys.stdout), script, result)
    return 1 if result.failures else 0


async def _place(script: Script, to: str, control: Path | None) -> CallResult:
    engine = MediaEngine("127.0.0.1", FIRST_MEDIA_PORT, LAST_MEDIA_PORT)
    try:
        return await place(script, to, VoiceSynthesiser(), engine, control)
    finally:
        engine.close()
