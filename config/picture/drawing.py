"""From a flow to its picture: a box for each step as it is written, and the ways between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from config.flow_graph import edges
from config.picture.model import NURSE, PERSON, Frame, Node, Picture, Role, Way
from config.picture.wording import Wording, answers_of
from config.site import Site
from ivr.flow import CallRules, Flow, scope_of, within
from ivr.steps import (
    KINDS,
    AnswersStep,
    AskStep,
    BranchStep,
    CallBackStep,
    CollectStep,
    LookupStep,
    MessageStep,
    QueueStep,
    ReturnStep,
    Step,
    SubFlowStep,
    TransferStep,
)

_KIND_OF = {step: kind for kind, step in KINDS.items()}
_ANSWERS = _KIND_OF[AnswersStep]
_CALL_BACK_KEY = "2"
"""Takes the offer of a call-back while a caller waits."""

Places = Mapping[tuple[str, str], str]
"""Where each step is written, by its flow's name and its own."""


def draw(
    site: Site,
    flow: str,
    *,
    language: str | None = None,
    expand: bool = False,
    places: Places | None = None,
) -> Picture:
    """The picture of a flow.

    Args:
        site: whose flow it is.
        flow: its name.
        language: of what is said; the site's first if not given.
        expand: whether the flows that it enters are shown inside, each in a frame, where they are
            entered; else each is one box.
        places: see :func:`~config.picture.places.step_places`.

    Raises:
        KeyError: the site has no such flow.
    """
    spoken = language or site.rules.languages[0]
    drawing = _Drawing(site, site.flows[flow], spoken, places or {}, expand=expand)
    drawing.walk()
    return Picture(
        title=f"{flow} · {site.title}",
        notes=_keys_told(site.rules),
        nodes=(*drawing.nodes.values(), *_ends(site, drawing)),
        ways=tuple(drawing.ways.values()),
        frames=tuple(drawing.frames),
        everywhere=everywhere(site.rules),
        language=spoken,
    )


def box_of(path: str, *, expand: bool) -> str:
    """The id of the box that a step is drawn as, or is inside of.

    Args:
        path: the step's, see :mod:`ivr.flow`.
        expand: as for :func:`draw`.
    """
    if not expand:
        path = path.partition("/")[0]
    scope, _, name = path.rpartition("/")
    # The steps of an `answers` step, which have a colon in their names, are one box with it.
    return within(scope, name.partition(":")[0])


def everywhere(rules: CallRules) -> tuple[str, ...]:
    """What leads to a nurse from every step, in lines."""
    return (
        "From every step, while it speaks too:",
        "a red flag in what is said,",
        f"or the key {rules.keys.emergency}",
    )


def _keys_told(rules: CallRules) -> tuple[str, ...]:
    keys = rules.keys
    told = [
        f"At every step: {keys.person} a person (queue {rules.person_queue})",
        f"{keys.repeat} repeats",
        f"{keys.emergency} a nurse, at once",
    ]
    others = {"slower": keys.slower, "louder": keys.louder, "language": keys.language}
    told += [f"{key} {what}" for what, key in others.items() if key is not None]
    return ("; ".join(told),)


def _ends(site: Site, drawing: _Drawing) -> Iterator[Node]:
    rules = site.rules
    yield Node(
        id=NURSE,
        kind="nurse",
        name="A nurse, at once",
        lines=(f"queue {rules.nurse_queue}, before all others",),
        told=("Where every red flag leads.",),
    )
    if any(way.target == PERSON for way in drawing.ways.values()):
        yield Node(
            id=PERSON,
            kind="person",
            name="A person",
            lines=(f"queue {rules.person_queue}",),
            told=("Where a question leads that was asked in vain.",),
        )


