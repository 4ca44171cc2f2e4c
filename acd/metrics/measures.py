"""Every measure by name: its unit, its formula, and its value for a cell.

The table in docs/metrics.md is this one. A formula that divides is kept as the two sums that it
divides, so that what is written is what is computed. A quotient of nothing by nothing is ``None``,
never 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from acd.metrics.cells import AgentCell, CallCell, Cell, Doing, VisitCell
from acd.metrics.waits import Waits
from calls.outcome import Outcome

Value = int | float | None

PERCENTILES = (50, 90, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure.

    Attributes:
        name: as in reports; ends in ``_s`` where it is in seconds.
        unit: ``1`` for a count or points, ``s`` for seconds, ``share`` for 0 to 1.
        formula: how it follows from others, or what it counts.
    """

    name: str
    unit: str
    formula: str
    _value: Callable[[Mapping[str, Value], Cell], Value]

    def value(self, before: Mapping[str, Value], cell: Cell) -> Value:
        """Its value for a cell.

        Args:
            before: those of the measures above it.
            cell: of its kind.
        """
        return self._value(before, cell)


def measured(measures: Sequence[Measure], cell: Cell) -> dict[str, Value]:
    """All measures of a cell, in their order."""
    values: dict[str, Value] = {}
    for measure in measures:
        values[measure.name] = measure.value(values, cell)
    return values


# --- kinds of measures --------------------------------------------------------------------------


def _count(name: str, what: str, attribute: str = "", *, unit: str = "1") -> Measure:
    """What a cell holds under a dotted name."""
    path = (attribute or name).split(".")

    def value(_before: Mapping[str, Value], cell: Cell) -> Value:
        found: object = cell
        for part in path:
            found = getattr(found, part)
        assert isinstance(found, int | float)
        return found

    return Measure(name=name, unit=unit, formula=what, _value=value)


def _time(doing: Doing, what: str) -> Measure:
    def value(_before: Mapping[str, Value], cell: Cell) -> Value:
        assert isinstance(cell, AgentCell)
        return cell.time.get(doing, 0.0)

    name = f"time_{doing.value.replace('-', '_')}_s"
    return Measure(name=name, unit="s", formula=what, _value=value)


def _total(name: str, terms: str, *, unit: str = "1") -> Measure:
    def value(before: Mapping[str, Value], _cell: Cell) -> Value:
        return _sum(before, terms)

    return Measure(name=name, unit=unit, formula=terms, _value=value)


def _quotient(name: str, above: str, below: str, *, unit: str = "share") -> Measure:
    def value(before: Mapping[str, Value], _cell: Cell) -> Value:
        divisor = _sum(before, below)
        return _sum(before, above) / divisor if divisor else None

    written = " / ".join(f"({part})" if " " in part else part for part in (above, below))
    return Measure(name=name, unit=unit, formula=written, _value=value)


def _waits(prefix: str, waits: str, what: str, *, mean: str = "") -> tuple[Measure, ...]:
    """The percentiles of a distribution, its maximum, and its mean where it has a name."""

    def percentile(percent: int) -> Measure:
        return Measure(
            name=f"{prefix}_p{percent}_s",
            unit="s",
            formula=f"the {what} that {percent} % did not exceed",
            _value=lambda _before, cell: _waits_of(cell, waits).percentile(percent),
        )

    longest = Measure(
        name=f"{prefix}_max_s",
        unit="s",
        formula=f"the longest {what}",
        _value=lambda _before, cell: _waits_of(cell, waits).longest_s,
    )
    means = (
        [
            Measure(
                name=mean,
                unit="s",
                formula=f"the mean {what}",
                _value=lambda _before, cell: _waits_of(cell, waits).mean_s,
            )
        ]
        if mean
        else []
    )
    return (*means, *map(percentile, PERCENTILES), longest)


def _waits_of(cell: Cell, name: str) -> Waits:
    found = getattr(cell, name)
    assert isinstance(found, Waits)
    return found


