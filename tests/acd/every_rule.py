"""A site with every rule switched on, and the rules themselves, written a second time.

Nothing here looks into the distributor: what a call needs after it has waited so long, who may be
given it and who is best are worked out from the configuration by going through everybody.
"""

from __future__ import annotations

from acd import (
    AgentConfig,
    EmergencyRules,
    LadderStep,
    Overflow,
    Prefer,
    QueueConfig,
    Relaxation,
)
from calls.requirement import SkillNeed
from calls.rung import Rung

SITE = "clinic"
WHOLE = 60
NURSE = "nurse"


def need(skill, level=1, preferred=False):
    return SkillNeed(skill=skill, level=level, preferred=preferred)


QUEUES = {
    queue.id: queue
    for queue in (
        QueueConfig(id=NURSE, title="Nurse", skills=(need("nurse"),), wrap_up_s=8.0),
        QueueConfig(
            id="advice",
            title="Advice",
            skills=(need("nurse", 4), need("spanish", preferred=True)),
            prefer=Prefer.SKILL,
            relax=(Relaxation(after_s=20.0, level=2), Relaxation(after_s=40.0, level=1)),
            wrap_up_s=5.0,
            deadline_s=None,
        ),
        QueueConfig(
            id="billing",
            title="Billing",
            skills=(need("billing", 3),),
            prefer=Prefer.SKILL,
            relax=(Relaxation(after_s=20.0, level=2), Relaxation(after_s=31.0, level=1)),
            overflow=(Overflow(after_s=45.0, to="general"),),
            deadline_s=60.0,
            call_back_attempts=2,
            call_back_every_s=40.0,
            wrap_up_s=0.0,
        ),
        QueueConfig(
            id="chat",
            title="Chat",
            skills=(need("chat"),),
            at_once=3,
            call_back_attempts=0,
            wrap_up_s=4.0,
        ),
        QueueConfig(
            id="general",
            title="General",
            deadline_s=45.0,
            keep_for_pair_s=25.0,
            call_back_attempts=1,
            call_back_every_s=20.0,
        ),
        QueueConfig(
            id="first", title="First", head_start_s=30.0, ring_timeout_s=7.0, deadline_s=50.0
        ),
    )
}

AGENTS = {
    agent.id: agent
    for agent in (
        AgentConfig(id="ana", name="Ana", skills={"nurse": 4, "spanish": 5}),
        AgentConfig(id="bea", name="Bea", skills={"nurse": 3, "billing": 2, "chat": 1}),
        AgentConfig(id="cal", name="Cal", skills={"billing": 3, "chat": 2}),
        AgentConfig(id="dot", name="Dot", skills={"billing": 1, "spanish": 3, "chat": 3}),
        AgentConfig(id="eve", name="Eve", skills={"nurse": 2, "chat": 1}),
    )
}
ORDER = {name: place for place, name in enumerate(AGENTS)}
NURSES = [name for name, agent in AGENTS.items() if "nurse" in agent.skills]

RULES = EmergencyRules(
    keep_ready=1,
    ladder=(
        LadderStep(after_s=10.0, do=Rung.RING_ALL),
        LadderStep(after_s=30.0, do=Rung.ON_CALL),
        LadderStep(after_s=60.0, do=Rung.ADVISE),
    ),
    call_back_attempts=2,
    call_back_every_s=50.0,
    call_back_after_911_s=600.0,
)

_HOLDERS: dict[str, int] = {}
for _agent in AGENTS.values():
    for _skill in _agent.skills:
        _HOLDERS[_skill] = _HOLDERS.get(_skill, 0) + 1
SCARCITY = {
    name: round(sum(1 / _HOLDERS[skill] for skill in sorted(agent.skills)), 9)
    for name, agent in AGENTS.items()
}
"""How scarce an agent's skills are, summed: 1 for one that nobody else has."""


def units(requirement):
    """How much of an agent the call takes up."""
    return WHOLE if requirement.emergency else WHOLE // QUEUES[requirement.queue].at_once


def has(name, needs, level=5):
    """Whether the agent has every needed skill, none asked for above ``level``."""
    skills = AGENTS[name].skills
    return all(
        skills.get(each.skill, 0) >= min(each.level, level) for each in needs if not each.preferred
    )


def level_after(queue, waited_s):
    return min([5, *(each.level for each in queue.relax if each.after_s <= waited_s)])


def helpers_after(queue, waited_s):
    return [QUEUES[each.to] for each in queue.overflow if each.after_s <= waited_s]


def is_able(name, requirement, waited_s):
    """Whether the agent may be the one, or the first of two, for such a call."""
    if requirement.emergency:
        return name in NURSES
    queue = QUEUES[requirement.queue]
    return any(
        has(name, (*each.skills, *requirement.skills), level_after(queue, waited_s))
        for each in (queue, *helpers_after(queue, waited_s))
    )


def is_companion(name, requirement):
    """Whether the agent may be the second of two."""
    return not requirement.emergency and has(name, requirement.companion)


def place(requirement, since, waited_s):
    """Class, and since when they count as waiting: the smallest is served first."""
    if requirement.emergency:
        return (0, since)
    queue = QUEUES[requirement.queue]
    overdue = queue.deadline_s is not None and queue.deadline_s <= waited_s
    return (1 if overdue else 2, since - queue.head_start_s)


def preference(name, requirement, waited_s, ready_since):
    """The agent's place among those who could take the call: the smallest is best."""
    skills = AGENTS[name].skills
    last = (ready_since, SCARCITY[name], ORDER[name])
    if requirement.emergency:
        missed = sum(skills.get(each.skill, 0) < each.level for each in requirement.skills)
        return (0, missed, 0, 0.0, *last)
    queue = QUEUES[requirement.queue]
    level = level_after(queue, waited_s)
    needs = (*queue.skills, *requirement.skills)
    helping, missed, levels = 0, 0, 0
    if has(name, needs, level):
        wishes = [each for each in needs if each.preferred]
        missed = sum(skills.get(each.skill, 0) < min(each.level, level) for each in wishes)
        levels = sum(skills.get(each.skill, 0) for each in needs)
    else:
        others = helpers_after(queue, waited_s)
        helping = 1 + next(
            i
            for i, each in enumerate(others)
            if has(name, (*each.skills, *requirement.skills), level)
        )
    if queue.prefer is Prefer.SKILL:
        return (helping, missed, -levels, SCARCITY[name], *last)
    return (helping, missed, 0, 0.0, *last)
