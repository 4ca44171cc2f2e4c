"""``careline queue``: how the queues of the running line stand, and a supervisor's word on one."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import tzinfo
from typing import Any

from careline.cli.options import add_state, asked, counted, told_and_kept
from careline.cli.times import clock, duration_s, lasting, zone_of
from careline.terminal import Terminal

_EXAMPLES = """examples:
  careline queue                          every queue: open until when, who waits, who is on duty
  careline queue billing                  one of them
  careline queue billing closed           until its calendar changes next, at most 24 hours
  careline queue billing open --for 2h    against its calendar, for so long
  careline queue billing calendar         its calendar decides again

Callers of a closed queue wait where `when_closed` in queues.yaml sends them, or leave a message;
who waits in it already waits on. The nurse queue is never closed.

exit code: 0 done; 1 there is no such queue, it is never closed, or it does not last, for the
journal cannot be written; 2 no line is running, or another machine leads
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "queue",
        help="how the queues stand; open or close one against its calendar",
        description="Show the queues of the running line, or open or close one against its "
        "calendar.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("queue", nargs="?", help="the queue's id in queues.yaml")
    parser.add_argument("word", nargs="?", choices=("open", "closed", "calendar"))
    parser.add_argument(
        "--for",
        dest="for_s",
        type=duration_s,
        metavar="TIME",
        help="for how long, such as 30m or 2h (default: until the calendar changes, at most 24h)",
    )
    parser.add_argument("--json", action="store_true", help="the list as one JSON object")
    add_state(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show or say it; 1 when it cannot be met, 2 when no line is running or nothing is said."""
    if args.for_s is not None and args.word not in ("open", "closed"):
        print("careline queue: --for goes with open or closed; see --help", file=sys.stderr)
        return 2
    wanted = {"op": "queue", "word": args.word, "for_s": args.for_s}
    if args.word is None:
        wanted = {"op": "queues"}
    code, answer = asked(args.state, queue=args.queue, **wanted)
    if code:
        return code
    if args.word is not None:
        return told_and_kept(_said(answer, zone_of(answer)), answer)
    if args.json:
        print(json.dumps({"queues": answer["queues"]}, indent=2))
    else:
        _show(answer["queues"], zone_of(answer))
    return 0


def _show(queues: list[dict[str, Any]], zone: tzinfo) -> None:
    terminal = Terminal(sys.stdout)
    width = max(len(queue["queue"]) for queue in queues)
    for queue in queues:
        terminal.say(
            "; ".join([_openness(queue, zone), _waiting(queue), _people(queue)]),
            lead=f"{queue['queue']:{width}}  ",
        )


def _openness(queue: dict[str, Any], zone: tzinfo) -> str:
    until = "" if queue["until"] is None else f" until {clock(queue['until'], time.time(), zone)}"
    by_hand = ", by hand" if queue["by_hand"] else ""
    return f"{'open' if queue['open'] else 'closed'}{until}{by_hand}"


def _waiting(queue: dict[str, Any]) -> str:
    said = "nobody waits"
    if queue["waiting"]:
        longest = lasting(queue["longest_wait_s"])
        said = f"{queue['waiting']} waiting, the longest for {longest}"
    if queue["call_backs"]:
        said += f", {queue['call_backs']} to be called back"
    return said


def _people(queue: dict[str, Any]) -> str:
    if not queue["on_duty"]:
        return "nobody on duty"
    return f"{counted(queue['on_duty'], 'agent')} on duty, {queue['free'] or 'none'} free"


def _said(queue: dict[str, Any], zone: tzinfo) -> str:
    """What came of a supervisor's word."""
    name = queue["queue"]
    if not queue["handled"]:
        return f"{name}: as soon as the line is connected again"
    told = f"{name}: {_openness(queue, zone)}"
    if queue["open"]:
        return told if queue["on_duty"] else f"{told}; nobody who takes its calls is on duty"
    goes_to = queue["callers_go_to"]
    new = "new callers leave a message" if goes_to is None else f"new callers wait in {goes_to}"
    still = f"; {queue['waiting']} waiting already wait on" if queue["waiting"] else ""
    return f"{told}; {new}{still}"
