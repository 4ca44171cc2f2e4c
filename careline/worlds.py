"""The worlds in which a site's flow is proved: times, languages, recognisers, ends of lookups.

Of all moments of a year those are taken that make a difference: for each way in which the site's
calendars, its queues' hours and the flow's own questions about the time can stand together, one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from calls.facts import AgentReady, PhoneRegistered
from calls.ids import QueueId
from calls.requirement import Requirement
from careline.liveness import live_variables
from careline.signed_in import signed_in
from careline.switchboard import Switchboard
from config.expression_checks import expressions_in
from config.site import Site
from ivr import names
from ivr.expressions import Expression
from ivr.flow import CallRules, Flow
from ivr.proving import LookupAnswer, World
from ivr.steps import CallBackStep, LookupStep, QueueStep
from ivr.values import Value, ValueKind
from ivr.waiting import language_skills

_DAYS = 371
_HOURS = range(24)
_MINUTE = 30
_MOST_ANSWERS = 64
"""Ways in which one lookup may end, at most; beyond, values are varied one at a time."""

_OF_TIME = ("call.date", "call.weekday", "call.hour", "call.minute")


def worlds(
    site: Site, flow: Flow, rules: CallRules, now: float
) -> Iterator[tuple[World, CallRules]]:
    """Every world of a flow, with the rules that hold in it.

    Args:
        site: the loaded site.
        flow: linked.
        rules: the site's.
        now: seconds since the epoch; the year that follows is looked at.
    """
    lookups = {
        step.source: tuple(_ends(flow, step.source))
        for step in flow.steps.values()
        if isinstance(step, LookupStep)
    }
    numbers = tuple(sorted(set(_numbers(flow))))
    asked = set(_names_asked(flow))
    live = live_variables(flow)
    question = next(iter(sorted(site.protocols.questions)), None)
    told_apart: set[object] = set()
    for when, at in moments(site, flow, now):
        staffed = _staffing(site, at)
        stands = (_asked_of_time(site, flow, at), _staffed_queues(site, flow, staffed))
        if stands in told_apart:
            continue  # Nothing in this flow is otherwise than at a moment before.
        told_apart.add(stands)
        for language, hears in product(rules.languages, (True, False)):
            if not hears and language not in rules.listen_languages:
                continue  # Nobody is heard in it anyhow.
            heard = rules if hears else replace(rules, listen_languages=())
            spoken = language if language != rules.languages[0] else None
            name = f"{when}, {language}{'' if hears else ', recognisers down'}"
            yield (
                World(
                    name=name,
                    at=at,
                    staffed=staffed,
                    language=spoken,
                    lookups=lookups,
                    numbers=numbers,
                    triage_question=question if language in heard.listen_languages else None,
                    asks_pace=names.SLOW in asked,
                    live=live,
                ),
                heard,
            )


def _staffing(site: Site, at: float) -> Callable[[Requirement], bool]:
    """Whether somebody could answer at a time, as the running line finds it out.

    Everybody works while the clinic is open, and nobody else, as in a dry run.
    """
    board = Switchboard(site)
    for agent in signed_in(site, at, ready=(), out=()):
        board.handle(PhoneRegistered(site=site.id, agent_id=agent), at)
        board.handle(AgentReady(site=site.id, agent_id=agent), at)
    return lambda asked: board.admission.staffed(asked, at)


def _staffed_queues(
    site: Site, flow: Flow, staffed: Callable[[Requirement], bool]
) -> tuple[bool, ...]:
    """Of each wait that a call may ask for in each language, whether somebody could answer it."""
    rules = site.rules
    waits = [
        (step.queue, step.skills)
        for step in flow.steps.values()
        if isinstance(step, QueueStep | CallBackStep)
    ]
    return tuple(
        staffed(Requirement(queue=QueueId(queue), skills=(*skills, *spoken)))
        for queue, skills in (*waits, (rules.person_queue, ()))
        for language in rules.languages
        for spoken in [language_skills(rules, language)]
    )


def _asked_of_time(site: Site, flow: Flow, at: float) -> tuple[object, ...]:
    """The answers to all that the flow asks about the time and the calendars."""
    look = _looking(site, at)
    calendars = {
        name: look(name)
        for step in flow.steps.values()
        for _, expression, _ in expressions_in(step)
        for name, _ in expression.names()
        if names.calendar_in(name) is not None
    }
    return (*calendars.values(), *(each.holds(look) for each in _of_time(flow)))


# --- moments --------------------------------------------------------------------------------------


def moments(site: Site, flow: Flow, now: float) -> list[tuple[str, float]]:
    """One moment for each way in which all that hangs on the time can stand, with what it is."""
    expressions = tuple(_of_time(flow))
    calendars = site.calendars
    found: dict[object, tuple[str, float]] = {}
    first = datetime.fromtimestamp(now, site.zone).replace(minute=_MINUTE, second=0, microsecond=0)
    for day, hour in product(range(1, _DAYS), _HOURS):
        local = (first + timedelta(days=day)).replace(hour=hour)
        at = local.timestamp()
        stands = tuple(
            (calendar.is_open(at), calendar.is_holiday(at)) for calendar in calendars.values()
        )
        look = _looking(site, at)
        asks = tuple(each.holds(look) for each in expressions)
        key = (stands, asks)
        if key not in found and not _changes_soon(site, at):
            found[key] = (_described(site, local, at), at)
    return list(found.values())


def _changes_soon(site: Site, at: float) -> bool:
    """Whether something opens or closes within the hour: a call would be of two moments."""
    return any(
        calendar.is_open(at) != calendar.is_open(at + 3600.0)
        for calendar in site.calendars.values()
    )


def _described(site: Site, local: datetime, at: float) -> str:
    holidays = {
        calendar.holidays[local.date()]
        for calendar in site.calendars.values()
        if calendar.is_holiday(at)
    }
    is_open = [name for name, calendar in site.calendars.items() if calendar.is_open(at)]
    what = f"{local:%A %d %B %H:%M}"
    if holidays:
        what += f" ({', '.join(sorted(holidays))})"
    return f"{what}, open: {', '.join(is_open) or 'nothing'}"


def _of_time(flow: Flow) -> Iterator[Expression]:
    """The flow's questions about the time and nothing else, but for those calendars answer."""
    seen: set[str] = set()
    for step in flow.steps.values():
        for _, expression, yes_no in expressions_in(step):
            used = {name for name, _ in expression.names()}
            times = used & set(_OF_TIME)
            only = all(each in _OF_TIME or names.calendar_in(each) for each in used)
            if yes_no and times and only and expression.text not in seen:
                seen.add(expression.text)
                yield expression


