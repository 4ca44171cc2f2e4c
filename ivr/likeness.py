"""How like the sentences of each intent an utterance is: naive Bayes, learned from a few hundred.

Words, pairs of neighbours and pieces of words (three to five letters, so that misspellings and
other endings help) each speak for the intents in whose sentences they stand more often than in all
sentences together, and against the others. Nobody's sentences, where no word speaks for anything,
are one more class, so that chit-chat is like none of the intents. What all words say is divided by
the root of their number, for neighbours repeat each other.

Sums are taken in the order of the words and of the intents as given: the same words come out the
same on every machine.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

Row: TypeAlias = tuple[float, ...]
"""What one feature says, for each intent: how much likelier it makes it, as a logarithm."""

HIDDEN = "\N{NOT SIGN}"
"""Stands for words that were turned down."""

_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5
_PAIR, _PIECE = 0.6, 0.2
"""What a pair and a piece weigh beside a word: there are more of them, and they say it again."""
_SHARPNESS = 1.6
_ADDED = 8
"""Features that every utterance is thought to have besides: a word alone is no certainty."""
_NOBODY = 1.0
"""What speaks for none of the intents before a word is said."""


class Likeness:
    """What was learned of one language. The numbers are tuned by cross-validation of the samples.

    Args:
        sentences: per intent, its phrases and sentences as words.
    """

    def __init__(self, sentences: Mapping[str, Collection[Sequence[str]]]) -> None:
        spoken_by = {name: [tuple(w) for w in each if w] for name, each in sentences.items()}
        self._intents = tuple(name for name, each in spoken_by.items() if each)
        spoken = [spoken_by[name] for name in self._intents]
        whole = [[f for words in each for f in _features(words)] for each in spoken]
        parts = [[p for words in each for w in _once(words) for p in _pieces(w)] for each in spoken]
        self._rows = _learned(whole, lambda feature: _PAIR if " " in feature else 1.0)
        self._pieces = _learned(parts, lambda _: _PIECE, least=2)
        self._of_words: dict[str, Row | None] = {}
        for word in dict.fromkeys(word for each in spoken for words in each for word in words):
            self._of_words[word] = self._of_word(word)

    def of(self, words: Sequence[str]) -> dict[str, float]:
        """How likely each intent is, 0 to 1; what is missing from a sum of 1 is like none.

        Args:
            words: the words; :data:`HIDDEN` where some were turned down.
        """
        features = _features(words)
        found = []
        for feature in features:
            if " " in feature:
                row = self._rows.get(feature)
            elif feature in self._of_words:
                row = self._of_words[feature]
            else:
                row = self._of_word(feature)
            if row is not None:
                found.append(row)
        # A single intent stands out from nothing: no word is likelier in it than at large.
        if not found or len(self._intents) == 1:
            return dict.fromkeys(self._intents, 0.0)
        scale = _SHARPNESS / math.sqrt(len(features) + _ADDED)
        said = [scale * sum(column) for column in zip(*found, strict=True)]
        highest = max(_NOBODY, *said)
        powers = [math.exp(each - highest) for each in said]
        total = math.exp(_NOBODY - highest) + sum(powers)
        return {name: each / total for name, each in zip(self._intents, powers, strict=True)}

    def _of_word(self, word: str) -> Row | None:
        """What a word says by itself and by its pieces. Kept only for words that were taught."""
        found = [row for piece in _pieces(word) if (row := self._pieces.get(piece)) is not None]
        row = self._rows.get(word)
        if row is not None:
            found.append(row)
        return tuple(map(sum, zip(*found, strict=True))) if found else None


def _learned(
    features: Sequence[Sequence[str]], weight: Callable[[str], float], *, least: int = 1
) -> dict[str, Row]:
    """What each feature says of each intent.

    A share is smoothed with as many features at large as an intent has on average, and what stands
    at large is the average of the shares: an intent with many sentences is no likelier for it.

    Args:
        features: per intent, the features of all its sentences, with repetitions.
        weight: what a feature weighs.
        least: in how many sentences a feature has to stand. A rare word must not decide by all of
            its pieces what it has said in a single sentence.
    """
    sizes = [len(each) for each in features]
    counts: dict[str, list[int]] = {}
    for intent, each in enumerate(features):
        for feature in each:
            counts.setdefault(feature, [0] * len(sizes))[intent] += 1
    intents = len(sizes)
    smoothing = sum(sizes) / max(intents, 1)
    logs = [math.log(size + smoothing) for size in sizes]
    rows: dict[str, Row] = {}
    for feature, row in counts.items():
        if sum(row) < least:
            continue
        at_large = sum(count / size for count, size in zip(row, sizes, strict=True)) / intents
        factor = weight(feature)
        rows[feature] = tuple(
            factor * (math.log(count / at_large + smoothing) - shares)
            for count, shares in zip(row, logs, strict=True)
        )
    return rows


def _features(words: Sequence[str]) -> tuple[str, ...]:
    """The words and the pairs of neighbours, each once, in the order they were said."""
    pairs = (f"{one} {two}" for one, two in itertools.pairwise(words) if HIDDEN not in (one, two))
    return tuple(dict.fromkeys((*_once(words), *pairs)))


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in dict.fromkeys(words) if word != HIDDEN)


def _pieces(word: str) -> tuple[str, ...]:
    marked = f"<{word}>"
    return tuple(
        marked[at : at + length]
        for length in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1)
        for at in range(len(marked) - length + 1)
    )
