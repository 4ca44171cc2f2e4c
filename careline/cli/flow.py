"""``careline flow``: a call flow as people read it, in words or drawn, and the calls in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from calls.ports import JournalError
from careline.cli.journal import Kept, is_address
from careline.cli.journal import Refused as JournalRefused
from careline.cli.options import counted, site_or_complain
from careline.cli.picture_file import put_svg
from careline.dialogues.run import rehearse
from careline.redis_address import AddressRefused
from careline.refusal import Refused, did_you_mean
from careline.terminal import Terminal, Tone
from careline.trails import Trail, trails_of
from config.document import printable
from config.errors import ConfigError, SecretsError
from config.load import DEFAULT_CLINIC
from config.picture import (
    NURSE,
    PERSON,
    Picture,
    draw,
    step_places,
    tally,
    to_dot,
    with_calls,
)
from config.site import Site

NO_CALLS = 1
CANNOT = 2

_EXAMPLES = """examples:
  careline flow                            the sample clinic's entry flow, in words
  careline flow main my-clinic --svg main.svg
                                           one of your own, to look at in a browser
  careline flow main my-clinic --expand --svg main.svg
                                           with the flows that it enters, each in a frame
  careline flow --coverage --svg - > main.svg
                                           what the dialogues of `careline test` go through
  careline flow --traffic .careline --svg yesterday.svg
                                           where yesterday's callers went
  careline flow --traffic .careline --day 2026-11-23
  careline flow menu my-clinic --dot | dot -Tpdf > menu.pdf

In a picture the nurse is red, and so is each key that stands for a red flag. The wider a line, the
more often it was taken; what never was is dashed and grey. Point at a box for all that it says, in
every language, and for its file and line. Pictures are laid out by Graphviz (Debian package
graphviz). Traffic is counts only: nothing in it tells of one caller. It draws the version that the
line served last, or that of DIR.

exit code: 0 done; 1 no call arrived on that day; 2 it cannot be done: no such flow, mistakes in the
folder, no journal there, a file that cannot be written, no Graphviz
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "flow",
        help="show a call flow, in words or as a picture, and where the calls went",
        description="Show a call flow: its steps and the ways between them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="the flow (default: the entry flow)"
    )
    parser.add_argument(
        "folder", nargs="?", metavar="DIR", help="the site's folder (default: the sample clinic)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--svg", metavar="FILE", help="draw it into a file; - is standard output")
    form.add_argument(
        "--dot", action="store_true", help="print it for Graphviz, to draw it yourself"
    )
    parser.add_argument(
        "--expand",
        "--open-flows",
        action="store_true",
        help="show what is inside the flows that it enters",
    )
    calls = parser.add_mutually_exclusive_group()
    calls.add_argument(
        "--coverage", action="store_true", help="count what the site's dialogues go through"
    )
    calls.add_argument(
        "--traffic",
        type=Path,
        metavar="JOURNAL",
        help="count the calls of a day: a state folder, or the journal in one",
    )
    parser.add_argument(
        "--day",
        metavar="DATE",
        help="of --traffic: 2026-11-23, today or yesterday (default: yesterday)",
    )
    parser.add_argument(
        "--language", metavar="LANGUAGE", help="of what is said (default: the site's first)"
    )
    parser.set_defaults(run=run, late=("name", "folder"))


class _NoCalls(Exception):
    """Theirs: there was nothing to count."""


def run(args: argparse.Namespace) -> int:
    """Show it; 1 when there was no call to count, 2 when it cannot be shown."""
    try:
        picture = _picture(args)
    except _NoCalls as error:
        print(error, file=sys.stderr)
        return NO_CALLS
    except (Refused, JournalRefused, JournalError) as error:
        print(error, file=sys.stderr)
        return CANNOT
    if picture is None:
        return CANNOT
    if args.svg is not None:
        return 0 if put_svg(picture, args.svg) else CANNOT
    if args.dot:
        print(to_dot(picture), end="")
    else:
        _tell(picture)
    return 0


def _picture(args: argparse.Namespace) -> Picture | None:
    """What is asked for; ``None`` after the mistakes in it were printed.

    Raises:
        Refused: it names what there is not.
        JournalRefused: the journal cannot be used.
        JournalError: it cannot be read.
    """
    if args.day is not None and args.traffic is None:
        raise Refused("--day says of which day the calls are counted: give --traffic as well")
    journal = None if args.traffic is None else _journal(args.traffic)
    folder = DEFAULT_CLINIC if args.folder is None else Path(args.folder)
    if journal is not None and args.folder is None:
        site: Site | None = journal.last_site()
    else:
        site = site_or_complain(folder)
    if site is None:
        return None
    name = _flow(args.name, site)
    language = _language(args.language, site)
    picture = draw(
        site, name, language=language, expand=args.expand, places=step_places(site.folder)
    )
    if journal is not None:
        trails, what = _of_day(args.day or "yesterday", journal, site)
    elif args.coverage:
        held = _held(site)
        if held is None:
            return None
        trails, what = held, "dialogues"
    else:
        return picture
    entry = site.flows[site.entry_flow]
    return with_calls(picture, tally(entry, name, trails, expand=args.expand), what)


