"""``careline report``: service level, waits, agents' time and red flags, from the journal alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import chain
from math import inf
from typing import Any

from acd.metrics import Every, Metrics, Results
from calls.facts import Fact
from calls.ids import QueueId
from calls.ports import Entry, JournalError
from careline.cli.journal import JOURNALS, Refused, add_journal, kept
from careline.cli.report_data import print_csv, print_json
from careline.cli.report_tables import INCOMPLETE, print_tables
from careline.holes import Hole
from config.site import Site

NOTHING = 1
UNREADABLE = 2

_EXAMPLES = f"""times: 2026-11-23, "2026-11-23 08:00", 08:00 (today), today or yesterday, in the
site's time zone. A day alone is its midnight; --to is not included. What was offered in that time
counts, with all that became of it later. Every measure is defined in docs/metrics.md.

{JOURNALS}
examples:
  careline report                                     all that the journal holds
  careline report --from today                        since midnight
  careline report --from 2026-11-23 --to 2026-11-24   one day
  careline report --from today --every 30m            each half hour, a row
  careline report --by agent --from yesterday         each agent
  careline report --by queue --every 1d --csv         each queue and day, every measure
  careline report --json                              everything, for programs
  careline report backup/monday                       another journal

While the journal could not be written, calls that were turned away, or more, are missing from every
figure: it is told where that is so (INCOMPLETE; with --csv as an error message, in JSON "holes").

exit code: 0 done; 1 there is nothing in that time; 2 it cannot be told: no journal there, a time
that is none, no site
"""


class _Refused(Exception):
    """Why there is no report; the code says how to end."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is to be printed.

    Attributes:
        site: whose line it is.
        since: where the window begins, seconds since the epoch.
        until: where it ends; when the journal was read if no end was asked for.
        results: what was counted.
        by: ``queue``, ``agent`` or ``interval``; ``None`` for all that there is.
        cut: whether the window is cut into intervals.
        holes: where the journal does not tell all that happened in the window.
    """

    site: Site
    since: float
    until: float
    results: Results
    by: str | None
    cut: bool
    holes: tuple[Hole, ...]

    def local(self, at: float) -> datetime:
        """A moment in the site's time zone."""
        return datetime.fromtimestamp(at, self.site.zone)


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "report",
        help="service level, waits, agents' time and red flags",
        description="What the line did, from its journal, which may belong to a line that runs.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--from", dest="since", metavar="TIME", help="begin here")
    parser.add_argument("--to", dest="until", metavar="TIME", help="end before this")
    parser.add_argument(
        "--by",
        choices=("queue", "agent", "interval"),
        help="one table only (default: queues and agents; with --every, intervals)",
    )
    parser.add_argument(
        "--every",
        choices=("15m", "30m", "1h", "1d"),
        help="cut the time into intervals (with --by interval 30m if not given)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything, as one JSON object")
    form.add_argument("--csv", action="store_true", help="one table, every measure a column")
    add_journal(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the report; 1 when there is nothing to tell, 2 when it cannot be told."""
    try:
        report = _report(args)
    except _Refused as refused:
        print(refused, file=sys.stderr)
        return refused.code
    except (Refused, JournalError) as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    if args.json:
        print_json(report)
    elif args.csv:
        # A table has no place for it, and must not be taken for whole.
        for hole in report.holes:
            print(f"{INCOMPLETE}: {hole.sentence(report.site.zone)}", file=sys.stderr)
        print_csv(report)
    else:
        print_tables(report)
    return 0


def _report(args: argparse.Namespace) -> Report:
    journal = kept(args)
    site = journal.last_site()
    since = _moment(args.since, "--from", site.zone)
    until = _moment(args.until, "--to", site.zone)
    if since is not None and until is not None and until <= since:
        raise _Refused(f"--to {args.until} is not after --from {args.since}", UNREADABLE)
    entries = (entry for _position, entry in journal.entries())
    first = next(entries, None)
    if first is None:
        raise _Refused(f"{journal.place}: nothing has happened yet", NOTHING)
    begin = first.at if since is None else since
    if until is not None and until <= begin:
        raise _Refused(
            f"nothing happened before {_shown(until, site.zone)}; the journal begins at "
            f"{_shown(begin, site.zone)}",
            NOTHING,
        )
    by = args.by or ("interval" if args.every else None)
    every = args.every or ("30m" if by == "interval" else "whole")
    metrics = Metrics(
        queues=site.queues,
        agents=site.agents,
        nurse_queue=QueueId(site.rules.nurse_queue),
        zone=site.zone,
        every=Every(every),
        since=begin,
        until=inf if until is None else until,
    )
    holes: list[Hole] = []
    every_entry = _noted(chain((first,), entries), holes)
    last, any_within = _read(every_entry, metrics, site, begin, until)
    end = max(last, begin) if until is None else until
    if not any_within:
        upto = "on" if until is None else f"to {_shown(until, site.zone)}"
        raise _Refused(
            f"nothing happened from {_shown(begin, site.zone)} {upto}; the journal goes from "
            f"{_shown(first.at, site.zone)} to {_shown(last, site.zone)}",
            NOTHING,
        )
    return Report(
        site=site,
        since=begin,
        until=end,
        results=metrics.results(),
        by=by,
        cut=every != "whole",
        holes=tuple(
            each for each in holes if each.overlaps(begin, inf if until is None else until)
        ),
    )


def _noted(entries: Iterator[Entry], holes: list[Hole]) -> Iterator[Entry]:
    """The entries; where they tell of a hole, it is put into ``holes``."""
    for entry in entries:
        hole = Hole.told_by(entry)
        if hole is not None:
            holes.append(hole)
        yield entry


def _read(
    entries: Iterator[Entry], metrics: Metrics, site: Site, since: float, until: float | None
) -> tuple[float, bool]:
    """Read it all; when the last thing happened, and whether anything did in the window."""
    last, any_within = 0.0, False
    for entry in entries:
        if isinstance(entry.record, Fact) and entry.record.site != site.id:
            raise _Refused(
                f"the journal is of site {entry.record.site!r}, the configuration of "
                f"{site.id!r}; name the right folder with --config",
                UNREADABLE,
            )
        last = max(last, entry.at)
        any_within = any_within or (since <= last and (until is None or last < until))
        metrics.take(entry.at, entry.record)
    return last, any_within


def _moment(text: str | None, option: str, zone: tzinfo) -> float | None:
    """What a person means by a time.

    Raises:
        _Refused: nothing that is understood.
    """
    if text is None:
        return None
    today = datetime.now(zone).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        if text in named:
            at = datetime.combine(named[text], time.min)
        elif ":" in text and "-" not in text:
            at = datetime.combine(today, time.fromisoformat(text.rjust(5, "0")))
        else:
            at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise _Refused(
            f"{option}: {text!r} is no time; wanted one such as 2026-11-23, "
            '"2026-11-23 08:00", 08:00, today or yesterday',
            UNREADABLE,
        ) from None


def _shown(at: float, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"
