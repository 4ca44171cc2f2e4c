"""Options and failures that several commands share."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from config.errors import ConfigError, FolderError
from config.load import DEFAULT_CLINIC, load_site
from config.site import Site

DEFAULT_STATE = Path(".careline")


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config DIR``: the site to use."""
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_CLINIC,
        metavar="DIR",
        help="the site's folder of YAML files (default: the sample clinic)",
    )


def add_state(parser: argparse.ArgumentParser, default: Path | str = DEFAULT_STATE) -> None:
    """``--state DIR``: where the running line keeps its files.

    Args:
        parser: gets the option.
        default: ``argparse.SUPPRESS`` for an action of a command that has the option as well.
    """
    parser.add_argument(
        "--state",
        type=Path,
        default=default,
        metavar="DIR",
        help=f"where the line keeps journal, recordings and secrets (default: {DEFAULT_STATE})",
    )


def site_or_complain(folder: Path) -> Site | None:
    """The site, or ``None`` after every mistake was printed to standard error."""
    try:
        return load_site(folder)
    except FolderError as error:
        print(error, file=sys.stderr)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(
            f"{counted(len(error.problems), 'problem')} in {folder}: mend, then try again "
            "(`careline check` lists them too)",
            file=sys.stderr,
        )
    return None


def counted(number: int, noun: str) -> str:
    """``1 problem``, ``2 problems``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
