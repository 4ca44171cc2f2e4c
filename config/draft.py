"""Everything a site's files say, as far as it could be understood.

Checks work on a draft, so that one broken queue does not hide the mistakes elsewhere. What failed
is left out of the values but keeps its name, so that a reference to it is not called dangling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import TypeVar

from acd.models import AgentConfig, QueueConfig
from config.answers import ANSWERS, CommonAnswer, read_answers
from config.approvals import APPROVALS, Approval
from config.calendars import calendar_from, time_zone
from config.directory import PROVIDERS, PROVIDERS_TABLE, Provider, read_providers
from config.document import Document, Path, Value, shown
from config.includes import FLOW_KEYS, SharedFiles, WholeFlow
from config.intents import INTENTS, read_intents
from config.language_codes import check_codes
from config.lookups import LOOKUPS, LookupSource, read_lookups, read_tables
from config.names import check_name
from config.parse import parse, salvage
from config.ranges import check_ranges, check_written_numbers
from config.report import Report
from config.shapes import CalendarFile, SiteFile
from config.source import read_document
from config.table import Table, read_table
from ivr.intents import Intent
from ivr.steps import KINDS, Step
from ivr.values import ValueKind
from routing.calendars import Calendar
from triage.protocol import Protocol

T = TypeVar("T")

SITE, QUEUES, AGENTS = "site.yaml", "queues.yaml", "agents.yaml"
CALENDARS, PROMPTS = "calendars.yaml", "prompts.yaml"
FILES = (SITE, QUEUES, AGENTS, CALENDARS, PROMPTS)
OPTIONAL = (APPROVALS, INTENTS, ANSWERS, LOOKUPS, PROVIDERS, PROVIDERS_TABLE)
FLOWS, PROTOCOLS = "flows", "protocols"

_UNKNOWN_SITE: Mapping[str, object] = {
    "id": "",
    "title": "",
    "time_zone": "",
    "languages": (),
    "entry_flow": "",
    "person_queue": "",
    "nurse_queue": "",
}
"""Stands for what ``site.yaml`` does not say; checks pass over it."""


@dataclass(slots=True)
class FlowDraft:
    """One flow file.

    Attributes:
        id: the file's name without ``.yaml``.
        document: the file, with all that it includes and uses.
        start: as written; empty when it is missing.
        steps: those that could be understood.
        broken: what the others say, unread: their text may still name steps.
        arguments: what it is given where another flow enters it.
        broken_arguments: those whose kind could not be understood.
        names_known: whether these are all the steps there are: no included file is missing.
        ways_known: whether where they lead to is known: no snippet is missing either.
    """

    id: str
    document: Document
    start: str = ""
    steps: dict[str, Step] = field(default_factory=dict)
    broken: dict[str, Value] = field(default_factory=dict)
    arguments: dict[str, ValueKind] = field(default_factory=dict)
    broken_arguments: set[str] = field(default_factory=set)
    names_known: bool = True
    ways_known: bool = True

    @property
    def step_names(self) -> set[str]:
        """Every step, understood or not."""
        return self.steps.keys() | self.broken.keys()


@dataclass(slots=True)
class Draft:
    """A site as far as it was understood.

    Attributes:
        documents: every file by its path in the folder; a flow with all that it includes and uses.
        site: ``site.yaml``; empty texts stand for what it does not say.
        queues: by id.
        agents: by id.
        calendars: by name.
        prompts: prompt id to texts by language.
        flows: by id.
        protocols: file path and protocol, in file order.
        broken_protocols: whether a protocol file could not be understood.
        approvals: by rule id.
        intents: what callers may want, by name.
        answers: to common questions, by name.
        lookups: where a flow may ask, by name.
        tables: of the lookups that are files, by the lookup's name.
        providers: of care, by id.
    """

    documents: dict[str, Document]
    site: SiteFile
    queues: dict[str, QueueConfig] = field(default_factory=dict)
    agents: dict[str, AgentConfig] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    prompts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    flows: dict[str, FlowDraft] = field(default_factory=dict)
    protocols: dict[str, Protocol] = field(default_factory=dict)
    broken_protocols: bool = False
    approvals: dict[str, Approval] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    answers: dict[str, CommonAnswer] = field(default_factory=dict)
    lookups: dict[str, LookupSource] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)

    def names_if_read(self, file: str) -> Set[str] | None:
        """As :meth:`names`, of a file that need not be there: none where it is not."""
        return self.names(file) if file in self.documents else set()

    def names(self, file: str) -> Set[str] | None:
        """The names that a file gives; ``None`` when the file could not be read."""
        document = self.documents[file]
        return document.data.keys() if document.readable else None

    def has_providers(self) -> bool:
        """Whether there are providers of care, though the file may not have been understood."""
        files = (self.documents.get(file) for file in (PROVIDERS, PROVIDERS_TABLE))
        return any(each is not None and (each.data or not each.readable) for each in files)

    def outside(self) -> set[str] | None:
        """The names of whom calls may be passed on to; ``None`` when that cannot be told."""
        document = self.documents[SITE]
        written = document.data.get("outside", {})
        return set(written) if document.readable and isinstance(written, dict) else None


def read_draft(
    folder: FilePath,
    flows: list[str],
    protocols: list[str],
    optional: list[str],
    report: Report,
    *,
    shared: Sequence[str] = (),
) -> Draft:
    """Read every file of a site.

    Args:
        folder: the site's folder.
        flows: paths of the flow files within it, in order.
        protocols: paths of the protocol files, in order.
        optional: those of :data:`OPTIONAL` that are there.
        report: takes the mistakes.
        shared: paths of the files that flows share, in order.
    """
    documents: dict[str, Document] = {}
    for file in (*FILES, *optional, *flows, *shared, *protocols):
        read = read_table if file.endswith(".csv") else read_document
        documents[file], problems = read(folder, file)
        for problem in problems:
            report.add(problem)
    site_document = documents[SITE]
    if site_document.readable:
        site = salvage(SiteFile, site_document.data, site_document, report, _UNKNOWN_SITE)
        check_ranges(site, site_document, (), report)
        if not check_codes(site.languages, site_document, ("languages",), report):
            # What speaks of languages everywhere else is right or wrong only once these are known.
            site = replace(site, languages=())
    else:
        site = salvage(SiteFile, {}, site_document, Report(), _UNKNOWN_SITE)
    draft = Draft(documents=documents, site=site)
    draft.queues = _entries(QueueConfig, documents[QUEUES], report, given_id=True)
    draft.agents = _entries(AgentConfig, documents[AGENTS], report, given_id=True)
    if APPROVALS in optional:
        draft.approvals = _entries(Approval, documents[APPROVALS], report)
    if INTENTS in optional:
        draft.intents = read_intents(documents[INTENTS], site.languages, report)
    if ANSWERS in optional:
        draft.answers = read_answers(documents[ANSWERS], site.languages, report)
    if LOOKUPS in optional:
        draft.lookups = read_lookups(documents[LOOKUPS], report)
        draft.tables = read_tables(folder, draft.lookups, report)
    for file in (PROVIDERS, PROVIDERS_TABLE):
        if file in optional:
            draft.providers |= read_providers(documents[file], report)
    _read_calendars(draft, report)
    _read_prompts(draft, report)
    shared_files = SharedFiles({file: documents[file] for file in shared}, report)
    for file in flows:
        name = file.removeprefix(f"{FLOWS}/").removesuffix(".yaml")
        whole = shared_files.whole(documents[file])
        documents[file] = whole.document
        draft.flows[name] = _flow(name, whole, report)
    shared_files.check_used()
    for file in protocols:
        document = documents[file]
        protocol = None
        if document.readable:
            protocol = parse(Protocol, document.data, document, (), report)
        if protocol is None:
            draft.broken_protocols = True
        else:
            check_ranges(protocol, document, (), report)
            draft.protocols[file] = protocol
    return draft


def _entries(
    cls: type[T], document: Document, report: Report, *, given_id: bool = False
) -> dict[str, T]:
    """The file's entries, each parsed by itself."""
    entries = {}
    for name, raw in document.data.items():
        check_name(name, document, (name,), report)
        given = {"id": name} if given_id else {}
        value = parse(cls, raw, document, (name,), report, given=given)
        if value is None:
            check_written_numbers(cls, raw, document, (name,), report)
        else:
            check_ranges(value, document, (name,), report)
            entries[name] = value
    return entries


