"""A report for a person: a few lines, and tables with their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from acd.metrics import (
    SERVICE_LEVELS,
    AgentCell,
    CallCell,
    Resolution,
    Slice,
    Survey,
    VisitCell,
    all_of,
)
from calls.outcome import Outcome
from careline.cli.options import counted

if TYPE_CHECKING:
    from acd.metrics.measures import Value
    from careline.cli.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column: what stands above it, and the measure in it."""

    head: str
    measure: str
    unit: str = "1"


class _Row(NamedTuple):
    """A row: its interval, what it is about, and its measures."""

    when: str
    whom: str
    values: dict[str, Value]


def _columns(*named: tuple[str, str] | tuple[str, str, str]) -> tuple[_Column, ...]:
    return tuple(
        _Column(head=each[0], measure=each[1], unit=each[2] if len(each) > 2 else "1")
        for each in named
    )


_QUEUE = _columns(
    ("offered", "offered"),
    ("answ.", "answered"),
    ("aband.", "abandoned"),
    ("short", "short"),
    ("out", "flowed_out"),
    ("back", "called_back"),
    ("wait", "waiting"),
    ("SL", "service_level", "%"),
    ("ASA", "asa_s", "s"),
    ("P90", "wait_p90_s", "s"),
    ("max", "wait_max_s", "s"),
    ("now", "longest_waiting_s", "s"),
    ("AHT", "aht_s", "s"),
)

_SURVEY = _columns(
    ("rated", "csat_answers"),
    ("CSAT", "csat", "points"),
    ("settled", "settled"),
    ("not", "unsettled"),
    ("FCR", "fcr_of_callers", "%"),
)

_AGENT = _columns(
    ("offers", "offers"),
    ("acc.", "accepted"),
    ("RONA", "unanswered"),
    ("decl.", "declined"),
    ("fail.", "failed"),
    ("AHT", "aht_s", "s"),
    ("occ.", "occupancy", "%"),
    ("ready", "ready_s", "s"),
    ("avail.", "time_available_s", "s"),
    ("talk", "time_talk_s", "s"),
    ("hold", "time_hold_s", "s"),
    ("wrap", "time_wrap_up_s", "s"),
    ("break", "time_break_s", "s"),
)

_INTERVAL = _columns(
    ("calls", "arrived"),
    ("offered", "offered"),
    ("answ.", "answered"),
    ("aband.", "abandoned"),
    ("short", "short"),
    ("wait", "waiting"),
    ("SL", "service_level", "%"),
    ("ASA", "asa_s", "s"),
    ("P90", "wait_p90_s", "s"),
    ("AHT", "aht_s", "s"),
    ("occ.", "occupancy", "%"),
    ("red", "red_flags"),
    ("nurse", "nurse_or_call_back_max_s", "s"),
)

_LEGENDS = {
    "queue": "out: flowed out; back: called back; wait: still waiting, the longest of them now",
    "agent": "RONA, decl., fail.: offers that rang out, were declined, or failed; "
    "occ.: handling / (handling + available)",
    "survey": "what callers said after an agent of the queue had spoken with them",
    "interval": "wait: still waiting; occ.: occupancy; red: red flags, nurse: the longest time "
    "until one, call-backs included",
}


INCOMPLETE = "INCOMPLETE"
"""Stands before what the journal does not tell."""


def print_tables(report: Report) -> None:
    """The whole report."""
    whole = report.results.whole()
    since, until = report.local(report.since), report.local(report.until)
    same_day = since.date() == until.date()
    print(
        f"{report.site.title}, {since:%Y-%m-%d %H:%M} to "
        f"{until:{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}} ({report.site.zone})"
    )
    print(f"as the journal stood at {report.local(report.results.as_of):%Y-%m-%d %H:%M:%S}")
    for hole in report.holes:
        print(f"{INCOMPLETE}: {hole.sentence(report.site.zone)}; no figure counts them")
    print()
    for line in _summary(whole):
        print(line)
    if report.by in (None, "queue"):
        _print_queues(report, whole.visits)
    if report.by == "interval":
        _print_intervals(report, whole)
    if report.by in (None, "agent"):
        _print_agents(report, whole.agents)
    print()
    _print_definitions(report, whole.visits)


