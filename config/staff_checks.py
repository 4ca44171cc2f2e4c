"""What can be wrong with agents, and with the queue of the nurses."""

from __future__ import annotations

from config.answering import waits
from config.document import Path, shown
from config.draft import AGENTS, QUEUES, Draft
from config.report import Report
from config.step_checks import skill_names

NURSE = "nurse"
"""The skill that makes an agent a nurse."""


def check_staff(draft: Draft, report: Report) -> None:
    """Report what is wrong with agents, and a nurse queue that is none."""
    _check_agents(draft, report)
    _check_nurses(draft, report)


def _check_agents(draft: Draft, report: Report) -> None:
    document, queues = draft.documents[AGENTS], draft.documents[QUEUES]
    queues_are_known = queues.readable and len(draft.queues) == len(queues.data)
    names: dict[str, str] = {}
    needed = {
        need.skill
        for wait in waits(draft)
        for need in (*wait.queue.skills, *wait.own, *wait.companion)
    }
    needed |= {need.skill for need in draft.site.language_skills.values()} | {NURSE}
    for agent in draft.agents.values():
        folded = " ".join(agent.name.lower().split())
        if folded in names:
            message = f"{shown(agent.name)} stands already as agent {shown(names[folded])}"
            report.problem(document, (agent.id, "name"), message)
        names.setdefault(folded, agent.id)
        if not agent.skills:
            report.warning(document, (agent.id,), "this agent has no skill", key=True)
        if queues_are_known:
            for skill in agent.skills.keys() - needed:
                hint = report.nearest(skill, needed)
                path = (agent.id, "skills", skill)
                report.warning(document, path, f"nothing needs this skill{hint}", key=True)


def _check_nurses(draft: Draft, report: Report) -> None:
    """A red flag must reach a nurse."""
    document, known = draft.documents[QUEUES], skill_names(draft)
    if known is None:
        return
    for queue in draft.queues.values():
        for index, need in enumerate(queue.skills):
            path: Path = (queue.id, "skills", index, "skill")
            report.reference(document, path, "skill", need.skill, known)
    nurses = draft.queues.get(draft.site.nurse_queue)
    if nurses is None:
        return
    if not any(need.skill == NURSE and not need.preferred for need in nurses.skills):
        message = "red flags come here, so it must need the skill 'nurse'"
        report.problem(document, (nurses.id, "skills"), message)
    if NURSE not in known:
        message = "no agent is a nurse; a red flag would be answered by nobody"
        report.problem(document, (nurses.id,), message, key=True)
