"""The words for days of the month: "fifth", "twenty", "first"; "primero"."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH = {
    word: number
    for number, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
            *("ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"),
            *("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
        ),
        1,
    )
} | {"thirtieth": 30}

_SPANISH = {
    "primero": 1,
    "primer": 1,
    "primera": 1,
    "segundo": 2,
    "segunda": 2,
    "tercero": 3,
    "tercer": 3,
    "tercera": 3,
}

_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "en": ("st", "nd", "rd", "th"),
    "es": ("ro", "er", "o"),
}

_BY_LANGUAGE: Mapping[str, Mapping[str, int]] = {"en": _ENGLISH, "es": _SPANISH}


def ordinals_of(language: str) -> Mapping[str, int]:
    """A language's ordinals in one word; none for a language other than English and Spanish."""
    return _BY_LANGUAGE.get(language, {})


def written_ordinal(word: str, language: str) -> int | None:
    """An ordinal in figures: ``5th``, ``1ro``; ``None`` for any other word."""
    for suffix in _SUFFIXES.get(language, ()):
        figures = word.removesuffix(suffix)
        if figures != word and figures.isascii() and figures.isdecimal() and len(figures) <= 2:
            return int(figures)
    return None