class _Drawing:
    def __init__(
        self, site: Site, flow: Flow, language: str, places: Places, *, expand: bool
    ) -> None:
        self.nodes: dict[str, Node] = {}
        self.ways: dict[tuple[str, str], Way] = {}
        self.frames: list[Frame] = []
        self._site = site
        self._flow = flow
        self._wording = Wording(site=site, language=language)
        self._places = places
        self._expand = expand

    def walk(self) -> None:
        """Draw the flow and, if they are to be shown, those inside, outer ones first."""
        by_scope: dict[str, list[str]] = {}
        for path in self._flow.steps:
            by_scope.setdefault(scope_of(path), []).append(path)
        waiting = [("", self._flow.id)]
        while waiting:
            scope, flow = waiting.pop(0)
            for path in by_scope.get(scope, ()):
                if ":" in path[len(scope) :]:
                    self._ways_from(path)
                    continue
                step = self._flow.steps[path]
                self._box(path, scope, flow, step)
                self._ways_from(path)
                if self._expand and isinstance(step, SubFlowStep):
                    title = f"{path}: the flow {step.flow}"
                    self.frames.append(Frame(id=path, title=title, parent=scope))
                    waiting.append((path, step.flow))

    def _box(self, path: str, scope: str, flow: str, step: Step) -> None:
        name = path[len(scope) :].lstrip("/")
        kind, lines = _KIND_OF[type(step)], self._wording.lines(step)
        if isinstance(step, AskStep) and (answers := answers_of(name, step)):
            kind, lines = _ANSWERS, (*lines, *map(self._wording.choice, answers))
        self.nodes[path] = Node(
            id=path,
            kind=kind,
            name=name,
            lines=lines,
            told=tuple(self._wording.told(step)),
            place=self._places.get((flow, name), ""),
            frame=scope,
            is_start=path == self._flow.start,
        )

    # --- ways -------------------------------------------------------------------------------------

    def _ways_from(self, path: str) -> None:
        step, scope = self._flow.steps[path], scope_of(path)
        source = box_of(path, expand=self._expand)
        if isinstance(step, SubFlowStep) and self._expand:
            self._way(source, within(path, self._flow.starts[step.flow]), "enters")
            return
        if isinstance(step, ReturnStep):
            entered = self._flow.steps.get(scope)
            if isinstance(entered, SubFlowStep):
                self._way(source, within(scope_of(scope), entered.next), "returns")
            return
        if ":" in path[len(scope) :]:
            for _, target in edges(step):
                self._way(source, within(scope, target), "answered")
            return
        if isinstance(step, AskStep):
            self._choices(source, scope, step)
        for place, target in edges(step):
            if place[0] != "choices":
                line, role = _why(step, place)
                self._way(source, within(scope, target), line, role)
        if _ends_at_person(step):
            self._way(source, PERSON, _why(step, ("otherwise",))[0], Role.LADDER)

    def _choices(self, source: str, scope: str, step: AskStep) -> None:
        for choice in step.choices:
            line, told = self._wording.choice(choice), self._wording.choice_told(choice)
            if choice.red_flag is not None:
                self._way(source, NURSE, line, Role.RED_FLAG, f"{told}; red flag {choice.red_flag}")
            elif choice.goto is not None and ":" not in choice.goto:
                self._way(source, within(scope, choice.goto), line, Role.CHOSEN, told)

    def _way(
        self,
        source: str,
        target: str,
        line: str = "",
        role: Role = Role.CHOSEN,
        told: str = "",
    ) -> None:
        found = self.ways.get((source, target), Way(source=source, target=target, role=role))
        self.ways[source, target] = replace(
            found, lines=_added(found.lines, line), told=_added(found.told, told or line)
        )


def _added(lines: tuple[str, ...], line: str) -> tuple[str, ...]:
    return (*lines, line) if line and line not in lines else lines


def _ends_at_person(step: Step) -> bool:
    """Whether somebody who never answers is put through to a person."""
    match step:
        case AskStep() | CollectStep():
            return step.otherwise is None
        case TransferStep():
            return step.on_failure is None
        case _:
            return False


def _why(step: Step, place: tuple[str | int, ...]) -> tuple[str, Role]:
    """What has to happen for a way out to be taken, in short; empty where it always is."""
    match step, place:
        case BranchStep(), ("cases", int(index), "goto"):
            return step.cases[index].when.text, Role.CHOSEN
        case BranchStep(), _:
            return "otherwise", Role.CHOSEN
        case AskStep(), ("silent_goto",):
            return "silence", Role.FALLBACK
        case AskStep(), ("words_goto",):
            return "other words", Role.FALLBACK
        case AskStep() | CollectStep(), ("otherwise",):
            times = f" ({step.attempts} tries)" if step.attempts > 1 else ""
            return f"no answer{times}", Role.FALLBACK
        case LookupStep(), ("next",):
            return "found", Role.CHOSEN
        case LookupStep(), ("not_found",):
            return "not found", Role.FALLBACK
        case LookupStep(), _:
            return "no answer in time", Role.FALLBACK
        case QueueStep(), ("call_back",):
            return f"{_CALL_BACK_KEY} · call back", Role.CHOSEN
        case QueueStep(), _:
            return "after the talk", Role.CHOSEN
        case CallBackStep(), _:
            return "number not known", Role.FALLBACK
        case TransferStep(), _:
            return "not reached", Role.FALLBACK
        case MessageStep(), ("silent_goto",):
            return "nothing said", Role.FALLBACK
        case _:
            return "", Role.CHOSEN