def _read_calendars(draft: Draft, report: Report) -> None:
    site_document, document = draft.documents[SITE], draft.documents[CALENDARS]
    zone = draft.site.time_zone
    if zone and time_zone(zone, site_document, ("time_zone",), report) is None:
        zone = ""
    for name, file in _entries(CalendarFile, document, report).items():
        calendar = calendar_from(name, file, zone, document, report)
        if calendar is not None:
            draft.calendars[name] = calendar


def _read_prompts(draft: Draft, report: Report) -> None:
    document = draft.documents[PROMPTS]
    for name, raw in document.data.items():
        check_name(name, document, (name,), report)
        if not isinstance(raw, dict):
            message = f"found {shown(raw)}, wanted a text for each language, such as 'en: Hello'"
            report.problem(document, (name,), message)
            continue
        texts = {}
        for language, text in raw.items():
            if isinstance(text, str):
                texts[language] = " ".join(text.split())
            else:
                message = f"found {shown(text)}, wanted text"
                report.problem(document, (name, language), message)
        draft.prompts[name] = texts


def _flow(name: str, whole: WholeFlow, report: Report) -> FlowDraft:
    document = whole.document
    flow = FlowDraft(
        id=name,
        document=document,
        names_known=whole.names_known,
        ways_known=whole.names_known and not whole.broken,
    )
    if not document.readable:
        return flow
    check_name(name, document, (), report)
    misspelt = set()
    for key in document.data.keys() - set(FLOW_KEYS):
        hint = report.nearest(key, FLOW_KEYS)
        misspelt.add(report.meant(key, FLOW_KEYS))
        report.problem(document, (key,), f"unknown key {shown(key)}{hint}", key=True)
    _read_arguments(flow, report)
    start = document.data.get("start", "")
    if isinstance(start, str) and start:
        flow.start = start
    elif "start" not in misspelt:
        report.problem(document, ("start",), "'start' must name the first step")
    steps = document.data.get("steps")
    if not isinstance(steps, dict) or not steps:
        if "steps" not in misspelt:
            report.problem(document, ("steps",), "'steps' must hold the steps by name")
        flow.names_known = flow.ways_known = False
        return flow
    for step_name, raw in steps.items():
        path = ("steps", step_name)
        check_name(step_name, document, path, report)
        step = None if step_name in whole.broken else _step(raw, document, path, report)
        if step is None:
            flow.broken[step_name] = raw
        else:
            check_ranges(step, document, path, report)
            flow.steps[step_name] = step
    return flow


