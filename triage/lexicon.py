"""Every phrase of a protocol set, compiled; and the matcher that finds them in an utterance.

A phrase is tried only where its rarest symbol occurs and all its symbols are present (one bit mask
comparison). The walk from there reads a bounded window, so the work grows with the number of words
and with nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triage.numbers import Number
from triage.phrases import NUMBER, YEAR, Element, Gap, PhraseError, parse
from triage.protocol import WordClass
from triage.tokens import COMMA, STOP, Utterance
from triage.vocabulary import BARRIERS, CONNECTIVES, LITTLE_WORDS

_BARRIER = 50


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


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found.

    Attributes:
        concept: what it means.
        start: first token.
        end: one past the last token.
        used: the tokens that the phrase itself accounts for.
    """

    concept: str
    start: int
    end: int
    used: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Pattern:
    target: str
    symbols: tuple[int, ...]
    gaps: tuple[Gap, ...]
    need: int


class Lexicon:
    """Compiled phrases. Built once per protocol set; read-only afterwards."""

    def __init__(self, classes: Iterable[WordClass], phrases: Iterable[Phrase]) -> None:
        """Compile.

        Raises:
            PhraseError: a phrase cannot be read or names an unknown word class.
        """
        self._ids: dict[tuple[str, ...], int] = {}
        self._forms: dict[str, set[int]] = {}
        self._class_ids = {name: self._new_id((name,)) for name in (NUMBER, YEAR)}
        self._wider: dict[int, set[int]] = {}
        class_patterns = self._add_classes(tuple(classes))
        patterns = [
            self._pattern(phrase.concept, row, phrase.text)
            for phrase in phrases
            for row in parse(phrase.text, phrase.language)
        ]
        self._class_index = self._index(class_patterns)
        self._index_by_symbol = self._index(patterns)
        self._symbols = {form: self._closed(ids) for form, ids in self._forms.items()}
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
        key = tuple(sorted({form for name, forms in element.choices for form in forms or (name,)}))
        symbol = self._new_id(key)
        self._widen(element, symbol, text)
        return symbol

    def _pattern(self, target: str, row: tuple[Element, ...], text: str) -> _Pattern:
        symbols = tuple(self._symbol(element, text) for element in row)
        gaps = tuple(element.gap for element in row)
        need = 0
        for symbol in symbols:
            need |= 1 << symbol
        return _Pattern(target, symbols, gaps, need)

    @staticmethod
    def _index(patterns: list[_Pattern]) -> dict[int, tuple[_Pattern, ...]]:
        """Patterns by their rarest symbol."""
        common = Counter(symbol for pattern in patterns for symbol in pattern.symbols)
        index: dict[int, list[_Pattern]] = {}
        for pattern in dict.fromkeys(patterns):
            rarest = min(pattern.symbols, key=lambda symbol: (common[symbol], symbol))
            index.setdefault(rarest, []).append(pattern)
        return {symbol: tuple(found) for symbol, found in index.items()}

    def _closed(self, symbols: set[int]) -> dict[int, int]:
        """The symbols with every class they belong to, each one token long."""
        todo, seen = list(symbols), set(symbols)
        while todo:
            for wider in self._wider.get(todo.pop(), ()):
                if wider not in seen:
                    seen.add(wider)
                    todo.append(wider)
        return dict.fromkeys(sorted(seen), 1)

    # --- matching -------------------------------------------------------------------------------

    def find(self, said: Utterance, spoken_numbers: tuple[Number, ...]) -> list[Match]:
        """All phrases in an utterance, in the order they were said."""
        rows: list[Mapping[int, int]] = [self._symbols.get(t, _NOTHING) for t in said.tokens]
        for number in spoken_numbers:
            self._extend(rows, number.start, number.end, self._number_symbols)
            if number.is_year:
                self._extend(rows, number.start, number.end, self._year_symbols)
        text = _Text(rows, _costs(said))
        for match in self._matches(self._class_index, text):
            symbols = self._closed({int(match.concept)})
            self._extend(rows, match.start, match.end, symbols)
            text.add(symbols, match.start)
        found = self._matches(self._index_by_symbol, text)
        found.sort(key=lambda match: (match.start, match.end, match.concept))
        return found

    @staticmethod
    def _extend(
        rows: list[Mapping[int, int]], start: int, end: int, symbols: Mapping[int, int]
    ) -> None:
        row = dict(rows[start])
        for symbol in symbols:
            row[symbol] = max(row.get(symbol, 0), end - start)
        rows[start] = row

    @staticmethod
    def _matches(index: Mapping[int, tuple[_Pattern, ...]], text: _Text) -> list[Match]:
        found: dict[tuple[str, frozenset[int]], Match] = {}
        present = text.present
        for symbol in list(text.places):
            for pattern in index.get(symbol, ()):
                if pattern.need & present != pattern.need:
                    continue
                for start in text.places[pattern.symbols[0]]:
                    used = text.walk(pattern, start)
                    if used is not None:
                        tokens = frozenset(i for first, end in used for i in range(first, end))
                        key = (pattern.target, tokens)
                        found[key] = Match(pattern.target, used[0][0], used[-1][1], tokens)
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

    __slots__ = ("_breaks", "_rows", "_tokens", "places", "present")

    def __init__(self, rows: list[Mapping[int, int]], costs: tuple[list[int], list[int]]) -> None:
        self._rows = rows
        self._tokens, self._breaks = costs
        self.places: dict[int, list[int]] = {}
        for at, row in enumerate(rows):
            for symbol in row:
                self.places.setdefault(symbol, []).append(at)
        self.present = 0
        for symbol in self.places:
            self.present |= 1 << symbol

    def add(self, symbols: Iterable[int], start: int) -> None:
        """A class of several words begins here."""
        for symbol in symbols:
            self.places.setdefault(symbol, []).append(start)
            self.present |= 1 << symbol

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
        last = element + 1 == len(pattern.symbols)
        for at in range(end, min(end + window, len(self._rows))):
            cost = self._tokens[at] - self._tokens[end]
            cost += self._breaks[at + 1] - self._breaks[end]
            if cost > gap:
                return None
            length = self._rows[at].get(symbol)
            if length is None:
                continue
            if last:
                return ((at, at + length),)
            rest = self._rest(pattern, element + 1, at + length)
            if rest is not None:
                return ((at, at + length), *rest)
        return None
