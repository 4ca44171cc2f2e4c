"""``careline publish``: let new calls begin with the changed site."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from careline.cli.options import add_state, counted
from careline.control import NotRunning, request_told
from careline.publications import AUTHOR_CHARACTERS, NOTE_CHARACTERS, checked, login_name
from careline.state import StateFolder
from careline.terminal import Terminal

_EXAMPLES = """examples:
  careline check my-clinic && careline publish
  careline publish --note "Refills have a queue of their own"
  careline publish --note "Holidays of 2027" --author "M. Ortiz"

Takes up the folder that the running line was started with. The files are checked, then what else
must hold of them, each told as it passes; then they are kept, and new calls begin with them.

Flows and prompts count from the next call on; calls in progress keep theirs. Protocols, queues,
agents and hours count at once, and nobody loses their place by it. The SIP settings, and the phones
of agents who are new, count after a restart. A folder with a mistake in it is never published: the
last good version goes on serving. `careline versions` lists what was published, `careline rollback`
serves an earlier one again.

exit code: 0 published, or nothing had changed; 1 there are mistakes, each is told, somebody else
publishes just now, or it is only noted so far; 2 no line is running, or another machine leads
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
    add_signature(parser)
    add_state(parser)
    parser.set_defaults(run=run)


def add_signature(parser: argparse.ArgumentParser) -> None:
    """``--note`` and ``--author``: what the history keeps beside a version."""
    parser.add_argument(
        "--note", type=_note, default="", metavar="TEXT", help="why, for `careline versions`"
    )
    parser.add_argument(
        "--author",
        type=_author,
        default=None,
        metavar="NAME",
        help="who answers for it (default: the login name)",
    )


def run(args: argparse.Namespace) -> int:
    """Do it; 1 when there are mistakes, 2 when no line is running."""
    answer = asked(args, op="publish")
    if answer is None:
        return 2
    if (refused := told_refusal(answer)) is not None:
        return refused
    version = answer["version"][:8]
    if answer["number"] is None:
        print(f"nothing has changed: new calls begin with version {version}, as before")
    else:
        print(f"new calls begin with version {version} (v{answer['number']})")
    return 0


def asked(args: argparse.Namespace, **fields: Any) -> dict[str, Any] | None:  # noqa: ANN401
    """The running line's answer, after each gate was told; ``None`` where no line answers.

    Args:
        args: the command line.
        fields: the request; author and note are added.

    Returns:
        The answer, with ``noted``: whether new calls do not begin with the version yet.
    """
    terminal = Terminal(sys.stdout)
    noted = False

    def told(news: dict[str, Any]) -> None:
        nonlocal noted
        noted = news["state"] == "noted"
        if news["state"] == "passed":
            terminal.say(f"{news['gate']}: passed")
        elif news["state"] == "skipped":
            terminal.say(f"{news['gate']}: not asked again of a version that has served before")
        elif terminal.interactive and not noted:
            far = f" {news['done']} of {news['of']}" if news["of"] else ""
            terminal.progress(f"{news['gate']}{far} ...")

    author = login_name() if args.author is None else args.author
    wanted = {**fields, "author": author, "note": args.note}
    try:
        socket = StateFolder(args.state).control_socket
        answer = asyncio.run(request_told(socket, told, **wanted))
    except NotRunning as error:
        print(error, file=sys.stderr)
        return None
    else:
        return {**answer, "noted": noted}
    finally:
        if terminal.interactive:
            terminal.progress("")


def told_refusal(answer: dict[str, Any]) -> int | None:
    """Say why new calls do not begin with what was asked for, if that is so.

    Returns:
        The exit code; ``None`` where they do.
    """
    if not answer["ok"]:
        print(answer["error"], file=sys.stderr)
        return 1
    if answer["noted"]:
        name = "" if answer["number"] is None else f" (v{answer['number']})"
        print(
            f"version {answer['version'][:8]}{name} is noted; it counts once the line is connected "
            "and the journal can be written. Should another machine lead by then, that one knows "
            "nothing of it"
        )
        return 1
    if not answer["problems"]:
        return None
    for problem in answer["problems"]:
        print(problem)
    found = counted(len(answer["problems"]), "problem")
    print(f"{found}; version {answer['version'][:8]} goes on serving")
    return 1


def _note(text: str) -> str:
    return _text("note", text, NOTE_CHARACTERS)


def _author(text: str) -> str:
    return _text("author", text, AUTHOR_CHARACTERS)


def _text(name: str, text: str, characters: int) -> str:
    try:
        return checked(name, text, characters)
    except ValueError as error:
        # argparse names the option itself.
        raise argparse.ArgumentTypeError(str(error).removeprefix(f"{name}: ")) from error
