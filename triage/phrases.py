"""The phrase language of protocols, read into patterns over symbols.

A symbol stands for spoken words: a word with its inflections, alternatives, a word class.
A pattern is a row of symbols with, before each, how much may stand between. Optional parts and
free order are multiplied out here, once, so that matching stays a walk from left to right.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from triage.inflection import FORMS
from triage.tokens import tokenise
from triage.vocabulary import BARRIERS


class Gap(NamedTuple):
    """What may stand before an element.

    Attributes:
        words: words of meaning; little words never count.
        window: tokens of any kind, the element's own first one included.
    """

    words: int
    window: int


ADJACENT = Gap(0, 1)
CLOSE = Gap(0, 5)
"""After "not" and its like: "not having trouble breathing" is not "not breathing"."""
NEAR = Gap(1, 8)
FREE = Gap(3, 10)
WIDE = Gap(4, 14)

NUMBER = "<number>"
YEAR = "<year>"
"""A number that is a year: "in twenty nineteen"."""

_CLASS = re.compile(r"<[a-z0-9-]+>")
_MAX_VARIANTS = 200


class PhraseError(ValueError):
    """Ops: a phrase cannot be read. The message says which and why."""


@dataclass(frozen=True, slots=True)
class Element:
    """One place in a pattern.

    Attributes:
        choices: what can stand here: ``<class>`` or a folded word, the latter with its forms.
        gap: what may stand before it.
    """

    choices: tuple[tuple[str, frozenset[str]], ...]
    gap: Gap


Row = tuple[Element, ...]


def parse(phrase: str, language: str) -> tuple[Row, ...]:
    """Read a phrase into all its plain patterns.

    Args:
        phrase: as described in :mod:`triage.protocol`.
        language: whose inflection applies.

    Raises:
        PhraseError: it is empty or has an operator where a word should be.
    """
    groups = [_group(group, language, phrase) for group in phrase.split("&")]
    patterns: list[Row] = []
    for order in itertools.permutations(groups):
        for rows in itertools.product(*order):
            pattern: list[Element] = []
            for number, row in enumerate(rows):
                for place, element in enumerate(row):
                    gap = FREE if number and not place else element.gap
                    if gap is NEAR and pattern and _denies(pattern[-1]):
                        gap = CLOSE
                    pattern.append(Element(element.choices, gap))
            patterns.append(tuple(pattern))
    if not all(patterns) or len(patterns) > _MAX_VARIANTS:
        raise PhraseError(
            f"phrase '{phrase}': it has {len(patterns)} readings, 1 to {_MAX_VARIANTS} wanted"
        )
    return tuple(patterns)


def _denies(element: Element) -> bool:
    return all(name in BARRIERS for name, _ in element.choices)


def _group(group: str, language: str, phrase: str) -> list[Row]:
    """All rows of elements that one side of an ``&`` can be."""
    slots: list[list[Row]] = []
    gap = NEAR
    together = False
    for raw in group.split():
        if raw == "~":
            if together:
                raise PhraseError(f"phrase '{phrase}': between brackets no '~' can stand")
            gap = WIDE
            continue
        opens, closes = raw.startswith("("), raw.endswith(")")
        if (opens and together) or (closes and not (opens or together)):
            raise PhraseError(f"phrase '{phrase}': a bracket is missing")
        together = (together or opens) and not closes
        word = raw.removeprefix("(").removesuffix(")")
        options = _options(word.removesuffix("?"), language, gap, phrase)
        slots.append([*options, ()] if word.endswith("?") else options)
        gap = ADJACENT if together else NEAR
    if together:
        raise PhraseError(f"phrase '{phrase}': a bracket is missing")
    if not slots:
        raise PhraseError(f"phrase '{phrase}': words are missing")
    return [tuple(itertools.chain.from_iterable(rows)) for rows in itertools.product(*slots)]


def _options(raw: str, language: str, gap: Gap, phrase: str) -> list[Row]:
    """What can stand in one place: all single words together, each run of words by itself."""
    single: list[tuple[str, frozenset[str]]] = []
    options: list[Row] = []
    for alternative in raw.split("|"):
        words = [choice for word in alternative.split("_") for choice in _word(word, language)]
        if not words or not all(alternative.split("_")):
            raise PhraseError(f"phrase '{phrase}': a word is missing at '{raw}'")
        if len(words) == 1:
            single += words
        else:
            options.append(
                tuple(
                    Element((word,), ADJACENT if number else gap)
                    for number, word in enumerate(words)
                )
            )
    if single:
        options.insert(0, (Element(tuple(single), gap),))
    return options


@lru_cache(maxsize=50_000)
def _word(word: str, language: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """What a word of a phrase stands for; the same words come again in thousands of phrases."""
    if _CLASS.fullmatch(word):
        return ((word, frozenset()),)
    exact = word.endswith("!")
    tokens = tokenise(word.rstrip("!")).tokens
    return tuple((token, _forms(token, language, exact)) for token in tokens)


def _forms(word: str, language: str, exact: bool) -> frozenset[str]:
    if exact or language not in FORMS:
        return frozenset((word,))
    return FORMS[language](word)
