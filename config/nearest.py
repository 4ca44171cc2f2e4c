"""The name that was meant: the nearest to a misspelt one, found with bounded work."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher

LONGEST_WORD = 40
"""A longer one is no slip of the pen."""
_ALIKE = 0.6
_CHARACTERS_A_COMPARISON = 8


class Nearest:
    """Seeks names, until the work it may do is done.

    Args:
        comparisons: of short names, about; of long names that are much alike, far fewer.
    """

    def __init__(self, comparisons: int) -> None:
        self._left = comparisons
        self._found: dict[str, dict[frozenset[str], str | None]] = {}

    def name(self, word: str, names: Collection[str]) -> str | None:
        """The nearest name, if one is near, by :meth:`difflib.SequenceMatcher.ratio`."""
        if len(word) > LONGEST_WORD:
            return None
        if word not in self._found and len(names) > self._left:
            return None
        # The same question, asked again when all the work is done, gets the same answer.
        found = self._found.setdefault(word, {})
        asked = frozenset(names)
        if asked not in found:
            found[asked] = self._nearest(word, sorted(asked))
        return found[asked]

    def _nearest(self, word: str, names: list[str]) -> str | None:
        self._left -= len(names)
        matcher = SequenceMatcher()
        matcher.set_seq2(word)
        best = (_ALIKE, "")
        for name in names:
            if self._left < 0:
                return None
            if 2 * min(len(word), len(name)) < best[0] * (len(word) + len(name)):
                continue
            matcher.set_seq1(name)
            if matcher.quick_ratio() >= best[0]:
                # The work is the product of both lengths.
                self._left -= len(word) * len(name) // _CHARACTERS_A_COMPARISON
                best = max(best, (matcher.ratio(), name))
        return best[1] or None
