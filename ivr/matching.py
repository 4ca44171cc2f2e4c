"""What a caller's words choose. Only words that triage has passed come here.

Words are compared as whole words, without case, accents and apostrophes, since recognisers disagree
about them. Where two answers fit equally well none is chosen: asking again is cheaper than sending
a patient to the wrong place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ivr.steps import Choice

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’`")

_YES = ("yes", "yeah", "yep", "yup", "correct", "si", "claro", "correcto")
_NO = ("no", "nope", "nah")
_UNSURE = (
    "no idea",
    "do not know",
    "dont know",
    "not sure",
    "maybe",
    "i guess",
    "no se",
    "no estoy seguro",
    "no estoy segura",
    "quizas",
    "quiza",
    "tal vez",
)
_LONGEST_PLAIN = 4
"""Words in a plain answer. A longer sentence with a "no" in it may deny something else."""


def tokens(words: str) -> tuple[str, ...]:
    """The words, lower case, without accents, apostrophes and punctuation."""
    plain = words.lower().translate(_APOSTROPHES)
    if not plain.isascii():
        folded = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in folded if not unicodedata.combining(c))
    return tuple(_WORD.findall(plain))


@lru_cache(maxsize=50_000)
def _tokens_of_phrase(phrase: str) -> tuple[str, ...]:
    """The same for what stands in a flow. What callers say is kept nowhere."""
    return tokens(phrase)


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


def yes_or_no(words: str) -> bool | None:
    """Whether the words are a yes (``True``), a plain no (``False``) or neither (``None``).

    English and Spanish are understood whatever the call's language. A wrong yes costs a nurse a
    minute, a wrong no more: doubt, both at once, or a no within a longer sentence is neither.
    """
    said = tokens(words)
    if any(occurs(_tokens_of_phrase(phrase), said) for phrase in _UNSURE):
        return None
    yes = any(occurs(_tokens_of_phrase(phrase), said) for phrase in _YES)
    no = any(occurs(_tokens_of_phrase(phrase), said) for phrase in _NO)
    if yes == no:
        return None
    return True if yes else (False if len(said) <= _LONGEST_PLAIN else None)


def permission(words: str) -> bool | None:
    """Whether the words permit (``True``) or refuse (``False``), said plainly; else ``None``.

    Here a wrong yes is the worse mistake: a yes within a longer sentence may mean something else.
    """
    return yes_or_no(words) if len(tokens(words)) <= _LONGEST_PLAIN else None


def hints(choices: Iterable[Choice], language: str) -> tuple[str, ...]:
    """The phrases that are likely as an answer, for a recogniser."""
    return tuple(phrase for choice in choices for phrase in choice.words.get(language, ()))


def occurs(phrase: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the tokens of a phrase stand in what was said, side by side."""
    size = len(phrase)
    if not size or phrase[0] not in said:
        return False
    wanted = tuple(phrase)
    return any(tuple(said[start : start + size]) == wanted for start in range(len(said) - size + 1))


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
