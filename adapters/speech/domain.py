"""A small language model of what callers to a clinic say, in ARPA format.

A bigram model with absolute discounting (Ney, Essen and Kneser, 1994): each seen pair gives up a
constant part of its count, which goes to the unseen pairs in proportion to how common their second
word is. With a few hundred phrases this is what can be estimated; more would be learnt by heart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

from adapters.speech.common_words import COMMON_WORDS
from adapters.speech.everyday import (
    EVERYDAY_PHRASES,
    EVERYDAY_WORDS,
    SHORT_ANSWERS,
    contracted,
)
from adapters.speech.transcript import plain_words

_START, _END = "<s>", "</s>"
_DISCOUNT = 0.5
_NEVER_LOG10 = -99.0

_EVERYDAY_COUNT = 10
_ANSWER_COUNT = 40
"""How often these are counted beside a phrase that is given once. Without it a protocol's examples,
all of them symptoms, outweigh what most callers say: of 175 ordinary requests in synthesised voices
12 were heard to hold a red flag without these counts and the sample's negative examples, and 9 with
them; of 123 true ones in noise 57 and 63."""

Pronunciations = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainModel:
    """A language model and the pronunciations of its words.

    Attributes:
        arpa: the model.
        dictionary: one pronunciation a line, variants as ``word(2)``.
        words: how many different words it knows.
        missing: words left out because nobody knows how they are said, sorted.
    """

    arpa: str
    dictionary: str
    words: int
    missing: tuple[str, ...]


def read_dictionary(text: str) -> dict[str, list[str]]:
    """A CMU dictionary (``word phones`` and ``word(2) phones`` lines) by word."""
    entries: dict[str, list[str]] = {}
    for line in text.splitlines():
        entry, _, phones = line.partition(" ")
        if entry and not entry.startswith(";;;"):
            entries.setdefault(entry.partition("(")[0], []).append(phones.strip())
    return entries


def build_domain(
    phrases: Sequence[str], words: Sequence[str], pronunciations: Pronunciations
) -> DomainModel:
    """Estimate the model.

    Args:
        phrases: what callers say; the built-in everyday phrases are added. Phrases with a word
            that has no pronunciation are parted there.
        words: words that may stand anywhere, for example names of the clinic's people.
        pronunciations: every known word's phones.

    Returns:
        The model; it has at least the everyday words that ``pronunciations`` knows.

    Raises:
        ValueError: not one word has a pronunciation.
    """
    everyday = EVERYDAY_PHRASES * _EVERYDAY_COUNT + SHORT_ANSWERS * _ANSWER_COUNT
    said = [plain_words(phrase) for phrase in (*phrases, *everyday)]
    said += [short for phrase in said if (short := contracted(phrase)) != phrase]
    # What is said instead of a symptom: nobody misses one of these, so none is named as missing.
    common = [word for word in COMMON_WORDS if word in pronunciations]
    missing: set[str] = set()
    sentences: list[list[str]] = []
    for phrase in [*said, *map(plain_words, words), *EVERYDAY_WORDS, *common]:
        run: list[str] = []
        for word in phrase.split():
            if word in pronunciations:
                run.append(word)
                continue
            missing.add(word)
            if run:
                sentences.append(run)
            run = []
        if run:
            sentences.append(run)
    if not sentences:
        raise ValueError("no word of the domain has a pronunciation")
    known = sorted({word for sentence in sentences for word in sentence})
    return DomainModel(
        arpa=_arpa(sentences),
        dictionary="".join(
            f"{word}{f'({n})' if n > 1 else ''} {phones}\n"
            for word in known
            for n, phones in enumerate(pronunciations[word], 1)
        ),
        words=len(known),
        missing=tuple(sorted(missing)),
    )


def _arpa(sentences: Sequence[Sequence[str]]) -> str:
    pairs: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        pairs.update(zip([_START, *sentence], [*sentence, _END], strict=True))
    ends: Counter[str] = Counter()
    contexts: Counter[str] = Counter()
    followers: Counter[str] = Counter()
    for (first, second), count in pairs.items():
        ends[second] += count
        contexts[first] += count
        followers[first] += 1
    total = sum(ends.values())
    share = {word: count / total for word, count in ends.items()}
    seen_share: defaultdict[str, float] = defaultdict(float)
    for first, second in pairs:
        seen_share[first] += share[second]

    def discount(word: str) -> float:
        # A word after which every word was seen has nothing to give away to.
        return _DISCOUNT if followers[word] < len(ends) else 0.0

    lines = ["\\data\\", f"ngram 1={len(ends) + 1}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    for word in sorted({*ends, _START}):
        own = log10(share[word]) if word in share else _NEVER_LOG10
        line = f"{own:.4f} {word}"
        if word != _END:
            left = discount(word) * followers[word] / contexts[word]
            line += f" {log10(left / (1.0 - seen_share[word])) if left else 0.0:.4f}"
        lines.append(line)
    lines += ["", "\\2-grams:"]
    for first, second in sorted(pairs):
        seen = (pairs[first, second] - discount(first)) / contexts[first]
        lines.append(f"{log10(seen):.4f} {first} {second}")
    lines += ["", "\\end\\", ""]
    return "\n".join(lines)
