"""One number, as an answer to "how many"."""

from __future__ import annotations

import re

from ivr.collecting.digits import is_pronoun
from ivr.collecting.heard import is_whole, said_in
from ivr.collecting.numerals import cardinal_at, is_figure, numerals_of
from ivr.collecting.ordinals import ordinals_of

_LARGEST = 999_999
_GROUPED = re.compile(r"(?<![0-9.,])([0-9]{1,3}),([0-9]{3})(?![0-9]|[.,][0-9])", re.ASCII)
_DECIMAL_OR_SIGNED = re.compile(r"[0-9][.,:/][0-9]|(?<![\w)])[-−+][0-9]|[0-9]%", re.ASCII)

_DOUBT = frozenset(
    (
        *("point", "minus", "negative", "half", "quarter", "dozen", "dozens", "hundreds"),
        *("thousands", "million", "millions", "billion", "double", "triple", "treble"),
        *("not", "isnt", "wasnt", "percent"),
        *("punto", "coma", "menos", "media", "medio", "docena", "docenas", "cientos", "miles"),
        *("millon", "millones", "doble"),
    )
)
"""Words that make a number another one, or none."""


def number_in(words: str, language: str) -> int | None:
    """The one whole number that was said, from 0 to 999,999.

    Args:
        words: what was heard or typed: "one hundred and twenty three", "mil doscientos", ``12``.
        language: whose words for numbers to look for; figures are understood in every one.

    Returns:
        The number; ``None`` for none, for two that differ or stand side by side ("five five" may
        be 55), for parts of one, ordinals, and numbers below 0 or above 999,999.
    """
    if not is_whole(words):
        return None
    text = _GROUPED.sub(r"\1\2", words)
    if _DECIMAL_OR_SIGNED.search(text) or any(c.isnumeric() and not c.isascii() for c in text):
        return None
    numerals, ordinals = numerals_of(language), ordinals_of(language)
    said = said_in(text)
    if numerals.is_cut(said):
        return None
    found: set[int] = set()
    at, last_end = 0, -1
    while at < len(said):
        word = said[at]
        if word in _DOUBT or word in ordinals or _is_mixed(word):
            return None
        if is_pronoun(said, at, numerals):
            at += 1
            continue
        cardinal = cardinal_at(said, at, numerals)
        if cardinal is not None:
            value, end = cardinal.value, cardinal.end
        elif is_figure(word):
            value, end = int(word), at + 1
        else:
            at += 1
            continue
        if at == last_end:
            return None
        found.add(value)
        at = last_end = end
    (value,) = found if len(found) == 1 else (-1,)
    return value if 0 <= value <= _LARGEST else None


def _is_mixed(word: str) -> bool:
    """Whether a word has a figure in it and is none that can be read: ``5th``, ``12mg``."""
    return any(c.isnumeric() for c in word) and not is_figure(word)
