"""What a waiting caller needs, and what they are told meanwhile. Nobody is trapped in a queue.

Where nobody is signed in who could answer, the caller is told so at once and leaves a message.
Where somebody is, and all the more where the last of them goes home meanwhile, a caller is offered
a message after the longest wait of the queue, or of the site, and again and again. They decide: who
presses nothing keeps their place. A red flag is never offered one.
"""

from __future__ import annotations

from calls.ids import AgentId, QueueId
from calls.requirement import Requirement, SkillNeed
from ivr.flow import CallRules
from ivr.steps import MessageStep, QueueStep

OFFERS_PER_LONGEST_WAIT = 3
"""How much sooner than the first time a message is offered again."""


class Wait:
    """One caller's wait in routine queues, from the first of them on.

    Changing the queue does not begin it anew, as it costs the caller no waiting time either; from
    then on the longest wait of the new queue counts.
    """

    __slots__ = ("_offered_at", "_position", "_since", "call_back_offered")

    def __init__(self) -> None:
        self.call_back_offered = False
        self._since: float | None = None
        self._offered_at: float | None = None
        self._position: int | None = None

    def copied(self) -> Wait:
        """The same, for a copy of the call."""
        twin = Wait()
        twin.call_back_offered = self.call_back_offered
        twin._since, twin._offered_at = self._since, self._offered_at
        twin._position = self._position
        return twin

    @property
    def stance(self) -> tuple[object, ...]:
        """All of it that makes a difference to what follows, but for how long the wait was."""
        return (self._since is None, self._offered_at is None, self.call_back_offered)

    @property
    def offered(self) -> bool:
        """Whether a message was offered in this wait."""
        return self._offered_at is not None

    def due(self, now: float, longest_s: float) -> float:
        """When a message is to be offered next; a wait that has not begun begins now.

        Args:
            now: seconds since the epoch.
            longest_s: seconds until a message is offered.
        """
        if self._since is None:
            self._since = now
        if self._offered_at is None:
            return self._since + longest_s
        return self._offered_at + longest_s / OFFERS_PER_LONGEST_WAIT

    def offer(self, now: float, longest_s: float) -> float:
        """A message is being offered; when to offer it next. Arguments as for :meth:`due`."""
        self._offered_at = now
        return self.due(now, longest_s)

    def call_back_due(self, now: float, after_s: float) -> float:
        """When a call-back is to be offered. Arguments as for :meth:`due`."""
        return (now if self._since is None else self._since) + after_s

    def improves(self, position: int) -> bool:
        """Whether a place may be told: it is no worse than the one that was told last.

        It counts as told from then on.
        """
        if self._position is not None and position > self._position:
            return False
        self._position = position
        return True

    def elsewhere(self) -> None:
        """The caller waits in another queue, where places are others."""
        self._position = None
        self.call_back_offered = False

    def over(self) -> None:
        """The caller waits no longer."""
        self._since = self._offered_at = self._position = None
        self.call_back_offered = False


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
    """What a routine call asks of the distributor: what its step says, and the call's language."""
    return Requirement(
        queue=QueueId(step.queue),
        skills=(*step.skills, *language_skills(rules, language)),
        companion=step.companion,
        agent=None if step.agent is None else AgentId(step.agent),
        agent_wait_s=0.0 if step.agent is None else step.agent_wait_s,
    )


def language_skills(rules: CallRules, language: str) -> tuple[SkillNeed, ...]:
    """The skill for a language, where it is not the site's first and has one."""
    need = rules.language_skills.get(language)
    if need is None or language == rules.languages[0]:
        return ()
    return (need,)


def comfort(rules: CallRules, step: QueueStep) -> str:
    """What to say to a caller who waits."""
    return step.comfort_prompt or step.prompt or rules.still_waiting


def comforts(step: QueueStep) -> bool:
    """Whether a caller who waits is spoken to now and then."""
    return step.comfort_prompt is not None or step.say_position or step.say_wait
