"""What the dataclasses of a file say about a place in it: its fields, their types, their words."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum

from config.document import Path


@functools.cache
def field_types(cls: type) -> dict[str, object]:
    """The fields of a dataclass with their types resolved."""
    hints = typing.get_type_hints(cls)
    return {each.name: hints[each.name] for each in fields(cls)}


@functools.cache
def required_fields(cls: type) -> frozenset[str]:
    """The fields that have no default."""
    return frozenset(
        each.name
        for each in fields(cls)
        if each.default is MISSING and each.default_factory is MISSING
    )


def without_none(kind: object) -> object:
    """``X`` for ``X | None``, anything else unchanged; a NewType is what it is made of."""
    if isinstance(kind, typing.NewType):
        return without_none(kind.__supertype__)
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        rest = [each for each in typing.get_args(kind) if each is not type(None)]
        return without_none(rest[0]) if len(rest) == 1 else kind
    return kind


def type_at(kind: object, path: Path) -> object:
    """The type that stands at ``path`` within ``kind``; ``None`` when there is no such place."""
    for part in path:
        kind = without_none(kind)
        arguments = typing.get_args(kind)
        if isinstance(kind, type) and is_dataclass(kind):
            kind = field_types(kind).get(str(part))
        elif typing.get_origin(kind) is tuple and isinstance(part, int):
            last = len(arguments) - 1
            kind = arguments[0] if arguments[-1] is Ellipsis else arguments[min(part, last)]
        elif is_mapping(kind):
            kind = arguments[1]
        else:
            return None
    return without_none(kind)


def is_mapping(kind: object) -> bool:
    """Whether a type is ``Mapping[...]``."""
    origin = typing.get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def plain_name(kind: object) -> str:
    """What a person is told to write for a type."""
    kind = without_none(kind)
    if kind is bool:
        return "yes or no"
    if kind is int:
        return "a whole number"
    if kind is float:
        return "a number"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(str(each.value) for each in kind)
    if typing.get_origin(kind) is tuple:
        arguments = typing.get_args(kind)
        return "a list" if arguments[-1] is Ellipsis else f"a list of {len(arguments)}"
    if is_mapping(kind) or (isinstance(kind, type) and is_dataclass(kind)):
        return "a mapping of 'key: value'"
    return "text"
