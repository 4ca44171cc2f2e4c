"""North American telephone numbers and postal codes.

A number has an area code (NPA), an exchange (NXX) and four more digits. The first digit of both
codes is 2 to 9; a code that ends in 11 is a service such as 911 and neither (ATIS-0300055, NPA
allocation plan; ATIS-0300119, central office code administration).
"""

from __future__ import annotations

import re

from ivr.collecting.digits import rows_in
from ivr.collecting.heard import is_whole

_NANP = re.compile(r"1?((?!.11)[2-9][0-9]{2}(?!.11)[2-9][0-9]{6})", re.ASCII)
_ZIP_DIGITS = 5
_SHORTEST_ROW = 2


def phone_in(words: str, language: str) -> str | None:
    """The telephone number that was said or typed.

    Args:
        words: what was heard or typed. A single digit that stands alone among other words is
            small talk ("I have two phones"), which makes it doubtful, unless it is the leading 1.
        language: whose words for numbers to look for.

    Returns:
        ``+1`` and ten digits (E.164); ``None`` for anything else or doubtful.
    """
    if not is_whole(words):
        return None
    rows = rows_in(words, language)
    after_the_first = rows[1:] if rows[:1] == ("1",) else rows
    if any(len(row) < _SHORTEST_ROW for row in after_the_first):
        return None
    return phone_from_keys("".join(rows))


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
    if not is_whole(words):
        return None
    rows = rows_in(words, language)
    return rows[0] if len(rows) == 1 and len(rows[0]) == _ZIP_DIGITS else None
