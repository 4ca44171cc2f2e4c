"""Bytes from elsewhere as a JSON document that everybody reads the same way.

JSON leaves open what a key that stands twice means (RFC 8259, section 4), and Python reads ``NaN``
and numbers without end. None of it is let in, nor what is nested so deeply that whoever walks
through it could fall.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable

MAX_DEPTH = 32
# A text that never ends is one to the end of the document: were it tried again from each quote in
# it, 64 KB of them would hold everybody up for seconds.
_TEXT_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)


class NotJsonError(Exception):
    """Theirs: this is no JSON document that can be used. Says nothing of what it holds."""


def read_json(content: bytes) -> tuple[str, object]:
    """The document as text and as plain values.

    Args:
        content: UTF-8 (RFC 8259, section 8.1), an object or a list.

    Raises:
        NotJsonError: it is anything else.
    """
    try:
        text = content.decode("utf-8-sig")
        if _depth(text) > MAX_DEPTH:
            raise NotJsonError
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
        # Half of a surrogate pair can be written in JSON and is no text.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        # From None: the errors of the decoder hold the whole text.
        raise NotJsonError from None
    if not isinstance(document, dict | list):
        raise NotJsonError
    return text, document


def _depth(text: str) -> int:
    """How deep the brackets go, whether or not they fit each other."""
    depth = deepest = 0
    for opens, closes in _TEXT_OR_BRACKET.findall(text):
        depth += bool(opens) - bool(closes)
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in pairs:
        if key in made:
            raise NotJsonError
        made[key] = value
    return made


def _constant(_: str) -> float:
    raise NotJsonError


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJsonError
    return number


def _int(text: str) -> int:
    if len(text) > 20:
        raise NotJsonError
    return int(text)
