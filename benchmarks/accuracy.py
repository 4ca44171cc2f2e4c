"""How often triage is right: shares with their confidence intervals, by slice."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.utterances import EMERGENCY, HARMLESS, Utterance
from calls.verdict import Action

_Z = 1.959964
"""Of the normal distribution, for 95 %."""

DIRECT = (Action.CALL_911, Action.CALL_988)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many.

    Attributes:
        hits: how many.
        of: out of.
    """

    hits: int
    of: int

    @property
    def pct(self) -> float:
        """In percent; 0 of nothing."""
        return 100 * self.hits / self.of if self.of else 0.0

    @property
    def interval_pct(self) -> tuple[float, float]:
        """The 95 % confidence interval in percent (Wilson 1927)."""
        if not self.of:
            return 0.0, 100.0
        n, p = self.of, self.hits / self.of
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval_pct
        return f"{self.pct:5.1f} % ({low:.0f} to {high:.0f})"


@dataclass(frozen=True, slots=True)
class Judged:
    """An utterance and what triage made of it."""

    said: Utterance
    action: Action


def share(judged: Iterable[Judged], hit: Callable[[Judged], bool]) -> Share:
    """How many of them are a hit."""
    hits = [hit(each) for each in judged]
    return Share(hits=sum(hits), of=len(hits))


def caught(each: Judged) -> bool:
    """A person hears the caller, or the line asks."""
    return each.action is not Action.CONTINUE


def direct(each: Judged) -> bool:
    """Told to call 911 or 988 at once."""
    return each.action in DIRECT


def alarmed(each: Judged) -> bool:
    """Sent to 911, 988 or a nurse without a question."""
    return each.action.is_red_flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """The goals of triage, on one set.

    Attributes:
        emergencies_caught: of 911-now and 988-now, those flagged or asked about.
        emergencies_direct: of them, those that were given 911 or 988 at once.
        nurse_caught: of nurse-now, those flagged or asked about.
        false_alarms: of the harmless, those sent on without a question.
        false_alarms_and_questions: of the harmless, those sent on or asked.
    """

    emergencies_caught: Share
    emergencies_direct: Share
    nurse_caught: Share
    false_alarms: Share
    false_alarms_and_questions: Share


def accuracy(judged: Sequence[Judged]) -> Accuracy:
    """How triage did."""
    emergencies = [each for each in judged if each.said.label in EMERGENCY]
    nurse = [each for each in judged if each.said.label == "nurse-now"]
    harmless = [each for each in judged if each.said.label in HARMLESS]
    return Accuracy(
        emergencies_caught=share(emergencies, caught),
        emergencies_direct=share(emergencies, direct),
        nurse_caught=share(nurse, caught),
        false_alarms=share(harmless, alarmed),
        false_alarms_and_questions=share(harmless, caught),
    )


def by_slice(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The judged utterances of each slice, the largest slice first."""
    slices: dict[str, list[Judged]] = {}
    for each in judged:
        slices.setdefault(each.said.slice, []).append(each)
    return dict(sorted(slices.items(), key=lambda item: (-len(item[1]), item[0])))
