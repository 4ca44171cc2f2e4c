"""``careline check``: every mistake in a site's files, each at its line."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from careline.cli.options import add_folder, counted
from config.document import printable
from config.errors import FolderError, Problem, SecretsError
from config.load import check
from config.secrets import read_secrets
from config.site import Site

PROBLEMS = 1
UNREADABLE = 2

_VARYING = re.compile(r"'[^']*'|`[^`]*`|\([^()]*\)|\{[^{}]*\}|[0-9]+")
"""What differs between two warnings of one kind: names, numbers, lists of them."""

_EXAMPLES = """examples:
  careline check                           the sample clinic
  careline check /etc/careline/clinic      your own
  careline check clinic --secrets secrets.yaml
                                           also whether each secret it names is there
  careline check clinic --format json | jq -r '.problems[] | "\\(.file):\\(.line) \\(.message)"'
                                           for an editor or a script

While there are problems, only the first warning of each kind is printed; JSON always holds all.

One JSON object: {"ok": true, "problems": [], "warnings": [{"file", "line", "column", "where",
"message", "severity"}], "site": {"id", "title", "version", and how much it holds}}; "site" is null
where there are problems. What cannot be read is {"ok": false, "error": "why"}.

exit code: 0 no problem (there may be warnings); 1 problems, the site would not be loaded;
2 the folder, or the file of secrets, cannot be read
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help="report every mistake in a site's files",
        description="Report every mistake in a site's files, one a line: file:line:column: what.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_folder(parser)
    parser.add_argument(
        "--secrets",
        type=Path,
        metavar="FILE",
        help="the file of secrets: report names that are not in it",
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="lines for a person, or one JSON object (default: text)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check; 1 when there are problems, 2 when there is nothing to check."""
    folder: Path = args.folder
    try:
        names: Collection[str] | None = (
            None if args.secrets is None else frozenset(read_secrets(args.secrets))
        )
        problems, warnings, site = check(folder, names)
    except (FolderError, SecretsError) as error:
        if args.format == "json":
            _print_json({"ok": False, "error": str(error)})
        else:
            print(error, file=sys.stderr)
        return UNREADABLE
    if args.format == "json":
        _print_json(_as_json(problems, warnings, site))
    else:
        _print_lines(folder, problems, warnings, site)
    return PROBLEMS if problems else 0


def _print_lines(
    folder: Path, problems: Sequence[Problem], warnings: Sequence[Problem], site: Site | None
) -> None:
    for problem in problems:
        print(problem)
    if warnings:
        print("\nWarnings:" if problems else "Warnings:")
        for line in _folded(warnings) if problems else map(str, warnings):
            print(f"  {line}")
    print()
    print(_summary(folder, len(problems), len(warnings), site))


def _folded(warnings: Sequence[Problem]) -> Iterator[str]:
    """The first of each kind: a hundred would push what has to be mended off the screen."""
    kinds: dict[str, list[Problem]] = {}
    for warning in warnings:
        kinds.setdefault(_VARYING.sub("", warning.message), []).append(warning)
    for first, *others in kinds.values():
        more = f" (and {counted(len(others), 'more warning')} of this kind)" if others else ""
        yield f"{first}{more}"


def _print_json(answer: dict[str, Any]) -> None:
    # Escaped, so that whatever takes it needs no encoding of ours.
    print(json.dumps(answer, indent=2, ensure_ascii=True))


def _as_json(
    problems: Sequence[Problem], warnings: Sequence[Problem], site: Site | None
) -> dict[str, Any]:
    return {
        "ok": not problems,
        "problems": [_told(each, "error") for each in problems],
        "warnings": [_told(each, "warning") for each in warnings],
        "site": None
        if site is None
        else {
            "id": site.id,
            "title": site.title,
            "version": site.version,
            **{noun.replace(" ", "_") + "s": number for noun, number in _held(site).items()},
        },
    }


def _told(problem: Problem, severity: str) -> dict[str, Any]:
    return {
        "file": printable(problem.file),
        "line": problem.line,
        "column": problem.column,
        "where": problem.where,
        "message": problem.message,
        "severity": severity,
    }


def _held(site: Site) -> dict[str, int]:
    """How much there is of what a site holds."""
    return {
        "flow": len(site.flows),
        "queue": len(site.queues),
        "agent": len(site.agents),
        "prompt": len(site.rules.prompts),
        "triage rule": len(site.protocols.rules),
    }


def _summary(folder: Path, problems: int, warnings: int, site: Site | None) -> str:
    found = f"{counted(problems, 'problem')}, {counted(warnings, 'warning')}"
    if site is None:
        return f"{folder}: {found}"
    holds = ", ".join(counted(number, noun) for noun, number in _held(site).items())
    return f"{site.title}, version {site.version[:12]}: {found}; {holds}"
