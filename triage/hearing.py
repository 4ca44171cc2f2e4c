"""What was said, by kind: concepts, how surely, sayings and cues.

All phrases of a site, and those of the caller grammar, are looked for in one pass over the words
(:mod:`triage.lexicon`); this module tells afterwards what each find is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from calls.verdict import Disposition
from triage.context import Sayings
from triage.cues import CUES
from triage.lexicon import Lexicon, Match, Phrase
from triage.numbers import numbers
from triage.protocol import Protocol, ProtocolSet, references
from triage.readings import PREFIX, Readings
from triage.tokens import Utterance, fold

_WEAK = "weak:"
_CUE = "cue:"
_FIGURE = "figure:"
_EXAGGERATION = "exaggeration:"


class Heard(NamedTuple):
    """What one utterance holds.

    Attributes:
        sure: mentions of concepts.
        weak: mentions in weak words.
        misheard: mentions that were perhaps not said.
        sayings: what is often said without being meant.
        cues: of each kind of :mod:`triage.cues`.
    """

    sure: list[Match]
    weak: list[Match]
    misheard: list[Match]
    sayings: Sayings
    cues: Mapping[str, list[Match]]


class Hearing:
    """The phrases of a site and of the caller grammar, compiled.

    Args:
        protocols: the site's.

    Raises:
        PhraseError: a phrase cannot be read or names an unknown word class.
    """

    def __init__(self, protocols: ProtocolSet) -> None:
        self._named = frozenset(map(fold, protocols.named))
        self._crises = frozenset(
            concept.id
            for protocol in protocols.protocols
            if any(rule.disposition is Disposition.NOW_988 for rule in protocol.rules)
            for concept in protocol.concepts
        )
        self._readings = Readings(protocols.concepts)
        phrases = [phrase for protocol in protocols.protocols for phrase in _phrases(protocol)]
        phrases += _cues()
        phrases += self._readings.phrases
        self._lexicon = Lexicon(protocols.words, phrases, protocols.by_sound)

        self._despair = frozenset(
            concept
            for rule in protocols.rules
            if rule.disposition is Disposition.NOW_988
            for _, concept in references(rule, "all", "any")
        )

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word form that some phrase knows."""
        return self._lexicon.vocabulary

    def of(self, said: Utterance) -> Heard:
        """What was said."""
        spoken = numbers(said.tokens)
        kinds: dict[str, list[Match]] = {_FIGURE: [], _EXAGGERATION: [], _WEAK: []}
        sure: list[Match] = []
        misheard: list[Match] = []
        cues: dict[str, list[Match]] = {}
        measured: dict[str, list[Match]] = {}
        for match in self._lexicon.find(said, spoken):
            kind, colon, name = match.concept.partition(":")
            kind += colon
            if kind == _CUE:
                cues.setdefault(name, []).append(match)
            elif kind == PREFIX:
                measured.setdefault(match.concept, []).append(match)
            elif kind in kinds:
                # A weak word that was perhaps not even said is worth nothing.
                if not (match.misheard and kind == _WEAK):
                    kinds[kind].append(match._replace(concept=name) if name else match)
            else:
                (misheard if match.misheard else sure).append(match)
        if spoken:
            sure += self._readings.find(said, spoken, measured)
        sayings = Sayings(
            kinds[_FIGURE], kinds[_EXAGGERATION], self._named, self._crises, self._despair
        )
        return Heard(sure, kinds[_WEAK], misheard, sayings, cues)


def _phrases(protocol: Protocol) -> Iterator[Phrase]:
    """Every phrase of a protocol, under the name of what it says."""
    for concept in (*protocol.concepts, *protocol.modifiers):
        yield from _named(concept.id, concept.phrases)
        yield from _named(concept.id, concept.variants)
        yield from _named(_WEAK + concept.id, concept.weak)
    yield from _named(_FIGURE, protocol.figures)
    yield from _named(_EXAGGERATION, protocol.exaggerations)


def _named(name: str, table: Mapping[str, Iterable[str]]) -> Iterator[Phrase]:
    for language, texts in table.items():
        for text in texts:
            yield Phrase(name, text, language)


def _cues() -> list[Phrase]:
    return [
        phrase for kind, by_language in CUES.items() for phrase in _named(_CUE + kind, by_language)
    ]