def _summary(whole: Slice) -> Iterable[str]:
    calls, visits = all_of(whole.calls), all_of(whole.visits)
    ended = whole.calls.ended
    ends = [f"{ended[each]} {each.value.replace('-', ' ')}" for each in Outcome if ended.get(each)]
    if whole.calls.live:
        ends.append(f"{whole.calls.live} not over")
    yield _line("Calls", f"{calls['arrived']}{': ' if ends else ''}{', '.join(ends)}")
    yield _line("Red flags", _red_flags(whole.calls))
    yield _line("Answered", f"after {_spread(visits, 'wait')}" if visits["answered"] else "nobody")
    yield _line(
        "Abandoned",
        f"after {_spread(visits, 'time_to_abandon')}; "
        f"{_share(visits['abandonment'])} with short ones, "
        f"{_share(visits['abandonment_without_short'])} without"
        if visits["abandoned"] or visits["short"]
        else "nobody",
    )
    handled = whole.visits.handling
    parts = (handled.talk_s, handled.hold_s, handled.consult_s, handled.wrap_up_s)
    means = [_shown(part / handled.handled if handled.handled else None, "s") for part in parts]
    yield _line(
        "Handled",
        f"{counted(handled.handled, 'conversation')}, AHT {_shown(visits['aht_s'], 's')}: "
        f"talk {means[0]}, hold {means[1]}, consult {means[2]}, wrap-up {means[3]}",
    )
    yield _line(
        "Passed on",
        f"{calls['transfers']} transferred, {visits['returned']} returned to the flow, "
        f"{visits['escalated']} escalated, {visits['cut_off']} cut off",
    )
    yield _line("First call", _first_call(whole.visits.resolution, visits["fcr"]))
    if whole.calls.survey != Survey():
        yield _line("Survey", _survey(whole.calls.survey, calls))


def _first_call(resolution: Resolution, fcr: Value) -> str:
    decided = resolution.resolved + resolution.repeated
    open_still = (
        f"{resolution.too_early} too early to say, {resolution.unknown} without a number to tell by"
    )
    if not decided:
        return f"whether it resolved the matter: {open_still}"
    return f"resolved the matter of {_share(fcr)} of {decided}; {open_still}"


def _survey(survey: Survey, calls: Mapping[str, Value]) -> str:
    said = survey.settled + survey.unsettled
    rated = f"CSAT {_shown(calls['csat'], 'points')} of 5 from {counted(survey.ratings, 'caller')}"
    settled = f"all was settled for {_share(calls['fcr_of_callers'])} of {said} who said"
    return "; ".join([*([rated] if survey.ratings else []), *([settled] if said else [])])


def _red_flags(calls: CallCell) -> str:
    values = all_of(calls)
    if not calls.red_flags:
        return "none"
    ends = f"{calls.reached} reached a nurse"
    for count, words in (
        (calls.handed_out, "handed to the number on call"),
        (calls.not_reached, f"NOT REACHED{_later(calls)}"),
        (calls.seeking, "without a nurse yet"),
    ):
        ends += f", {count} {words}" if count else ""
    if calls.reached:
        ends += f"; time to nurse {_spread(values, 'nurse')}"
    if calls.reached_by_call_back:
        ends += f"; with call-backs {_spread(values, 'nurse_or_call_back')}"
    return f"{calls.red_flags}: {ends}"


def _later(calls: CallCell) -> str:
    """How many of those who were not reached a nurse spoke with after all."""
    if not calls.reached_by_call_back:
        return ""
    if calls.reached_by_call_back == calls.not_reached:
        return " then, but by call-back"
    return f" then, {calls.reached_by_call_back} of them by call-back"


