"""Dialogues as ops staff write them, in YAML beside the flows.

::

    refill-in-spanish:
      at: 2026-11-23 10:00
      turns:
        - {presses: "2"}
        - {line: Para recetas}
        - {presses: "52"}
        - {queue: refills, skills: [spanish]}

A turn is one thing: what the caller does, or what must be so then. What must be so is looked for in
everything that has happened since the caller last did something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from calls.outcome import Outcome
from config.answers import ANSWERS
from config.document import Document
from config.document import Path as Place
from config.draft import AGENTS, PROMPTS, QUEUES, Draft
from config.errors import ConfigError
from config.files import list_dialogues
from config.linking import answer_name
from config.lookups import LOOKUPS, PROVIDERS_SOURCE
from config.names import check_name
from config.parse import parse
from config.report import Report
from config.site import Site
from config.source import read_document
from config.step_checks import skill_names

FAILED, NOT_FOUND = "failed", "not-found"
"""How a lookup ends, where it is not what is found."""

WITHHELD = "withheld"
"""In place of a caller's number."""

_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_KEYS = re.compile(r"[0-9*#]+")
_AT = "%Y-%m-%d %H:%M"
_LONGEST_S = 7200.0
_LONGEST_WORDS = 500
MOST_TURNS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueTurn:
    """One turn: exactly one of these, and ``skills`` beside ``queue``.

    Attributes:
        says: the caller says these words.
        presses: the caller presses these keys.
        waits: the caller does nothing for so many seconds.
        silent: the caller does nothing until the line speaks again, so many times.
        hangs_up: the caller hangs up.
        agent_leaves: the agent who speaks with the caller hangs up.
        line: the line has said this; capitals do not count.
        never_said: the line has not said this.
        prompt: the line has said the prompt of this name.
        matches: the line has said something that this regular expression fits.
        step: the call stands at this step, or passed it.
        queue: the caller waits in this queue.
        skills: what the call needs beyond the queue's own skills; all of it, in any order.
        nurse: a nurse is called, before every other call.
        asks: triage asks about a symptom.
        agent: this agent speaks with the caller, within two minutes.
        task: a task of this kind was opened.
        transfer: somebody outside is rung, by the name under ``outside``.
        call_back: the caller keeps their place and is called back.
        rates: the answer to the survey was this.
        ends: the call ends so, within two minutes: see the glossary.
    """

    says: str | None = None
    presses: str | None = None
    waits: float | None = None
    silent: int | None = None
    hangs_up: bool | None = None
    agent_leaves: bool | None = None
    line: str | None = None
    never_said: str | None = None
    prompt: str | None = None
    matches: str | None = None
    step: str | None = None
    queue: str | None = None
    skills: tuple[str, ...] | None = None
    nurse: bool | None = None
    asks: bool | None = None
    agent: str | None = None
    task: str | None = None
    transfer: str | None = None
    call_back: bool | None = None
    rates: int | None = None
    ends: str | None = None


