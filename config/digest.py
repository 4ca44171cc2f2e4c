"""What a value means, as a hash."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, tzinfo
from enum import Enum
from typing import Any

_PLAIN = frozenset({str, int, float, bool, type(None)})


def digest(value: object, without: Collection[str] = ()) -> str:
    """SHA-256 of a value's meaning, in hexadecimal: the same for the same meaning.

    Fields that hold their default mean nothing.

    Args:
        value: dataclasses, mappings, lists, and what they hold.
        without: fields of the value itself that mean nothing.

    Raises:
        TypeError: something in it has no canonical form.
    """
    text = json.dumps(
        _canonical(value, without), sort_keys=True, ensure_ascii=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@functools.cache
def _fields(cls: type) -> tuple[tuple[str, Field[Any]], ...]:
    # What takes no part in a comparison is made of what does.
    return tuple((each.name, each) for each in fields(cls) if each.compare)


def _says_nothing(held: object, field: Field[Any]) -> bool:
    """Whether a field holds what it holds when it is not given.

    A field that a later release adds so changes no hash, and no signature, of what was written
    before it.
    """
    if field.default is not MISSING:
        return bool(held == field.default)
    return field.default_factory is not MISSING and bool(held == field.default_factory())


def _canonical(value: object, without: Collection[str] = ()) -> object:
    """The value as JSON can hold it."""
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        parts = {
            name: _canonical(held)
            for name, field in _fields(type(value))
            if name not in without and not _says_nothing(held := getattr(value, name), field)
        }
        return {"": type(value).__name__, **parts}
    if isinstance(value, Mapping):
        return {str(_canonical(key)): _canonical(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, frozenset | set):
        return sorted(str(_canonical(inner)) for inner in value)
    if isinstance(value, Enum):
        return _canonical(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tzinfo):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form")
