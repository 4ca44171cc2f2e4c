"""Every phrase of a protocol set, compiled; and the matcher that finds them in an utterance.

A phrase is tried only where the symbol that is said least often occurs and all its others are
present. The walk from there reads a bounded window, so the work grows with the number of words and
with nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from triage.numbers import Number
from triage.phrases import NUMBER, YEAR, Element, Gap, PhraseError, parse
from triage.protocol import WordClass
from triage.sound import BySound
from triage.tokens import COMMA, STOP, Utterance, fold
from triage.vocabulary import BARRIERS, CONNECTIVES, LITTLE_WORDS, PEOPLE

_BARRIER = 50
_LONGEST_WORD = 4
"""Tokens of a word that was heard in pieces."""
_LONGEST_OF_CLASS = 12
"""Tokens of the longest entry of a word class."""
_EVERYWHERE = 40
"""So many times as often as another word a little word is said, or one for a person."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase to look for.

    Attributes:
        concept: what it means.
        text: as written.
        language: whose inflection applies.
    """

    concept: str
    text: str
    language: str


class Match(NamedTuple):
    """A phrase found.

    Attributes:
        concept: what it means.
        start: first token.
        end: one past the last token.
        used: the tokens that the phrase itself accounts for.
        misheard: it is there only if a recogniser put another word in a word's place.
    """

    concept: str
    start: int
    end: int
    used: frozenset[int]
    misheard: bool = False


@dataclass(frozen=True, slots=True)
class _Pattern:
    target: str
    symbols: tuple[int, ...]
    gaps: tuple[Gap, ...]


class _Indexed(NamedTuple):
    """A pattern under the two of its symbols that are met least often.

    Attributes:
        pattern: it.
        rarest: the symbol that is met least often.
        before: so many tokens before that symbol the pattern begins at most.
        others: its symbols beside those two.
    """

    pattern: _Pattern
    rarest: int
    before: int
    others: frozenset[int]


class _Index(NamedTuple):
    """Patterns by the two symbols that are met least often.

    Attributes:
        rarest: the symbols that are some pattern's rarest.
        patterns_of: for each, second symbols with the patterns of both.
    """

    rarest: frozenset[int]
    patterns_of: Mapping[int, tuple[tuple[int, list[_Indexed]], ...]]


class Lexicon:
    """Compiled phrases. Built once per protocol set; read-only afterwards."""

    def __init__(
        self,
        classes: Iterable[WordClass],
        phrases: Iterable[Phrase],
        by_sound: Iterable[str] = (),
    ) -> None:
        """Compile.

        Args:
            classes: what phrases name as ``<class>``.
            phrases: what to look for.
            by_sound: words of these that are also known by their sound.

        Raises:
            PhraseError: a phrase cannot be read or names an unknown word class.
        """
        self._ids: dict[tuple[str, ...], int] = {}
        self._by_choices: dict[tuple[tuple[str, frozenset[str]], ...], int] = {}
        self._forms: dict[str, set[int]] = {}
        self._put_for: dict[str, set[int]] = {}
        self._class_ids = {name: self._new_id((name,)) for name in (NUMBER, YEAR)}
        self._wider: dict[int, set[int]] = {}
        class_patterns = self._add_classes(tuple(classes))
        patterns = [
            self._pattern(phrase.concept, row, phrase.text)
            for phrase in phrases
            for row in parse(phrase.text, phrase.language)
        ]
        self._closures: dict[int, frozenset[int]] = {}
        self._rows: dict[frozenset[int], Mapping[int, int]] = {}
        self._symbols = {form: self._closed(ids) for form, ids in self._forms.items()}
        often = self._how_often()
        self._class_index = self._index(class_patterns, often)
        self._index_by_symbol = self._index(patterns, often)
        self._misheard = {form: self._closed(ids) for form, ids in self._put_for.items()}
        self._by_sound = BySound(word for word in map(fold, by_sound) if word in self._symbols)
        self._number_symbols = self._closed({self._class_ids[NUMBER]})
        self._year_symbols = self._closed({self._class_ids[YEAR]})

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word form that some phrase knows."""
        return frozenset(self._symbols)

    # --- compiling ------------------------------------------------------------------------------

    def _new_id(self, key: tuple[str, ...]) -> int:
        return self._ids.setdefault(key, len(self._ids))

    def _add_classes(self, classes: tuple[WordClass, ...]) -> list[_Pattern]:
        for word_class in classes:
            name = f"<{word_class.id}>"
            if name in self._class_ids:
                raise PhraseError(f"word class '{word_class.id}' is defined twice")
            self._class_ids[name] = self._new_id((name,))
        patterns: list[_Pattern] = []
        for word_class in classes:
            symbol = self._class_ids[f"<{word_class.id}>"]
            for language, entries in word_class.words.items():
                for entry in entries:
                    for row in parse(entry, language):
                        if len(row) == 1:
                            self._widen(row[0], symbol, entry)
                        else:
                            patterns.append(self._pattern(str(symbol), row, entry))
            for entries in word_class.heard.values():
                for form in (fold(entry) for entry in entries):
                    self._put_for.setdefault(form, set()).add(symbol)
        return patterns

    def _widen(self, element: Element, symbol: int, text: str) -> None:
        for name, forms in element.choices:
            if name.startswith("<"):
                self._wider.setdefault(self._class_id(name, text), set()).add(symbol)
            for form in forms:
                self._forms.setdefault(form, set()).add(symbol)

    def _class_id(self, name: str, text: str) -> int:
        found = self._class_ids.get(name)
        if found is None:
            raise PhraseError(f"phrase '{text}': unknown word class '{name[1:-1]}'")
        return found

    def _symbol(self, element: Element, text: str) -> int:
        if len(element.choices) == 1 and element.choices[0][0].startswith("<"):
            return self._class_id(element.choices[0][0], text)
        symbol = self._by_choices.get(element.choices)
        if symbol is None:
            forms_of = (forms or (name,) for name, forms in element.choices)
            symbol = self._new_id(tuple(sorted({form for forms in forms_of for form in forms})))
            self._widen(element, symbol, text)
            self._by_choices[element.choices] = symbol
        return symbol

    def _pattern(self, target: str, row: tuple[Element, ...], text: str) -> _Pattern:
        symbols = tuple(self._symbol(element, text) for element in row)
        gaps = tuple(element.gap for element in row)
        return _Pattern(target, symbols, gaps)

    def _how_often(self) -> Counter[int]:
        """How often each symbol will be met, guessed by its words: little ones are everywhere."""
        often: Counter[int] = Counter()
        for form, symbols in self._symbols.items():
            weight = _EVERYWHERE if form in LITTLE_WORDS or form in PEOPLE else 1
            for symbol in symbols:
                often[symbol] += weight
        return often

    def _index(self, patterns: list[_Pattern], often: Mapping[int, int]) -> _Index:
        """Patterns by the two symbols that are met least often; a single symbol is both."""
        classes = frozenset(self._class_ids.values())
        table: dict[int, dict[int, list[_Indexed]]] = {}
        for pattern in dict.fromkeys(patterns):
            symbols = pattern.symbols
            order = sorted(range(len(symbols)), key=lambda i: (often.get(symbols[i], 0), i))
            first, second = symbols[order[0]], symbols[order[min(1, len(order) - 1)]]
            # Between two elements there are as many tokens as the window, and a word's own.
            before = sum(
                pattern.gaps[i + 1].window
                + (_LONGEST_OF_CLASS if symbols[i] in classes else _LONGEST_WORD)
                for i in range(order[0])
            )
            others = frozenset(symbols) - {first, second}
            by_second = table.setdefault(first, {})
            by_second.setdefault(second, []).append(_Indexed(pattern, first, before, others))
        patterns_of = {symbol: tuple(by_second.items()) for symbol, by_second in table.items()}
        return _Index(frozenset(patterns_of), patterns_of)

    def _closed(self, symbols: Set[int]) -> Mapping[int, int]:
        """The symbols with every class they belong to, each one token long; shared, not to change.

        Most word forms stand for what other forms stand for too.
        """
        alike = frozenset(symbols)
        known = self._rows.get(alike)
        if known is None:
            seen = frozenset().union(*(self._closure(symbol) for symbol in alike))
            known = self._rows[alike] = dict.fromkeys(sorted(seen), 1)
        return known

    def _closure(self, symbol: int) -> frozenset[int]:
        """A symbol with every class it belongs to."""
        known = self._closures.get(symbol)
        if known is None:
            todo, seen = [symbol], {symbol}
            while todo:
                wider = self._wider.get(todo.pop(), set()) - seen
                seen |= wider
                todo += wider
            known = self._closures[symbol] = frozenset(seen)
        return known

    # --- matching -------------------------------------------------------------------------------

    def find(self, said: Utterance, spoken_numbers: tuple[Number, ...]) -> list[Match]:
        """All phrases in an utterance, in the order they were said."""
        rows: list[Mapping[int, int]] = [self._symbols.get(t, _NOTHING) for t in said.tokens]
        text = _Text(said, rows)
        for number in spoken_numbers:
            text.extend(number.start, number.end, self._number_symbols)
            if number.is_year or number.is_short_year(said.tokens):
                text.extend(number.start, number.end, self._year_symbols)
        self._extend_misheard(text, said)
        for match in self._matches(self._class_index, text):
            text.extend(match.start, match.end, self._closed({int(match.concept)}))
        found = self._matches(self._index_by_symbol, text)
        found.sort(key=lambda match: (match.start, match.end, match.concept))
        return found

    def _extend_misheard(self, text: _Text, said: Utterance) -> None:
        """Add what words may stand for that recognisers put there; where only they say so."""
        for at, token in enumerate(said.tokens):
            symbols = self._misheard.get(token)
            if symbols is not None:
                text.extend(at, at + 1, symbols, doubtful=True)
        for alike in self._by_sound.find(said.tokens, self._symbols.keys()):
            symbols = self._symbols[alike.word]
            text.extend(alike.start, alike.end, symbols, doubtful=not alike.certain)

    @staticmethod
    def _matches(index: _Index, text: _Text) -> list[Match]:
        found: dict[tuple[str, frozenset[int]], Match] = {}
        present = text.present
        candidates = [
            indexed
            for symbol in present & index.rarest
            for second, patterns in index.patterns_of[symbol]
            if second in present
            for indexed in patterns
            if not indexed.others or indexed.others <= present
        ]
        text.locate({s for each in candidates for s in (each.rarest, each.pattern.symbols[0])})
        for pattern, rarest, before, _ in candidates:
            for start in text.starts(pattern, rarest, before):
                used = text.walk(pattern, start)
                if used is not None:
                    tokens = frozenset([i for first, end in used for i in range(first, end)])
                    key = (pattern.target, tokens)
                    misheard = bool(text.misheard) and any(
                        (first, symbol) in text.misheard
                        for (first, _), symbol in zip(used, pattern.symbols, strict=True)
                    )
                    if key not in found or not misheard:
                        found[key] = Match(
                            pattern.target, used[0][0], used[-1][1], tokens, misheard
                        )
        return list(found.values())


