"""What was heard, without what people say while they think."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ivr.tokens import tokens

LONGEST = 60
"""Words in an answer that is looked at: an utterance of six seconds has fewer than thirty."""

_LONGEST_TEXT = 10_000

FILLERS = frozenset(
    (
        *("um", "umm", "uh", "uhh", "uhm", "er", "erm", "hm", "hmm", "mm", "mmm", "ah", "ahh"),
        *("well", "este", "eh", "em", "pues", "bueno"),
    )
)


def said_in(words: str) -> tuple[str, ...]:
    """The words of an answer, normalised, fillers left out; of a long one the first 60.

    A short answer has all its words. Who must not mistake the beginning of a long answer for the
    whole asks :func:`is_whole`.
    """
    said = tokens(words[:_LONGEST_TEXT])
    return tuple(word for word in said if word not in FILLERS)[:LONGEST]


def is_whole(words: str) -> bool:
    """Whether :func:`said_in` leaves nothing out but fillers."""
    if len(words) > _LONGEST_TEXT:
        return False
    return sum(word not in FILLERS for word in tokens(words)) <= LONGEST


def is_one_of(said: Sequence[str], at: int, words: Collection[str]) -> bool:
    """Whether there is a word at this place, and it is one of these."""
    return 0 <= at < len(said) and said[at] in words
