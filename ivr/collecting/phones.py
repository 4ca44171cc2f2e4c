"""North American telephone numbers and postal codes.

A number has an area code (NPA), an exchange (NXX) and four more digits. The first digit of both
codes is 2 to 9; a code that ends in 11 is a service such as 911 and neither (ATIS-0300055, NPA
allocation plan; ATIS-0300119, central office code administration).
"""

from __future__ import annotations

import re

from ivr.collecting.digits import Row, dictated_in, dictations_in

_NANP = re.compile(r"1?((?!.11)[2-9][0-9]{2}(?!.11)[2-9][0-9]{6})", re.ASCII)
_ZIP_DIGITS = 5
_BEFORE_THE_REST = re.compile(r"1|1?[2-9][0-9]{2}", re.ASCII)
"""What may stand in a row of its own: the leading 1, an area code."""

_BETWEEN = frozenset(
    (
        *("area", "code", "and", "then", "the", "my", "phone", "number", "is", "its", "thats"),
        *("codigo", "de", "lada", "y", "luego", "el", "mi", "telefono", "numero", "es"),
    )
)
"""Words between an area code and the rest of a number."""


def phone_in(words: str, language: str) -> str | None:
    """The telephone number that was said or typed.

    Args:
        words: what was heard or typed. The digits stand in one row; other words may be around it,
            and some between an area code and the rest. Behind "no wait" or "perdón" the number
            that follows counts.
        language: whose words for numbers to look for.

    Returns:
        ``+1`` and ten digits (E.164); ``None`` for anything else or doubtful.
    """
    parts = dictations_in(words, language)
    return phone_from_keys(_number(parts[-1])) if parts else None


def _number(rows: tuple[Row, ...]) -> str:
    """The digits of a number that may be dictated in parts; nothing where they are not one."""
    digits = ""
    for row in rows:
        if digits and not (_BEFORE_THE_REST.fullmatch(digits) and _BETWEEN.issuperset(row.after)):
            return ""
        digits += row.digits
    return digits


def phone_from_keys(digits: str) -> str | None:
    """The telephone number that was keyed in: ten digits, or eleven with a leading 1.

    Returns:
        ``+1`` and ten digits (E.164); ``None`` for what is no number of the North American plan.
    """
    match = _NANP.fullmatch(digits)
    return f"+1{match[1]}" if match else None


def zip_in(words: str, language: str) -> str | None:
    """The postal code of five digits that was said or typed, in one row; else ``None``.

    Args:
        words: what was heard or typed.
        language: whose words for numbers to look for.
    """
    return dictated_in(words, language, _ZIP_DIGITS)