_NOTHING: Mapping[int, int] = {}


def _costs(said: Utterance) -> tuple[list[int], list[int]]:
    """Running sums: what the tokens before each place cost, and what the breaks up to it cost."""
    tokens, breaks = [0], [0]
    for token, pause in zip(said.tokens, said.breaks, strict=True):
        if token in BARRIERS:
            cost = _BARRIER
        elif token in CONNECTIVES:
            cost = 2
        else:
            cost = 0 if token in LITTLE_WORDS else 1
        tokens.append(tokens[-1] + cost)
        breaks.append(breaks[-1] + (_BARRIER if pause == STOP else 1 if pause == COMMA else 0))
    return tokens, breaks


class _Text:
    """An utterance prepared for matching."""

    __slots__ = (
        "_at",
        "_breaks",
        "_extended",
        "_places",
        "_rows",
        "_tokens",
        "misheard",
        "present",
    )

    def __init__(self, said: Utterance, rows: list[Mapping[int, int]]) -> None:
        self._rows = rows
        self._tokens, self._breaks = _costs(said)
        self._at: dict[str, list[int]] = {}
        for at, token in enumerate(said.tokens):
            self._at.setdefault(token, []).append(at)
        self._extended: set[int] = set()
        self._places: dict[int, list[int]] = {}
        self.misheard: set[tuple[int, int]] = set()
        self.present: set[int] = set().union(*rows)

    def extend(
        self, start: int, end: int, symbols: Mapping[int, int], *, doubtful: bool = False
    ) -> None:
        """Let these tokens stand for more than their spelling; ``doubtful`` if only perhaps."""
        row = dict(self._rows[start])
        for symbol in symbols:
            if doubtful and symbol not in row:
                self.misheard.add((start, symbol))
            row[symbol] = max(row.get(symbol, 0), end - start)
        self._rows[start] = row
        self._extended.add(start)
        self.present.update(symbols)

    def locate(self, symbols: Set[int]) -> None:
        """Find where these symbols begin, once for all."""
        self._places = {symbol: [] for symbol in symbols}
        for places in self._at.values():
            alike = [place for place in places if place not in self._extended]
            if alike:
                for symbol in self._rows[alike[0]].keys() & symbols:
                    self._places[symbol] += alike
        for place in self._extended:
            for symbol in self._rows[place].keys() & symbols:
                self._places[symbol].append(place)
        for places in self._places.values():
            places.sort()

    def starts(self, pattern: _Pattern, rarest: int, before: int) -> Iterable[int]:
        """Where the pattern can begin: not too far before its rarest symbol."""
        places = self._places[pattern.symbols[0]]
        if not before:
            return places
        near: list[int] = []
        following = 0
        for place in self._places[rarest]:
            first = bisect_left(places, place - before, following)
            following = bisect_left(places, place, first)
            near += places[first:following]
        return near

    def walk(self, pattern: _Pattern, start: int) -> tuple[tuple[int, int], ...] | None:
        """The stretches of tokens that the pattern takes up from ``start``, if it fits."""
        end = start + self._rows[start][pattern.symbols[0]]
        if len(pattern.symbols) == 1:
            return ((start, end),)
        rest = self._rest(pattern, 1, end)
        return None if rest is None else ((start, end), *rest)

    def _rest(
        self, pattern: _Pattern, element: int, end: int
    ) -> tuple[tuple[int, int], ...] | None:
        symbol = pattern.symbols[element]
        gap, window = pattern.gaps[element]
        rows, tokens, breaks = self._rows, self._tokens, self._breaks
        last = element + 1 == len(pattern.symbols)
        most = gap + tokens[end] + breaks[end]
        for at in range(end, min(end + window, len(rows))):
            if tokens[at] + breaks[at + 1] > most:
                return None
            length = rows[at].get(symbol)
            if length is None:
                continue
            if last:
                return ((at, at + length),)
            rest = self._rest(pattern, element + 1, at + length)
            if rest is not None:
                return ((at, at + length), *rest)
        return None
