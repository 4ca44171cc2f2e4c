"""The worlds in which a site's flow is proved: times, languages, recognisers, ends of lookups.

Of the moments of a year (:mod:`careline.moments`) those are taken that make a difference to the
flow: for each way in which what it asks about the time, and whoever could answer, can stand
together, one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

from calls.facts import AgentReady, PhoneRegistered
from calls.ids import QueueId
from calls.requirement import Requirement
from careline.liveness import live_variables
from careline.moments import OF_TIME, Look, asked_of_time, looking, moments
from careline.signed_in import signed_in
from careline.switchboard import Switchboard
from config.expression_checks import expressions_in
from config.site import Site
from ivr import names
from ivr.flow import CallRules, Flow
from ivr.proving import LookupAnswer, World
from ivr.steps import CallBackStep, LookupStep, QueueStep
from ivr.values import Value, ValueKind
from ivr.waiting import language_skills

MOST_WORLDS = 300
"""Beyond them a flow cannot be proved in any useful time."""

_MOST_ANSWERS = 64
"""Ways in which one lookup may end, at most; beyond, values are varied one at a time."""


class TooManyWorldsError(Exception):
    """Ops: the flow tells more times of the year apart than can be looked at."""


def worlds(
    site: Site, flow: Flow, rules: CallRules, now: float
) -> Iterator[tuple[World, CallRules]]:
    """Every world of a flow, with the rules that hold in it.

    Args:
        site: the loaded site.
        flow: linked.
        rules: the site's.
        now: seconds since the epoch; the year that follows is looked at.

    Raises:
        TooManyWorldsError: there are too many.
    """
    of_time, calendars = asked_of_time(flow), _calendars_asked(flow)
    sources = {each.source for each in flow.steps.values() if isinstance(each, LookupStep)}
    numbers, dates = tuple(sorted(set(_numbers(flow)))), tuple(sorted(set(_dates(flow))))
    asked = set(_names_asked(flow))
    live = live_variables(flow)
    question = next(iter(sorted(site.protocols.questions)), None)
    told_apart: set[object] = set()
    made = 0
    for when, at in moments(site, flow, now):
        staffed, look = _staffing(site, at), looking(site, at)
        stands = (
            tuple(look(each) for each in calendars),
            of_time.answers(look),
            _staffed_queues(site, flow, staffed),
        )
        if stands in told_apart:
            continue  # Nothing in this flow is otherwise than at a moment before.
        told_apart.add(stands)
        lookups = {source: tuple(_ends(flow, source, look)) for source in sources}
        for language, hears, caller in _callers(flow, rules, asked):
            made += 1
            if made > MOST_WORLDS:
                raise TooManyWorldsError(
                    f"over {MOST_WORLDS:,} worlds: the flow tells too many times of the year "
                    "apart; ask a calendar of the site, such as calendar.lunch.open, instead of "
                    "the hour or the minute"
                )
            heard = rules if hears else replace(rules, listen_languages=())
            spoken = language if language != rules.languages[0] else None
            name = f"{when}, {language}{'' if hears else ', recognisers down'}{caller.told}"
            yield (
                World(
                    name=name,
                    at=at,
                    staffed=staffed,
                    language=spoken,
                    lookups=lookups,
                    number_shown=caller.number_shown,
                    dialled=caller.dialled,
                    numbers=numbers,
                    dates=dates,
                    triage_question=question if language in heard.listen_languages else None,
                    asks_pace=names.SLOW in asked,
                    live=live,
                ),
                heard,
            )


@dataclass(frozen=True, slots=True)
class _Caller:
    """What is known of a caller from the beginning, where the flow asks for it."""

    number_shown: bool = True
    dialled: str = ""

    @property
    def told(self) -> str:
        """For the name of a world."""
        hidden = "" if self.number_shown else ", number not shown"
        return f"{hidden}, {self.dialled} dialled" if self.dialled else hidden


def _callers(
    flow: Flow, rules: CallRules, asked: Collection[str]
) -> Iterator[tuple[str, bool, _Caller]]:
    """Languages, whether callers are heard, and what is known of them.

    Those of whom something else is known than of most have keys only, in the site's first language:
    the ways that a flow keeps for them are the same for all.
    """
    for language, hears in product(rules.languages, (True, False)):
        if hears or language in rules.listen_languages:  # elsewhere nobody is heard anyhow
            yield language, hears, _Caller()
    rare = [_Caller(dialled=number) for number in sorted(set(_dialled(flow)))]
    if any(name.startswith("caller.") for name in asked) or any(
        isinstance(step, CallBackStep) for step in flow.steps.values()
    ):
        rare.append(_Caller(number_shown=False))
    for caller in rare:
        yield rules.languages[0], False, caller


def _dialled(flow: Flow) -> Iterator[str]:
    """The numbers by which the flow tells callers apart."""
    for step in flow.steps.values():
        for _, expression, _ in expressions_in(step):
            if any(name == "call.dialled" for name, _ in expression.names()):
                yield from (each for each in expression.literals() if isinstance(each, str))


def _dates(flow: Flow) -> Iterator[date]:
    """Dates that the flow's questions compare with, and those beside them."""
    day = timedelta(days=1)
    for step in flow.steps.values():
        for _, expression, _ in expressions_in(step):
            for value in expression.literals():
                if isinstance(value, date):
                    yield from (value - day, value, value + day)


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


