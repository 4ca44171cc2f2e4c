"""What a value means, as a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, tzinfo
from enum import Enum


def digest(value: object, without: Collection[str] = ()) -> str:
    """SHA-256 of a value's meaning, in hexadecimal: the same for the same meaning.

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


def _canonical(value: object, without: Collection[str] = ()) -> object:
    """The value as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = {
            each.name: _canonical(getattr(value, each.name))
            for each in fields(value)
            if each.name not in without
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
