"""What a waiting caller needs, and what they are told meanwhile."""

from __future__ import annotations

from calls.ids import QueueId
from calls.requirement import Requirement, SkillNeed
from ivr.flow import CallRules
from ivr.steps import QueueStep


def person(rules: CallRules) -> QueueStep:
    """The queue behind the person key and at the end of every ladder."""
    return QueueStep(
        queue=rules.person_queue, prompt=rules.one_moment, comfort_prompt=rules.one_moment
    )


def requirement(rules: CallRules, step: QueueStep, language: str) -> Requirement:
    """What a routine call asks of the distributor: the step's skills and the call's language."""
    return Requirement(
        queue=QueueId(step.queue), skills=(*step.skills, *language_skills(rules, language))
    )


def language_skills(rules: CallRules, language: str) -> tuple[SkillNeed, ...]:
    """The skill for a language, where it is not the site's first and has one."""
    skill = rules.language_skills.get(language)
    if skill is None or language == rules.languages[0]:
        return ()
    return (SkillNeed(skill=skill),)


def comfort(rules: CallRules, step: QueueStep) -> str:
    """What to say to a caller who asks while they wait."""
    return step.comfort_prompt or step.prompt or rules.one_moment
