"""A second opinion, learned from utterances: how urgent words sound to somebody who knows no rule.

Rules know what they were taught; callers say things that nobody thought of. A small linear model
over words, pairs of words and pieces of words has read thousands of utterances and estimates how
likely each disposition is. It reads what the rules' grammar has left standing: words of a mention
that was explained away (denied, past, a figure of speech) are hidden from it.

It only ever raises: to a question, to a nurse, and to 911 or 988 only where a rule has found a
reason of its own. It never lowers. How it is trained stands in ``scripts/train_second_opinion.py``,
what it is worth in docs/triage.md.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from calls.verdict import Disposition
from triage.numbers import numbers

CLASSES = (Disposition.NOW_911, Disposition.NOW_988, Disposition.NURSE_NOW)
"""What is told from no red flag, in the order of every row of weights."""
HIDDEN = "\N{NOT SIGN}"
"""Stands for words that were explained away."""

_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5
_HEADER = "careline second opinion"

Row = tuple[float, float, float]


class OpinionError(ValueError):
    """Ops: a file of weights cannot be read. The message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """How likely each disposition is, 0 to 1.

    Attributes:
        emergency: 911-now.
        crisis: 988-now.
        nurse: nurse-now.
    """

    emergency: float
    crisis: float
    nurse: float

    @property
    def urgent(self) -> float:
        """That a person has to hear this caller now."""
        return self.emergency + self.crisis + self.nurse


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was learned.

    Attributes:
        version: counts trainings.
        ask_at: from this ``urgent`` on, what no rule understood is worth a question.
        nurse_at: from this ``urgent`` on, it goes to a nurse at once.
        second_at: from this likelihood of 911 or 988 on, a rule's question or nurse becomes that.
        bias: of each class.
        rows: of each feature (:func:`word_features`, :func:`pieces`), for each class.
    """

    version: int
    ask_at: float
    nurse_at: float
    second_at: float
    bias: Row
    rows: Mapping[str, Row]


class SecondOpinion:
    """The learned model.

    Args:
        weights: what was learned.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._of_words: dict[str, tuple[Row, int]] = {}

    def of(self, words: Sequence[str]) -> Opinion:
        """What these words sound like.

        Args:
            words: folded words; :data:`HIDDEN` where some were explained away.
        """
        rows = self.weights.rows
        whole = word_features(words)
        found = [row for feature in whole if (row := rows.get(feature)) is not None]
        by_words = _scaled(map(sum, zip(*found, strict=True)) if found else (), len(whole))
        sums, count = [0.0, 0.0, 0.0], 0
        for word in distinct(words):
            row, pieces_of_word = self._of_word(word)
            count += pieces_of_word
            sums = [sums[0] + row[0], sums[1] + row[1], sums[2] + row[2]]
        by_pieces = _scaled(sums, count)
        scores = (
            math.exp(min(sum(s), 50.0))
            for s in zip(self.weights.bias, by_words, by_pieces, strict=True)
        )
        emergency, crisis, nurse = scores
        total = 1.0 + emergency + crisis + nurse
        return Opinion(emergency=emergency / total, crisis=crisis / total, nurse=nurse / total)

    def _of_word(self, word: str) -> tuple[Row, int]:
        """What its pieces add up to; kept for words that it was taught, never for a caller's."""
        if word not in self.weights.rows:
            return self._sum_of_pieces(word)
        known = self._of_words.get(word)
        if known is None:
            known = self._of_words[word] = self._sum_of_pieces(word)
        return known

    def _sum_of_pieces(self, word: str) -> tuple[Row, int]:
        rows = self.weights.rows
        sums, all_pieces = [0.0, 0.0, 0.0], pieces(word)
        for row in filter(None, map(rows.get, all_pieces)):
            sums = [sums[0] + row[0], sums[1] + row[1], sums[2] + row[2]]
        return (sums[0], sums[1], sums[2]), len(all_pieces)


# --- features: the training script uses the same ------------------------------------------------


def word_features(words: Sequence[str]) -> Collection[str]:
    """The words, pairs of neighbours, and pairs with one word between; numbers by their size.

    Each once, in the order they were said: sums of fractions depend on their order.
    """
    words = _sized(words)
    pairs = map(" ".join, itertools.pairwise(words))
    apart = map(" _ ".join, zip(words, words[2:], strict=False))
    return dict.fromkeys((*words, *pairs, *apart))


def pieces(word: str) -> tuple[str, ...]:
    """Three to five letters in a row of a word with its ends marked, so that misspellings help."""
    marked = f"<{word}>"
    return tuple(
        f"~{marked[at : at + length]}"
        for length in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1)
        for at in range(len(marked) - length + 1)
    )


def distinct(words: Sequence[str]) -> tuple[str, ...]:
    """Each word once, without those that were hidden."""
    return tuple(word for word in dict.fromkeys(words) if word != HIDDEN)


def _sized(words: Sequence[str]) -> list[str]:
    sized: list[str] = []
    at = 0
    for number in numbers(words):
        sized += words[at : number.start]
        sized.append(_size(number.value))
        at = number.end
    return [*sized, *words[at:]]


def _size(value: float) -> str:
    if value < 10:
        return f"#{int(value)}"
    if value < 100:
        return f"#{int(value) // 10}0"
    return f"#{int(value) // 50 * 50}" if value < 1000 else "#1000"


def _scaled(sums: Iterable[float], count: int) -> Row:
    values = tuple(sums) or (0.0, 0.0, 0.0)
    root = math.sqrt(max(count, 1))
    return values[0] / root, values[1] / root, values[2] / root


# --- the file of weights ------------------------------------------------------------------------


def dump(weights: Weights) -> str:
    """The weights as a text file: a header, then ``feature TAB weight TAB weight TAB weight``.

    Weights are written in hundredths.
    """
    lines = [
        _HEADER,
        f"version\t{weights.version}",
        f"ask_at\t{weights.ask_at}",
        f"nurse_at\t{weights.nurse_at}",
        f"second_at\t{weights.second_at}",
        _line("bias", weights.bias),
        *(_line(feature, row) for feature, row in sorted(weights.rows.items())),
    ]
    return "\n".join(lines) + "\n"


def _line(name: str, row: Row) -> str:
    return "\t".join((name, *(str(round(100 * value)) for value in row)))


def parse_weights(text: str) -> Weights:
    """Read what :func:`dump` wrote.

    Raises:
        OpinionError: it is something else.
    """
    lines = text.splitlines()
    if not lines or lines[0] != _HEADER:
        raise OpinionError(f"line 1: '{_HEADER}' wanted")
    head: dict[str, float] = {}
    rows: dict[str, Row] = {}
    for number, line in enumerate(lines[1:], 2):
        name, *values = line.split("\t")
        try:
            if len(values) == 1:
                head[name] = float(values[0])
            else:
                one, two, three = (int(value) / 100 for value in values)
                rows[name] = (one, two, three)
        except ValueError:
            raise OpinionError(f"line {number}: a name and one or three numbers wanted") from None
    try:
        return Weights(
            version=int(head["version"]),
            ask_at=head["ask_at"],
            nurse_at=head["nurse_at"],
            second_at=head["second_at"],
            bias=rows.pop("bias"),
            rows=rows,
        )
    except (KeyError, ValueError, OverflowError) as error:
        raise OpinionError(f"the header lacks {error}") from None
