"""The rule that decided who was offered a call.

It is kept with every offer; why others were passed over is derived from a replay.
"""

from __future__ import annotations

from enum import Enum


class Rule(Enum):
    """Why this agent was offered this call."""

    LONGEST_READY = "longest-ready"
    MOST_SKILLED = "most-skilled"
    WANTED = "wanted"
    FIRST_FREE = "first-free"
    TRIED_BEFORE = "tried-before"
    URGENT = "urgent"
    TAKEN_OVER = "taken-over"
    RING_ALL = "ring-all"
    PAIR = "pair"

    @property
    def sentence(self) -> str:
        """The rule for a person to read."""
        return _SENTENCES[self]


def in_words(rule: str) -> str:
    """The rule of an offer for a person to read; what another version wrote, as it stands."""
    try:
        return Rule(rule).sentence
    except ValueError:
        return rule


_SENTENCES = {
    Rule.LONGEST_READY: "of all who were free for the call they had been ready for longest",
    Rule.MOST_SKILLED: (
        "of all who were free for the call they had the highest levels in what it needs"
    ),
    Rule.WANTED: "the caller asked for them, or spoke with them last",
    Rule.FIRST_FREE: "they became free, and this call came first of all that they may take",
    Rule.TRIED_BEFORE: "it was offered to them before, and nobody else was free for it",
    Rule.URGENT: "red flag: no nurse was free, and they were in wrap-up or at rest",
    Rule.TAKEN_OVER: (
        "red flag: they were offered another call and spoke with nobody; it keeps its place"
    ),
    Rule.RING_ALL: "red flag: nobody had answered, so every nurse is rung",
    Rule.PAIR: "the call needs two people, and these two were free at once",
}
