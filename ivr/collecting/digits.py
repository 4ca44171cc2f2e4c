"""Digits as people dictate them: one by one, in pairs, doubled, as numbers, in figures.

"Five five five oh one", "fifteen oh six", "double seven", "eight hundred", "555 0123": each number
stands for the digits it is written with. What can be a digit and something else is one where it
stands among digits: "oh" and "to" otherwise mean what they mean.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ivr.collecting.corrections import between_corrections
from ivr.collecting.heard import is_one_of, is_whole, said_in
from ivr.collecting.numerals import (
    Numerals,
    cardinal_at,
    is_figure,
    is_foreign,
    is_mixed,
    numerals_of,
)
from ivr.collecting.ordinals import ordinals_of

_EVIDENT = 4
"""Plain digits beside which a word that only sounds like one is one too."""

_SHORTEST_CORRECTED = 4
"""Fewer digits behind a "no" may be a part of those before it, where no length is known."""

_WITHIN = frozenset(("and", "then", "dash", "hyphen", "y", "luego", "guion"))
"""Words that may stand within a row, besides those that people say while they think."""

_DENIED = frozenset(("not", "isnt", "wasnt", "arent"))
_OTHER = "-"
"""Stands for a word that is passed over; no word is written like it."""

_BEFORE_A_PRONOUN = frozenset(("this", "that", "which", "the", "another", "no", "any", "some"))
_AFTER_A_PRONOUN = frozenset(("moment", "second", "sec", "minute", "of", "more", "thing"))


def digits_in(words: str, language: str) -> str:
    """All digits in what was said; other words are passed over, even between them.

    It finds 911 in any sentence. A value that a caller was asked for is :func:`dictated_in`.

    Args:
        words: what was heard or typed.
        language: whose words for numbers to look for; figures are understood in every one.

    Returns:
        Digits, or an empty text. "Nine one one" is ``911``.
    """
    numerals = numerals_of(language)
    said = _plain(said_in(words), numerals)
    return "".join(row.digits for row in _rows(said, numerals, ()))


def dictated_in(words: str, language: str, length: int | None = None) -> str | None:
    """The digits that were dictated in one row, as an answer to the question for them.

    Args:
        words: what was heard or typed. Behind "no wait" or "perdón" the last row counts, if it is
            a whole one: as long as wanted, or else as long as the row before it.
        language: whose words for numbers to look for; figures are understood in every one.
        length: how many digits are wanted; any number of them where there is none.

    Returns:
        The digits; ``None`` for none, for several rows ("I have two cards, the last is 123"), for
        more or fewer than wanted, and where the row may be longer than what was understood of it.
    """
    parts = dictations_in(words, language)
    if not parts or len(parts[-1]) != 1:
        return None
    digits = parts[-1][0].digits
    if length is not None:
        return digits if len(digits) == length else None
    if len(parts) > 1:
        before = parts[-2]
        if len(before) != 1 or not _SHORTEST_CORRECTED <= len(digits) == len(before[0].digits):
            return None
    return digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Digits that were dictated one after the other.

    Attributes:
        digits: the digits.
        after: the words between it and the row before.
        begin: where in the words it begins.
        end: one past its last word.
    """

    digits: str
    after: tuple[str, ...]
    begin: int
    end: int


def dictations_in(words: str, language: str) -> tuple[tuple[Row, ...], ...]:
    """The rows of digits before, between and behind a caller's corrections; none where doubtful.

    The parts without digits are left out. It is doubtful where nothing stands behind the last
    correction, where something is denied, and where a word beside a row may belong to it.
    """
    numerals = numerals_of(language)
    said = said_in(words)
    if not is_whole(words) or not _DENIED.isdisjoint(said) or numerals.is_cut(said):
        return ()
    if any(is_foreign(word, language) or is_mixed(word) for word in said):
        return ()
    dictations: list[tuple[Row, ...]] = []
    rows: tuple[Row, ...] = ()
    for part in between_corrections(without_pronouns(said, numerals)):
        plain = _plain(part, numerals)
        rows = _rows(plain, numerals, _WITHIN)
        if any(_may_be_longer(plain, row, numerals, language) for row in rows):
            return ()
        if rows:
            dictations.append(rows)
    return tuple(dictations) if rows else ()


def _rows(said: Sequence[str], numerals: Numerals, within: Collection[str]) -> tuple[Row, ...]:
    rows: list[Row] = []
    digits, begin, end, at = "", 0, 0, 0
    while at < len(said):
        piece, after = _piece(said, at, numerals, began=bool(digits))
        if piece:
            begin = begin if digits else at
            digits, end = digits + piece, after
        elif digits and said[at] not in within:
            rows.append(_row(said, digits, begin, end, rows))
            digits = ""
        at = max(after, at + 1)
    if digits:
        rows.append(_row(said, digits, begin, end, rows))
    return tuple(rows)


def _row(said: Sequence[str], digits: str, begin: int, end: int, rows: Sequence[Row]) -> Row:
    before = rows[-1].end if rows else 0
    return Row(digits=digits, after=tuple(said[before:begin]), begin=begin, end=end)


def _may_be_longer(said: Sequence[str], row: Row, numerals: Numerals, language: str) -> bool:
    """Whether a word beside a row may be a digit, or change one."""
    first, last = row.begin - 1, row.end
    return (
        numerals.hangs(said, row.end)
        or numerals.lacks_its_count(said, row.begin)
        or is_one_of(said, first, numerals.repeats)
        or is_one_of(said, last, numerals.repeats)
        or is_one_of(said, last, ordinals_of(language))
        # "For five five five" may be four digits; "my number for refills" has words around it.
        or (first == 0 and said[0] in numerals.sound_alikes)
        or (last == len(said) - 1 and said[last] in numerals.sound_alikes)
    )


def is_pronoun(said: Sequence[str], at: int, numerals: Numerals) -> bool:
    """Whether a word is the "one" of "this one" and "one moment", and no number."""
    if said[at] != "one":
        return False
    before = said[at - 1] if at else ""
    after = said[at + 1] if at + 1 < len(said) else ""
    if numerals.is_number(before) or numerals.is_number(after):
        return False
    return before in _BEFORE_A_PRONOUN or after in _AFTER_A_PRONOUN


def without_pronouns(said: Sequence[str], numerals: Numerals) -> tuple[str, ...]:
    """The words with another in the place of each "one" that is no number.

    "No one" is to be found before the "no" is taken for a correction.
    """
    return tuple(_OTHER if is_pronoun(said, at, numerals) else word for at, word in enumerate(said))


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
