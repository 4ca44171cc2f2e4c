"""All that can happen in a call, as a graph: positions, and what leads from one to others."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from calls.commands import Command
from calls.facts import MessageRecorded
from ivr.flow import CallRules, Flow
from ivr.interpreter import Interpreter
from ivr.proving.inputs import Doing, Input, inputs
from ivr.proving.world import CALL, Ending, Point, World, begin, settle
from ivr.states import State

MOST_POSITIONS = 60_000
"""Beyond them a flow cannot be proved in any useful time."""

_TICKS = 20
"""Deadlines that pass in silence without a word of the line, at most."""


class TooManyPositionsError(Exception):
    """Ops: more can happen in the flow than can be looked at."""


@dataclass(frozen=True, slots=True)
class Way:
    """What one input leads to.

    Attributes:
        input: what the caller does.
        ends: the positions it may lead to, as the world answers; help and the end are negative:
            :data:`HELP`, :data:`SERVED` and :data:`OVER`.
        told: for each end, what is said and done on the way.
        helps: for each end, what helps, where something does.
    """

    input: Input
    ends: tuple[int, ...]
    told: tuple[tuple[tuple[str, str], ...], ...]
    helps: tuple[str, ...]


HELP, SERVED, OVER = -1, -2, -3
"""Ends that are no positions: help is reached; the call is over, and somebody has helped before;
it is over, and nobody has."""


@dataclass(slots=True)
class Graph:
    """All positions of calls in one world.

    Attributes:
        world: which.
        steps: for each position the step where the call stands.
        heard: for each position, whether the caller can be heard there.
        served: for each position, whether an agent has spoken with the caller.
        ways: for each position what leads on.
        reached_by: for each position the first way to it: from where, by which input, which end;
            ``None`` for the first position of a call.
        opening: what is said before the first position.
        taken: every step that a call has come through.
    """

    world: World
    steps: list[str | None] = field(default_factory=list)
    heard: list[bool] = field(default_factory=list)
    served: list[bool] = field(default_factory=list)
    ways: list[tuple[Way, ...]] = field(default_factory=list)
    reached_by: list[tuple[int, int, int] | None] = field(default_factory=list)
    opening: tuple[tuple[str, str], ...] = ()
    taken: set[str] = field(default_factory=set)


def explore(flow: Flow, rules: CallRules, world: World) -> Graph:
    """Everything that can happen in a call to this flow in a world.

    Raises:
        TooManyPositionsError: it is too much.
    """
    graph = Graph(world)
    places: dict[object, int] = {}
    waiting: deque[tuple[int, Point]] = deque()

    def place_of(point: Point, came: tuple[int, int, int] | None) -> int:
        call = point.call
        graph.taken.update(call.trail)
        if point.ending is Ending.HELP:
            return HELP
        if point.ending is Ending.OVER:
            return SERVED if call.was_connected or call.was_helped else OVER
        call.forget_steps_alone()
        stance = call.stance(point.now, world.live)
        found = places.get(stance)
        if found is None:
            found = places[stance] = len(graph.steps)
            if found >= MOST_POSITIONS:
                raise TooManyPositionsError(
                    f"over {MOST_POSITIONS:,} positions ({world.name}); the last step looked at "
                    f"is {call.step}: split the flow, or ask less at once"
                )
            graph.steps.append(call.step)
            graph.heard.append(call.hears_speech)
            graph.served.append(call.was_connected)
            graph.ways.append(())
            graph.reached_by.append(came)
            waiting.append((found, point))
        return found

    for point in begin(flow, rules, world):
        graph.opening = point.told
        place_of(point, None)
    while waiting:
        here, point = waiting.popleft()
        ways = []
        for number, each in enumerate(inputs(point, rules, world)):
            points = _after(point, each, world, rules)
            ends = tuple(place_of(end, (here, number, which)) for which, end in enumerate(points))
            told, helps = tuple(end.told for end in points), tuple(end.help for end in points)
            ways.append(Way(each, ends, told, helps))
        graph.ways[here] = tuple(ways)
    return graph


def _after(point: Point, each: Input, world: World, rules: CallRules) -> list[Point]:
    """Where an input leads."""
    twin = point.call.copied()
    if each.fact is not None:
        commands = twin.handle(each.fact, point.now)
        now = point.now
        if each.doing is Doing.KEY or each.doing is Doing.WRONG_KEY:
            # What was typed has a pause behind it.
            due = twin.typing_until
            if due is not None:
                now = max(now, due)
                commands = [*commands, *twin.tick(now)]
            twin.stop_typing()
        elif (due := twin.typing_until) is not None:
            # Words do not end what is typed; a pause does.
            now = max(now, due)
            commands = [*commands, *twin.tick(now)]
    elif twin.state is State.RECORDING:
        now = point.now + 30.0
        empty = MessageRecorded(
            site=twin.site, call_id=CALL, recording_id=point.recording_id, duration_s=0.0
        )
        commands = twin.handle(empty, now)
    else:
        commands, now = _in_silence(twin, point.now)
    return settle(Point(twin, now, recording_id=point.recording_id), commands, world, rules)


def _in_silence(call: Interpreter, now: float) -> tuple[list[Command], float]:
    """Let time pass until something is said or done."""
    for _ in range(_TICKS):
        due = call.next_deadline()
        if due is None:
            break
        now = max(now, due)
        commands = call.tick(now)
        if commands:
            return commands, now
    return [], now
