"""The moments of a year at which a flow is proved.

One is taken for each way in which all that hangs on the time can stand together: the site's
calendars, and what the flow asks about the time. Best is the middle of an hour in which nothing
opens or closes, for a call at it is of one moment only. What never lasts so long, a lunch or the
first quarter of each hour, has the moment at which it begins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product

from config.expression_checks import expressions_in
from config.site import Site
from ivr import names
from ivr.expressions import Expression
from ivr.flow import Flow
from ivr.steps import AskStep, SetStep
from ivr.values import Value, ValueKind, kind_of

_DAYS = 371
_HOURS = range(24)
_MIDDLE = 30

OF_TIME = ("call.date", "call.weekday", "call.hour", "call.minute")
"""Names that stand for the time, beside those that ask a calendar."""

Look = Callable[[str], Value | None]


def moments(site: Site, flow: Flow, now: float) -> list[tuple[str, float]]:
    """One moment for each way in which all that hangs on the time can stand, with what it is.

    Args:
        site: the loaded site.
        flow: linked.
        now: seconds since the epoch; the year that follows is looked at.
    """
    asked = asked_of_time(flow)
    lasting: dict[object, float] = {}
    short: dict[object, float] = {}
    today = datetime.fromtimestamp(now, site.zone).date()
    for day in (today + timedelta(days=each) for each in range(1, _DAYS)):
        for at in (_moment(site, day, hour, _MIDDLE) for hour in _HOURS):
            stands = _stands(site, asked, at)
            if stands not in lasting and not _changes_soon(site, at):
                lasting[stands] = at
        for at in sorted(_beginnings(site, asked, day)):
            short.setdefault(_stands(site, asked, at), at)
    only_short = (at for stands, at in short.items() if stands not in lasting)
    return [(_described(site, at), at) for at in (*lasting.values(), *only_short)]


@dataclass(frozen=True, slots=True)
class AskedOfTime:
    """What a flow asks about the time.

    Attributes:
        questions: about the time and the calendars, and nothing else.
        compared: elsewhere: each name of time, with the values that it may be compared with.
        hours: whether it asks for the hour or the minute.
        minutes: at which what it asks for may begin.
    """

    questions: tuple[Expression, ...]
    compared: Mapping[str, tuple[Value, ...]]
    hours: bool
    minutes: tuple[int, ...]

    def answers(self, look: Look) -> tuple[object, ...]:
        """All that it can find out about a time.

        Args:
            look: what a name stands for then.
        """
        return (
            *(each.holds(look) for each in self.questions),
            *(_side(look(name), value) for name, each in self.compared.items() for value in each),
        )


def asked_of_time(flow: Flow) -> AskedOfTime:
    """What a flow asks about the time, wherever it does: also what it computes and gives."""
    questions: dict[str, Expression] = {}
    compared: dict[str, set[Value]] = defaultdict(set)
    used: set[str] = set()
    every = set(_values(flow))
    for expression in _expressions(flow):
        within = {name for name, _ in expression.names()}
        used |= within
        kinds = {name: names.kind_of_name(name) for name in within}
        if _is_a_question_about_time(expression):
            questions[expression.text] = expression
            continue
        # A variable may have been given any value of the flow, or what stands here may become one.
        known = None not in kinds.values() and len(within) > 1
        values = set(expression.literals()) if known else every
        for name in within & {*OF_TIME}:
            compared[name] |= {value for value in values if kind_of(value) is kinds[name]}
    numbers = {int(each) for each in every if isinstance(each, int | float)}
    around = {0, *(near for each in numbers for near in (each, each + 1))}
    return AskedOfTime(
        questions=tuple(questions.values()),
        compared={name: tuple(each) for name, each in compared.items()},
        hours=not used.isdisjoint({"call.hour", "call.minute"}),
        minutes=tuple(sorted(around & {*range(60)})) if "call.minute" in used else (0,),
    )


def looking(site: Site, at: float) -> Look:
    """What a name of the time or of a calendar stands for at a moment; ``None`` for any other."""
    return lambda name: _value(name, site, at)


# --- what a flow asks -----------------------------------------------------------------------------


def _expressions(flow: Flow) -> Iterator[Expression]:
    for step in flow.steps.values():
        yield from (expression for _, expression, _ in expressions_in(step))


def _is_a_question_about_time(expression: Expression) -> bool:
    """Whether it is a yes or no for which the time is enough; what calendars say is known."""
    within = {name for name, _ in expression.names()}
    return (
        not within.isdisjoint(OF_TIME)
        and all(name in OF_TIME or names.calendar_in(name) for name in within)
        and expression.kind(names.kind_of_name) is ValueKind.YES_NO
    )


def _values(flow: Flow) -> Iterator[Value]:
    """Every value that is written out in a flow."""
    for expression in _expressions(flow):
        yield from expression.literals()
    for step in flow.steps.values():
        match step:
            case SetStep():
                yield from step.values.values()
            case AskStep():
                for choice in step.choices:
                    yield from choice.set.values()


def _side(value: Value | None, other: Value) -> tuple[bool, bool]:
    """How a value of a time stands to another of its kind."""
    if isinstance(value, date) and isinstance(other, date):
        return value == other, value < other
    if isinstance(value, int) and isinstance(other, int | float):
        return value == other, value < other
    return str(value).casefold() == str(other).casefold(), False


def _value(name: str, site: Site, at: float) -> Value | None:
    local = datetime.fromtimestamp(at, site.zone)
    match name:
        case "call.date":
            return local.date()
        case "call.weekday":
            return names.WEEKDAYS[local.weekday()]
        case "call.hour":
            return local.hour
        case "call.minute":
            return local.minute
    calendar = site.calendars.get(names.calendar_in(name) or "")
    if calendar is None:
        return None
    return calendar.is_open(at) if name.endswith(".open") else calendar.is_holiday(at)


# --- moments --------------------------------------------------------------------------------------


def _moment(site: Site, day: date, hour: int, minute: int) -> float:
    return datetime.combine(day, time(hour, minute), site.zone).timestamp()


def _beginnings(site: Site, asked: AskedOfTime, day: date) -> set[float]:
    """The moments of a day at which something may begin to stand otherwise."""
    found = {
        (datetime.combine(day, time(), calendar.zone) + timedelta(minutes=edge)).timestamp()
        for calendar in site.calendars.values()
        for edge in {0, *(edge for hours in calendar.hours(day) for edge in hours)}
    }
    hours = _HOURS if asked.hours else (0,)
    return found | {_moment(site, day, *each) for each in product(hours, asked.minutes)}


def _stands(site: Site, asked: AskedOfTime, at: float) -> object:
    """All that hangs on the time, as it stands at a moment."""
    calendars = ((each.is_open(at), each.is_holiday(at)) for each in site.calendars.values())
    return (*calendars, asked.answers(looking(site, at)))


def _changes_soon(site: Site, at: float) -> bool:
    """Whether something opens or closes within the hour: a call would be of two moments."""
    return any(
        calendar.is_open(at) != calendar.is_open(at + 3600.0)
        for calendar in site.calendars.values()
    )


def _described(site: Site, at: float) -> str:
    local = datetime.fromtimestamp(at, site.zone)
    holidays = {
        calendar.holidays[datetime.fromtimestamp(at, calendar.zone).date()]
        for calendar in site.calendars.values()
        if calendar.is_holiday(at)
    }
    is_open = [name for name, calendar in site.calendars.items() if calendar.is_open(at)]
    what = f"{local:%A %d %B %H:%M}"
    if holidays:
        what += f" ({', '.join(sorted(holidays))})"
    return f"{what}, open: {', '.join(is_open) or 'nothing'}"
