"""``careline replay``: yesterday again, to compare, or under another configuration."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from calls.ports import JournalError
from careline.cli.journal import JOURNALS, Kept, Refused, add_journal, kept
from careline.cli.options import counted, site_or_complain
from careline.cli.replay_tables import print_json, print_table
from careline.replaying import Difference, Replay, Replayed, shown
from careline.terminal import Terminal
from careline.what_if import Comparison, compare
from config.site import Site

_EXAMPLES = f"""examples:
  careline replay                              the journal of the line started here
  careline replay backup/monday                another journal
  careline replay --with my-clinic-changed     the same calls, other queues, agents and rules
  careline replay --with my-clinic-changed --json

{JOURNALS}
Without --with every decision that is in the journal is made again and compared, also after one that
differs. The line may run meanwhile.

With it three days stand side by side: what the journal tells, the same run again, and the same run
under the other folder. The second shows how far the run can be trusted. What is assumed for a run
is told in docs/replay.md: calls, agents and phones come and go as they did; who waits longer
than they had to has the patience of those who hung up; a talk takes as long as it took; agents
answer after their own mean time and let as many calls ring out as they did.

exit code: 0 every decision is the same, or the days stand there; 1 there are differences, the first
is told, and how much is the same: after each the replay goes on as the journal tells;
2 it cannot be done: no journal there, no version of the site, mistakes in the folder
"""

_DIFFERS = 1
_CANNOT = 2


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "replay",
        help="make every decision of a journal again, or under another configuration",
        description="Make every decision of a journal again and compare, or tell what the day "
        "would have been under another configuration.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--with",
        dest="other",
        type=Path,
        metavar="CONFIG_FOLDER",
        help="run the day under this site's folder as well",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_journal(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay; 1 when a decision differs, 2 when it cannot be done."""
    try:
        journal = kept(args)
        first = journal.first_site()
        if args.other is not None:
            return _what_if(args, journal, first)
        return _compare(args, journal, first)
    except (Refused, JournalError) as error:
        print(error, file=sys.stderr)
        return _CANNOT


# --- the same again -------------------------------------------------------------------------------


def _compare(args: argparse.Namespace, journal: Kept, first: Site) -> int:
    terminal = Terminal(sys.stderr)
    began = time.perf_counter()
    replay = Replay(first, journal.find_version, journal.checkpoint())
    done = replay.run(journal.entries(), _progress(terminal))
    took_s = time.perf_counter() - began
    if terminal.interactive:
        terminal.progress("")
    if args.json:
        print_json(_as_data(done, took_s, first))
    else:
        _tell(done, took_s, first, journal)
    return 0 if done.difference is None else _DIFFERS


def _progress(terminal: Terminal) -> Any:  # noqa: ANN401 - a function of the position
    def show(position: int) -> None:
        if terminal.interactive:
            terminal.progress(f"{position:,} entries")

    return show


def _tell(done: Replayed, took_s: float, first: Site, journal: Kept) -> None:
    print(
        f"{done.facts:,} facts, {done.decisions:,} decisions, {took_s:.1f} s"
        + (f", {done.elsewhere:,} facts of other sites passed over" if done.elsewhere else "")
    )
    for version in done.missing:
        print(_left_out(version, journal))
    for hole in done.holes:
        print(hole.sentence(first.zone))
    if done.difference is None:
        print("every decision is the same" if done.decisions else "nothing was decided")
        return
    _tell_difference(done.difference, first)
    print(f"Compared to the end: {_extent(done, first)}.")
    print(
        "Either the journal was altered or has a hole, or the program or the site's files are not "
        "those that it was written with."
    )


def _extent(done: Replayed, first: Site) -> str:
    """How much is the same and how much is not, and how the replay went on."""
    told = (
        f"{counted(done.decisions, 'decision')} the same, {done.only_in_journal:,} of the journal "
        f"not made again, {done.only_in_replay:,} made that it does not tell"
    )
    last = done.last or done.difference
    if last is not None:
        told += f"; the last difference is at entry {last.position:,}, {_when(last.at, first)}"
    told += "; after each it went on as the journal tells"
    if done.checkpoint is not None:
        told += f", and after entry {done.checkpoint:,} as the checkpoint there has it"
    return told


def _when(at: float, site: Site) -> str:
    return f"{datetime.fromtimestamp(at, site.zone):%Y-%m-%d %H:%M:%S}"


def _left_out(version: str, journal: Kept) -> str:
    return (
        f"version {version[:8]} of the site was published later, and its changes are left out. "
        f"{journal.why_missing(version)}"
    )


def _tell_difference(found: Difference, first: Site) -> None:
    print(
        f"decision {found.number:,} differs, at entry {found.position:,} of the journal, "
        f"{_when(found.at, first)}, after {found.after}"
    )
    print(f"  journal: {shown(found.journal)}")
    print(f"  replay:  {shown(found.replay)}")


def _as_data(done: Replayed, took_s: float, site: Site) -> dict[str, object]:
    return {
        "facts": done.facts,
        "decisions": done.decisions,
        "facts_of_other_sites": done.elsewhere,
        "versions_missing": list(done.missing),
        "seconds": round(took_s, 3),
        "same": done.difference is None,
        "difference": _difference(done.difference),
        "last_difference": _difference(done.last or done.difference),
        "only_in_journal": done.only_in_journal,
        "only_in_replay": done.only_in_replay,
        "went_on_from_checkpoint_at_entry": done.checkpoint,
        "holes": [hole.as_data(site.zone) for hole in done.holes],
    }


def _difference(found: Difference | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "entry": found.position,
        "decision": found.number,
        "at": found.at,
        "after": found.after,
        "journal": shown(found.journal),
        "replay": shown(found.replay),
    }


# --- under another configuration ------------------------------------------------------------------


def _what_if(args: argparse.Namespace, journal: Kept, first: Site) -> int:
    other = site_or_complain(args.other)
    if other is None:
        return _CANNOT
    found = compare(journal.entries, first, journal.find_version, other)
    if found is None:
        print(f"{journal.place}: no call was queued in it", file=sys.stderr)
        return _CANNOT
    for version in journal.missing:
        print(_left_out(version, journal), file=sys.stderr)
    if args.json:
        print_json(_days(found, first))
    else:
        print_table(found, first, args.other)
    return 0


def _days(found: Comparison, site: Site) -> dict[str, object]:
    return {
        "from": found.since,
        "to": found.until,
        "calls": found.calls,
        "journal": found.journal.as_data(),
        "again": found.again.as_data(),
        "with": found.other.as_data(),
        "holes": [hole.as_data(site.zone) for hole in found.holes],
    }
