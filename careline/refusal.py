"""Requests that cannot be met, and what the person who made them can do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Refused(Exception):
    """Theirs: a request that cannot be met. The text says why, and what can be asked instead."""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """``; did you mean 'grace'?`` when a name is near, else nothing."""
    near = difflib.get_close_matches(word, sorted(names), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
