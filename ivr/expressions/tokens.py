"""The words and signs of an expression, and what is wrong with those that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple

from ivr.expressions.error import ExpressionError, shown
from ivr.values import Value, ValueKind, read_value

_YES_NO: Mapping[str, bool] = {"yes": True, "true": True, "no": False, "false": False}
KEYWORDS = frozenset({"and", "or", "not", "in", "is", "set", *_YES_NO})
"""Words that no name can be; parts of a dotted name they may be."""

_SIGNS = ("==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",")
_SLIPS: Mapping[str, str] = {
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "=": "== to compare",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "&&": "'and'",
    "&": "'and'",
    "||": "'or'",
    "|": "'or'",
    "!": "'not'",
    "−": "-",
    "–": "-",
    **dict.fromkeys("“”„‟‘’‚‛«»‹›`´″′", "straight quotes, \" or '"),
}
"""What people write, and what they mean by it."""
_BY_LENGTH = sorted((*_SIGNS, *_SLIPS), key=len, reverse=True)

_QUOTES = "\"'"
_IN_WORDS = "._-"
_NAME = re.compile(r"[a-z_][a-z0-9_-]*(\.[a-z0-9_-]+)*")
_NUMERIC = re.compile(r"-?[0-9]")
_PADDED = re.compile(r"-?0[0-9]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class TokenKind(Enum):
    """What a token is."""

    NAME = auto()
    LITERAL = auto()
    KEYWORD = auto()
    SIGN = auto()
    END = auto()


class Token(NamedTuple):
    """One word or sign.

    Attributes:
        kind: what it is.
        written: as it stands in the text, a text with its quotes.
        column: where it begins.
        value: that of a literal.
    """

    kind: TokenKind
    written: str
    column: int
    value: Value = ""

    def __str__(self) -> str:
        """As messages speak of it."""
        if self.kind is TokenKind.END:
            return "the end"
        return shown(self.written) if self.written[0] in _QUOTES else f"'{shown(self.written)}'"


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text from left to right; the last one is the end.

    Raises:
        ExpressionError: at the first piece that is no token, once the iteration reaches it.
    """
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place)
        place += len(token.written)
        yield token
    yield Token(TokenKind.END, "", len(text))


def _token(text: str, place: int) -> Token:
    if text[place] in _QUOTES:
        return _quoted(text, place)
    end = place
    while end < len(text) and (text[end].isalnum() or text[end] in _IN_WORDS):
        end += 1
    if end > place:
        return _word(text[place:end], place)
    sign = next((each for each in _BY_LENGTH if text.startswith(each, place)), None)
    if sign in _SIGNS:
        return Token(TokenKind.SIGN, sign, place)
    if sign is not None:
        raise ExpressionError(f"found '{sign}'; write {_SLIPS[sign]}", place)
    raise ExpressionError(_senseless(text[place]), place)


def _quoted(text: str, place: int) -> Token:
    quote = text[place]
    end = text.find(quote, place + 1)
    if end < 0:
        raise ExpressionError(f"the text is not closed, its second {quote} is missing", place)
    return Token(TokenKind.LITERAL, text[place : end + 1], place, text[place + 1 : end])


def _word(word: str, column: int) -> Token:
    if word in _YES_NO:
        return Token(TokenKind.LITERAL, word, column, _YES_NO[word])
    if word in KEYWORDS:
        return Token(TokenKind.KEYWORD, word, column)
    if _NAME.fullmatch(word):
        return Token(TokenKind.NAME, word, column)
    if _NUMERIC.match(word):
        value = read_value(word, ValueKind.NUMBER)
        if value is None:
            value = read_value(word, ValueKind.DATE)
        if value is None or (_PADDED.match(word) and not _DAY.fullmatch(word)):
            raise ExpressionError(_no_number(word), column)
        return Token(TokenKind.LITERAL, word, column, value)
    raise ExpressionError(_no_name(word), column)


def _no_number(word: str) -> str:
    if _DAY.fullmatch(word):
        return f"there is no day {word}"
    if read_value(word, ValueKind.NUMBER) is not None:
        return f"found '{word}'; a number begins with no 0, a text of digits stands in quotes"
    return (
        f"found '{shown(word)}', wanted a number (12.50, at most 12 digits before the point and 6 "
        "after it) or a date (2026-12-24)"
    )


def _no_name(word: str) -> str:
    small = word.lower()
    if small in KEYWORDS:
        return f"found '{word}'; write '{small}', in small letters"
    if word.startswith("-"):
        return f"found '{shown(word)}'; there is no arithmetic, and no name begins with '-'"
    if _NAME.fullmatch(small):
        return f"found '{shown(word)}'; a name is in small letters, a text stands in quotes"
    if word.isascii():
        return f"found '{shown(word)}', wanted a name such as calendar.office.open"
    return (
        f"found '{shown(word)}'; a name is of the letters a to z, digits, '_' and '-', "
        "a text stands in quotes"
    )


def _senseless(character: str) -> str:
    if character in "+*/%^":
        return f"found '{character}'; there is no arithmetic, and a date is written 2026-12-24"
    if character in "${}":
        return f"found '{character}'; a name stands by itself, without braces"
    if character.isprintable():
        return f"found '{character}', which means nothing here"
    return f"found the character U+{ord(character):04X}, which means nothing here"