def _sum(values: Mapping[str, Value], terms: str) -> float:
    """What names joined by ``+`` and ``−`` add up to."""
    total, sign = 0.0, 1
    for term in terms.split():
        if term in "+−":
            sign = 1 if term == "+" else -1
        else:
            total += sign * (values[term] or 0)
    return int(total) if total.is_integer() and not terms.endswith("_s") else total


_HANDLING = (
    _count("handled", "conversations that are over, wrap-up included", "handling.handled"),
    _count("talk_s", "caller and agent spoke", "handling.talk_s", unit="s"),
    _count("hold_s", "the caller was on hold", "handling.hold_s", unit="s"),
    _count("consult_s", "the agent consulted somebody else", "handling.consult_s", unit="s"),
    _count("wrap_up_s", "after the conversation", "handling.wrap_up_s", unit="s"),
    _quotient("aht_s", "talk_s + hold_s + consult_s + wrap_up_s", "handled", unit="s"),
)

_RESOLUTION = (
    _count("resolved", "answered calls, no other within 7 days", "resolution.resolved"),
    _count("repeated", "answered calls, another within 7 days", "resolution.repeated"),
    _count("too_early", "answered calls, the 7 days not over", "resolution.too_early"),
    _count("unknown_caller", "answered calls without a number", "resolution.unknown"),
    _quotient("fcr", "resolved", "resolved + repeated"),
)

_SURVEY = (
    _count("csat_answers", "callers who rated the call", "survey.ratings"),
    _count("csat_points", "what they gave together, 1 to 5 each, 5 the best", "survey.points"),
    _quotient("csat", "csat_points", "csat_answers", unit="1"),
    _count("settled", "callers who said that all was settled", "survey.settled"),
    _count("unsettled", "callers who said that not all was", "survey.unsettled"),
    _quotient("fcr_of_callers", "settled", "settled + unsettled"),
)

# --- the measures -------------------------------------------------------------------------------

SERVICE_LEVELS = (
    _quotient("service_level", "answered_in_time", "answered + abandoned"),
    _quotient("service_level_of_offered", "answered_in_time", "offered"),
    _quotient("service_level_without_short", "answered_in_time", "offered − short"),
    _quotient("service_level_of_answered", "answered_in_time", "answered"),
    _quotient("service_level_abandons_met", "answered_in_time + abandoned_in_time", "offered"),
    _quotient("service_level_abandons_ignored", "answered_in_time", "answered + abandoned_late"),
)
"""All common definitions; the first is the one meant where none is named."""

VISIT_MEASURES: tuple[Measure, ...] = (
    _count("offered", "visits that began"),
    _count("answered", "an agent was connected"),
    _count("abandoned", "the caller left or was lost before"),
    _count("short", "the same, sooner than short_abandon_s"),
    _count("flowed_out", "the flow took the caller elsewhere, or another queue did"),
    _count("called_back", "reached by a call-back"),
    _count("waiting", "not over yet", "waiting.count"),
    _count("answered_in_time", "answered, wait ≤ T"),
    _count("abandoned_in_time", "abandoned or short, wait ≤ T"),
    _total("abandoned_late", "abandoned + short − abandoned_in_time"),
    *SERVICE_LEVELS,
    _quotient("abandonment", "abandoned + short", "offered"),
    _quotient("abandonment_without_short", "abandoned", "offered − short"),
    *_waits("wait", "answered_after", "wait of those answered", mean="asa_s"),
    *_waits("time_to_abandon", "abandoned_after", "wait of those who abandoned, short included"),
    Measure(
        name="longest_waiting_s",
        unit="s",
        formula="the longest wait of those waiting",
        _value=lambda _before, cell: _waits_of(cell, "waiting").longest_s,
    ),
    *_HANDLING,
    _count("returned", "the agent left, the flow went on with the caller"),
    _count("escalated", "brought to a nurse out of the conversation"),
    _count("cut_off", "the agent's phone was lost, the caller waited again"),
    _count("transferred", "answered, and handed to somebody outside after this visit"),
    _quotient("transfer_rate", "transferred", "answered"),
    *_RESOLUTION,
    *_SURVEY,
)

