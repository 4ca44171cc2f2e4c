"""What can be wrong with agents, and with the queue of the nurses."""

from __future__ import annotations

from config.answering import waits
from config.document import Path, shown
from config.draft import AGENTS, QUEUES, SITE, Draft
from config.report import Report
from config.step_checks import skill_names

NURSE = "nurse"
"""The skill that makes an agent a nurse."""


def check_staff(draft: Draft, report: Report) -> None:
    """Report what is wrong with agents, and a nurse queue that is none."""
    _check_agents(draft, report)
    _check_nurses(draft, report)


def _check_agents(draft: Draft, report: Report) -> None:
    document = draft.documents[AGENTS]
    names: dict[str, str] = {}
    needed = {
        need.skill
        for wait in waits(draft)
        for need in (*wait.queue.skills, *wait.own, *wait.companion)
    }
    needed |= {need.skill for need in draft.site.language_skills.values()} | {NURSE}
    needs_are_known = _needs_are_known(draft)
    # A need that no agent meets is told where it stands; the skill it means is not needless.
    unmet = needed - (skill_names(draft) or set())
    for agent in draft.agents.values():
        folded = " ".join(agent.name.lower().split())
        if folded in names:
            message = f"{shown(agent.name)} stands already as agent {shown(names[folded])}"
            report.problem(document, (agent.id, "name"), message)
        names.setdefault(folded, agent.id)
        if not agent.skills:
            report.warning(document, (agent.id,), "this agent has no skill", key=True)
        if needs_are_known:
            for skill in agent.skills.keys() - needed:
                if report.meant(skill, unmet) is not None:
                    continue
                hint = report.nearest(skill, needed)
                path = (agent.id, "skills", skill)
                report.warning(document, path, f"nothing needs this skill{hint}", key=True)


def _needs_are_known(draft: Draft) -> bool:
    """Whether every queue, flow and language that may need a skill was understood."""
    site, queues = draft.documents[SITE], draft.documents[QUEUES]
    languages = bool(draft.site.language_skills) or "language_skills" not in site.data
    flows = all(flow.ways_known and not flow.broken for flow in draft.flows.values())
    return (
        (site.readable and languages and flows)
        and queues.readable
        and len(draft.queues) == len(queues.data)
    )


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
