"""Every phrase of a protocol set, compiled; and the matcher that finds them in an utterance.

A phrase is tried only where the symbol that is said least often occurs and all its others are
present. The walk from there reads a bounded window, so the work grows with the number of words and
with nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triage.numbers import Number
from triage.phrases import NUMBER, YEAR, Element, Gap, PhraseError, parse
from triage.protocol import WordClass
from triage.sound import BySound
from triage.tokens import COMMA, STOP, Utterance, fold
from triage.vocabulary import BARRIERS, CONNECTIVES, LITTLE_WORDS, PEOPLE

_BARRIER = 50
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


@dataclass(frozen=True, slots=True)
class Match:
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
    need: frozenset[int]


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
        return _Pattern(target, symbols, gaps, frozenset(symbols))

    def _how_often(self) -> Counter[int]:
        """How often each symbol will be met, guessed by its words: little ones are everywhere."""
        often: Counter[int] = Counter()
        for form, symbols in self._symbols.items():
            weight = _EVERYWHERE if form in LITTLE_WORDS or form in PEOPLE else 1
            for symbol in symbols:
                often[symbol] += weight
        return often

    @staticmethod
    def _index(
        patterns: list[_Pattern], often: Mapping[int, int]
    ) -> dict[int, tuple[_Pattern, ...]]:
        """Patterns by the symbol that is met least often."""
        index: dict[int, list[_Pattern]] = {}
        for pattern in dict.fromkeys(patterns):
            rarest = min(pattern.symbols, key=lambda symbol: (often.get(symbol, 0), symbol))
            index.setdefault(rarest, []).append(pattern)
        return {symbol: tuple(found) for symbol, found in index.items()}

    def _closed(self, symbols: Iterable[int]) -> dict[int, int]:
        """The symbols with every class they belong to, each one token long."""
        seen = frozenset().union(*(self._closure(symbol) for symbol in symbols))
        return dict.fromkeys(sorted(seen), 1)

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
        for number in spoken_numbers:
            self._extend(rows, number.start, number.end, self._number_symbols)
            if number.is_year or number.is_short_year(said.tokens):
                self._extend(rows, number.start, number.end, self._year_symbols)
        misheard = self._extend_misheard(rows, said)
        text = _Text(rows, _costs(said), misheard)
        for match in self._matches(self._class_index, text):
            symbols = self._closed({int(match.concept)})
            self._extend(rows, match.start, match.end, symbols)
            text.add(symbols)
        found = self._matches(self._index_by_symbol, text)
        found.sort(key=lambda match: (match.start, match.end, match.concept))
        return found

    def _extend_misheard(
        self, rows: list[Mapping[int, int]], said: Utterance
    ) -> frozenset[tuple[int, int]]:
        """Add what words may stand for that recognisers put there; where only they say so."""
        doubtful: set[tuple[int, int]] = set()
        for at, token in enumerate(said.tokens):
            for symbol in self._misheard.get(token, _NOTHING):
                if symbol not in rows[at]:
                    doubtful.add((at, symbol))
            if token in self._misheard:
                self._extend(rows, at, at + 1, self._misheard[token])
        for alike in self._by_sound.find(said.tokens, self._symbols.keys()):
            symbols = self._symbols[alike.word]
            if not alike.certain:
                doubtful |= {(alike.start, s) for s in symbols if s not in rows[alike.start]}
            self._extend(rows, alike.start, alike.end, symbols)
        return frozenset(doubtful)

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
        present = frozenset(text.present)
        for symbol in present & index.keys():
            for pattern in index[symbol]:
                if not pattern.need <= present:
                    continue
                for start in text.places(pattern.symbols[0]):
                    used = text.walk(pattern, start)
                    if used is not None:
                        tokens = frozenset(i for first, end in used for i in range(first, end))
                        key = (pattern.target, tokens)
                        places = zip(used, pattern.symbols, strict=True)
                        misheard = bool(text.misheard) and any(
                            (first, symbol) in text.misheard for (first, _), symbol in places
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

    __slots__ = ("_breaks", "_places", "_rows", "_tokens", "misheard", "present")

    def __init__(
        self,
        rows: list[Mapping[int, int]],
        costs: tuple[list[int], list[int]],
        misheard: frozenset[tuple[int, int]],
    ) -> None:
        self._rows = rows
        self.misheard = misheard
        self._tokens, self._breaks = costs
        self._places: dict[int, list[int]] = {}
        self.present: set[int] = set().union(*rows)

    def add(self, symbols: Iterable[int]) -> None:
        """A class of several words begins somewhere."""
        self.present.update(symbols)
        self._places.clear()

    def places(self, symbol: int) -> list[int]:
        """Where a symbol begins."""
        found = self._places.get(symbol)
        if found is None:
            found = [at for at, row in enumerate(self._rows) if symbol in row]
            self._places[symbol] = found
        return found

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
