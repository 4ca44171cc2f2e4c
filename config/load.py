"""Load a site's folder of YAML files, whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from calls.ids import AgentId, QueueId
from calls.verdict import Flag
from config.answering import check_answering
from config.dialogues import Known, check_dialogues
from config.draft import FLOWS, PROTOCOLS, Draft, read_draft
from config.emergency_checks import check_emergency
from config.errors import ConfigError, Problem
from config.files import DIALOGUES, check_tables, list_files
from config.flow_checks import announced, check_consent, check_flow, check_flows, prompts_of
from config.flow_sizes import check_sizes
from config.includes import SHARED
from config.key_checks import check_keys
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
from config.wording_checks import check_wording
from ivr.flow import ALWAYS_PROMPTS, CallRules, Flow
from ivr.intents import Intent
from ivr.steps import AskStep, SubFlowStep
from triage.protocol import ProtocolSet

__all__ = ["DEFAULT_CLINIC", "DIALOGUES", "check", "load_site"]

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
    site, _, report = _read(folder, None)
    if site is None:
        raise ConfigError(report.problems)
    return site


def check(
    folder: Path, secret_names: Collection[str] | None = None
) -> tuple[list[Problem], list[Problem], Site | None]:
    """Check a site's folder, its dialogues too, without raising for the mistakes in it.

    Args:
        folder: as for :func:`load_site`.
        secret_names: the secrets there are; when given, a reference to another is a problem.

    Returns:
        The problems, the warnings (both in file and line order) and the site, which is ``None``
        if and only if there are problems.

    Raises:
        FolderError: there is no folder to check.
    """
    site, draft, report = _read(folder, secret_names)
    check_dialogues(folder, Known.of_draft(draft) if site is None else Known.of_site(site), report)
    problems = report.problems
    return problems, report.warnings, None if problems else site


def _read(folder: Path, secret_names: Collection[str] | None) -> tuple[Site | None, Draft, Report]:
    """The site, unless something is wrong with it. No call needs its dialogues."""
    report = Report()
    files = list_files(folder, report)
    flows, protocols, shared = (files.parts[part] for part in (FLOWS, PROTOCOLS, SHARED))
    draft = read_draft(folder, flows, protocols, files.optional, report, shared=shared)
    check_tables(files, draft, report)
    leave_out_unreached(draft, report)
    check_site(draft, secret_names, report)
    check_prompts(draft, report)
    check_wording(draft, report)
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
    check_keys(draft, report)
    check_protocols(draft, report)
    site = None
    if not report.problem_count:
        site = _site(folder, draft, variables, report.warnings)
    return site, draft, report


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
