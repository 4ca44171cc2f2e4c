"""Whether every caller comes to help, and the longest way there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.proving.exploration import HELP, OVER, SERVED, Graph, Way
from ivr.proving.inputs import Doing


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One kind of caller.

    Attributes:
        name: for a person to read.
        does: what they do, and nothing else; where there is nothing of it to do they are silent.
        seeks_help: they know what to do: of all they can do they choose what leads to help soonest.
            Otherwise the worst of it counts.
        speaks: they have to be heard; where nobody can hear them, they are somebody else.
    """

    name: str
    does: frozenset[Doing]
    seeks_help: bool = False
    speaks: bool = False


CALLERS: tuple[Caller, ...] = (
    Caller(name="keys only", does=frozenset({Doing.KEY}), seeks_help=True),
    Caller(
        name="speech only",
        does=frozenset({Doing.WORDS}),
        seeks_help=True,
        speaks=True,
    ),
    Caller(name="silence", does=frozenset({Doing.NOTHING})),
    Caller(name="wrong keys", does=frozenset({Doing.WRONG_KEY})),
    Caller(name="words that fit nothing", does=frozenset({Doing.WRONG_WORDS}), speaks=True),
    Caller(name="words nobody can make out", does=frozenset({Doing.UNCLEAR}), speaks=True),
    Caller(
        name="anything of these, in any order",
        does=frozenset(
            {Doing.NOTHING, Doing.WRONG_KEY, Doing.WRONG_WORDS, Doing.UNCLEAR, Doing.SYMPTOM}
        ),
    ),
)
"""Those of promise 7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one kind of caller in one world.

    Attributes:
        caller: the kind.
        world: the world's name.
        turns: the most turns to help, from wherever a call can stand; infinite where there is a
            place from which they never come to help.
        step: the step at which that longest way begins.
        dialogue: that way, from the beginning of the call: who, and what. It ends where help is
            reached, or where the caller is lost.
        positions: how many places were looked at.
    """

    caller: Caller
    world: str
    turns: float
    step: str | None
    dialogue: tuple[tuple[str, str], ...]
    positions: int


def judge(graph: Graph, caller: Caller) -> Finding:
    """The longest way to help of one kind of caller."""
    turns = _turns(graph, caller)
    places = [place for place in range(len(turns)) if graph.heard[place] or not caller.speaks]
    worst = max(places, key=lambda place: (turns[place], -place), default=None)
    if worst is None:
        return Finding(
            caller=caller, world=graph.world.name, turns=0, step=None, dialogue=(), positions=0
        )
    return Finding(
        caller=caller,
        world=graph.world.name,
        turns=turns[worst],
        step=graph.steps[worst],
        dialogue=(*_to(graph, worst), *_from(graph, caller, worst, turns)),
        positions=len(places),
    )


def _choices(graph: Graph, caller: Caller, place: int) -> Sequence[Way]:
    """What a caller may do in a place: listening costs nobody a turn."""
    ways = graph.ways[place]
    meant = [way for way in ways if way.input.doing in caller.does]
    if any(way.input.doing is Doing.LISTENS for way in ways) and not caller.seeks_help:
        return [way for way in ways if way.input.doing is Doing.LISTENS]
    if caller.seeks_help:
        waits = (Doing.LISTENS, Doing.NOTHING)
        return [*meant, *(way for way in ways if way.input.doing in waits)]
    return meant or [way for way in ways if way.input.doing is Doing.NOTHING]


def _cost(way: Way) -> int:
    return 0 if way.input.doing is Doing.LISTENS else 1


def _turns(graph: Graph, caller: Caller) -> list[float]:
    """For each place the turns to help: the least fixed point, from help backwards.

    A place counts once all that may follow counts (or, for who seeks help, once one thing that they
    can do leads only to what counts). What never counts runs in a circle, or ends without help.
    """
    size = len(graph.ways)
    options = [_choices(graph, caller, place) for place in range(size)]
    turns = [math.inf] * size
    before: list[list[int]] = [[] for _ in range(size)]
    for place, ways in enumerate(options):
        for way in ways:
            for end in way.ends:
                if end >= 0:
                    before[end].append(place)
    waiting = list(range(size))
    while waiting:
        again: set[int] = set()
        for place in waiting:
            known = turns if graph.served[place] else _Unserved(graph, turns)
            value = _value(options[place], known, seeks_help=caller.seeks_help)
            if value < turns[place]:
                turns[place] = value
                again.update(before[place])
        waiting = sorted(again)
    return turns


@dataclass(frozen=True, slots=True)
class _Unserved:
    """The turns of a caller whom nobody has helped: where somebody just has, none are left."""

    graph: Graph
    turns: Sequence[float]

    def __getitem__(self, place: int) -> float:
        return 0.0 if self.graph.served[place] else self.turns[place]


def _value(ways: Sequence[Way], turns: Sequence[float] | _Unserved, *, seeks_help: bool) -> float:
    found = [_cost(way) + max(_end_value(end, turns) for end in way.ends) for way in ways]
    if not found:
        return math.inf
    return min(found) if seeks_help else max(found)


def _end_value(end: int, turns: Sequence[float] | _Unserved) -> float:
    if end in (HELP, SERVED):
        return 0.0
    return math.inf if end == OVER else turns[end]


# --- as a person reads it -------------------------------------------------------------------------


def _to(graph: Graph, place: int) -> list[tuple[str, str]]:
    """How a call comes to a place."""
    steps: list[tuple[int, int, int]] = []
    while (came := graph.reached_by[place]) is not None:
        steps.append(came)
        place = came[0]
    told = list(graph.opening)
    for here, number, which in reversed(steps):
        way = graph.ways[here][number]
        told += [("caller", _done(way)), *way.told[which]]
    return told


def _from(
    graph: Graph, caller: Caller, place: int, turns: Sequence[float]
) -> list[tuple[str, str]]:
    """The worst that follows (or, for who seeks help, the best), from a place on."""
    told: list[tuple[str, str]] = [("", f"from here on: {caller.name}")]
    seen: set[int] = set()
    while True:
        if place in seen:
            return [*told, ("", "and so on, for ever: this caller never comes to help")]
        seen.add(place)
        ways = _choices(graph, caller, place)
        if not ways:
            return [*told, ("", "nothing follows: this caller never comes to help")]

        known = turns if graph.served[place] else _Unserved(graph, turns)

        def worth(way: Way, known: Sequence[float] | _Unserved = known) -> float:
            return _cost(way) + max(_end_value(end, known) for end in way.ends)

        way = (min if caller.seeks_help else max)(ways, key=worth)
        values = [_end_value(end, known) for end in way.ends]
        which = max(range(len(way.ends)), key=values.__getitem__)
        told += [("caller", _done(way)), *way.told[which]]
        end = way.ends[which]
        if end >= 0 and graph.served[end] and not graph.served[place]:
            return [*told, ("help", way.helps[which] or "somebody has answered")]
        if end == HELP:
            return [*told, ("help", way.helps[which])]
        if end == SERVED:
            return [*told, ("", "the call is over; somebody has helped before")]
        if end == OVER:
            return [*told, ("", "the call is over, and nobody has helped")]
        place = end


def _done(way: Way) -> str:
    each = way.input
    return f"{each.doing.value} {each.what}".strip()
