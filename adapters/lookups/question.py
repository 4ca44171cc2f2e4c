"""What is given, put into a request so that it stays a value whatever it holds.

A value becomes a part of the path or the value of a parameter (RFC 3986), or a text in a JSON body.
It can never become another host, another path, another parameter or a second line. And it can never
be nothing: many services take a parameter without a value for none at all, and answer with somebody
else's record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import quote

from adapters.lookups.answer import NOT_FOUND, failed
from calls.ports import Answer
from config.lookup_checks import PLACEHOLDER
from config.lookups import LookupSource

MAX_CHARACTERS = 500
"""Of one value: nothing that is said or keyed in is longer."""

# Many servers undo %2F before they look at the path: encoding alone would not hold.
_NOT_IN_PATH = re.compile(r"[/\\\x00-\x1f\x7f]")
_DOTS = frozenset({".", ".."})


class NotAskableError(Exception):
    """With this the source cannot be asked.

    Attributes:
        answer: what the flow gets instead.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__()


def question(source: LookupSource, given: Mapping[str, str]) -> tuple[str, bytes]:
    """The URL and the body with which a source is asked; a ``GET`` has no body.

    Args:
        source: one with a URL.
        given: what its placeholders stand for, and for ``POST`` what goes in the body.

    Raises:
        NotAskableError: something is missing, empty, too much, or cannot be part of a URL.
    """
    placeholders = source.placeholders
    rest = {name: value for name, value in given.items() if name not in placeholders}
    if not given.keys() >= set(placeholders) or (rest and source.method == "GET"):
        raise NotAskableError(failed("misconfigured"))
    for value in given.values():
        if not value.strip():
            raise NotAskableError(NOT_FOUND)
        if len(value) > MAX_CHARACTERS or not _is_text(value):
            raise NotAskableError(failed("refused"))
    body = json.dumps(rest).encode("ascii") if source.method == "POST" else b""
    return _filled(source.url, given), body


def _filled(url: str, given: Mapping[str, str]) -> str:
    path, mark, query = url.partition("?")

    def in_path(match: re.Match[str]) -> str:
        value = given[match[1]]
        if _NOT_IN_PATH.search(value):
            raise NotAskableError(failed("refused"))
        return quote(value, safe="")

    def in_query(match: re.Match[str]) -> str:
        return quote(given[match[1]], safe="")

    parts = path.split("/")
    filled = [PLACEHOLDER.sub(in_path, part) for part in parts]
    for part, made in zip(parts, filled, strict=True):
        if part != made and made.lower().replace("%2e", ".") in _DOTS:
            raise NotAskableError(failed("refused"))
    return "/".join(filled) + mark + PLACEHOLDER.sub(in_query, query)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True
