"""``careline diff``: what differs between two versions of the site, in words."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from careline.cli.options import add_state, counted, site_or_complain
from careline.cli.picture_file import STANDARD_OUTPUT, put_svg
from careline.control import NotRunning, request
from careline.publications import Publication
from careline.refusal import Refused
from careline.state import StateFolder
from careline.terminal import Terminal
from careline.version_names import listed, named
from careline.versions import SiteVersions
from config.diff import Difference, Kind, differences
from config.document import printable
from config.picture import draw_changes, step_places
from config.site import Site

DIFFERS = 1
UNREADABLE = 2

_FOLDER = "folder"
_SERVING = "serving"
_ONE_LINE = 60
"""Old and new together are told in one line up to so many characters."""

_EXAMPLES = """examples:
  careline diff serving                    what `careline publish` would change
  careline diff v2 v3                      what v3 has changed
  careline diff v2 1a2b3c4d --json
  careline diff serving folder --config my-clinic
  careline diff v2 v3 --svg changes.svg    and a picture of the flows that differ

A version is v1, v2, ... as `careline versions` lists them, or how its hash begins; `serving` is the
one that new calls begin with, `folder` the site's folder. What is compared is what the files mean:
comments and layout make no difference. Where no line is running, --config names the folder.

In the picture green is new, red and dashed is gone, amber has changed, grey is as before. With
--svg - it is all that is printed. Graphviz lays it out (Debian package graphviz).

exit code: 0 both mean the same; 1 there are differences, each is told; 2 one of them cannot be
read, or there is no picture
"""


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two.

    Attributes:
        name: for the reader.
        site: loaded.
    """

    name: str
    site: Site


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "diff",
        help="what differs between two versions of the site, in words",
        description="Tell what differs between two versions of the site, by meaning.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", metavar="V1", help="v2, how a hash begins, serving or folder")
    parser.add_argument("new", metavar="V2", nargs="?", help="the same (default: folder)")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        help="what `folder` is (default: that of the running line)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--svg", metavar="FILE", help="draw the flows that differ; - is standard output"
    )
    add_state(parser)
    parser.set_defaults(run=run, late="new")


def run(args: argparse.Namespace) -> int:
    """Compare; 1 when they differ, 2 when one cannot be read."""
    try:
        old, new = _side(args.old, args), _side(args.new or _FOLDER, args)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return UNREADABLE
    if old is None or new is None:
        return UNREADABLE
    found = differences(old.site, new.site)
    if args.svg is not None and not _draw(old, new, args.svg):
        return UNREADABLE
    if args.svg == STANDARD_OUTPUT:
        pass
    elif args.json:
        print(json.dumps(_as_data(old, new, found), indent=2))
    else:
        _say(old, new, found)
    return DIFFERS if found else 0


def _side(word: str, args: argparse.Namespace) -> _Side | None:
    """What a word names; ``None`` after its mistakes were printed.

    Raises:
        Refused: it names nothing, or what cannot be read.
    """
    state = StateFolder(args.state)
    if word == _FOLDER:
        folder = args.config or _folder_of_line(state)
        site = site_or_complain(folder)
        return None if site is None else _Side(str(folder), site)
    versions = SiteVersions(state.versions)
    try:
        known = versions.history.read()
    except OSError as error:
        raise Refused(f"{state.versions}: the history cannot be read: {error.strerror}") from error
    found = _chosen(word, known, state)
    kept = versions.find(found.version)
    if kept is None:
        why = versions.why_missing(found.version)
        raise Refused(f"{found.name} ({found.short}) cannot be read. {why}")
    return _Side(f"{found.name} ({found.short})", kept)


def _chosen(word: str, known: Sequence[Publication], state: StateFolder) -> Publication:
    if not known:
        raise Refused(f"{state.path}: {listed(known)}; name the line's own folder with --state")
    if word == _SERVING:
        return known[-1]
    try:
        return named(word, known)
    except Refused as refusal:
        raise Refused(f"{refusal}; or `{_SERVING}`, or `{_FOLDER}`") from None


def _folder_of_line(state: StateFolder) -> Path:
    try:
        return Path(asyncio.run(request(state.control_socket, op="versions"))["folder"])
    except NotRunning as error:
        raise Refused(
            f"{error}; or name the site's folder with --config, which then is `{_FOLDER}`"
        ) from error


def _draw(old: _Side, new: _Side, where: str) -> bool:
    picture = draw_changes(
        old.site,
        new.site,
        title=f"From {old.name} to {new.name}",
        old_places=step_places(old.site.folder),
        new_places=step_places(new.site.folder),
    )
    return put_svg(picture, where)


def _say(old: _Side, new: _Side, found: Sequence[Difference]) -> None:
    terminal = Terminal(sys.stdout)
    if not found:
        terminal.say(f"{old.name} and {new.name} mean the same")
        return
    for each in found:
        told = printable(str(each))
        before, after = each.before or "nothing", each.after or "nothing"
        if each.kind is not Kind.CHANGED or len(before) + len(after) <= _ONE_LINE:
            terminal.say(told)
            continue
        terminal.say(f"{printable(each.where)}:")
        terminal.say(printable(before), lead="    was  ")
        terminal.say(printable(after), lead="    is   ")
    terminal.say()
    terminal.say(f"{counted(len(found), 'difference')} from {old.name} to {new.name}")


def _as_data(old: _Side, new: _Side, found: Sequence[Difference]) -> dict[str, object]:
    return {
        "from": old.site.version,
        "to": new.site.version,
        "differences": [
            {
                "path": list(each.path),
                "kind": each.kind.value,
                "before": each.before,
                "after": each.after,
            }
            for each in found
        ],
    }
