"""``careline explain``: why a call was offered to whom it was, and to nobody else."""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any

from acd.explain import Explanation
from acd.passed_over import Ahead, PassedOver
from calls.facts import CallArrived
from calls.ids import CallId
from calls.ports import JournalError
from careline.cli import call_list
from careline.cli.journal import JOURNALS, Kept, Refused, add_journal, is_address, kept
from careline.cli.options import counted, is_folder
from careline.explaining import Offered, Retold, call_of, retold
from careline.terminal import Terminal, Tone
from config.site import Site

_EXAMPLES = f"""examples:
  careline explain 7f3a                        the beginning of a call's id is enough
  careline explain --last                      the call that arrived last
  careline explain --last backup/monday        of another journal; `careline explain 7f3a JOURNAL`
  careline explain --last --all                every agent and call by name
  careline explain --list                      the latest calls: when, how they ended, who had them
  careline explain 7f3a --json                 for programs

{JOURNALS}
The journal is replayed up to the call's last offer, from its checkpoint if that is before the call:
what is told is how everything stood at each decision. It may belong to a line that runs. Nothing
that a caller said or pressed is told, but which rules were found in it: a patient record. Where the
journal does not fit the program, or has a hole, it is said what is not known.

exit code: 0 told; 1 there is no such call; 2 it cannot be told: no journal there, no version of the
site, or an offer whose reasons are not known
"""

_NO_SUCH_CALL = 1
_CANNOT = 2
_NAMED = 5
"""So many agents or calls are named for one reason; of more, the number is told."""


