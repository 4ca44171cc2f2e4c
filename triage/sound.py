"""Words known by their sound: what recognisers make of medical words.

A recogniser that does not know a word writes what sounds alike: a misspelling ("diahrea") or a row
of words that it does know ("sue a side"). Both keep the consonants. A word's *skeleton* is the row
of its consonant classes: voiced and unvoiced, and all that hisses, fall together; vowels fall away.

Bounded, so that ordinary words do not trip it: only words that protocols list are known by sound; a
word that any phrase knows, and an ordinary word (:mod:`triage.ordinary`), is never taken for
another; and a row of words must be spelt much like the word as well, and leaves a question, never
more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from triage.ordinary import ORDINARY

_LONGEST_ROW = 4
_SHORTEST_SKELETON = 2
_SHORTEST_WORD = 5
_DIFFERS = 0.4
_SHORTEST_FOR_TWO_ERRORS = 9

_DIGRAPHS = {"ph": "F", "gh": "", "ck": "K", "ch": "S", "sh": "S", "th": "T", "kn": "N", "ps": "S"}
_CLASSES = {
    "b": "P", "p": "P", "d": "T", "t": "T", "f": "F", "v": "F", "g": "K", "k": "K", "q": "K",
    "c": "K", "j": "S", "s": "S", "z": "S", "l": "L", "m": "M", "n": "N", "r": "R",
}  # fmt: skip
_SOFT = frozenset("eiy")
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class SoundAlike:
    """A place in an utterance that sounds like a listed word.

    Attributes:
        start: first token.
        end: one past the last token.
        word: what it sounds like.
        certain: it is no word of its own, so that it can be nothing else.
    """

    start: int
    end: int
    word: str
    certain: bool


def skeleton(word: str) -> str:
    """The consonant classes of a folded word, one letter each; ``A`` for a vowel that begins it."""
    classes: list[str] = []
    at = 0
    while at < len(word):
        letter = word[at]
        pair = word[at : at + 2]
        if pair in _DIGRAPHS:
            found = _DIGRAPHS[pair]
            at += 1
        elif letter in "cg" and word[at + 1 : at + 2] in _SOFT and pair[1:]:
            found = "S"
        elif letter == "x":
            found = "KS" if at else "S"
        elif letter in _VOWELS:
            found = "" if at else "A"
        else:
            found = _CLASSES.get(letter, "")
        classes += found
        at += 1
    return _once("".join(classes))


def _once(classes: str) -> str:
    """Without repeats of a class right after itself."""
    return "".join(c for at, c in enumerate(classes) if not at or c != classes[at - 1])


def _joined(classes: str, more: str) -> str:
    """Two rows of classes as one, without a repeat where they meet."""
    return classes + (more[1:] if classes[-1:] == more[:1] else more)


class BySound:
    """The words that protocols list, by their sound.

    Args:
        words: folded.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._skeletons: dict[str, str] = {}
        self._by_skeleton: dict[str, list[str]] = {}
        self._by_part: dict[str, list[str]] = {}
        self._beginnings: set[str] = set()
        for word in sorted(self._words):
            key = skeleton(word)
            if len(key) >= _SHORTEST_SKELETON:
                self._by_skeleton.setdefault(key, []).append(word)
                self._beginnings.update(key[:end] for end in range(len(key) + 1))
            for part in _parts(word, _errors(word)):
                self._by_part.setdefault(part, []).append(word)

    def find(self, tokens: Sequence[str], known: Collection[str]) -> list[SoundAlike]:
        """What sounds like a listed word.

        Args:
            tokens: the utterance.
            known: words that phrases know: they stand for themselves.
        """
        if not self._by_part:
            return []
        found = [
            SoundAlike(at, at + 1, word, certain=True)
            for at, token in enumerate(tokens)
            if token not in known and token not in ORDINARY
            for word in self.misspelt(token)
        ]
        kept = self._skeletons
        skeletons = [kept.get(token) or self._skeleton(token, known) for token in tokens]
        for start, key in enumerate(skeletons):
            if key in self._beginnings:
                found += self._in_pieces(tokens, skeletons, start)
        return found

    def _in_pieces(
        self, tokens: Sequence[str], skeletons: Sequence[str], start: int
    ) -> Iterator[SoundAlike]:
        """The listed words that several tokens from ``start`` on sound like."""
        key = skeletons[start]
        for end in range(start + 2, min(start + _LONGEST_ROW, len(tokens)) + 1):
            # A vowel that begins a later word is heard within the row, where vowels fall away.
            key = _joined(key, skeletons[end - 1].removeprefix("A"))
            for word in self._by_skeleton.get(key, ()):
                row = tokens[start:end]
                if self._words.isdisjoint(row) and _close("".join(row), word):
                    yield SoundAlike(start, end, word, certain=False)
            if key not in self._beginnings:
                return

    def _skeleton(self, token: str, known: Collection[str]) -> str:
        """Its skeleton; kept for words that phrases know, never for a caller's."""
        if not token.isalpha():
            return "?"
        if token not in known:
            return skeleton(token)
        kept = self._skeletons[token] = skeleton(token)
        return kept

    def misspelt(self, token: str) -> list[str]:
        """The listed words that a token can be a misspelling of."""
        if len(token) < _SHORTEST_WORD or not token.isalpha():
            return []
        words = dict.fromkeys(
            word
            for part in _parts(token, _errors(token))
            for word in self._by_part.get(part, ())
            if _distance(token, word) <= min(_errors(token), _errors(word))
        )
        alike = (w for w in self._by_skeleton.get(skeleton(token), ()) if _close(token, w))
        return list(dict.fromkeys((*words, *alike)))


def sounds_alike(one: str, other: str) -> bool:
    """Whether one word can be a slip of the tongue for another: "billing", "bleeding"."""
    return (
        one != other
        and min(len(one), len(other)) >= _SHORTEST_WORD
        and one[0] == other[0]
        and _distance(one, other) * 2 <= max(len(one), len(other))
    )


def _close(row: str, word: str) -> bool:
    """Whether a row of words is also spelt much like the word: sound alone is too little."""
    return row[0] == word[0] and _distance(row, word) <= _DIFFERS * len(word)


def _errors(word: str) -> int:
    """How many letters may be wrong."""
    if len(word) < _SHORTEST_WORD:
        return 0
    return 2 if len(word) >= _SHORTEST_FOR_TWO_ERRORS else 1


def _parts(word: str, errors: int) -> set[str]:
    """The word with up to so many letters left out: two words a letter apart share one."""
    parts = {word}
    for _ in range(errors):
        parts |= {part[:at] + part[at + 1 :] for part in parts for at in range(len(part))}
    return parts


def _distance(one: str, other: str) -> int:
    """Letters changed, added, left out or swapped with the next (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