def _read_arguments(flow: FlowDraft, report: Report) -> None:
    document = flow.document
    raw = document.data.get("arguments", {})
    if not isinstance(raw, dict):
        wanted = "wanted names, and the kind of each, such as 'zip: text'"
        report.problem(document, ("arguments",), f"found {shown(raw)}, {wanted}")
        return
    kinds = {kind.value: kind for kind in ValueKind}
    for name, kind in raw.items():
        if isinstance(kind, str) and kind in kinds:
            flow.arguments[name] = kinds[kind]
        else:
            flow.broken_arguments.add(name)
            wanted = f"wanted one of {', '.join(kinds)}{report.nearest(str(kind), kinds)}"
            report.problem(document, ("arguments", name), f"found {shown(kind)}, {wanted}")


def _step(raw: Value, document: Document, path: Path, report: Report) -> Step | None:
    if not isinstance(raw, dict):
        report.problem(document, path, f"found {shown(raw)}, wanted a mapping with 'kind'")
        return None
    kind = raw.get("kind")
    known = ", ".join(KINDS)
    if not isinstance(kind, str):
        found = "'kind' is missing" if kind is None else f"found {shown(kind)}"
        report.problem(document, (*path, "kind"), f"{found}, wanted one of {known}")
        return None
    if kind not in KINDS:
        hint = report.nearest(kind, KINDS) or f", wanted one of {known}"
        report.problem(document, (*path, "kind"), f"unknown kind {shown(kind)}{hint}")
        return None
    rest = {key: value for key, value in raw.items() if key != "kind"}
    step: Step | None = parse(KINDS[kind], rest, document, path, report)
    return step


def texts_in(value: Value) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    else:
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)