AGENT_MEASURES: tuple[Measure, ...] = (
    _count("offers", "calls offered"),
    _count("accepted", "the agent answered"),
    _count("declined", "refused, or the phone was busy"),
    _count("unanswered", "rang its full time (RONA)"),
    _count("failed", "the phone could not be rung or was not heard of"),
    _count("recalled", "the caller left, another took it, or a red flag came"),
    _count("pending", "not answered yet"),
    _quotient("rona_rate", "unanswered", "accepted + declined + unanswered"),
    *_HANDLING,
    _time(Doing.AVAILABLE, "ready, idle, can be rung, not at rest"),
    _time(Doing.RINGING, "being offered a call, or being connected"),
    _time(Doing.TALK, "speaking with a caller"),
    _time(Doing.HOLD, "the caller on hold"),
    _time(Doing.CONSULT, "consulting somebody else"),
    _time(Doing.WRAP_UP, "in wrap-up"),
    _time(Doing.RESTING, "passed over after a RONA"),
    _time(Doing.UNREACHABLE, "ready, the phone not registered"),
    _time(Doing.BREAK, "on a break"),
    _total("handling_s", "time_talk_s + time_hold_s + time_consult_s + time_wrap_up_s", unit="s"),
    _total(
        "ready_s",
        "handling_s + time_available_s + time_ringing_s + time_resting_s + time_unreachable_s",
        unit="s",
    ),
    _quotient("occupancy", "handling_s", "handling_s + time_available_s"),
    *_RESOLUTION,
)


def _ended(outcome: Outcome, attribute: str, name: str, what: str) -> Measure:
    def value(_before: Mapping[str, Value], cell: Cell) -> Value:
        assert isinstance(cell, CallCell)
        ended: dict[Outcome, int] = getattr(cell, attribute)
        return ended.get(outcome, 0)

    name = f"{name}_{outcome.value.replace('-', '_')}"
    return Measure(name=name, unit="1", formula=what, _value=value)


CALL_MEASURES: tuple[Measure, ...] = (
    _count("arrived", "calls that arrived"),
    _count("live", "not over yet"),
    *(_ended(each, "ended", "ended", f"ended as {each.value}") for each in Outcome),
    _count("transfers", "calls handed to somebody outside", "transferred"),
    _count("transfers_failed", "attempts of that which failed"),
    _count("red_flags", "calls that became an emergency"),
    _count("reached", "a nurse spoke with the caller"),
    _count("handed_out", "the number on call took the caller"),
    _count("not_reached", "the call ended before either"),
    _count("seeking", "none of that yet"),
    _count(
        "reached_by_call_back",
        "of those not reached: a nurse spoke with whoever answered a call-back",
    ),
    _total("never_reached", "not_reached − reached_by_call_back"),
    *_waits("nurse", "nurse_after", "time from the words to the nurse"),
    *_waits(
        "nurse_or_call_back",
        "nurse_or_call_back_after",
        "time from the words to the nurse, on the line or by call-back",
    ),
    *(
        _ended(
            each, "emergencies_ended", "emergencies", f"red flags whose call ended as {each.value}"
        )
        for each in Outcome
    ),
    _count("turned_away", "calls of which nothing is written, for the journal could not be"),
    _count("entries_lost", "entries that the journal misses"),
    *_SURVEY,
)

_KINDS: Mapping[type[Cell], tuple[Measure, ...]] = {
    VisitCell: VISIT_MEASURES,
    AgentCell: AGENT_MEASURES,
    CallCell: CALL_MEASURES,
}


def all_of(cell: Cell) -> dict[str, Value]:
    """Every measure of a cell of a queue, an agent or the site."""
    return measured(_KINDS[type(cell)], cell)