TASKS = ("red-flag-call-back", "red-flag-unanswered", "call-back", "message")
"""The kinds of tasks that there are: see :class:`calls.commands.OpenTask`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """One call.

    Attributes:
        id: its name.
        turns: in order.
        title: what it shows.
        at: the clinic's local time, such as ``2026-11-23 10:00``.
        caller: the number that is shown, or ``withheld``.
        ready: agents who take calls; everybody while the clinic is open, and nobody else, if not
            given.
        away: agents whose phones ring without answer.
        lookups: how lookups end: by source ``failed``, ``not-found``, or what is found; as the
            site's own tables say, where one is not named.
        speech: whether the line hears speech.
        outside_answers: whether somebody outside answers.
    """

    id: str
    turns: tuple[DialogueTurn, ...]
    title: str = ""
    at: str = "2026-11-23 10:00"
    caller: str = "+15555550100"
    ready: tuple[str, ...] | None = None
    away: tuple[str, ...] = ()
    lookups: Mapping[str, str] = field(default_factory=dict)
    speech: bool = True
    outside_answers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A dialogue, and where it stands.

    Attributes:
        dialogue: it.
        document: its file.
    """

    dialogue: Dialogue
    document: Document

    def place(self, turn: int | None = None) -> str:
        """File and line of the dialogue, or of one of its turns from 0."""
        path: Place = (self.dialogue.id,) if turn is None else (self.dialogue.id, "turns", turn)
        line, _ = self.document.mark(path)
        return f"{self.document.file}:{line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that dialogues may use; ``None`` where it cannot be told which there are.

    Attributes:
        agents: ids.
        queues: ids.
        skills: of all agents.
        prompts: ids, those of answers too.
        sources: where a flow may ask.
        outside: whom calls are passed on to.
        steps: of the flow that calls begin with, and of those that it enters, by path.
        zone: the clinic's time zone.
    """

    agents: Collection[str] | None
    queues: Collection[str] | None
    skills: Collection[str] | None
    prompts: Collection[str] | None
    sources: Collection[str] | None
    outside: Collection[str] | None
    steps: Collection[str] | None = None
    zone: tzinfo = UTC

    @classmethod
    def of_site(cls, site: Site) -> Known:
        """Those of a site in which nothing is wrong."""
        return cls(
            agents=[*site.agents],
            queues=[*site.queues],
            skills={skill for agent in site.agents.values() for skill in agent.skills},
            prompts=site.rules.prompts,
            sources=site.sources,
            outside=site.rules.outside,
            steps=site.flows[site.entry_flow].steps,
            zone=site.zone,
        )

    @classmethod
    def of_draft(cls, draft: Draft) -> Known:
        """Those of a site with mistakes: what is broken keeps its name."""
        prompts, answers = draft.names(PROMPTS), draft.names_if_read(ANSWERS)
        sources = draft.names_if_read(LOOKUPS)
        said = (
            None if prompts is None or answers is None else {*prompts, *map(answer_name, answers)}
        )
        return cls(
            agents=draft.names(AGENTS),
            queues=draft.names(QUEUES),
            skills=skill_names(draft),
            prompts=said,
            sources=None if sources is None else {*sources, PROVIDERS_SOURCE},
            outside=draft.outside(),
        )


def read_dialogues(folder: Path, site: Site) -> list[Written]:
    """Every dialogue of a site, in the order of the files and in them.

    Args:
        folder: the site's; the dialogues are in the folder ``dialogues`` in it, if there is one.
        site: the loaded site, whose names they use.

    Raises:
        ConfigError: every mistake in them, each with its line.
    """
    report = Report()
    found = check_dialogues(folder, Known.of_site(site), report)
    if report.problem_count:
        raise ConfigError(report.problems)
    return found


def check_dialogues(folder: Path, known: Known, report: Report) -> list[Written]:
    """Every dialogue that could be understood; the mistakes in all of them go into the report.

    Args:
        folder: as for :func:`read_dialogues`.
        known: the names they may use.
        report: takes the mistakes.
    """
    found = list[Written]()
    names: dict[str, str] = {}
    for file in list_dialogues(folder, report):
        document, problems = read_document(folder, file)
        for problem in problems:
            report.add(problem)
        if not document.readable:
            continue
        for name, raw in document.data.items():
            check_name(name, document, (name,), report)
            if name in names:
                message = f"a dialogue of this name stands already in {names[name]}"
                report.problem(document, (name,), message, key=True)
            names.setdefault(name, document.file)
            dialogue = parse(Dialogue, raw, document, (name,), report, given={"id": name})
            if dialogue is not None:
                _check(dialogue, known, document, report)
                found.append(Written(dialogue=dialogue, document=document))
    return found


def starts_at(dialogue: Dialogue, site: Site) -> float:
    """When the caller rings, seconds since the epoch."""
    return _time(dialogue.at, site.zone)


def _time(at: str, zone: tzinfo) -> float:
    local = datetime.strptime(at, _AT)  # noqa: DTZ007 - the zone follows
    return local.replace(tzinfo=zone).timestamp()


def _check(dialogue: Dialogue, known: Known, document: Document, report: Report) -> None:
    path: Place = (dialogue.id,)
    try:
        _time(dialogue.at, known.zone)
    except (ValueError, OverflowError):
        message = "wanted a time such as 2026-11-23 10:00"
        report.problem(document, (*path, "at"), message)
    if dialogue.caller != WITHHELD and not _NUMBER.fullmatch(dialogue.caller):
        message = f"wanted a phone number, 3 to 15 digits, perhaps a +; or {WITHHELD}"
        report.problem(document, (*path, "caller"), message)
    for key, who in (("ready", dialogue.ready or ()), ("away", dialogue.away)):
        for index, agent in enumerate(who):
            report.reference(document, (*path, key, index), "agent", agent, known.agents)
    for source, end in dialogue.lookups.items():
        place = (*path, "lookups", source)
        report.reference(document, place, "lookup", source, known.sources)
        if end not in (FAILED, NOT_FOUND) and not _is_json(end):
            message = f"wanted {FAILED}, {NOT_FOUND}, or what is found, as JSON in quotes"
            report.problem(document, place, message)
    if not dialogue.turns:
        report.problem(document, (*path, "turns"), "wanted at least one turn")
    if len(dialogue.turns) > MOST_TURNS:
        report.problem(document, (*path, "turns"), f"wanted at most {MOST_TURNS} turns")
    for index, turn in enumerate(dialogue.turns[:MOST_TURNS]):
        _check_turn(turn, known, document, (*path, "turns", index), report)


def _check_turn(
    turn: DialogueTurn, known: Known, document: Document, path: Place, report: Report
) -> None:
    given = [each.name for each in fields(turn) if getattr(turn, each.name) is not None]
    main = [name for name in given if name != "skills"]
    if len(main) != 1 or ("skills" in given and main != ["queue"]):
        found = " and ".join(given) or "nothing"
        message = f"found {found}; a turn is one thing (only 'skills' stands beside 'queue')"
        report.problem(document, path, message)
        return
    place = (*path, main[0])
    match main[0]:
        case "presses" if not _KEYS.fullmatch(turn.presses or ""):
            report.problem(document, place, "wanted keys: 0-9, * and #")
        case "says" | "line" | "never_said" as name:
            words = str(getattr(turn, name))
            if not words.strip() or len(words) > _LONGEST_WORDS:
                report.problem(document, place, f"wanted words, at most {_LONGEST_WORDS} letters")
        case "waits" if not 0 < (turn.waits or 0) <= _LONGEST_S:
            report.problem(document, place, f"wanted seconds above 0, at most {_LONGEST_S:.0f}")
        case "hangs_up" | "agent_leaves" if getattr(turn, main[0]) is False:
            report.problem(document, place, "wanted 'yes'; who does nothing has no turn")
        case "silent" if not 0 < (turn.silent or 0) <= 20:
            report.problem(document, place, "wanted a number from 1 to 20")
        case "prompt":
            report.reference(document, place, "prompt", turn.prompt or "", known.prompts)
        case "matches":
            _check_expression(turn.matches or "", document, place, report)
        case "step":
            report.reference(document, place, "step", turn.step or "", known.steps)
        case "queue":
            report.reference(document, place, "queue", turn.queue or "", known.queues)
            for index, skill in enumerate(turn.skills or ()):
                report.reference(document, (*path, "skills", index), "skill", skill, known.skills)
        case "agent":
            report.reference(document, place, "agent", turn.agent or "", known.agents)
        case "task":
            report.reference(document, place, "kind of task", turn.task or "", TASKS)
        case "rates" if not 1 <= (turn.rates or 0) <= 5:
            report.problem(document, place, "wanted a number from 1 to 5")
        case "transfer":
            whom = turn.transfer or ""
            report.reference(document, place, "outside name", whom, known.outside)
        case "ends":
            outcomes = [outcome.value for outcome in Outcome]
            report.reference(document, place, "outcome", turn.ends or "", outcomes)
        case _:
            pass


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _check_expression(text: str, document: Document, place: Place, report: Report) -> None:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        report.problem(document, place, f"this is no regular expression: {error}")
