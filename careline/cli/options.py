"""Options and failures that several commands share."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from careline.control import NotRunning, request
from careline.state import StateFolder
from config.errors import ConfigError, FolderError
from config.load import DEFAULT_CLINIC, load_site
from config.site import Site

DEFAULT_STATE = Path(".careline")
STATE_ENVIRONMENT = "CARELINE_STATE"


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config DIR``: the site to use."""
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_CLINIC,
        metavar="DIR",
        help="the site's folder of YAML files (default: the sample clinic)",
    )


def add_folder(parser: argparse.ArgumentParser) -> None:
    """``DIR``, the site to look at, by itself."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=DEFAULT_CLINIC,
        metavar="DIR",
        help="the site's folder (default: the sample clinic)",
    )


def add_state(
    parser: argparse.ArgumentParser, default: str | None = None, *, begins: bool = False
) -> None:
    """``--state DIR``: where the running line keeps its files.

    Args:
        parser: gets the option.
        default: ``argparse.SUPPRESS`` for an action of a command that has the option as well.
        begins: the command makes the folder where there is none: it takes no one's from above.
    """
    where = "here" if begins else "here or in a folder above"
    parser.add_argument(
        "--state",
        type=Path,
        default=default or state_folder(begins=begins),
        metavar="DIR",
        help="where the line keeps journal, recordings and secrets (default: "
        f"${STATE_ENVIRONMENT}, else {DEFAULT_STATE} {where})",
    )


def state_folder(*, begins: bool = False) -> Path:
    """The state folder of this machine's line: what the environment names, else the nearest.

    Like git, and for git's reasons only a folder of this user: another's could hold anything.

    Args:
        begins: only here; nothing is looked for in the folders above.
    """
    named = os.environ.get(STATE_ENVIRONMENT)
    if named:
        return Path(named)
    if not begins and not is_folder(DEFAULT_STATE):
        for above in Path.cwd().parents:
            if _is_ours(found := above / DEFAULT_STATE):
                return found
    return DEFAULT_STATE


def _is_ours(folder: Path) -> bool:
    try:
        return folder.is_dir() and folder.stat().st_uid == os.geteuid()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder is seen there; where nothing may be looked at, none is."""
    try:
        return path.is_dir()
    except OSError:
        return False


def site_or_complain(folder: Path) -> Site | None:
    """The site, or ``None`` after every mistake was printed to standard error."""
    try:
        return load_site(folder)
    except ConfigError as error:
        complain(error, folder)
    return None


def complain(error: ConfigError, folder: Path) -> None:
    """Print every mistake in a site's folder to standard error."""
    if isinstance(error, FolderError):
        print(error, file=sys.stderr)
        return
    for problem in error.problems:
        print(problem, file=sys.stderr)
    print(
        f"{counted(len(error.problems), 'problem')} in {folder}: mend, then try again "
        "(`careline check` lists them too)",
        file=sys.stderr,
    )


def counted(number: int, noun: str) -> str:
    """``1 problem``, ``2 problems``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def asked(state: Path, **wanted: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401 - JSON
    """Ask the running line; where it gives no answer, why is printed to standard error.

    Args:
        state: its state folder.
        wanted: the request, as :mod:`careline.control` has it.

    Returns:
        The exit code, 0, and the answer; 1 when the request was refused, 2 when no line is running.
    """
    try:
        answer = asyncio.run(request(StateFolder(state).control_socket, **wanted))
    except NotRunning as error:
        print(error, file=sys.stderr)
        return 2, {}
    if not answer["ok"]:
        print(answer["error"], file=sys.stderr)
        return 1, {}
    return 0, answer


def told_and_kept(done: str, answer: Mapping[str, Any]) -> int:
    """Say what the running line has done, and where it will not last, why.

    Args:
        done: what was done, in one line.
        answer: the line's, with ``not_journaled``.

    Returns:
        The exit code: 0, or 1 when the next start of the line undoes it.
    """
    why = answer.get("not_journaled")
    if why is None:
        print(done)
        return 0
    print(f"{done}; for now only")
    not_written = "the journal could not be written, so it is lost when the line starts again"
    print(f"{not_written}: {why}", file=sys.stderr)
    return 1
