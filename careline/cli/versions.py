"""``careline versions``: which versions of the site were published, by whom and why."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from careline.cli.options import add_state, counted
from careline.cli.times import zone_of
from careline.control import NotRunning, request
from careline.publications import How, Publication
from careline.state import StateFolder
from careline.terminal import Terminal
from careline.versions import SiteVersions

_EXAMPLES = """examples:
  careline versions                        the oldest first; the last one serves
  careline versions --json
  careline versions --state /var/lib/careline

Times are the clinic's. Where the line runs, a version that calls in progress keep says how many.
Works without a running line too. `careline diff v2 v3` tells what changed from one to another,
`careline rollback v2` serves one again.

exit code: 0 listed; 2 none was published yet, or the folder cannot be read
"""

_HOW = {
    How.PUBLISHED: "",
    How.ROLLED_BACK: "rolled back",
    How.FIRST_START: "first start",
    How.INSTEAD: "not published",
    How.ELSEWHERE: "published on another machine",
}


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "versions",
        help="which versions of the site were published, by whom and why",
        description="List the published versions of the site, and which one serves.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_state(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List them; 2 where there are none."""
    state = StateFolder(args.state)
    versions = SiteVersions(state.versions)
    try:
        known = versions.history.read()
    except OSError as error:
        print(f"{state.versions}: the history cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    if not known:
        print(
            f"{state.path}: no version was published yet; the first start of the line publishes "
            "the site's folder as it is, or name the line's own folder with --state",
            file=sys.stderr,
        )
        return 2
    in_use, zone = _as_the_line_knows(state, versions)
    serving = known[-1]
    calls = {
        each.number: in_use.get(each.version, 0)
        for each in {each.version: each for each in known}.values()
    }
    if args.json:
        listed = [_as_data(each, serving, calls) for each in known]
        print(json.dumps({"time_zone": str(zone), "versions": listed}, indent=2))
    else:
        _say(known, serving, calls, zone)
    return 0


def _as_the_line_knows(
    state: StateFolder, versions: SiteVersions
) -> tuple[Mapping[str, int], tzinfo]:
    """How many calls keep which version, and where the clinic is."""
    try:
        answer = asyncio.run(request(state.control_socket, op="versions"))
    except NotRunning:
        site = versions.last_good()
        return {}, UTC if site is None else site.zone
    return answer["in_use"], zone_of(answer)


def _say(
    known: Sequence[Publication],
    serving: Publication,
    calls: Mapping[int, int],
    zone: tzinfo,
) -> None:
    terminal = Terminal(sys.stdout)
    widest = max(len(each.author) for each in known)
    number = max(len(each.name) for each in known)
    for each in known:
        mark = "*" if each is serving else " "
        when = f"{datetime.fromtimestamp(each.at, zone):%Y-%m-%d %H:%M}"
        told = [
            "serves" if each is serving else "",
            _keep(calls.get(each.number, 0)) if each is not serving else "",
            _HOW[each.how],
            each.note,
        ]
        terminal.say(
            "; ".join(filter(None, told)),
            lead=f"{mark} {each.name:{number}}  {each.short}  {when}  {each.author:{widest}}  ",
        )


def _keep(calls: int) -> str:
    if not calls:
        return ""
    return f"{counted(calls, 'call')} in progress keep{'s' if calls == 1 else ''} it"


def _as_data(
    each: Publication, serving: Publication, calls: Mapping[int, int]
) -> dict[str, object]:
    return {
        "number": each.number,
        "version": each.version,
        "at": each.at,
        "author": each.author,
        "note": each.note,
        "how": each.how.value,
        "previous": each.previous,
        "serves": each is serving,
        "calls": calls.get(each.number, 0),
    }
