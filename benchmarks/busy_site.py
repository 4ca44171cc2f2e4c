"""A site with every rule of the distributor switched on, for any number of agents.

The skills and queues are the same at every size. The times after which a rule applies to a caller
who waits follow the mean wait, so that a call goes through the same stages at every size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from acd import (
    AgentConfig,
    Distributor,
    EmergencyRules,
    Overflow,
    Prefer,
    QueueConfig,
    Relaxation,
)
from calls.ids import AgentId, QueueId
from calls.requirement import Requirement, SkillNeed

SITE = "busy"
NURSE_QUEUE = QueueId("nurse")
ADVICE = QueueId("advice")

_SUBJECTS = tuple(f"subject-{i:02}" for i in range(48))
_LANGUAGES = tuple(f"language-{i}" for i in range(9))
SKILLS = ("nurse", "interpreter", "chat", *_SUBJECTS, *_LANGUAGES)

USUAL_AGENTS = 1000
"""The size at which the rules' times are what they are written as."""

_CHAT_EVERY = 12
_ROUTINE_SHARES = (
    ("plain", 0.57),
    ("language", 0.20),
    ("preferred", 0.10),
    ("wanted", 0.06),
    ("companion", 0.02),
    ("advice", 0.05),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusySite:
    """What a distributor is set up with.

    Attributes:
        queues: by id.
        agents: by id.
        rules: for red flags.
        pace: how much longer callers wait than at a site of :data:`USUAL_AGENTS`.
    """

    queues: Mapping[QueueId, QueueConfig]
    agents: Mapping[AgentId, AgentConfig]
    rules: EmergencyRules
    pace: float

    def distributor(self) -> Distributor:
        """A new one, in which all agents are out."""
        return Distributor(SITE, self.queues, self.agents, NURSE_QUEUE, self.rules)


def busy_site(agents: int) -> BusySite:
    """The site with so many agents; the same for the same number."""
    pace = USUAL_AGENTS / agents
    chance = Random(agents)  # noqa: S311 - a load, no secret
    staff = [_agent(number, chance) for number in range(agents)]
    return BusySite(
        queues=_queues(pace),
        agents={agent.id: agent for agent in staff},
        rules=EmergencyRules(keep_ready=max(1, agents // 100)),
        pace=pace,
    )


def a_requirement(site: BusySite, chance: Random) -> Requirement:
    """What the next routine caller needs."""
    subject = chance.choices(range(len(_SUBJECTS)), weights=_WEIGHTS)[0]
    queue = QueueId(_SUBJECTS[subject])
    language = chance.choice(_LANGUAGES)
    kinds, shares = zip(*_ROUTINE_SHARES, strict=True)
    kind = chance.choices(kinds, weights=shares)[0]
    if kind == "language":
        return Requirement(queue=queue, skills=(SkillNeed(skill=language),))
    if kind == "preferred":
        return Requirement(queue=queue, skills=(SkillNeed(skill=language, preferred=True),))
    if kind == "wanted":
        wanted = chance.choice([*site.agents])
        own = [skill for skill in site.agents[wanted].skills if skill in _SUBJECTS]
        queue = QueueId(chance.choice(own)) if own else ADVICE
        return Requirement(queue=queue, agent=wanted, agent_wait_s=20.0 * site.pace)
    if kind == "companion":
        companion = (SkillNeed(skill="interpreter"), SkillNeed(skill=language))
        return Requirement(queue=queue, companion=companion)
    if kind == "advice":
        return Requirement(queue=ADVICE)
    return Requirement(queue=queue)


def a_red_flag(chance: Random) -> Requirement:
    """What the next caller in danger needs."""
    language = (SkillNeed(skill=chance.choice(_LANGUAGES)),) if chance.random() < 0.2 else ()
    return Requirement(queue=NURSE_QUEUE, skills=language, emergency=True)


# Some subjects are asked for less than there are people for, so that agents wait for calls too.
_WEIGHTS = tuple(0.25 if i % 6 == 5 else 1.0 for i in range(len(_SUBJECTS)))


def _queues(pace: float) -> dict[QueueId, QueueConfig]:
    nurse = SkillNeed(skill="nurse")
    queues = [
        QueueConfig(id=NURSE_QUEUE, title="Nurse", skills=(nurse,), wrap_up_s=30.0),
        QueueConfig(id=ADVICE, title="Advice", skills=(nurse,), deadline_s=300.0 * pace),
    ]
    for i, subject in enumerate(_SUBJECTS):
        chat = i % _CHAT_EVERY == 0
        queues.append(
            QueueConfig(
                id=QueueId(subject),
                title=subject,
                skills=(
                    SkillNeed(skill=subject, level=3),
                    *((SkillNeed(skill="chat"),) if chat else ()),
                ),
                head_start_s=60.0 * pace if i % 6 == 1 else 0.0,
                deadline_s=300.0 * pace if i % 3 else None,
                prefer=Prefer.SKILL if i % 4 == 2 else Prefer.LONGEST_READY,
                relax=(
                    Relaxation(after_s=60.0 * pace, level=2),
                    Relaxation(after_s=120.0 * pace, level=1),
                ),
                overflow=(
                    Overflow(after_s=180.0 * pace, to=QueueId(_SUBJECTS[(i + 1) % len(_SUBJECTS)])),
                ),
                at_once=3 if chat else 1,
                call_back_every_s=120.0 * pace,
            )
        )
    return {queue.id: queue for queue in queues}


def _agent(number: int, chance: Random) -> AgentConfig:
    """Of a hundred agents six are nurses, ten interpreters; the others know two or three things."""
    place = number % 100
    levels = {}
    if place < 6:
        levels["nurse"] = chance.randint(1, 5)
        if place < 3:
            levels[chance.choice(_LANGUAGES)] = 3
    elif place < 16:
        levels["interpreter"] = 3
        for i in range(3):
            levels[_LANGUAGES[(number + i) % len(_LANGUAGES)]] = 4
    else:
        first = number % len(_SUBJECTS)
        for subject in {first, *chance.choices(range(len(_SUBJECTS)), k=chance.randint(1, 2))}:
            levels[_SUBJECTS[subject]] = chance.randint(1, 5)
        if number % 5 < 2:
            levels[chance.choice(_LANGUAGES)] = chance.randint(1, 5)
        if number % 4 == 0:
            levels["chat"] = chance.randint(1, 5)
    agent_id = AgentId(f"agent-{number:05}")
    return AgentConfig(id=agent_id, name=agent_id, skills=levels)
