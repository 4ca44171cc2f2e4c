"""What a waiting caller needs, and what they are told meanwhile. Nobody is trapped in a queue.

Where nobody is signed in who could answer, the caller is told so at once and leaves a message.
Where somebody is, and all the more where the last of them goes home meanwhile, a caller is offered
a message after the site's longest wait, and again and again. They decide: who presses nothing keeps
their place. A red flag is never offered one.
"""

from __future__ import annotations

from calls.ids import QueueId
from calls.requirement import Requirement, SkillNeed
from ivr.flow import CallRules
from ivr.steps import MessageStep, QueueStep

OFFERS_PER_LONGEST_WAIT = 3
"""How much sooner than the first time a message is offered again."""


class Wait:
    """One caller's wait in routine queues, from the first of them on.

    Changing the queue does not begin it anew, as it costs the caller no waiting time either.

    Args:
        longest_s: seconds until a message is offered.
    """

    __slots__ = ("_due", "_longest_s", "offered")

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._due: float | None = None
        self.offered = False
        """Whether a message was offered in this wait."""

    def due(self, now: float) -> float:
        """When a message is to be offered next; a wait that has not begun begins now."""
        if self._due is None:
            self._due = now + self._longest_s
        return self._due

    def offer(self, now: float) -> float:
        """A message is being offered; when to offer it next."""
        self.offered = True
        self._due = now + self._longest_s / OFFERS_PER_LONGEST_WAIT
        return self._due

    def over(self) -> None:
        """The caller waits no longer."""
        self._due, self.offered = None, False


def person(rules: CallRules) -> QueueStep:
    """The queue behind the person key and at the end of every ladder."""
    return QueueStep(
        queue=rules.person_queue, prompt=rules.one_moment, comfort_prompt=rules.still_waiting
    )


def message(rules: CallRules, step: QueueStep) -> MessageStep:
    """The message of a caller who waits no longer, for the people they waited for."""
    return MessageStep(
        prompt=rules.leave_message, queue=step.queue, promised_s=rules.message_promised_s
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
    """What to say to a caller who waits."""
    return step.comfort_prompt or step.prompt or rules.still_waiting
