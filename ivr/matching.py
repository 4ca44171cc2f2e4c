"""What a caller's words choose. Only words that triage has passed come here.

Words are compared as :mod:`ivr.tokens` has them. Where two answers fit equally well none is chosen:
asking again is cheaper than sending a patient to the wrong place. A bare "no" or "yes" of a flow
fits only where the caller says little else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ivr.steps import Choice
from ivr.tokens import tokens
from ivr.yes_no import BARE, is_bare


def choose(
    words: str, choices: Iterable[Choice], language: str, *, ruled_out: bool = False
) -> Choice | None:
    """The one choice that the words fit best, or none.

    A choice fits when one of its phrases occurs in the words; the longest phrase wins, and two
    choices with equally long ones make it unclear. A choice that raises a red flag is taken by
    words only where no other fits, and not where triage heard a symptom and ruled it out: "I don't
    have chest pain, I need an appointment" asks for an appointment.

    Args:
        words: what was heard.
        choices: the answers of the step.
        language: whose phrases to look for.
        ruled_out: triage found a symptom in these words that does not count.
    """
    return _fitting(words, choices, language, ruled_out)[0]


def is_torn(
    words: str, choices: Iterable[Choice], language: str, *, ruled_out: bool = False
) -> bool:
    """Whether :func:`choose` chooses none because two fit equally well, not because none does."""
    return _fitting(words, choices, language, ruled_out)[1]


def hints(choices: Iterable[Choice], language: str) -> tuple[str, ...]:
    """The phrases that are likely as an answer, for a recogniser."""
    return tuple(phrase for choice in choices for phrase in choice.words.get(language, ()))


def _fitting(
    words: str, choices: Iterable[Choice], language: str, ruled_out: bool
) -> tuple[Choice | None, bool]:
    """The choice that fits best, and whether two fit equally well; red flags after the others."""
    said = tokens(words)
    ordinary: list[Choice] = []
    screens: list[Choice] = []
    for choice in choices:
        (screens if choice.red_flag is not None else ordinary).append(choice)
    fits, torn = _best(said, ordinary, language)
    if fits is None and not torn and not ruled_out:
        fits, torn = _best(said, screens, language)
    return fits, torn


def _longest(phrases: tuple[str, ...], said: tuple[str, ...]) -> int:
    """How many tokens the longest phrase has that occurs in what was said; 0 if none does."""
    longest = 0
    by_first = _by_first_token(phrases) if phrases else {}
    for start, first in enumerate(said):
        for phrase in by_first.get(first, ()):
            size = len(phrase)
            if size > longest and said[start : start + size] == phrase:
                if size == 1 and first in BARE and not is_bare(said):
                    continue
                longest = size
    return longest


@lru_cache(maxsize=20_000)
def _by_first_token(phrases: tuple[str, ...]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The phrases of an answer, taken apart, by what each begins with."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in filter(None, map(tokens, phrases)):
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


def _best(
    said: tuple[str, ...], choices: Iterable[Choice], language: str
) -> tuple[Choice | None, bool]:
    """The choice with the longest phrase, and whether two were equally long."""
    best: Choice | None = None
    longest = 0
    unclear = False
    for choice in choices:
        length = _longest(choice.words.get(language, ()), said)
        if length > longest:
            best, longest, unclear = choice, length, False
        elif length and length == longest:
            unclear = True
    return (None, True) if unclear else (best, False)