def _calendars_asked(flow: Flow) -> frozenset[str]:
    return frozenset(each for each in _names_asked(flow) if names.calendar_in(each) is not None)


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


def _ends(flow: Flow, source: str, look: Look) -> Iterator[LookupAnswer]:
    """Every way in which a lookup may end at a time that makes a difference to the flow."""
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
                    compared = tuple(_compared(flow, variable, saved.kind, look))
                    found = (*_KINDS[saved.kind], *compared, None)
                wanted[saved.at] = tuple(dict.fromkeys((*wanted.get(saved.at, ()), *found)))
    combined = (each for values in _combined(wanted) for each in _possible(values))
    for values in combined:
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


def _compared(flow: Flow, variable: str, kind: ValueKind, look: Look) -> Iterator[object]:
    """Values that the flow's questions tell apart: what they compare with, and beside it."""
    for step in flow.steps.values():
        for _, expression, _ in expressions_in(step):
            asked = {name for name, _ in expression.names()}
            if variable in asked:
                times = (look(name) for name in OF_TIME if name in asked)
                yield from _beside((*expression.literals(), *times), kind)


def _beside(values: Iterable[Value | None], kind: ValueKind) -> Iterator[object]:
    for value in values:
        match value:
            case bool():
                continue
            case int() | float() if kind is ValueKind.NUMBER:
                yield from (value - 1, value, value + 1)
            case str() if kind is ValueKind.TEXT:
                yield value
            case date() if kind is ValueKind.DATE:
                yield from (
                    (value - timedelta(days=1)).isoformat(),
                    value.isoformat(),
                    (value + timedelta(days=1)).isoformat(),
                )


def _possible(values: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The same values; where one way is the beginning of another, either is there but not both."""
    there = {at for at, value in values.items() if value is not None}
    inner = {at for at in there if any(at.startswith(f"{each}.") for each in there)}
    outer = {at for at in there if any(each.startswith(f"{at}.") for each in there)}
    for missing in (inner, outer) if inner else (inner,):
        yield {at: None if at in missing else value for at, value in values.items()}


def _document(values: Mapping[str, object]) -> object:
    """A document in which values stand at their places; none is the beginning of another.

    A position in a list stands in it as a key, and so does ``only``: ways lead through both alike
    (:func:`calls.way.value_at`), and the list before a far position need not be made.
    """
    root: dict[str, Any] = {}
    for at, value in values.items():
        *parts, last = at.split(".")
        if value is None:
            continue
        here = root
        for part in parts:
            here = here.setdefault(part, {})
        here[last] = value
    return root
