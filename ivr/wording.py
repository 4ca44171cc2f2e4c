"""The words that an intent is recognised by, and which of them the caller has turned down.

Words are those of triage (case, accents, hesitations and contractions make no difference), in the
singular. "I don't need an appointment, I have a question about my bill" names an appointment and
turns it down: what stands between the denial and the next thing that is wanted counts for nothing.
Only denials of what the call is about are meant: "they don't have my referral" turns nothing down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triage.tokens import tokenise

MOST_WORDS = 100
"""Words that are read; the first ones. Whoever says more than this has said it."""

_FARTHEST = 8
"""Words that one denial reaches over."""


@dataclass(frozen=True, slots=True)
class Turned:
    """One thing turned down.

    Attributes:
        at: the index of the word that denies.
        until: the index after the last word turned down.
    """

    at: int
    until: int


@dataclass(frozen=True, slots=True)
class _Grammar:
    """How a language turns something down.

    Attributes:
        denials: words that do it.
        wants: what follows the denial where it concerns what the call is about.
        instead: words, side by side, that turn down what follows them by themselves.
        ends: words that begin something else.
    """

    denials: frozenset[str]
    wants: frozenset[str]
    instead: tuple[tuple[str, ...], ...]
    ends: frozenset[str]


def _grammar(*, denials: str, wants: str, instead: str, ends: str) -> _Grammar:
    return _Grammar(
        frozenset(denials.split()),
        frozenset(wants.split()),
        tuple(tuple(phrase.split()) for phrase in instead.split(", ")),
        frozenset(ends.split()),
    )


_GRAMMARS: Mapping[str, _Grammar] = {
    "en": _grammar(
        denials="not",
        wants="a an about ask asking call calling for interested look looking need needing the to "
        "try trying want wanting",
        instead="instead of, rather than, no need",
        ends="actually about but call calling how i instead it just need only rather want we what "
        "when where why",
    ),
    "es": _grammar(
        denials="no",
        wants="busco es llamaba llamo necesito ocupo para por quiero quisiera un una vengo",
        instead="en vez de, en lugar de, no se trata",
        ends="busco es llamo necesito nomas ocupo pero por porque quiero quisiera sino sobre solo "
        "tengo",
    ),
}
_NO_LONGER = "ya"
"""Before the denial: "ya no necesito la cita" turns nothing down, it cancels."""


def words_of(text: str, language: str) -> tuple[str, ...]:
    """The words of a phrase, as they are compared. Any string will do; nothing is raised."""
    return tuple(_singular(word, language) for word in tokenise(text).tokens[:MOST_WORDS])


def heard(text: str, language: str) -> tuple[tuple[str, ...], tuple[Turned, ...]]:
    """The words of an utterance, and what is turned down in it, in order."""
    said = tokenise(text)
    words = tuple(_singular(word, language) for word in said.tokens[:MOST_WORDS])
    grammar = _GRAMMARS.get(language)
    if grammar is None:
        return words, ()
    return words, tuple(_turned_down(words, said.breaks, grammar))


def _turned_down(words: Sequence[str], breaks: Sequence[int], grammar: _Grammar) -> list[Turned]:
    found: list[Turned] = []
    for at in range(len(words)):
        begins = 0 if found and at < found[-1].until else _denial_end(words, at, grammar)
        if not begins:
            continue
        until = begins
        farthest = min(len(words), begins + _FARTHEST)
        while until < farthest and not breaks[until]:
            word = words[until]
            if until > begins and (word in grammar.ends or word in grammar.denials):
                break
            until += 1
        found.append(Turned(at, until))
    return found


def _denial_end(words: Sequence[str], at: int, grammar: _Grammar) -> int:
    """The index after a denial that begins here; 0 where none does."""
    for phrase in grammar.instead:
        if tuple(words[at : at + len(phrase)]) == phrase:
            return at + len(phrase)
    if words[at] not in grammar.denials or words[at - 1 : at] == (_NO_LONGER,):
        return 0
    return at + 2 if words[at + 1 : at + 2] and words[at + 1] in grammar.wants else 0


def _singular(word: str, language: str) -> str:
    """The word without its plural ending, roughly: it is compared with words treated alike."""
    size = len(word)
    if size < 4 or word[-1] != "s":
        return word
    if language == "en":
        if word.endswith(("ss", "us", "is")):
            return word
        return f"{word[:-3]}y" if size > 4 and word.endswith("ies") else word[:-1]
    if language == "es":
        return word[:-2] if size > 4 and word[-2] == "e" and word[-3] not in "aeiou" else word[:-1]
    return word
