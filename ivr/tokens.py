"""Words taken apart, as everything that listens to callers compares them.

Whole words, without case, accents and apostrophes, since recognisers disagree about them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’`")


def tokens(words: str) -> tuple[str, ...]:
    """The words, lower case, without accents, apostrophes and punctuation."""
    plain = words.lower().translate(_APOSTROPHES)
    if not plain.isascii():
        folded = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in folded if not unicodedata.combining(c))
    return tuple(_WORD.findall(plain))


def occurs(phrase: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the tokens of a phrase stand in what was said, side by side."""
    size = len(phrase)
    if not size or phrase[0] not in said:
        return False
    wanted = tuple(phrase)
    return any(tuple(said[start : start + size]) == wanted for start in range(len(said) - size + 1))


def any_of(phrases: Iterable[str], said: Sequence[str]) -> bool:
    """Whether one of our own phrases stands in what was said."""
    return any(occurs(_of_phrase(phrase), said) for phrase in phrases)


@lru_cache(maxsize=50_000)
def _of_phrase(phrase: str) -> tuple[str, ...]:
    """The tokens of what we wrote. What callers say is kept nowhere."""
    return tokens(phrase)
