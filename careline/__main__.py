"""``careline``: the entry point of every command."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import NoReturn

from careline import __version__
from careline.cli import (
    agent,
    call,
    check,
    demo,
    diff,
    explain,
    flow,
    prove,
    publish,
    queue,
    replay,
    report,
    rollback,
    run,
    schema,
    talk,
    task,
    test,
    triage,
    triage_approve,
    triage_judge,
    triage_review,
    versions,
)
from careline.cli.output import LOST, READER_LEFT, Output, write_out

_COMMANDS = (
    run,
    talk,
    check,
    test,
    prove,
    publish,
    versions,
    rollback,
    diff,
    flow,
    schema,
    triage,
    triage_review,
    triage_judge,
    triage_approve,
    agent,
    task,
    queue,
    call,
    report,
    explain,
    replay,
    demo,
)

_WRONG_WORD = re.compile(r"^argument [^-].*: invalid choice: (.*) \(choose from (.*)\)$")


_OF_TRIAGE = ("review", "judge", "approve")
"""``careline triage review`` is the command ``triage-review``: after ``triage`` argparse would take
a word for the text to assess."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, with the next step."""

    def error(self, message: str) -> NoReturn:
        # What was typed in a wrong place may be an address with a password in it.
        shown = re.sub(r"//[^\s/]*@", "//…@", message)
        # argparse names the place of a word that has no option by what the program calls it.
        shown = _WRONG_WORD.sub(r"\1 is none of \2", shown)
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


def in_one_word(arguments: Sequence[str]) -> list[str]:
    """A command line whose command of two words, such as ``triage review``, is written as one."""
    words = list(arguments)
    if len(words) > 1 and words[0] == "triage" and words[1] in _OF_TRIAGE:
        words[:2] = [f"triage-{words[1]}"]
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 when all went well, 1 when what was asked for did not hold, 2 when it could not be done.
    """
    if sys.stdout is None:  # closed, `careline report >&-`
        print("standard output: it is closed", file=sys.stderr)
        return LOST
    output = Output(sys.stdout)
    with redirect_stdout(output):
        try:
            code = _run(arguments, output)
        except SystemExit as told:  # by argparse: help, or what is wrong with the command line
            raise SystemExit(output.finished(int(told.code or 0))) from None
        code = output.finished(code)
    write_out(sys.stderr)
    return code


def _run(arguments: Sequence[str] | None, output: Output) -> int:
    try:
        args = _parsed(arguments)
        code: int = args.run(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output left (`careline check | head`): nothing more to say.
        return READER_LEFT
    except OSError as error:
        if error is not output.failure:
            raise
        return LOST
    return code


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line, with JOURNAL wherever it stands, or what else its command calls ``late``.

    argparse takes every word that need not be there with the first of them, so that one after an
    option (``explain 7f3a --json backup/monday``) is left over.
    """
    top = parser()
    words = in_one_word(sys.argv[1:] if arguments is None else arguments)
    args, left_over = top.parse_known_args(words)
    top.prog = f"{top.prog} {args.command}"  # whose help tells what goes with it
    if left_over:
        late = getattr(args, "late", "journal")
        places = (late,) if isinstance(late, str) else late
        free = [place for place in places if getattr(args, place, ...) is None]
        if len(left_over) > len(free) or any(word.startswith("-") for word in left_over):
            top.error(f"unrecognized arguments: {' '.join(left_over)}")
        for place, word in zip(free, left_over, strict=False):
            setattr(args, place, Path(word) if place == "journal" else word)
    return args


if __name__ == "__main__":
    raise SystemExit(main())
