"""Whether somebody can answer: in every queue, in every language, and where it takes two."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from acd.models import QueueConfig
from calls.requirement import SkillNeed
from config.document import Document, Path, shown
from config.draft import AGENTS, QUEUES, Draft
from config.report import Report
from config.step_checks import skill_names
from ivr.steps import CallBackStep, QueueStep
from routing.skills import meets

Needs = tuple[SkillNeed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A place where callers wait.

    Attributes:
        document: the file that says so.
        path: where in it.
        queue: the queue they wait in.
        own: what they need beyond the queue's skills.
        companion: what a second person has to be able to do.
    """

    document: Document
    path: Path
    queue: QueueConfig
    own: Needs = ()
    companion: Needs = ()


def waits(draft: Draft) -> Iterator[Wait]:
    """Each queue, and each step of a flow that asks for more than its queue does."""
    for queue in draft.queues.values():
        yield Wait(document=draft.documents[QUEUES], path=(queue.id,), queue=queue)
    for flow in draft.flows.values():
        for step_name, step in flow.steps.items():
            if not isinstance(step, QueueStep | CallBackStep) or step.queue not in draft.queues:
                continue
            companion = step.companion if isinstance(step, QueueStep) else ()
            if step.skills or companion:
                yield Wait(
                    document=flow.document,
                    path=("steps", step_name),
                    queue=draft.queues[step.queue],
                    own=step.skills,
                    companion=companion,
                )


def queues_waited_in(draft: Draft) -> set[str]:
    """The queues in which some step of a flow lets callers wait."""
    return {
        step.queue
        for flow in draft.flows.values()
        for step in flow.steps.values()
        if isinstance(step, QueueStep | CallBackStep)
    }


def check_answering(draft: Draft, report: Report) -> None:
    """Report callers whom nobody could answer, or only after they have waited."""
    known = skill_names(draft)
    if known is None:
        return
    waited_in = queues_waited_in(draft)
    for wait in waits(draft):
        for language, needs in _by_language(draft, wait.own):
            message, never = _unanswered(draft, wait.queue, needs, language, known)
            if not message:
                continue
            path = (*wait.path, "skills") if wait.own else wait.path
            lane = wait.queue.id == draft.site.nurse_queue
            if never and not (lane and not wait.own and wait.queue.id not in waited_in):
                report.problem(wait.document, path, message, key=True)
            else:
                # A red flag never waits for a language: any nurse takes it.
                report.warning(wait.document, path, message, key=True)
            break
        if wait.companion:
            _check_companion(draft, wait, known, report)
    _check_asked_for(draft, report)


def required(needs: Iterable[SkillNeed], level: int | None = None) -> Needs:
    """What an agent has to have, of what is needed.

    Args:
        needs: what is needed; a preferred skill is only wished for.
        level: no skill is asked for above it; ``None`` where nothing is relaxed.
    """
    asked = (need for need in needs if not need.preferred)
    return tuple(
        need if level is None else replace(need, level=min(need.level, level)) for need in asked
    )


def _by_language(draft: Draft, own: Needs) -> Iterator[tuple[str, Needs]]:
    """For each language, what a call needs beyond its queue's skills."""
    languages = draft.site.languages or ("",)
    for language in languages:
        need = draft.site.language_skills.get(language)
        spoken = () if need is None or language == languages[0] else (need,)
        yield language, (*own, *spoken)


def _unanswered(
    draft: Draft, queue: QueueConfig, own: Needs, language: str, known: Collection[str]
) -> tuple[str, bool]:
    """Why callers are not answered at once, and whether they never are; empty where they are."""
    wanted = required((*queue.skills, *own))
    if any(need.skill not in known for need in wanted):
        return "", False  # Told where the skill is named.
    if _able(draft, wanted):
        return "", False
    lacking = _in_words(wanted)
    callers = f"callers in {shown(language)}" if language else "callers"
    times = {each.after_s for each in queue.relax} | {each.after_s for each in queue.overflow}
    for after_s in sorted(times):
        if _able_after(draft, queue, own, after_s):
            waited = f"{callers} wait {after_s:g} s before anybody may answer"
            return f"no agent has {lacking}: {waited}", False
    return f"no agent has {lacking}: {callers} would never be answered", True


def _able(draft: Draft, wanted: Needs) -> set[str]:
    return {agent.id for agent in draft.agents.values() if meets(agent.skills, wanted)}


def _able_after(draft: Draft, queue: QueueConfig, own: Needs, waited_s: float) -> set[str]:
    """Who could answer a caller who has waited so long: relaxed, and with the help of others."""
    levels = [each.level for each in queue.relax if each.after_s <= waited_s]
    level = min(levels, default=None)
    able = _able(draft, required((*queue.skills, *own), level))
    for each in queue.overflow:
        other = draft.queues.get(each.to)
        if other is not None and each.after_s <= waited_s:
            able |= _able(draft, required((*other.skills, *own), level))
    return able


def _check_companion(draft: Draft, wait: Wait, known: Collection[str], report: Report) -> None:
    """A call that takes two people needs two different ones."""
    path = (*wait.path, "companion")
    wanted = required(wait.companion)
    if any(need.skill not in known for need in wanted):
        return
    companions = _able(draft, wanted)
    if not companions:
        message = (
            f"no agent has {_in_words(wanted)}: callers would wait for a second person in vain"
        )
        report.problem(wait.document, path, message, key=True)
        return
    for _, own in _by_language(draft, wait.own):
        pair = _able_after(draft, wait.queue, own, float("inf"))
        if pair and len(pair | companions) == 1:
            (only,) = companions
            message = f"only {shown(only)} could be either of the two whom this call needs"
            report.problem(wait.document, path, message, key=True)
            return


def _check_asked_for(draft: Draft, report: Report) -> None:
    """An agent whom a step asks for has to be able to take its calls."""
    for flow in draft.flows.values():
        document = flow.document
        for step_name, step in flow.steps.items():
            if not isinstance(step, QueueStep):
                continue
            path: Path = ("steps", step_name)
            if step.agent is None:
                if document.value((*path, "agent_wait_s")) is not None:
                    message = "without 'agent' this changes nothing"
                    report.warning(document, (*path, "agent_wait_s"), message, key=True)
                continue
            report.reference(document, (*path, "agent"), "agent", step.agent, draft.names(AGENTS))
            agent, queue = draft.agents.get(step.agent), draft.queues.get(step.queue)
            if agent is None or queue is None:
                continue
            wanted = required((*queue.skills, *step.skills))
            if not meets(agent.skills, wanted):
                message = (
                    f"{shown(agent.id)} has not {_in_words(wanted)}: "
                    "callers would wait for them in vain"
                )
                report.problem(document, (*path, "agent"), message)


def _in_words(needs: Needs) -> str:
    return ", ".join(f"{need.skill} {need.level}" for need in needs) or "any skill"
