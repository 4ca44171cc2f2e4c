"""``careline publish``: let new calls begin with the changed site."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from careline.cli.options import add_state, counted
from careline.control import NotRunning, request
from careline.state import StateFolder

_EXAMPLES = """examples:
  careline check my-clinic && careline publish

Flows and prompts count from the next call on; calls in progress keep theirs. Protocols, queues,
agents and hours count at once, and nobody loses their place by it. The SIP settings, and the phones
of agents who are new, count after a restart. A folder with a mistake in it is never published: the
last good version goes on serving.

exit code: 0 published; 1 there are mistakes, each is told; 2 no line is running, or another machine
leads
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "publish",
        help="let new calls of the running line begin with the changed site",
        description="Let new calls of the running line begin with the changed site.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_state(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1 when there are mistakes, 2 when no line is running."""
    try:
        answer = asyncio.run(request(StateFolder(args.state).control_socket, op="publish"))
    except NotRunning as error:
        print(error, file=sys.stderr)
        return 2
    if answer["problems"]:
        for problem in answer["problems"]:
            print(problem)
        found = counted(len(answer["problems"]), "problem")
        print(f"{found}; version {answer['version'][:8]} goes on serving")
        return 1
    print(f"new calls begin with version {answer['version'][:8]}")
    return 0
