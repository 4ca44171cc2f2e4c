"""``careline agent``: set an agent's presence on the running line."""

from __future__ import annotations

import argparse
import json
from typing import Any

from careline.cli.options import add_state, asked, told_and_kept

_EXAMPLES = """examples:
  careline agent grace ready     Grace takes calls from now on; also ends her wrap-up
  careline agent grace break     a break, after the call and its wrap-up if she is busy
  careline agent grace break --approved   also where too few nurses would be left
  careline agent grace out       gone home
  careline agent grace screen    what her screen shows of her caller, as JSON: what they were asked
                                 for and gave and, for a nurse, words of danger. A patient record

A nurse's break waits until as many others are ready as red flags need, unless a supervisor approves
it.

exit code: 0 done; 1 there is no such agent, or it does not last, for the journal cannot be
written; 2 no line is running, or another machine leads
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "agent",
        help="set an agent ready, on break or out; show their screen",
        description="Set an agent's presence on the running line, or show their screen.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("agent", help="the agent's id in agents.yaml")
    parser.add_argument("presence", choices=("ready", "break", "out", "screen"))
    parser.add_argument(
        "--approved", action="store_true", help="a supervisor lets a nurse go on break all the same"
    )
    add_state(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1 when there is no such agent, 2 when no line is running."""
    wanted = {"op": "agent", "presence": args.presence, "approved": args.approved}
    if args.presence == "screen":
        wanted = {"op": "screen"}
    code, answer = asked(args.state, agent=args.agent, **wanted)
    if code:
        return code
    if args.presence == "screen":
        print(json.dumps({key: value for key, value in answer.items() if key != "ok"}, indent=2))
        return 0
    return told_and_kept(f"{args.agent}: {args.presence}{_but(args.presence, answer)}", answer)


def _but(presence: str, answer: dict[str, Any]) -> str:
    if not answer["handled"]:
        return " as soon as the line is connected again"
    if presence == "ready":
        return "" if answer["reachable"] else ", but no phone is registered: no call rings yet"
    if answer["deferred"]:
        return " waits until another nurse is ready; a supervisor can approve it with --approved"
    later = " once the call and its wrap-up are over" if answer["pending"] is not None else ""
    return f"{later}{'; no nurse is ready' if answer['last_nurse'] else ''}"
