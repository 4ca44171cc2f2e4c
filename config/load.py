"""Load a site's folder of YAML files, whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from calls.ids import AgentId, QueueId
from calls.verdict import Flag
from config.answering import check_answering
from config.draft import FILES, FLOWS, OPTIONAL, PROTOCOLS, Draft, read_draft
from config.emergency_checks import check_emergency
from config.errors import ConfigError, FolderError, Problem
from config.flow_checks import announced, check_consent, check_flow, check_flows, prompts_of
from config.flow_sizes import check_sizes
from config.includes import SHARED
from config.linking import answer_name, link, starts
from config.prompt_checks import check_prompts
from config.protocol_checks import check_protocols, protocols_of
from config.queue_checks import check_queues
from config.report import Report
from config.site import Site
from config.site_checks import check_site
from config.staff_checks import check_staff
from config.unreached import leave_out_unreached
from config.variables import FlowVariables, variables_of
from config.versions import flow_version, site_version
from ivr.flow import ALWAYS_PROMPTS, CallRules, Flow
from ivr.intents import Intent
from ivr.steps import AskStep, SubFlowStep
from triage.protocol import ProtocolSet

DIALOGUES = "dialogues"
"""The folder of a site in which its dialogues stand; they say nothing to a call."""

DEFAULT_CLINIC = Path(__file__).parent / "clinic"
"""The sample clinic that comes with Careline."""


def load_site(folder: Path) -> Site:
    """Load and check a site.

    Args:
        folder: holds ``site.yaml`` and its neighbours, see the sample clinic.

    Returns:
        The site; what is allowed but should be looked at stands in ``site.warnings``.

    Raises:
        ConfigError: there are mistakes; the error lists all of them.
    """
    problems, _, site = check(folder)
    if site is None:
        raise ConfigError(problems)
    return site


def check(
    folder: Path, secret_names: Collection[str] | None = None
) -> tuple[list[Problem], list[Problem], Site | None]:
    """Check a site's folder without raising for the mistakes in it.

    Args:
        folder: as for :func:`load_site`.
        secret_names: the secrets there are; when given, a reference to another is a problem.

    Returns:
        The problems, the warnings (both in file and line order) and the site, which is ``None``
        if and only if there are problems.

    Raises:
        FolderError: there is no folder to check.
    """
    report = Report()
    flows, protocols, shared, optional = _list(folder, report)
    draft = read_draft(folder, flows, protocols, optional, report, shared=shared)
    leave_out_unreached(draft, report)
    check_site(draft, secret_names, report)
    check_prompts(draft, report)
    check_emergency(draft, report)
    check_staff(draft, report)
    check_queues(draft, report)
    check_answering(draft, report)
    variables = variables_of(draft)
    check_flows(draft, report)
    check_sizes(draft, report)
    check_consent(draft, report)
    for flow in draft.flows.values():
        check_flow(flow, draft, variables, report)
    check_protocols(draft, report)
    problems, warnings = report.problems, report.warnings
    site = None if problems else _site(folder, draft, variables, warnings)
    return problems, warnings, site


def _list(folder: Path, report: Report) -> tuple[list[str], list[str], list[str], list[str]]:
    """The flow, protocol, shared and optional files; reports files that nobody reads."""
    try:
        names = _names(folder)
    except NotADirectoryError:
        raise FolderError([_of_folder(folder, "this is not a folder")]) from None
    except (FileNotFoundError, ValueError):  # a NUL in the path is a ValueError
        raise FolderError([_of_folder(folder, "there is no such folder")]) from None
    except OSError as error:
        message = f"the folder cannot be read: {error.strerror}"
        raise FolderError([_of_folder(folder, message)]) from None
    unread = {
        name: f"not read{report.nearest(name, FILES)}"
        for name in names
        if name not in (*FILES, *OPTIONAL) and name.endswith((".yaml", ".yml"))
    }
    read: dict[str, list[str]] = {}
    for part in (FLOWS, PROTOCOLS, SHARED):
        inner = _names_in_part(folder, part, report)
        read[part] = [f"{part}/{name}" for name in inner if name.endswith(".yaml")]
        unread |= {
            f"{part}/{name}": "not read; its name must end in .yaml"
            for name in inner
            if name.endswith(".yml")
        }
    for file, message in unread.items():
        report.warn(Problem(file=file, line=1, column=1, where="", message=message))
    optional = [name for name in OPTIONAL if name in names]
    return read[FLOWS], read[PROTOCOLS], read[SHARED], optional


def _names(folder: Path) -> list[str]:
    """What is in a folder, without the hidden files that editors and other systems leave."""
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))


def _names_in_part(folder: Path, part: str, report: Report) -> list[str]:
    names: list[str] = []
    message = "" if part == SHARED else f"wanted at least one file, such as {part}/main.yaml"
    try:
        names = _names(folder / part)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        message = f"the folder cannot be read: {error.strerror}"
    if message and not any(name.endswith(".yaml") for name in names):
        report.add(Problem(file=f"{part}/", line=1, column=1, where="", message=message))
    return names


def _of_folder(folder: Path, message: str) -> Problem:
    return Problem(file=str(folder), line=1, column=1, where="", message=message)


def _site(
    folder: Path,
    draft: Draft,
    variables: Mapping[str, FlowVariables],
    warnings: list[Problem],
) -> Site:
    """The site of a draft in which nothing is wrong."""
    file = draft.site
    consent = file.recording.consent
    rules = CallRules(
        site=file.id,
        languages=file.languages,
        prompts=draft.prompts | _of_answers(draft),
        person_queue=file.person_queue,
        nurse_queue=file.nurse_queue,
        calendars=draft.calendars,
        outside=file.outside,
        keys=file.keys,
        language_skills=file.language_skills,
        listen_languages=tuple(each for each in file.listen_languages if each in file.languages),
        nurse_wait_every_s=file.nurse_wait_every_s,
        message_promised_s=file.message_promised_s,
        longest_wait_s=file.longest_wait_s,
        longest_waits={
            queue.id: queue.longest_wait_s
            for queue in draft.queues.values()
            if queue.longest_wait_s is not None
        },
        recording_notice=file.recording_notice if consent == "announced" else None,
        recording_question=file.recording_question if consent == "asked" else None,
        on_call=file.on_call,
        low_confidence=file.low_confidence,
        short_abandon_s=file.short_abandon_s,
        max_call_questions=file.max_call_questions,
        screens=_screens(draft),
        zone=ZoneInfo(file.time_zone),
        intents=draft.intents | _intents_of_answers(draft),
        intent_margin=file.intent_margin,
    )
    protocols = protocols_of(draft)
    site = Site(
        id=file.id,
        title=file.title,
        folder=folder,
        version="",
        entry_flow=file.entry_flow,
        flows=_flows(draft, rules, protocols, variables),
        rules=rules,
        queues={QueueId(name): queue for name, queue in draft.queues.items()},
        agents={AgentId(name): agent for name, agent in draft.agents.items()},
        protocols=protocols,
        calendars=draft.calendars,
        zone=ZoneInfo(file.time_zone),
        emergency=file.emergency,
        features=file.features,
        fallback_number=file.fallback_number,
        sip=file.sip,
        recording=file.recording,
        lookups=draft.lookups,
        tables=draft.tables,
        providers=draft.providers,
        answers=draft.answers,
        warnings=tuple(map(str, warnings)),
    )
    return replace(site, version=site_version(site))


def _screens(draft: Draft) -> Mapping[str, Flag]:
    """What the keys of symptom screens stand for."""
    named = {
        choice.red_flag
        for flow in draft.flows.values()
        for step in flow.steps.values()
        if isinstance(step, AskStep)
        for choice in step.choices
    }
    return {
        rule.id: Flag(
            rule=rule.id,
            version=rule.version,
            disposition=rule.disposition,
            may_call_back=not rule.do_not_call_back,
        )
        for protocol in draft.protocols.values()
        for rule in protocol.rules
        if rule.id in named
    }


def _of_answers(draft: Draft) -> dict[str, Mapping[str, str]]:
    """What is said to common questions, as prompts."""
    return {answer_name(name): answer.text for name, answer in draft.answers.items()}


def _intents_of_answers(draft: Draft) -> dict[str, Intent]:
    """The common questions, as what callers may want."""
    return {
        answer_name(name): Intent(
            title=answer.title, keywords=answer.keywords, examples=answer.examples
        )
        for name, answer in draft.answers.items()
    }


def _flows(
    draft: Draft,
    rules: CallRules,
    protocols: ProtocolSet,
    variables: Mapping[str, FlowVariables],
) -> Mapping[str, Flow]:
    always = {*ALWAYS_PROMPTS, *protocols.questions}
    of_recording = (rules.recording_notice, rules.recording_question)
    always.update(prompt for prompt in of_recording if prompt is not None)
    flows = {}
    first_steps = starts(draft)
    for name, flow in draft.flows.items():
        steps, kinds = link(draft, name, variables)
        named = {prompt for step in steps.values() for prompt in prompts_of(step).values()}
        told = {prompt for step in steps.values() for prompt in announced(step)}
        entered = {step.flow for step in steps.values() if isinstance(step, SubFlowStep)}
        linked = Flow(
            id=name,
            version="",
            start=flow.start,
            steps=steps,
            starts={each: first_steps[each] for each in sorted(entered)},
            kinds=kinds,
        )
        version = flow_version(linked, frozenset(always | named | told), rules)
        flows[name] = replace(linked, version=version)
    return flows
