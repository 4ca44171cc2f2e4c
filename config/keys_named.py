"""Which keys of the phone a text names, as in ``For refills, press two. For billing, 3``.

Two answers are given, since both ways to be wrong are worse than silence: the keys that a text may
be naming, which is every number that stands by itself, and those that it surely names, which stand
behind a verb of pressing, or in an item of a list in a text that has such a verb.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W_]+|[*#.,;:?!]")
_ENDS = frozenset(".;:?!")
_MOST_BETWEEN = 4
"""Words between the verb and its key: ``press or say the number four``."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Language:
    """How a language speaks of keys.

    Attributes:
        keys: words for keys.
        verbs: of pressing.
        between: words that may stand between the verb and the key.
        joins: words between one key and the next.
        counts: behind these a number is a quantity, or none at all.
        before: behind these the word for 1 means something else.
        up_to: words between the first and the last of several keys.
        goes_on: a short item of a list may go on with these behind its key.
    """

    keys: Mapping[str, str]
    verbs: frozenset[str]
    between: frozenset[str]
    joins: frozenset[str]
    counts: frozenset[str]
    before: frozenset[str]
    up_to: frozenset[str]
    goes_on: frozenset[str]


_NUMBERS_EN = "zero one two three four five six seven eight nine star asterisk pound hash"
_NUMBERS_ES = "cero uno dos tres cuatro cinco seis siete ocho nueve asterisco estrella numeral gato"
_KEYS_OF_NUMBERS = (*"0123456789", "*", "*", "#", "#")

_LANGUAGES: Mapping[str, _Language] = {
    "en": _Language(
        keys=dict(zip(_NUMBERS_EN.split(), _KEYS_OF_NUMBERS, strict=True)),
        verbs=_set("press presses pressing push dial hit touch select choose key enter"),
        between=_set("the key keys number digit button option either in or say on your phone"),
        joins=_set("or and"),
        counts=_set(
            "of times digits digit option options minutes minute hours hour seconds days day weeks"
        ),
        before=_set("a new this that another any no each every last other which moment"),
        up_to=_set("to through"),
        goes_on=_set("for if"),
    ),
    "es": _Language(
        keys=dict(zip(_NUMBERS_ES.split(), _KEYS_OF_NUMBERS, strict=True))
        | {"almohadilla": "#", "un": "1", "una": "1"},
        verbs=_set(
            "oprima presione marque pulse teclee apriete digite toque elija oprime presiona marca "
            "pulsa teclea aprieta oprimir presionar marcar pulsar"
        ),
        between=_set("el la los las tecla teclas numero digito boton opcion o diga de en su"),
        joins=_set("o u y e"),
        counts=_set(
            "de veces digitos digito opciones minutos minuto horas hora segundos dias dia semanas"
        ),
        before=_set("cada otro alguno ninguno ese este"),
        up_to=_set("a al hasta"),
        goes_on=_set("para si"),
    ),
}
_HASH_IN_SPANISH = ("tecla", "de", "numero")
"""What names the key ``#``, where no number follows."""
_NOT_ALONE = frozenset({"un", "una"})
"""Words for 1 that name a key nowhere but behind a verb."""


class KeysNamed(NamedTuple):
    """The keys of a text.

    Attributes:
        perhaps: every number that stands by itself.
        surely: those that callers are told to press.
    """

    perhaps: frozenset[str]
    surely: frozenset[str]


def keys_named(text: str, language: str) -> KeysNamed | None:
    """The keys that a text names; ``None`` where nothing is known of how its language does."""
    known = _LANGUAGES.get(language.partition("-")[0])
    if known is None:
        return None
    reader = _Reader(_tokens(text), known)
    surely = set(reader.pressed())
    if surely:
        surely |= set(reader.listed())
    return KeysNamed(frozenset({*reader.alone(), *surely}), frozenset(surely))


def _tokens(text: str) -> list[str]:
    without = re.sub(r"\{[^}]*\}", " x ", text.lower())
    folded = unicodedata.normalize("NFKD", without)
    return _TOKEN.findall("".join(c for c in folded if not unicodedata.combining(c)))


class _Reader:
    """Reads one text's tokens."""

    def __init__(self, tokens: list[str], language: _Language) -> None:
        self._tokens = tokens
        self._language = language
        self._hashes = {
            at + len(_HASH_IN_SPANISH) - 1
            for at in range(len(tokens))
            if tuple(tokens[at : at + 3]) == _HASH_IN_SPANISH and self._plain(at + 3) is None
        }

    def alone(self) -> Iterator[str]:
        """Every key that stands anywhere, if not in a longer number."""
        for at, token in enumerate(self._tokens):
            key = self._key(at)
            if key is None or token in _NOT_ALONE:
                continue
            last = self._key(at + 2) if self._at(at + 1) in self._language.up_to else None
            if last is not None and key.isdigit() and last.isdigit():
                yield from map(str, range(int(key), int(last) + 1))
            yield key

    def pressed(self) -> Iterator[str]:
        """The keys behind verbs of pressing, with those that are joined to them."""
        for at, token in enumerate(self._tokens):
            if token in self._language.verbs:
                yield from self._behind(at + 1)

    def listed(self) -> Iterator[str]:
        """The keys of the items of a list: ``Refills, 2.``, or ``2 for refills``."""
        for at, word in enumerate(self._tokens):
            if word != ",":
                continue
            place = at + 1
            while self._at(place) in self._language.between | self._language.joins:
                place += 1
            key = self._key(place)
            if key is not None and self._at(place + 1) in (*_ENDS, "", *self._language.goes_on):
                yield key

    def _behind(self, place: int) -> Iterator[str]:
        last = place + _MOST_BETWEEN
        while place < last and self._key(place) is None:
            if self._at(place) not in self._language.between:
                return
            place += 1
        while (key := self._key(place)) is not None:
            yield key
            after = place + 1
            while self._at(after) == "," or self._at(after) in self._language.joins:
                after += 1
            if after == place + 1:
                return
            while self._at(after) in self._language.between:
                after += 1
            joined = self._at(after - 1) != ","
            if not joined and self._at(after + 1) not in (*_ENDS, ",", "", *self._language.joins):
                return  # ``press 1, 2 minutes``
            place = after

    def _key(self, at: int) -> str | None:
        """The key that a token names by itself."""
        if at in self._hashes:
            return "#"
        key = self._plain(at)
        if key is None or self._plain(at - 1) is not None or self._plain(at + 1) is not None:
            return None
        if self._at(at + 1) in self._language.counts:
            return None
        return None if key == "1" and self._at(at - 1) in self._language.before else key

    def _plain(self, at: int) -> str | None:
        word = self._at(at)
        if len(word) == 1 and word in "0123456789*#":
            return word
        return self._language.keys.get(word)

    def _at(self, at: int) -> str:
        return self._tokens[at] if 0 <= at < len(self._tokens) else ""
