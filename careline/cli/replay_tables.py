"""Days side by side: a table for a person, or JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from acd.metrics.measures import Value
from careline.cli.options import counted
from careline.what_if import Comparison
from config.site import Site

_COLUMNS = (
    ("offered", "offered", "1"),
    ("answ.", "answered", "1"),
    ("aband.", "abandoned", "1"),
    ("short", "short", "1"),
    ("out", "flowed_out", "1"),
    ("back", "called_back", "1"),
    ("wait", "waiting", "1"),
    ("SL", "service_level", "%"),
    ("ASA", "asa_s", "s"),
    ("P90", "wait_p90_s", "s"),
    ("max", "wait_max_s", "s"),
)
_UNITS = {"1": "", "%": "%", "s": "m:s"}
_SITE = (
    ("Red flags", "red_flags", "1"),
    ("reached by a nurse", "reached", "1"),
    ("time to nurse, P50", "nurse_p50_s", "s"),
    ("time to nurse, max", "nurse_max_s", "s"),
    ("reached by call-back", "reached_by_call_back", "1"),
    ("with call-backs, max", "nurse_or_call_back_max_s", "s"),
    ("Occupancy, %", "occupancy", "%"),
)


def print_json(told: Mapping[str, object]) -> None:
    """One object."""
    print(json.dumps(told, indent=2, allow_nan=False))


def print_table(found: Comparison, site: Site, other: Path) -> None:
    """The three days, queue by queue.

    Args:
        found: what came of it.
        site: the site as it was.
        other: the folder that it was run with.
    """
    since = datetime.fromtimestamp(found.since, site.zone)
    until = datetime.fromtimestamp(found.until, site.zone)
    print(
        f"{site.title}, {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} ({site.zone}), "
        f"{counted(found.calls, 'caller')} queued"
    )
    print(f"journal: as it was; again: the same, run again; with: run with {other}")
    for hole in found.holes:
        print(f"INCOMPLETE: {hole.sentence(site.zone)}")
    if found.never_there:
        print(
            f"never signed in, for the journal does not know them: {', '.join(found.never_there)}"
        )
    print()
    for line in _aligned(list(_rows(found))):
        print(line)
    print()
    days = {"journal": found.journal, "again": found.again, "with": found.other}
    rows = [["", *days]]
    for title, measure, unit in _SITE:
        rows.append([title, *(_shown(day.total[measure], unit) for day in days.values())])
    for line in _aligned(rows):
        print(line)
    print("out: flowed out; back: called back; wait: still waiting at the end; SL: service level;")
    print("ASA: mean wait of those answered. `again` and `journal` apart: what a run cannot know.")


def _rows(found: Comparison) -> Iterator[list[str]]:
    yield ["queue", "day", *(head for head, _measure, _unit in _COLUMNS)]
    yield ["", "", *(_UNITS[unit] for _head, _measure, unit in _COLUMNS)]
    days = {"journal": found.journal, "again": found.again, "with": found.other}
    names = sorted({name for day in days.values() for name in day.queues})
    for name in (*names, None):
        for index, (title, day) in enumerate(days.items()):
            values = day.total if name is None else day.queues.get(name, {})
            lead = ("total" if name is None else str(name)) if index == 0 else ""
            yield [lead, title, *(_shown(values.get(m), unit) for _head, m, unit in _COLUMNS)]


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lead = 2 if rows[0][0] else 1
    for row in rows:
        cells = [
            text.ljust(width) if at < lead else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _shown(value: Value, unit: str) -> str:
    if value is None:
        return "-"
    if unit == "%":
        return f"{100 * value:.1f}"
    if unit == "s":
        minutes, seconds = divmod(round(value), 60)
        return f"{minutes}:{seconds:02}"
    return str(value)