def _looking(site: Site, at: float) -> Callable[[str], Value | None]:
    return lambda name: _value(name, site, at)


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


def _names_asked(flow: Flow) -> Iterator[str]:
    """The names in all that the flow asks, sets, gives and returns."""
    for step in flow.steps.values():
        for _, expression, _ in expressions_in(step):
            yield from (name for name, _ in expression.names())


def _numbers(flow: Flow) -> Iterator[int]:
    """Whole numbers that the flow's questions compare with, and those beside them."""
    for step in flow.steps.values():
        for _, expression, _ in expressions_in(step):
            for value in expression.literals():
                if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                    yield from (value - 1, value, value + 1)


# --- lookups --------------------------------------------------------------------------------------

_KINDS: Mapping[ValueKind, tuple[object, ...]] = {
    ValueKind.TEXT: ("something",),
    ValueKind.NUMBER: (1,),
    ValueKind.YES_NO: (True, False),
    ValueKind.DATE: ("2027-01-15",),
}


def _ends(flow: Flow, source: str) -> Iterator[LookupAnswer]:
    """Every way in which a lookup may end that makes a difference to the flow."""
    yield LookupAnswer(label="no answer comes", outcome="failed")
    yield LookupAnswer(label="there is none", outcome="not-found")
    wanted: dict[str, tuple[object, ...]] = {}
    asked = set(_names_asked(flow))
    for step in flow.steps.values():
        if isinstance(step, LookupStep) and step.source == source:
            for variable, saved in step.save.items():
                # What is only said makes no difference to what follows.
                found = _KINDS[saved.kind][:1]
                if variable in asked:
                    compared = tuple(_compared(flow, variable, saved.kind))
                    found = (*_KINDS[saved.kind], *compared, None)
                wanted[saved.at] = tuple(dict.fromkeys((*wanted.get(saved.at, ()), *found)))
    for values in _combined(wanted):
        document = _document(values)
        label = ", ".join(
            f"{at} {'is not there' if value is None else 'is ' + str(value)}"
            for at, value in values.items()
        )
        yield LookupAnswer(label=label or "found", outcome="found", document=json.dumps(document))


def _combined(wanted: Mapping[str, tuple[object, ...]]) -> Iterator[dict[str, object]]:
    """Every combination of values, or one value at a time where these are too many."""
    size = 1
    for values in wanted.values():
        size *= len(values)
    if size <= _MOST_ANSWERS:
        for each in product(*wanted.values()):
            yield dict(zip(wanted, each, strict=True))
        return
    usual = {at: values[0] for at, values in wanted.items()}
    yield usual
    for at, values in wanted.items():
        for value in values[1:]:
            yield usual | {at: value}
    yield dict.fromkeys(wanted)


def _compared(flow: Flow, variable: str, kind: ValueKind) -> Iterator[object]:
    """Values that the flow's questions tell apart: what they compare with, and beside it."""
    for step in flow.steps.values():
        for _, expression, _ in expressions_in(step):
            if variable in {name for name, _ in expression.names()}:
                yield from _literals(expression, kind)


def _literals(expression: Expression, kind: ValueKind) -> Iterator[object]:
    for value in expression.literals():
        match value:
            case bool():
                continue
            case int() | float() if kind is ValueKind.NUMBER:
                yield from (value - 1, value, value + 1)
            case str() if kind is ValueKind.TEXT:
                yield value
            case _ if kind is ValueKind.DATE and not isinstance(value, str | int | float):
                yield from (
                    (value - timedelta(days=1)).isoformat(),
                    value.isoformat(),
                    (value + timedelta(days=1)).isoformat(),
                )


def _document(values: Mapping[str, object]) -> object:
    """A document in which values stand at their places."""
    root: dict[str, object] = {}
    for at, value in values.items():
        if value is None:
            continue
        parts = at.split(".")
        here = root
        for part in parts[:-1]:
            inner = here.setdefault(part, {})
            assert isinstance(inner, dict)
            here = inner
        here[parts[-1]] = value
    return _lists(root)


def _lists(value: object) -> object:
    """The same, with lists where all keys are positions."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(each) for key, each in value.items()}
    if inner and all(key.isdigit() for key in inner):
        size = max(int(key) for key in inner) + 1
        return [inner.get(str(index)) for index in range(size)]
    return inner
