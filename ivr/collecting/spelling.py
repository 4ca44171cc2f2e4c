"""Letters as people spell a word: "s m i t h", "s as in sam", "double t", "ese de sapo"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.collecting.heard import is_one_of

_SPANISH = {
    "be": "b", "ce": "c", "che": "ch", "de": "d", "efe": "f", "ge": "g", "hache": "h",
    "jota": "j", "ka": "k", "ele": "l", "elle": "ll", "eme": "m", "ene": "n", "eñe": "ñ",
    "pe": "p", "cu": "q", "erre": "r", "ere": "r", "ese": "s", "te": "t", "uve": "v", "ve": "v",
    "equis": "x", "ye": "y", "zeta": "z",
}  # fmt: skip
_SPANISH_PAIRS = {
    ("doble", "u"): "w", ("doble", "ve"): "w", ("doble", "uve"): "w", ("uve", "doble"): "w",
    ("ve", "doble"): "w", ("i", "griega"): "y", ("i", "latina"): "i",
    ("be", "grande"): "b", ("be", "larga"): "b", ("be", "alta"): "b",
    ("ve", "chica"): "v", ("ve", "corta"): "v", ("ve", "baja"): "v",
}  # fmt: skip
_ENGLISH_PAIRS = {("double", "u"): "w", ("double", "you"): "w"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letters:
    names: Mapping[str, str]
    pairs: Mapping[tuple[str, str], str]
    twice: str
    such_as: tuple[tuple[str, ...], ...]
    signs: Mapping[str, str]


_BY_LANGUAGE: Mapping[str, _Letters] = {
    "en": _Letters(
        names={},
        pairs=_ENGLISH_PAIRS,
        twice="double",
        such_as=(("as", "in"), ("is", "in"), ("like",), ("for",)),
        signs={"apostrophe": "'", "hyphen": "-", "dash": "-", "space": " "},
    ),
    "es": _Letters(
        names=_SPANISH,
        pairs=_SPANISH_PAIRS,
        twice="doble",
        such_as=(("de",), ("como",), ("como", "en")),
        signs={"apostrofo": "'", "guion": "-", "espacio": " "},
    ),
}


def spelled(said: Sequence[str], language: str) -> str | None:
    """The word that is spelled, in lower case.

    Args:
        said: words in lower case, without accents except that of "ñ".
        language: whose names for letters to look for.

    Returns:
        The letters; ``None`` where any word is none, or an example begins with another letter
        ("c as in sam").
    """
    letters = _BY_LANGUAGE.get(language)
    if letters is None:
        return None
    word, at = "", 0
    while at < len(said):
        read = _letter(said, at, letters)
        if read is None:
            return None
        letter, at = read
        word += letter
        at = _past_example(said, at, letter, letters)
    return word if len(word) > 1 and word[0].isalpha() and word[-1].isalpha() else None


def _letter(said: Sequence[str], at: int, letters: _Letters) -> tuple[str, int] | None:
    word = said[at]
    if at + 1 < len(said):
        pair = letters.pairs.get((word, said[at + 1]))
        if pair is not None:
            return pair, at + 2
        if word == letters.twice and (single := _single(said[at + 1], letters)):
            return single * 2, at + 2
    if at and word in letters.signs:
        return letters.signs[word], at + 1
    single = _single(word, letters)
    return (single, at + 1) if single else None


def _single(word: str, letters: _Letters) -> str:
    return word if len(word) == 1 and word.isalpha() else letters.names.get(word, "")


def _past_example(said: Sequence[str], at: int, letter: str, letters: _Letters) -> int:
    """Past "as in sam" after an s; the same place where there is no such example."""
    for phrase in letters.such_as:
        end = at + len(phrase)
        if tuple(said[at:end]) != phrase or end >= len(said):
            continue
        example = said[end]
        # "Ese de ele" is three letters: no example is the name of one.
        if example.startswith(letter) and not _single(example, letters):
            return end + 1
    return at


def is_spelling(said: Sequence[str], at: int, language: str) -> bool:
    """Whether a word may begin a spelling: a letter, or what doubles one."""
    letters = _BY_LANGUAGE.get(language)
    if letters is None:
        return False
    return bool(_single(said[at], letters)) or is_one_of(said, at, (letters.twice,))
