"""``careline``: the entry point of every command."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from careline import __version__
from careline.cli import (
    agent,
    call,
    check,
    demo,
    explain,
    publish,
    queue,
    replay,
    report,
    run,
    schema,
    talk,
    task,
    triage,
)

_COMMANDS = (
    run,
    talk,
    check,
    publish,
    schema,
    triage,
    agent,
    task,
    queue,
    call,
    report,
    explain,
    replay,
    demo,
)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, with the next step."""

    def error(self, message: str) -> NoReturn:
        # What was typed in a wrong place may be an address with a password in it.
        shown = re.sub(r"//[^\s/]*@", "//…@", message)
        self.exit(2, f"{self.prog}: {shown}; see `{self.prog} --help`\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="careline",
        description="A phone line for clinics: call flows, red-flag triage, call distribution.",
        epilog="Start with `careline talk` (a call in the terminal) or `careline run` (the line).",
    )
    top.add_argument("--version", action="version", version=f"careline {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 when all went well, 1 when what was asked for did not hold, 2 when it could not be done.
    """
    args = _parsed(arguments)
    try:
        code: int = args.run(args)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # The reader of our output left (`careline check | head`): nothing more to say.
        code = 1
    _let_go_of_output()
    return code


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line, with JOURNAL wherever it stands.

    argparse takes every word that need not be there with the first of them, so that one after an
    option (``explain 7f3a --json backup/monday``) is left over.
    """
    top = parser()
    args, left_over = top.parse_known_args(arguments)
    if left_over[1:] or (left_over and left_over[0].startswith("-")):
        top.error(f"unrecognized arguments: {' '.join(left_over)}")
    if left_over:
        if getattr(args, "journal", ...) is not None:
            top.error(f"unrecognized arguments: {left_over[0]}")
        args.journal = Path(left_over[0])
    return args


def _let_go_of_output() -> None:
    """Write out what is left; where the terminal or pipe is gone, drop it.

    Left to the interpreter's own end, output that cannot be written would turn the exit code into
    120 (https://docs.python.org/3/library/signal.html, note on SIGPIPE).
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


if __name__ == "__main__":
    raise SystemExit(main())
