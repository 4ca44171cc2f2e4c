"""Transcripts as plain words, and how far two of them agree."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def plain_words(text: str) -> str:
    """Lower case, no punctuation; apostrophes within words stay, hyphens part them."""
    return " ".join(_WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")))


def word_errors(wanted: Sequence[str], found: Sequence[str]) -> int:
    """Substitutions, insertions and deletions between two word sequences (Levenshtein)."""
    row = list(range(len(found) + 1))
    for i, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other)),
            )
    return row[-1]


def agreement(one: str, other: str) -> float:
    """How far two transcripts have the same words in the same order, 0 to 1."""
    left, right = one.split(), other.split()
    longest = max(len(left), len(right))
    return 1.0 - word_errors(left, right) / longest if longest else 1.0
