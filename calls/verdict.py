"""What triage says of an utterance. Holds no words: a verdict may stand unsealed in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """What the line does next, most urgent first."""

    CALL_911 = "911"
    """Say the 911 advice, offer to stay on the line, connect the nurse lane at the top."""
    CALL_988 = "988"
    """The same with the suicide and crisis lifeline."""
    NURSE = "nurse"
    """Enter the emergency lane."""
    ASK = "ask"
    """Ask the verdict's one scripted yes/no question."""
    CONTINUE = "continue"
    """No red flag: the flow goes on."""

    @property
    def is_red_flag(self) -> bool:
        """Whether a person has to hear this caller now."""
        return self in (Action.CALL_911, Action.CALL_988, Action.NURSE)

    @property
    def urgency(self) -> int:
        """0 for continue up to 4 for 911; acuity over a call is the largest seen."""
        return 4 - list(Action).index(self)


class Disposition(Enum):
    """How soon and by whom the caller should be seen: the clinical reading behind an action."""

    NOW_911 = "911-now"
    NOW_988 = "988-now"
    NURSE_NOW = "nurse-now"
    SAME_DAY = "same-day"
    ROUTINE = "routine"

    @property
    def urgency(self) -> int:
        """0 for routine up to 4 for 911-now."""
        return 4 - list(Disposition).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A protocol rule that matched.

    Attributes:
        rule: the rule's id.
        version: the rule's version.
        disposition: what this rule alone asks for.
        concepts: the ids of the concepts that matched, in the order they were said.
        spans: for each concept ``(first word, one past the last word)``, counted in words.
        may_call_back: whether a caller who drops may be called back; not where somebody else who
            answers could put them in danger.
    """

    rule: str
    version: int
    disposition: Disposition
    concepts: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    may_call_back: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A concept that was heard but not counted, and why: for the nurses' weekly review.

    Attributes:
        concept: the concept's id.
        span: ``(first word, one past the last word)``.
        reason: ``negated``, ``past``, ``resolved``, ``hypothetical``, ``family-history``, ...
    """

    concept: str
    span: tuple[int, int]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Triage's whole answer to one utterance.

    Attributes:
        action: what the line does next.
        disposition: the clinical reading.
        flags: the rules that matched, most urgent first.
        suppressed: what was heard and not counted.
        question: for :attr:`Action.ASK`, the prompt id of the yes/no question, else ``None``.
        reason: one word on how the action came about: ``rules``, ``timed-out``, ``failed``,
            ``low-confidence``, ``unclear``, ``digit`` or ``clinician``.
    """

    action: Action
    disposition: Disposition
    flags: tuple[Flag, ...] = ()
    suppressed: tuple[Suppression, ...] = ()
    question: str | None = None
    reason: str = "rules"

    @property
    def may_call_back(self) -> bool:
        """Whether the caller may be called back: not where any of the rules forbids it."""
        return all(flag.may_call_back for flag in self.flags)


CLEAR = Verdict(action=Action.CONTINUE, disposition=Disposition.ROUTINE)
"""Nothing was found."""


def by_urgency(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """The flags, most urgent first."""
    return tuple(sorted(flags, key=lambda flag: -flag.disposition.urgency))


def to_nurse(reason: str) -> Verdict:
    """The verdict of last resort: triage could not say, so a person must."""
    return Verdict(action=Action.NURSE, disposition=Disposition.NURSE_NOW, reason=reason)