def _spread(values: Mapping[str, Value], prefix: str) -> str:
    """Percentiles in a sentence."""
    names = ("P50", "P90", "P99", "max")
    return ", ".join(
        f"{name} {_shown(values[f'{prefix}_{name.lower()}_s'], 's')}" for name in names
    )


def _print_queues(report: Report, total: VisitCell) -> None:
    rows = []
    for start in _starts(report):
        cells = report.results.by_queue(start)
        known = [queue_id for queue_id in report.site.queues if queue_id in cells]
        gone = sorted(queue_id for queue_id in cells if queue_id not in report.site.queues)
        when = _moment(report, start)
        rows += [_Row(when, queue_id, all_of(cells[queue_id])) for queue_id in (*known, *gone)]
    every = [*rows, _Row("", "total", all_of(total))]
    _print_table("queue", _QUEUE, every)
    asked = [row for row in every if any(row.values[each.measure] for each in _SURVEY)]
    if asked:
        _print_table("queue", _SURVEY, asked, "survey")


def _print_agents(report: Report, total: AgentCell) -> None:
    rows = []
    for start in _starts(report):
        cells = sorted(report.results.by_agent(start).items())
        when = _moment(report, start)
        rows += [_Row(when, agent_id, all_of(cell)) for agent_id, cell in cells]
    _print_table("agent", _AGENT, [*rows, _Row("", "total", all_of(total))])


def _print_intervals(report: Report, total: Slice) -> None:
    rows = [
        _Row("", _moment(report, start), _together(report.results.interval(start)))
        for start in report.results.ends
    ]
    _print_table("interval", _INTERVAL, [*rows, _Row("", "total", _together(total))])


def _together(part: Slice) -> dict[str, Value]:
    """What calls, queues and agents name alike is the queues'."""
    return {**all_of(part.agents), **all_of(part.calls), **all_of(part.visits)}


def _print_table(
    by: str, columns: Sequence[_Column], rows: Sequence[_Row], legend: str = ""
) -> None:
    """A table; without the first column where no row has anything in it."""
    lead = ["from", by] if any(row.when for row in rows) else [by]
    lines = [
        [*lead, *(column.head for column in columns)],
        [*("" for _ in lead), *(_UNITS[column.unit] for column in columns)],
    ]
    for row in rows:
        names = [row.when, row.whom] if len(lead) > 1 else [row.whom]
        lines.append([*names, *(_shown(row.values[each.measure], each.unit) for each in columns)])
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    print()
    for line in lines:
        cells = [
            text.ljust(width) if at < len(lead) else text.rjust(width)
            for at, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    print(_LEGENDS[legend or by])


def _print_definitions(report: Report, total: VisitCell) -> None:
    values = all_of(total)
    limits = sorted({queue.service_level_s for queue in report.site.queues.values()})
    print(
        "Service level (SL is the first): answered within T of joining, T = "
        f"{' or '.join(f'{limit:g}' for limit in limits)} s by queue"
    )
    width = max(len(each.name) for each in SERVICE_LEVELS)
    for each in SERVICE_LEVELS:
        print(f"  {each.name:{width}}  {_share(values[each.name]):>7}  = {each.formula}")
    print("Times are minutes:seconds, from an hour on hours:minutes:seconds. All: docs/metrics.md")


def _starts(report: Report) -> tuple[float | None, ...]:
    return tuple(report.results.ends) if report.cut else (None,)


def _moment(report: Report, start: float | None) -> str:
    return "" if start is None else f"{report.local(start):%m-%d %H:%M}"


def _line(name: str, text: str) -> str:
    return f"{name:<10} {text}"


_UNITS = {"1": "", "%": "%", "s": "m:s", "points": "of 5"}


def _share(value: Value) -> str:
    """A share in a sentence."""
    return "- %" if value is None else f"{100 * value:.1f} %"


def _shown(value: Value, unit: str) -> str:
    """A value in a table; a dash for none."""
    if value is None:
        return "-"
    if unit == "%":
        return f"{100 * value:.1f}"
    if unit == "points":
        return f"{value:.2f}"
    if unit == "s":
        minutes, seconds = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return str(value)