def _flow(name: str | None, site: Site) -> str:
    if name is None:
        return site.entry_flow
    if name not in site.flows:
        there = ", ".join(site.flows)
        folder = "; a site's folder comes after the flow's name" if Path(name).is_dir() else ""
        near = did_you_mean(name, site.flows)
        raise Refused(f"{printable(name)} is no flow of {site.title}{near or folder}: {there}")
    return name


def _language(language: str | None, site: Site) -> str | None:
    if language is not None and language not in site.rules.languages:
        spoken = ", ".join(site.rules.languages)
        raise Refused(f"{site.title} does not speak {printable(language)}, but {spoken}")
    return language


# --- calls ----------------------------------------------------------------------------------------


def _held(site: Site) -> Sequence[Trail] | None:
    """What the dialogues go through; ``None`` after the mistakes in them were printed."""
    try:
        rehearsal = rehearse(site.folder, site)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return None
    if rehearsal.failed:
        failed = counted(len(rehearsal.failed), "dialogue")
        print(f"{failed} not as written: `careline test` tells more", file=sys.stderr)
    return [played.trail for played in rehearsal.played]


def _journal(folder: Path) -> Kept:
    if is_address(folder):
        raise Refused("--traffic names a state folder; one whose journal is in Redis knows where")
    try:
        return Kept(folder)
    except (AddressRefused, SecretsError) as error:
        raise Refused(str(error)) from error
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        why = getattr(error, "strerror", None) or "this is no name of a folder"
        raise Refused(f"{folder}: it cannot be read ({why})") from error


def _of_day(word: str, journal: Kept, site: Site) -> tuple[Sequence[Trail], str]:
    """The ways of a day's calls, and how they are called.

    Raises:
        Refused: the word names no day.
        _NoCalls: nobody called.
    """
    day = _day(word, site)
    since, until = (
        datetime.combine(each, time.min, site.zone).timestamp()
        for each in (day, day + timedelta(days=1))
    )
    found = trails_of(
        journal.entries(), journal.first_site(), journal.find_version, since=since, until=until
    )
    for version in found.missing:
        print(f"version {version[:8]}: {journal.why_missing(version)}", file=sys.stderr)
    if not found.trails:
        raise _NoCalls(f"{journal.place}: no call arrived on {day}")
    return found.trails, f"calls on {day}"


def _day(word: str, site: Site) -> date:
    today = datetime.now(site.zone).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        day = named.get(word) or date.fromisoformat(word)
        datetime.combine(day + timedelta(days=1), time.min, site.zone).timestamp()
        datetime.combine(day, time.min, site.zone).timestamp()
    except (ValueError, OverflowError, OSError):
        raise Refused(
            f"--day: {printable(word)} is no day; wanted one such as 2026-11-23, today or yesterday"
        ) from None
    return day


# --- in words -------------------------------------------------------------------------------------


def _tell(picture: Picture) -> None:
    terminal = Terminal(sys.stdout)
    terminal.say(printable(picture.title))
    for note in picture.notes:
        terminal.say(printable(note), tone=Tone.QUIET)
    ends = {node.id: node.name for node in picture.nodes if node.id in (NURSE, PERSON)}
    for node in picture.nodes:
        if node.id in ends:
            continue
        terminal.say()
        start = "start, " if node.is_start else ""
        place = f"  {node.place}" if node.place else ""
        times = "" if node.calls is None else f", {node.calls:,}×"
        terminal.say(printable(f"{node.id} ({start}{node.kind}{times}){place}"))
        for line in node.lines:
            terminal.say(printable(line), lead="    ")
        for way in picture.ways:
            if way.source != node.id:
                continue
            tone = Tone.ALERT if way.target == NURSE else Tone.PLAIN
            taken = "" if way.calls is None else f"{way.calls:,}×  "
            why = f": {'; '.join(way.lines)}" if way.lines else ""
            terminal.say(
                printable(f"{taken}{ends.get(way.target, way.target)}{why}"),
                lead="    -> ",
                tone=tone,
            )
