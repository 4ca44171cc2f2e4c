"""What may be written shorter than it is meant.

A word can stand for a mapping with one key (``spanish`` for ``{skill: spanish}``), and a word for a
number where it says more (``any`` for the lowest level, ``never`` for no deadline).
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import TypeVar

from acd.models import QueueConfig, Relaxation
from calls.requirement import SkillNeed
from config.document import Path
from config.shapes import PublicHolidays
from config.typing_of import field_types, is_mapping, without_none
from ivr.expressions import Expression
from ivr.steps import Saved

T = TypeVar("T")

WORD_FOR: Mapping[type, str] = {
    SkillNeed: "skill",
    PublicHolidays: "country",
    Expression: "text",
    Saved: "at",
}
"""The key of a class that a single word in its place is meant for."""

NUMBERS: Mapping[tuple[type, str], Mapping[str, int | None]] = {
    (Relaxation, "level"): {"any": 1},
    (QueueConfig, "deadline_s"): {"never": None},
}
"""Words that stand for a number, or for none where there would be one."""


def number_words(owner: object, place: Path) -> tuple[str, ...]:
    """The words that may stand for the number in a field; none as a rule.

    Args:
        owner: the class.
        place: the name of the field, as the last part of a path.
    """
    if not isinstance(owner, type) or not place:
        return ()
    return tuple(NUMBERS.get((owner, str(place[-1])), ()))


def written_out(kind: object, raw: T) -> T:
    """What was written, with every shorthand written out.

    Args:
        kind: the type that is wanted in its place.
        raw: what a file says, of text, lists and mappings. It is left as it is.
    """
    return typing.cast(T, _written_out(kind, raw))


@functools.cache
def _any_short_forms(kind: object) -> bool:
    """Whether anything within a type may be written shorter: in most types nothing may."""
    return _has_short_forms(kind, frozenset())


def _has_short_forms(kind: object, around: frozenset[object]) -> bool:
    kind = without_none(kind)
    if kind in around:
        return False
    if isinstance(kind, type) and is_dataclass(kind):
        fields = field_types(kind)
        around |= {kind}
        return (
            kind in WORD_FOR
            or any((kind, name) in NUMBERS for name in fields)
            or any(_has_short_forms(each, around) for each in fields.values())
        )
    arguments = [each for each in typing.get_args(kind) if each is not Ellipsis]
    return any(_has_short_forms(each, around) for each in arguments)


def _written_out(kind: object, raw: object) -> object:
    if not _any_short_forms(kind):
        return raw
    kind = without_none(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        if isinstance(raw, str) and kind in WORD_FOR:
            return {WORD_FOR[kind]: raw}
        if not isinstance(raw, dict):
            return raw
        types = field_types(kind)
        words = {name: NUMBERS[kind, name] for name in types if (kind, name) in NUMBERS}
        return {
            key: words[key].get(value, value)
            if key in words and isinstance(value, str)
            else _written_out(types.get(key), value)
            for key, value in raw.items()
        }
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is tuple and arguments[-1] is Ellipsis and isinstance(raw, list):
        return [_written_out(arguments[0], each) for each in raw]
    if is_mapping(kind) and isinstance(raw, dict):
        return {key: _written_out(arguments[1], value) for key, value in raw.items()}
    return raw
