"""What triage remembers of one call: concepts, never words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class CallMemory:
    """What a call has brought so far, so that "and my jaw too" adds to "my chest hurts".

    Attributes:
        concepts: concept id to the turn, counted from 1, in which it was last meant.
        turn: utterances assessed so far.
        rings_again_about: ids of rules that flagged this caller's last call; the same rule now asks
            for one level more.
    """

    concepts: dict[str, int] = field(default_factory=dict)
    turn: int = 0
    rings_again_about: frozenset[str] = frozenset()

    def note(self, meant: frozenset[str]) -> None:
        """Take in what one more utterance meant."""
        self.turn += 1
        for concept in sorted(meant):
            self.concepts[concept] = self.turn
