"""``careline task``: what people still have to do on the running line, and that it is done."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import tzinfo
from typing import Any

from careline.cli.options import add_state, told_and_kept
from careline.cli.times import clock, lasting, zone_of
from careline.control import NotRunning, request
from careline.state import StateFolder
from careline.task_requests import HOWS
from careline.terminal import Terminal, Tone

_EXAMPLES = """examples:
  careline task                                            what is to be done, red flags first
  careline task close 3f9a --by grace --how reached        she has spoken with the caller
  careline task close 3f9a --by grace --how help-was-there
  careline task close 3f9a --by ben --how done --kind message

The beginning of a call's id is enough. A red flag's call-back is closed as reached only after the
nurse has confirmed, by the key for it, that it was the caller whom she reached.

exit code: 0 done; 1 there is no such call or task, it cannot be closed so, or that does not last,
for the journal cannot be written; 2 no line is running, or another machine leads
"""

_CLOSE_EXAMPLES = """examples:
  careline task close 3f9a --by grace --how not-reached

exit code: 0 done; 1 there is no such call or task, it cannot be closed so, or that does not last,
for the journal cannot be written; 2 no line is running, or another machine leads
"""

_SHORTEST = 6
"""A call's id is shown with so many characters, or with more where two begin alike."""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "task",
        help="what people still have to do for callers, and that it is done",
        description="List what people still have to do for callers of the running line, or say "
        "that it is done.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="the list as one JSON object")
    add_state(parser)
    parser.set_defaults(run=show)
    actions = parser.add_subparsers(metavar="close", title="actions")
    close = actions.add_parser(
        "close",
        help="say that something is done",
        description="Say that something is done for a caller, and who answers for it.",
        epilog=_CLOSE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    close.add_argument("call_id", metavar="CALL_ID", help="the call, or how its id begins")
    close.add_argument("--by", required=True, metavar="AGENT", help="who answers for it")
    close.add_argument("--how", required=True, choices=HOWS, help="what came of it")
    close.add_argument("--kind", help="which of the call's tasks, where it has several")
    add_state(close, default=argparse.SUPPRESS)
    close.set_defaults(run=close_task)


def show(args: argparse.Namespace) -> int:
    """List them; 2 when no line is running."""
    try:
        answer = asyncio.run(request(StateFolder(args.state).control_socket, op="tasks"))
    except NotRunning as error:
        print(error, file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps({"tasks": answer["tasks"]}, indent=2))
    else:
        terminal = Terminal(sys.stdout)
        say_tasks(terminal, answer["tasks"], zone_of(answer))
        if not answer["tasks"]:
            terminal.say("nothing is to be done")
    return 0


def close_task(args: argparse.Namespace) -> int:
    """Close one; 1 when it cannot be closed so, 2 when no line is running."""
    wanted = {"call": args.call_id, "by": args.by, "how": args.how, "kind": args.kind}
    try:
        answer = asyncio.run(request(StateFolder(args.state).control_socket, op="close", **wanted))
    except NotRunning as error:
        print(error, file=sys.stderr)
        return 2
    if not answer["ok"]:
        print(answer["error"], file=sys.stderr)
        return 1
    later = "" if answer["handled"] else ", as soon as the line is connected again"
    closed = f"{answer['kind']} of call {answer['call']}: closed by {args.by}, {args.how}{later}"
    return told_and_kept(closed, answer)


def say_tasks(
    terminal: Terminal, tasks: list[dict[str, Any]], zone: tzinfo, lead: str = ""
) -> None:
    """Show tasks, each in a line.

    Args:
        terminal: where they go.
        tasks: what the line answered.
        zone: where the clinic is.
        lead: what comes before each.
    """
    shown = _shown_length([task["call"] for task in tasks])
    for task in tasks:
        terminal.say(
            f"{task['kind']} for {task['queue']}, {_how_far(task, zone)}",
            lead=f"{lead}{task['call'][:shown]}  ",
            tone=Tone.ALERT if task["urgent"] else Tone.WARNING,
        )


def _shown_length(call_ids: list[str]) -> int:
    """How many characters tell all of them apart."""
    different = set(call_ids)
    longest = max(map(len, different), default=_SHORTEST)
    for length in range(_SHORTEST, longest):
        if len({call_id[:length] for call_id in different}) == len(different):
            return length
    return longest


def _how_far(task: dict[str, Any], zone: tzinfo) -> str:
    now = task["opened_at"] + task["age_s"]
    said = [f"open for {lasting(task['age_s'])}"]
    promised = task["promised_until"]
    if promised is not None:
        late = promised < now
        said.append(f"{'overdue since' if late else 'promised by'} {clock(promised, now, zone)}")
    if task["recording"] is not None:
        said.append(f"recording {task['recording']}")
    if "call_back" in task:
        said += _attempts(task["call_back"], now, zone)
    if task["do_not_call_back"] is not None:
        said.append(task["do_not_call_back"])
    if task.get("number_permitted") is False:
        said.append("sip.outbound in site.yaml does not permit the number: somebody has to call")
    if task.get("number_known") is False:
        said.append("no number is known")
    return ", ".join(said)


def _attempts(call_back: dict[str, Any], now: float, zone: tzinfo) -> list[str]:
    """How far the line's own attempts have come."""
    said = []
    attempts = call_back["attempts"]
    if attempts:
        said.append(f"called {'once' if attempts == 1 else f'{attempts} times'} in vain")
    if call_back["reached"]:
        confirmed = "confirmed" if call_back["confirmed"] else "not confirmed"
        said.append(f"reached, identity {confirmed}")
    elif call_back["under_way"] is not None:
        said.append("a call-back is under way")
    elif call_back["next_at"] is not None:
        said.append(f"next call-back at {clock(call_back['next_at'], now, zone)}")
    else:
        said.append("the line itself will not call")
    return said