class _Unknown(Exception):
    """No call, or several, have an id that begins like this."""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "explain",
        help="why a call was offered to whom it was, and why every other agent was passed over",
        description="Why a call was offered to whom it was, and why every other agent was passed "
        "over, from the journal.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "call_id", nargs="?", metavar="CALL_ID", help="a call, or how its id begins"
    )
    parser.add_argument("--last", action="store_true", help="the call that arrived last")
    parser.add_argument(
        "--list", action="store_true", help="the latest calls, so that one can be named"
    )
    parser.add_argument("--all", action="store_true", help="name every agent and call")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_journal(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain; 1 when there is no such call, 2 when it cannot be told."""
    if (args.last or args.list) and args.journal is None and args.call_id is not None:
        args.journal, args.call_id = Path(args.call_id), None
    if args.call_id is not None and _is_journal(Path(args.call_id), args.journal):
        print(
            f"careline explain: {args.call_id} is a folder; name the call before it, --last or "
            "--list",
            file=sys.stderr,
        )
        return _CANNOT
    named = (args.call_id is not None) + args.last + args.list
    if named != 1 or is_address(args.call_id or ""):
        print(
            "careline explain: name one call, or --last; --list shows them; see --help",
            file=sys.stderr,
        )
        return _CANNOT
    try:
        journal = kept(args)
        if args.list:
            return _list(journal, args)
        site = journal.first_site()
        call_id, first, last = _find(journal, args.call_id)
        told = retold(
            journal.entries,
            site,
            journal.find_version,
            call_id,
            first=first,
            last=last,
            checkpoint=journal.checkpoint(),
        )
    except _Unknown as unknown:
        print(unknown, file=sys.stderr)
        return _NO_SUCH_CALL
    except (Refused, JournalError) as error:
        print(error, file=sys.stderr)
        return _CANNOT
    if args.json:
        print(json.dumps(_as_data(told, site), indent=2))
    else:
        _show(Terminal(sys.stdout), told, site, named=None if args.all else _NAMED)
    return 0 if told.explained else _CANNOT


def _list(journal: Kept, args: argparse.Namespace) -> int:
    """Show the calls; 1 when there is none."""
    zone = journal.last_site().zone
    calls = call_list.listed(journal.entries())
    if args.json:
        call_list.print_json(calls, zone)
    elif calls:
        call_list.show(Terminal(sys.stdout), calls, zone, everything=args.all)
    else:
        raise _Unknown(f"{journal.place}: no call has arrived yet")
    return 0


def _is_journal(first: Path, second: Path | None) -> bool:
    """Whether the first word names a journal and not a call."""
    return is_folder(first) and (second is None or not is_folder(second))


# --- finding it -----------------------------------------------------------------------------------


def _find(journal: Kept, wanted: str | None) -> tuple[CallId, int, int]:
    """The call, and the first and the last entry that are about it.

    Args:
        journal: the journal.
        wanted: how its id begins, in capitals or not; ``None`` for the call that arrived last.

    Raises:
        _Unknown: there is none, or it could be several.
    """
    first: dict[CallId, int] = {}
    last: dict[CallId, int] = {}
    newest: CallId | None = None
    for position, entry in journal.entries():
        about = call_of(entry.record)
        if about is not None:
            first.setdefault(about, position)
            last[about] = position
        if isinstance(entry.record, CallArrived):
            newest = entry.record.call_id
    if wanted is None:
        if newest is None:
            raise _Unknown(f"{journal.place}: no call has arrived yet")
        return newest, first[newest], last[newest]
    wanted = wanted.lower()
    alike = [call_id for call_id in last if call_id.startswith(wanted)]
    if CallId(wanted) in last:
        alike = [CallId(wanted)]
    if len(alike) == 1:
        return alike[0], first[alike[0]], last[alike[0]]
    if alike:
        raise _Unknown(
            f"{len(alike)} calls begin with {wanted!r}: {_some(alike, _NAMED)}; type more of the id"
        )
    near = difflib.get_close_matches(wanted, last, n=3, cutoff=0.5)
    hint = f"; the nearest are {', '.join(near)}" if near else "; --list shows the latest"
    raise _Unknown(f"{journal.place}: there is no call {wanted!r}{hint}")


# --- for a person ---------------------------------------------------------------------------------


def _show(terminal: Terminal, told: Retold, site: Site, *, named: int | None) -> None:
    """The story, and after the fact that led to each decision the decision.

    Args:
        terminal: where to.
        told: the call.
        site: its time zone.
        named: how many agents or calls are named for one reason; ``None`` for all.
    """
    begin = told.began_at
    there = datetime.fromtimestamp(begin, site.zone)
    terminal.say(f"call {told.call_id}, {there:%Y-%m-%d %H:%M:%S} ({site.zone})")
    # A decision stands after the fact that led to it.
    for count in range(len(told.lines) + 1):
        if count:
            at, line = told.lines[count - 1]
            terminal.say(line, lead=f"{at - begin:8.1f} s  ")
        for after, decision in told.decisions:
            if after == count:
                _show_decision(terminal, decision, begin, named)
    not_known = told.not_known(site.zone)
    for line in not_known:
        terminal.say(line, tone=Tone.WARNING)
    if not told.decisions and not not_known:
        terminal.say("It was never offered to anybody.")


def _show_decision(
    terminal: Terminal, decision: Explanation | Offered, begin: float, named: int | None
) -> None:
    indent = " " * 12
    terminal.say(f"{decision.sentence()}", lead=f"{decision.at - begin:8.1f} s  > ")
    if isinstance(decision, Offered):
        return
    needs = ", ".join(
        f"{need.skill} {need.level}{' if possible' if need.preferred else ''}"
        for need in decision.needs
    )
    companion = ", ".join(f"{need.skill} {need.level}" for need in decision.companion)
    second = f"; of the second person {companion or 'nothing'}" if decision.companion else ""
    terminal.say(f"needed: {needs or 'nothing'}{second}", lead=indent, tone=Tone.QUIET)
    _show_groups(terminal, "passed over", _grouped(decision.passed_over), indent, named)
    _show_groups(terminal, "before it", _grouped(decision.ahead), indent, named)


def _grouped(each: Sequence[PassedOver] | Sequence[Ahead]) -> list[tuple[str, list[str]]]:
    """Names by reason, the reason that holds for most last."""
    rows: list[PassedOver | Ahead] = sorted(each, key=lambda one: (one.sentence(), _name(one)))
    groups = [list(alike) for _sentence, alike in groupby(rows, key=lambda one: one.sentence())]
    return [
        (group[0].sentence(several=len(group) > 1), [_name(one) for one in group])
        for group in sorted(groups, key=len)
    ]


def _name(each: PassedOver | Ahead) -> str:
    return each.agent_id if isinstance(each, PassedOver) else each.call_id


def _show_groups(
    terminal: Terminal,
    title: str,
    groups: Sequence[tuple[str, list[str]]],
    indent: str,
    named: int | None,
) -> None:
    if not groups:
        return
    terminal.say(f"{title}:", lead=indent, tone=Tone.QUIET)
    for sentence, names in groups:
        terminal.say(f"{_some(names, named)}: {sentence}", lead=f"{indent}  ")


def _some(names: Sequence[str], named: int | None) -> str:
    if named is None or len(names) <= named:
        return ", ".join(names)
    return f"{', '.join(names[:named])} and {counted(len(names) - named, 'other')}"


# --- for programs ---------------------------------------------------------------------------------


def _as_data(told: Retold, site: Site) -> dict[str, object]:
    return {
        "call_id": told.call_id,
        "story": [{"at": at, "what": line} for at, line in told.lines],
        "decisions": [
            {
                **_plain(decision),
                "sentence": decision.sentence(),
                "explained": isinstance(decision, Explanation),
            }
            for _after, decision in told.decisions
        ],
        "not_known": told.not_known(site.zone),
        "replayed_from_entry": 1 if told.checkpoint is None else told.checkpoint + 1,
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of an explanation
    """A value as JSON holds it; every reason with its sentence, and what says nothing left out."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        parts = {name: part for name, part in parts.items() if part is not None}
        if isinstance(value, PassedOver | Ahead):
            parts["sentence"] = value.sentence()
        return parts
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
