"""Options and failures that several commands share."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from config.errors import ConfigError
from config.load import DEFAULT_CLINIC, load_site
from config.site import Site

DEFAULT_STATE = Path(".careline")


class CannotGoOn(Exception):
    """Ops: one line for the operator; the command ends with exit code 2."""


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config DIR``: the site to use."""
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_CLINIC,
        metavar="DIR",
        help="the site's folder of YAML files (default: the sample clinic)",
    )


def add_state(parser: argparse.ArgumentParser) -> None:
    """``--state DIR``: where the running line keeps its files."""
    parser.add_argument(
        "--state",
        type=Path,
        default=DEFAULT_STATE,
        metavar="DIR",
        help=f"where the line keeps journal, recordings and secrets (default: {DEFAULT_STATE})",
    )


def site_or_complain(folder: Path) -> Site | None:
    """The site, or ``None`` after every mistake was printed to standard error."""
    try:
        return load_site(folder)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(
            f"{len(error.problems)} problems in {folder}; nothing was started. "
            "Mend them and try again (`careline check` lists them).",
            file=sys.stderr,
        )
        return None
