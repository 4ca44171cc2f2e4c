"""What can be wrong with queues and agents: somebody must be able to answer, everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from calls.requirement import SkillNeed
from config.document import Document, Path, shown
from config.draft import AGENTS, FLOWS, QUEUES, Draft
from config.flow_checks import skill_names
from config.report import Report
from ivr.steps import QueueStep
from routing.skills import meets

NURSE = "nurse"
"""The skill that makes an agent a nurse."""


def check_staff(draft: Draft, report: Report) -> None:
    """Report what is wrong with agents, and queues that nobody can answer."""
    _check_agents(draft, report)
    _check_queues(draft, report)


def _check_agents(draft: Draft, report: Report) -> None:
    document = draft.documents[AGENTS]
    names: dict[str, str] = {}
    needed = {need.skill for _, needs in _needs(draft) for need in needs}
    needed |= set(draft.site.language_skills.values()) | {NURSE}
    for agent in draft.agents.values():
        folded = " ".join(agent.name.lower().split())
        if folded in names:
            message = f"{shown(agent.name)} stands already as agent {shown(names[folded])}"
            report.problem(document, (agent.id, "name"), message)
        names.setdefault(folded, agent.id)
        if not agent.skills:
            report.warning(document, (agent.id,), "this agent has no skill", key=True)
        if len(draft.queues) == len(draft.documents[QUEUES].data):
            for skill in agent.skills.keys() - needed:
                hint = report.nearest(skill, needed)
                path = (agent.id, "skills", skill)
                report.warning(document, path, f"nothing needs this skill{hint}", key=True)


def _check_queues(draft: Draft, report: Report) -> None:
    """Somebody must be able to answer, in every queue and in every language."""
    site, document = draft.site, draft.documents[QUEUES]
    known = skill_names(draft)
    if known is None:
        return
    for queue in draft.queues.values():
        for index, need in enumerate(queue.skills):
            path: Path = (queue.id, "skills", index, "skill")
            report.reference(document, path, "skill", need.skill, known)
    nurse_queue = draft.queues.get(site.nurse_queue)
    if nurse_queue is not None:
        if not any(need.skill == NURSE for need in nurse_queue.skills):
            message = "red flags come here, so it must need the skill 'nurse'"
            report.problem(document, (nurse_queue.id, "skills"), message)
        if NURSE not in known:
            message = "no agent is a nurse; a red flag would be answered by nobody"
            report.problem(document, (nurse_queue.id,), message, key=True)
    waited_in = {
        step.queue
        for flow in draft.flows.values()
        for step in flow.steps.values()
        if isinstance(step, QueueStep)
    }
    for (at, place), needs in _needs(draft):
        unanswered = _unanswered(draft, needs, known)
        if unanswered is None:
            continue
        if place == (site.nurse_queue,) and site.nurse_queue not in waited_in:
            # A red flag never waits for a language: any nurse takes it.
            report.warning(at, place, unanswered, key=True)
        else:
            report.problem(at, place, unanswered)


def _unanswered(draft: Draft, needs: tuple[SkillNeed, ...], known: Collection[str]) -> str | None:
    """Why some callers would never be answered; skills that nobody has are told elsewhere."""
    languages = draft.site.languages or ("",)
    for language in languages:
        wanted = needs
        if language != languages[0] and language in draft.site.language_skills:
            wanted = (*needs, SkillNeed(skill=draft.site.language_skills[language]))
        if any(need.skill not in known for need in wanted):
            continue
        if not any(meets(agent.skills, wanted) for agent in draft.agents.values()):
            lacking = ", ".join(f"{need.skill} {need.level}" for need in wanted) or "any skill"
            callers = f"callers in {shown(language)}" if language else "callers"
            return f"no agent has {lacking}: {callers} would never be answered"
    return None


def _needs(draft: Draft) -> Iterator[tuple[tuple[Document, Path], tuple[SkillNeed, ...]]]:
    """Each place where callers wait, and what an agent needs to answer there."""
    for queue in draft.queues.values():
        yield (draft.documents[QUEUES], (queue.id,)), queue.skills
    for name, flow in draft.flows.items():
        for step_name, step in flow.steps.items():
            if isinstance(step, QueueStep) and step.skills and step.queue in draft.queues:
                at = (draft.documents[f"{FLOWS}/{name}.yaml"], ("steps", step_name, "skills"))
                yield at, draft.queues[step.queue].skills + step.skills
