"""Digits as people dictate them: one by one, in pairs, doubled, as numbers, in figures.

"Five five five oh one", "fifteen oh six", "double seven", "eight hundred", "555 0123": each number
stands for the digits it is written with. What can be a digit and something else is one where it
stands among digits: "oh" and "to" otherwise mean what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.collecting.heard import is_one_of, said_in
from ivr.collecting.numerals import Numerals, cardinal_at, is_figure, numerals_of

_EVIDENT = 4
"""Plain digits beside which a word that only sounds like one is one too."""

_BEFORE_A_PRONOUN = frozenset(("this", "that", "which", "the", "another", "no", "any", "some"))
_AFTER_A_PRONOUN = frozenset(("moment", "second", "sec", "minute", "of", "more", "thing"))


def digits_in(words: str, language: str) -> str:
    """The digits that were dictated; other words are passed over.

    Args:
        words: what was heard or typed.
        language: whose words for numbers to look for; figures are understood in every one.

    Returns:
        Digits, or an empty text. "Nine one one" is ``911``.
    """
    return "".join(rows_in(words, language))


def rows_in(words: str, language: str) -> tuple[str, ...]:
    """The digits that were dictated without another word between them, row by row."""
    numerals = numerals_of(language)
    said = _plain(said_in(words), numerals)
    rows: list[str] = []
    row, at = "", 0
    while at < len(said):
        digits, end = _piece(said, at, numerals, began=bool(row))
        if not digits and row:
            rows.append(row)
            row = ""
        row, at = row + digits, max(end, at + 1)
    return (*rows, row) if row else tuple(rows)


def is_pronoun(said: Sequence[str], at: int, numerals: Numerals) -> bool:
    """Whether a word is the "one" of "this one" and "one moment", and no number."""
    if said[at] != "one":
        return False
    before = said[at - 1] if at else ""
    after = said[at + 1] if at + 1 < len(said) else ""
    if numerals.is_number(before) or numerals.is_number(after):
        return False
    return before in _BEFORE_A_PRONOUN or after in _AFTER_A_PRONOUN


def is_zero(said: Sequence[str], at: int, numerals: Numerals, *, began: bool) -> bool:
    """Whether an "oh" is a digit: another follows, or it ends both the digits and the words."""
    after = at
    while is_one_of(said, after, numerals.zeros):
        after += 1
    if after == at:
        return False
    if after == len(said):
        return began
    return numerals.is_number(said[after]) or said[after] in numerals.repeats


def _piece(said: Sequence[str], at: int, numerals: Numerals, *, began: bool) -> tuple[str, int]:
    """The digits of one number, and one past its last word; none where there is no number."""
    word = said[at]
    if word in numerals.repeats and at + 1 < len(said):
        digit = _digit(said[at + 1], numerals)
        return (digit * numerals.repeats[word], at + 2) if digit else ("", at + 1)
    if is_zero(said, at, numerals, began=began):
        return "0", at + 1
    if is_pronoun(said, at, numerals):
        return "", at + 1
    cardinal = cardinal_at(said, at, numerals, dictated=True)
    if cardinal is not None:
        return str(cardinal.value), cardinal.end
    return (word, at + 1) if is_figure(word) else ("", at + 1)


def _digit(word: str, numerals: Numerals) -> str:
    if word in numerals.zeros:
        return "0"
    if word in numerals.units:
        return str(numerals.units[word])
    return word if len(word) == 1 and is_figure(word) else ""


def _plain(said: Sequence[str], numerals: Numerals) -> tuple[str, ...]:
    """The words, with figures for what only sounds like a digit where digits are evident."""
    plain = list(said)
    at = 0
    while at < len(said):
        end = at
        while end < len(said) and (_is_plain(said[end], numerals) or _sounds(said[end], numerals)):
            end += 1
        places = [place for place in range(at, end) if _is_plain(said[place], numerals)]
        if len(places) >= _EVIDENT:
            for place in range(places[0], places[-1]):
                if _sounds(said[place], numerals):
                    plain[place] = str(numerals.sound_alikes[said[place]])
        at = end + 1
    return tuple(plain)


def _is_plain(word: str, numerals: Numerals) -> bool:
    return numerals.is_number(word) or word in numerals.zeros or word in numerals.repeats


def _sounds(word: str, numerals: Numerals) -> bool:
    return word in numerals.sound_alikes
