"""Two versions of a site in one picture: what came, what went, what changed, what stayed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from config.diff import Difference, differences
from config.flow_checks import prompts_of
from config.picture.drawing import Places, box_of, draw
from config.picture.model import NURSE, PERSON, Frame, Mark, Node, Picture, Way
from config.site import Site


@dataclass(frozen=True, slots=True)
class _Version:
    """One of the two, with where its steps are written."""

    site: Site
    places: Places = field(default_factory=dict)

    def drawn(self, flow: str, language: str) -> Picture | None:
        if flow not in self.site.flows:
            return None
        spoken = language if language in self.site.rules.languages else None
        return draw(self.site, flow, language=spoken, places=self.places)

    def prompts(self, flow: str, box: str) -> set[str]:
        """What is said in a box; of a flow that is entered, nothing: that is drawn by itself."""
        if flow not in self.site.flows:
            return set()
        return {
            prompt
            for path, step in self.site.flows[flow].steps.items()
            if "/" not in path and box_of(path, expand=False) == box
            for prompt in prompts_of(step).values()
        }


def draw_changes(
    old: Site,
    new: Site,
    *,
    title: str,
    language: str | None = None,
    old_places: Places | None = None,
    new_places: Places | None = None,
) -> Picture:
    """What differs between the flows of two versions.

    Each flow that differs is drawn, in a frame where they are several; the entry flow where none
    does. What a box or a way has become is its :class:`Mark`; what differs in it is told in words.

    Args:
        old: the earlier version.
        new: the later one.
        title: the picture's heading.
        language: of what is said; the later version's first if not given.
        old_places: see :func:`~config.picture.places.step_places`.
        new_places: the same.
    """
    found = differences(old, new)
    a, b = _Version(old, old_places or {}), _Version(new, new_places or {})
    spoken = language or new.rules.languages[0]
    every = list(dict.fromkeys((*new.flows, *old.flows)))
    flows = {name: _Both(name, a, b, found, spoken) for name in every}
    drawn = {name: both.picture() for name, both in flows.items()}
    shown = [name for name in every if _differs(drawn[name])] or [new.entry_flow]
    told = set[Difference]().union(*(both.told for both in flows.values()))
    notes = [f"{len(found)} difference{'' if len(found) == 1 else 's'}"]
    if elsewhere := len(found) - len(told):
        notes[0] += f", {elsewhere} of them not in a flow: careline diff tells them all"
    notes += [note for name in shown for note in drawn[name].notes]
    pictures = [(name, drawn[name]) for name in shown]
    if len(shown) == 1:
        return replace(pictures[0][1], title=title, notes=tuple(notes))
    return _beside(pictures, title, tuple(notes), spoken)


def _beside(
    pictures: Sequence[tuple[str, Picture]], title: str, notes: tuple[str, ...], language: str
) -> Picture:
    """Several pictures in one, each in a frame, with one nurse and one person."""
    ends: dict[str, Node] = {}
    nodes: list[Node] = []
    ways: list[Way] = []
    for name, picture in pictures:
        for node in picture.nodes:
            if node.id in (NURSE, PERSON):
                ends.setdefault(node.id, node)
            else:
                nodes.append(replace(node, id=_named(name, node.id), frame=name))
        ways += [
            replace(way, source=_named(name, way.source), target=_named(name, way.target))
            for way in picture.ways
        ]
    return Picture(
        title=title,
        notes=notes,
        nodes=(*nodes, *ends.values()),
        ways=tuple(ways),
        frames=tuple(Frame(id=name, title=f"the flow {name}") for name, _ in pictures),
        everywhere=pictures[0][1].everywhere,
        language=language,
    )


def _named(flow: str, node_id: str) -> str:
    return node_id if node_id in (NURSE, PERSON) else f"{flow}/{node_id}"


class _Both:
    """One flow in both versions.

    Attributes:
        told: the differences that its picture shows.
    """

    def __init__(
        self, flow: str, old: _Version, new: _Version, found: Sequence[Difference], language: str
    ) -> None:
        self._flow, self._old, self._new = flow, old, new
        self.told: set[Difference] = set()
        self._found = found
        self._before = old.drawn(flow, language)
        self._after = new.drawn(flow, language)

    def picture(self) -> Picture:
        """It, with the mark of everything in it; what is gone stands behind what is there."""
        last = self._after or self._before
        assert last is not None, "the flow is of one of the two"
        before = {} if self._before is None else {node.id: node for node in self._before.nodes}
        after = {} if self._after is None else {node.id: node for node in self._after.nodes}
        ends = [each for each in (NURSE, PERSON) if each in before or each in after]
        steps = [each for each in dict.fromkeys((*after, *before)) if each not in ends]
        return replace(
            last,
            notes=tuple(self._of_flow()),
            nodes=tuple(self._node(each, before.get(each), after.get(each)) for each in steps)
            + tuple(replace(after.get(each) or before[each], mark=Mark.SAME) for each in ends),
            ways=tuple(self._ways()),
        )

    def _of_flow(self) -> Iterator[str]:
        """What differs in the flow and not in a step of it."""
        for each in self._found:
            if each.path[0] != f"flows {self._flow}":
                continue
            if len(each.path) == 1 or "/" in each.path[1]:
                # A flow that is new or gone is drawn so; one that is entered is drawn by itself.
                self.told.add(each)
            elif not each.path[1].startswith("step "):
                self.told.add(each)
                yield str(each)

    def _node(self, box: str, before: Node | None, after: Node | None) -> Node:
        told = list(self._in_box(box))
        if after is None:
            assert before is not None, "it is of one of the two"
            return replace(before, mark=Mark.REMOVED, is_start=False)
        if before is None:
            return replace(after, mark=Mark.ADDED)
        if not told and (before.kind, before.told) == (after.kind, after.told):
            return replace(after, mark=Mark.SAME)
        if not told:
            told = [f"was: {line}" for line in before.told if line not in after.told]
        return replace(after, mark=Mark.CHANGED, told=("Changed:", *told, "", *after.told))

    def _in_box(self, box: str) -> Iterator[str]:
        prompts = self._old.prompts(self._flow, box) | self._new.prompts(self._flow, box)
        for each in self._found:
            match each.path:
                case (flow, step, *rest) if flow == f"flows {self._flow}":
                    if step == f"step {box}" or step.startswith(f"step {box}:"):
                        self.told.add(each)
                        yield str(replace(each, path=tuple(rest) or (step,)))
                case (prompt, *_) if prompt.removeprefix("prompt ") in prompts:
                    self.told.add(each)
                    yield str(each)

    def _ways(self) -> Iterator[Way]:
        before, after = _by_ends(self._before), _by_ends(self._after)
        for key in dict.fromkeys((*after, *before)):
            was, now = before.get(key), after.get(key)
            if now is None:
                yield replace(before[key], mark=Mark.REMOVED)
            elif was is None:
                yield replace(now, mark=Mark.ADDED)
            elif was.told == now.told:
                yield replace(now, mark=Mark.SAME)
            else:
                told = (*_led("was: ", was.told), *_led("is: ", now.told))
                yield replace(now, mark=Mark.CHANGED, told=told)


def _by_ends(picture: Picture | None) -> dict[tuple[str, str], Way]:
    return {} if picture is None else {(way.source, way.target): way for way in picture.ways}


def _led(by: str, lines: Sequence[str]) -> Iterator[str]:
    return (f"{by}{line}" for line in lines or ("always",))


def _differs(picture: Picture) -> bool:
    marks = {node.mark for node in picture.nodes} | {way.mark for way in picture.ways}
    return bool(picture.notes) or marks != {Mark.SAME}
