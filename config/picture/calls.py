"""How often calls came to the boxes of a picture, and by which ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from config.picture.drawing import box_of
from config.picture.model import NURSE, PERSON, Node, Picture, Role, Way
from ivr.course import TO_NURSE, TO_PERSON
from ivr.flow import Flow
from ivr.steps import SubFlowStep

_LEFT_TO = {TO_NURSE: NURSE, TO_PERSON: PERSON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a number of calls did. Nothing in it is about one of them.

    Attributes:
        calls: how many there were.
        came: how many of them came to the flow at all.
        boxes: how often each box was come to, by its id.
        ways: how often each was taken, by the boxes it joins; also ways that the flow does not
            write, such as the one to a nurse after a red flag.
    """

    calls: int
    came: int
    boxes: Mapping[str, int]
    ways: Mapping[tuple[str, str], int]


def tally(
    entry: Flow, flow: str, trails: Iterable[tuple[str, ...]], *, expand: bool = False
) -> Tally:
    """Count what calls did in a flow.

    Args:
        entry: the flow with which calls begin, linked.
        flow: the name of the flow that is drawn: that one, or one that it enters somewhere.
        trails: of the calls, see :attr:`ivr.interpreter.Interpreter.trail`.
        expand: as the flow is drawn.
    """
    calls = came = 0
    boxes: Counter[str] = Counter()
    ways: Counter[tuple[str, str]] = Counter()
    scopes = [""] if flow == entry.id else _entered(entry, flow)
    for trail in trails:
        calls += 1
        stretches = [each for scope in scopes for each in _within(trail, scope)]
        came += bool(stretches)
        for stretch in stretches:
            passed = _boxes(stretch, expand=expand)
            boxes.update(passed)
            ways.update(pairwise(passed))
    return Tally(calls=calls, came=came, boxes=boxes, ways=ways)


def with_calls(picture: Picture, counted: Tally, what: str) -> Picture:
    """A picture with the number of calls at each box and each way.

    Args:
        picture: of the flow that was counted, drawn alike.
        counted: how often.
        what: what was counted, such as ``dialogues``.
    """
    drawn = {(way.source, way.target) for way in picture.ways}
    elsewhere = Counter[str]()
    for (source, target), times in counted.ways.items():
        if target in (NURSE, PERSON) and (source, target) not in drawn:
            elsewhere[target] += times
    known = {node.id for node in picture.nodes} | {NURSE, PERSON}
    unknown = {each: times for each, times in counted.boxes.items() if each not in known}
    notes = [f"{_number(counted.calls)} {what}"]
    if counted.came != counted.calls:
        notes[0] += f", {_number(counted.came)} of them in this flow"
    steps = [node for node in picture.nodes if node.id not in (NURSE, PERSON)]
    taken = sum(counted.boxes.get(node.id, 0) > 0 for node in steps)
    ways = sum(counted.ways.get(way, 0) > 0 for way in drawn)
    notes[0] += f"; {taken} of {len(steps)} steps and {ways} of {len(drawn)} ways taken"
    if elsewhere[PERSON]:
        notes.append(f"A person was asked for at other steps too: {_times(elsewhere[PERSON])}")
    if unknown:
        passed = _times(sum(unknown.values()))
        notes.append(f"Steps that this version does not have were come to {passed}")
    return replace(
        picture,
        nodes=tuple(_counted_node(each, counted) for each in picture.nodes),
        ways=tuple(_counted_way(each, counted) for each in picture.ways),
        notes=(*picture.notes, *notes),
        everywhere=(*picture.everywhere, _times(elsewhere[NURSE])),
        counted=what,
    )


def _counted_node(node: Node, counted: Tally) -> Node:
    return replace(node, calls=counted.boxes.get(node.id, 0))


def _counted_way(way: Way, counted: Tally) -> Way:
    """A way with its number. What a trail cannot tell apart is said to be in it."""
    also = {Role.LADDER: "or a person was asked for", Role.RED_FLAG: "or one was said"}
    times = counted.ways.get((way.source, way.target), 0)
    more = (also[way.role],) if times and way.role in also else ()
    return replace(way, calls=times, lines=(*way.lines, *more))


def _times(number: int) -> str:
    return f"{_number(number)}×"


def _number(number: int) -> str:
    return f"{number:,}"


def _entered(entry: Flow, flow: str) -> list[str]:
    """From where a flow is entered, at whatever depth."""
    return [
        path
        for path, step in entry.steps.items()
        if isinstance(step, SubFlowStep) and step.flow == flow
    ]


def _within(trail: tuple[str, ...], scope: str) -> Iterator[list[str]]:
    """The stretches of a trail in a scope, with the paths in it, and where each was left to."""
    begin = f"{scope}/" if scope else ""
    stretch: list[str] = []
    for path in trail:
        if path in _LEFT_TO:
            if stretch:
                stretch.append(path)
        elif path.startswith(begin):
            stretch.append(path.removeprefix(begin))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _boxes(stretch: Iterable[str], *, expand: bool) -> list[str]:
    """The boxes that a call came to; what happens inside of one is no step of its own."""
    found: list[str] = []
    for path in stretch:
        box = _LEFT_TO.get(path) or box_of(path, expand=expand)
        inside = path != box and path not in _LEFT_TO
        if not (inside and found and found[-1] == box):
            found.append(box)
    return found
