"""``careline check``: every mistake in a site's files, each at its line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from careline.cli.options import counted
from config.errors import FolderError, SecretsError
from config.load import DEFAULT_CLINIC, check
from config.secrets import read_secrets
from config.site import Site

PROBLEMS = 1
UNREADABLE = 2

_EXAMPLES = """examples:
  careline check                           the sample clinic
  careline check /etc/careline/clinic      your own
  careline check clinic --secrets secrets.yaml
                                           also whether each secret it names is there

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
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=DEFAULT_CLINIC,
        metavar="DIR",
        help="the site's folder (default: the sample clinic)",
    )
    parser.add_argument(
        "--secrets",
        type=Path,
        metavar="FILE",
        help="the file of secrets: report names that are not in it",
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
        print(error, file=sys.stderr)
        return UNREADABLE
    for problem in problems:
        print(problem)
    if warnings:
        print("\nWarnings:" if problems else "Warnings:")
        for warning in warnings:
            print(f"  {warning}")
    print()
    print(_summary(folder, len(problems), len(warnings), site))
    return PROBLEMS if problems else 0


def _summary(folder: Path, problems: int, warnings: int, site: Site | None) -> str:
    found = f"{counted(problems, 'problem')}, {counted(warnings, 'warning')}"
    if site is None:
        return f"{folder}: {found}"
    holds = ", ".join(
        (
            counted(len(site.flows), "flow"),
            counted(len(site.queues), "queue"),
            counted(len(site.agents), "agent"),
            counted(len(site.rules.prompts), "prompt"),
            counted(len(site.protocols.rules), "triage rule"),
        )
    )
    return f"{site.title}, version {site.version[:12]}: {found}; {holds}"
