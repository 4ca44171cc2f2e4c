"""``careline task``: what people still have to do for callers, for whom, and that it is done."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import tzinfo
from typing import Any

from careline.cli.options import add_state, asked, told_and_kept
from careline.cli.times import clock, lasting, zone_of
from careline.task_requests import HOWS
from careline.terminal import Terminal, Tone

_EXAMPLES = """examples:
  careline task                                            what is to be done, red flags first
  careline task show 3f9a --by grace                       whom to call, what they gave and said
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

_SHOW_EXAMPLES = """examples:
  careline task show 3f9a --by grace            where to call, what the caller was asked for and
                                                gave and, for a nurse, words of danger
  careline task show 3f9a --by ben --kind message
  careline task show 3f9a --by grace --json     for a program. A patient record, as the list is not

Who has read it, and when, stands in the journal.

exit code: 0 shown; 1 there is no such call or task, or the journal cannot say who has read it; 2 no
line is running, or another machine leads
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
    one = argparse.ArgumentParser(add_help=False)
    one.add_argument("call_id", metavar="CALL_ID", help="the call, or how its id begins")
    one.add_argument("--by", required=True, metavar="AGENT", help="who asks, and answers for it")
    one.add_argument("--kind", help="which of the call's tasks, where it has several")
    add_state(one, default=argparse.SUPPRESS)
    actions = parser.add_subparsers(metavar="show|close", title="actions")
    show_one = actions.add_parser(
        "show",
        parents=[one],
        help="what is known of the caller: where to call, what they gave and said",
        description="Show what is known of the caller for whom something is to be done.",
        epilog=_SHOW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    show_one.add_argument("--json", action="store_true", help="all of it as one JSON object")
    show_one.set_defaults(run=show_task)
    close = actions.add_parser(
        "close",
        parents=[one],
        help="say that something is done",
        description="Say that something is done for a caller, and who answers for it.",
        epilog=_CLOSE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    close.add_argument("--how", required=True, choices=HOWS, help="what came of it")
    close.set_defaults(run=close_task)


def show(args: argparse.Namespace) -> int:
    """List them; 2 when no line is running."""
    code, answer = asked(args.state, op="tasks")
    if code:
        return code
    if args.json:
        print(json.dumps({"tasks": answer["tasks"]}, indent=2))
    else:
        terminal = Terminal(sys.stdout)
        say_tasks(terminal, answer["tasks"], zone_of(answer))
        if not answer["tasks"]:
            terminal.say("nothing is to be done")
    return 0


def show_task(args: argparse.Namespace) -> int:
    """Show what is known for one; 1 when there is no such task, 2 when no line is running."""
    wanted = {"call": args.call_id, "by": args.by, "kind": args.kind}
    code, answer = asked(args.state, op="task", **wanted)
    if code:
        return code
    if args.json:
        print(json.dumps(answer["task"], indent=2))
    else:
        say_task(Terminal(sys.stdout), answer["task"], zone_of(answer))
    if answer["not_journaled"] is not None:
        print(f"that it was read is not in the journal: {answer['not_journaled']}", file=sys.stderr)
        return 1
    return 0


def say_task(terminal: Terminal, task: dict[str, Any], zone: tzinfo) -> None:
    """Show one task with what is known of the caller, for whoever does it.

    Args:
        terminal: where it goes.
        task: what the line answered.
        zone: where the clinic is.
    """
    say_tasks(terminal, [task], zone)
    number = task["number"] or "not known: look for it in the records of the practice"
    terminal.say(number, lead="  call: ")
    for name, value in task["told"].items():
        terminal.say(str(value), lead=f"  {name}: ")
    for said in task.get("said", ()):
        when = f"{lasting(said['ago_s'])} ago"
        terminal.say(f'"{said["words"]}", {when}', lead="  said: ", tone=Tone.ALERT)
        for flag in said["flags"]:
            terminal.say(f"{flag['rule']} ({flag['citation']})", lead="    ")
    if task.get("advised_911"):
        terminal.say("told to call 911; help may be there", lead="  advice: ")


def close_task(args: argparse.Namespace) -> int:
    """Close one; 1 when it cannot be closed so, 2 when no line is running."""
    wanted = {"call": args.call_id, "by": args.by, "how": args.how, "kind": args.kind}
    code, answer = asked(args.state, op="close", **wanted)
    if code:
        return code
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
