"""What triage remembers of one call: concepts, never words."""

from __future__ import annotations

from dataclasses import dataclass, field

from triage.protocol import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What the record says of whoever the call is for. It only ever adds to what is said.

    Attributes:
        age_years: ``None`` when unknown.
        sex: ``female`` or ``male``; ``None`` when unknown.
        pregnant: ``None`` when unknown.
    """

    age_years: float | None = None
    sex: str | None = None
    pregnant: bool | None = None

    def fits(self, record: Record) -> bool:
        """Whether all that a modifier wants of the record is known and so."""
        age = self.age_years
        least, below = record.age_years_at_least, record.age_years_below
        if least is not None and (age is None or age < least):
            return False
        if below is not None and (age is None or age >= below):
            return False
        if record.sex is not None and self.sex != record.sex:
            return False
        return record.pregnant is None or self.pregnant == record.pregnant


@dataclass(slots=True, kw_only=True)
class CallMemory:
    """What a call has brought so far, so that "and my jaw too" adds to "my chest hurts".

    Attributes:
        concepts: concept id to the turn, counted from 1, in which it was last meant.
        turn: utterances assessed so far.
        rings_again_about: ids of rules that flagged this caller's last call; the same rule now asks
            for one level more.
        patient: who the call is for, as far as their record is known.
    """

    concepts: dict[str, int] = field(default_factory=dict)
    turn: int = 0
    rings_again_about: frozenset[str] = frozenset()
    patient: Patient | None = None

    def note(self, meant: frozenset[str]) -> None:
        """Take in what one more utterance meant."""
        self.turn += 1
        for concept in sorted(meant):
            self.concepts[concept] = self.turn
