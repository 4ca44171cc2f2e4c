"""A concept that was said, and what several mentions are worth together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from triage.standing import Standing


class Mention(NamedTuple):
    """A concept that was said.

    Attributes:
        concept: its id.
        start: first word.
        end: one past the last word.
        standing: what it is worth.
        reason: why it is worth less than its words; empty when meant.
        present: the caller says that it goes on ("right now", "is having").
    """

    concept: str
    start: int
    end: int
    standing: Standing
    reason: str = ""
    present: bool = False


def best(mentions: list[Mention]) -> list[Mention]:
    """Each concept's distinct mentions; of overlapping ones the one that counts most.

    A mention that is suppressed yields to an overlapping one of the same concept that counts only
    when the latter was judged on words of its own: the shorter reading of the same words does not
    undo a denial of the longer.
    """
    kept: list[Mention] = []
    first = 0
    for mention in sorted(mentions, key=lambda m: (m.concept, m.start, m.end - m.start)):
        if kept and kept[-1].concept != mention.concept:
            first = len(kept)
        clash = next((i for i in range(first, len(kept)) if _overlap(kept[i], mention)), None)
        if clash is None:
            kept.append(mention)
        elif _weight(mention) > _weight(kept[clash]):
            kept[clash] = mention
    return sorted(kept, key=lambda m: (m.start, m.end, m.concept))


def _weight(mention: Mention) -> int:
    return {Standing.MEANT: 2, Standing.IN_DOUBT: 1, Standing.SUPPRESSED: 0}[mention.standing]


def less_sure(mention: Mention) -> Mention:
    """A denial that was perhaps not even said leaves a question."""
    if mention.standing is not Standing.SUPPRESSED or mention.reason != "negated":
        return mention
    return mention._replace(standing=Standing.IN_DOUBT)


def worth_a_question(mention: Mention, reason: str) -> Mention:
    """At most in doubt, and why."""
    if mention.standing is not Standing.MEANT:
        return mention
    return mention._replace(standing=Standing.IN_DOUBT, reason=reason)


def meant_ones(mentions: Iterable[Mention], concepts: tuple[str, ...]) -> list[Mention]:
    """The mentions of these concepts that are meant."""
    if not concepts:
        return []
    return [m for m in mentions if m.concept in concepts and m.standing is Standing.MEANT]


def standings(
    mentions: Iterable[Mention], earlier: Mapping[str, Standing]
) -> Mapping[str, Standing]:
    """What each concept is worth: the best of its mentions, now and earlier."""
    standing = dict(earlier)
    for mention in mentions:
        if standing.get(mention.concept) is not Standing.MEANT:
            standing[mention.concept] = mention.standing
    return standing


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def overlaps(mention: Mention, others: Iterable[Mention]) -> bool:
    """Whether it shares words with any of the others."""
    return any(_overlap(mention, other) for other in others)
