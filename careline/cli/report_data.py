"""A report for programs: JSON with everything, or one table as CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from acd.metrics import SERVICE_LEVELS, Slice, all_of

if TYPE_CHECKING:
    from acd.metrics.measures import Value
    from careline.cli.report import Report

_DIGITS = 6

Row = dict[str, "Value | str"]


def print_json(report: Report) -> None:
    """One object: the whole, then the rows that were asked for."""
    told: dict[str, object] = {
        "site": report.site.id,
        "time_zone": str(report.site.zone),
        "from": _iso(report, report.since),
        "to": _iso(report, report.until),
        "as_of": _iso(report, report.results.as_of),
        "service_levels": {each.name: each.formula for each in SERVICE_LEVELS},
        "service_level_s": {
            str(queue.id): queue.service_level_s for queue in report.site.queues.values()
        },
        "holes": [hole.as_data(report.site.zone) for hole in report.holes],
        "total": _nested(report.results.whole()),
    }
    if report.by in (None, "queue"):
        told["queues"] = list(_rows_by_queue(report))
    if report.by in (None, "agent"):
        told["agents"] = list(_rows_by_agent(report))
    if report.by == "interval":
        told["intervals"] = [
            {**_when(report, start), **_nested(report.results.interval(start))}
            for start in report.results.ends
        ]
    json.dump(told, sys.stdout, indent=2, allow_nan=False)
    print()


def print_csv(report: Report) -> None:
    """One table with a heading line; queues unless another was asked for."""
    rows = {
        "agent": _rows_by_agent,
        "interval": _rows_by_interval,
    }.get(report.by or "queue", _rows_by_queue)
    writer: csv.DictWriter[str] | None = None
    for row in rows(report):
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def _rows_by_queue(report: Report) -> Iterator[Row]:
    for start in _starts(report):
        for queue_id, cell in sorted(report.results.by_queue(start).items()):
            yield {"queue": queue_id, **_when(report, start), **_rounded(all_of(cell))}


def _rows_by_agent(report: Report) -> Iterator[Row]:
    for start in _starts(report):
        for agent_id, cell in sorted(report.results.by_agent(start).items()):
            yield {"agent": agent_id, **_when(report, start), **_rounded(all_of(cell))}


def _rows_by_interval(report: Report) -> Iterator[Row]:
    """What calls, queues and agents name alike is the queues'."""
    for start in report.results.ends:
        part = report.results.interval(start)
        merged = {**all_of(part.agents), **all_of(part.calls), **all_of(part.visits)}
        yield {**_when(report, start), **_rounded(merged)}


def _nested(part: Slice) -> dict[str, object]:
    return {
        "calls": _rounded(all_of(part.calls)),
        "queues": _rounded(all_of(part.visits)),
        "agents": _rounded(all_of(part.agents)),
    }


def _starts(report: Report) -> tuple[float | None, ...]:
    """The intervals, or the whole window as one."""
    return tuple(report.results.ends) if report.cut else (None,)


def _when(report: Report, start: float | None) -> dict[str, str]:
    if start is None:
        begin, end = report.since, report.until
    else:
        begin, end = start, min(report.results.ends[start], report.until)
    return {"from": _iso(report, begin), "to": _iso(report, end)}


def _iso(report: Report, at: float) -> str:
    return report.local(at).isoformat(timespec="seconds")


def _rounded(values: Mapping[str, Value]) -> dict[str, Value]:
    return {
        name: round(value, _DIGITS) if isinstance(value, float) else value
        for name, value in values.items()
    }
