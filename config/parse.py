"""From plain values to the dataclasses, with every mismatch told in plain words at its place.

Pydantic does the coercion; its ``loc`` is a path into the file already. One class is tried at a
time (never a union), so that a message speaks of what was meant.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Hashable, Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from config.document import Document, Path, Value, shown
from config.instead import instead_of
from config.report import Report
from config.shapes import MOVED
from config.shorthand import number_words, written_out
from config.typing_of import field_types, plain_name, required_fields, type_at

T = TypeVar("T")

# A dataclass takes no configuration of its own here, for its room knows nothing of pydantic: it
# inherits that of the one-element tuple around it.
_STRICT_ON_KEYS = ConfigDict(extra="forbid", allow_inf_nan=False)


@functools.cache
def _adapter(cls: Hashable) -> TypeAdapter[tuple[Any]]:
    around: Any = types.GenericAlias(tuple, (cls,))
    return TypeAdapter(around, config=_STRICT_ON_KEYS)


def parse(
    cls: type[T],
    raw: Value,
    document: Document,
    path: Path,
    report: Report,
    *,
    given: Mapping[str, object] | None = None,
) -> T | None:
    """Make a ``cls`` of what stands at ``path``.

    Args:
        cls: a dataclass.
        raw: the value.
        document: where it stands.
        path: the place it stands at.
        report: takes the mistakes.
        given: fields that come from elsewhere (a key, a file's name) and may not be written.

    Returns:
        The object, or ``None`` when mistakes were reported.
    """
    given = given or {}
    if not isinstance(raw, dict):
        report.problem(document, path, f"found {shown(raw)}, wanted {plain_name(cls)}")
        return None
    written = {key: value for key, value in raw.items() if key not in given}
    for key in raw.keys() & given.keys():
        report.problem(document, (*path, key), f"unknown key {shown(key)}", key=True)
    written = written_out(cls, written)
    try:
        (value,) = _adapter(cast(Hashable, cls)).validate_python(({**written, **given},))
    except ValidationError as error:
        _tell(cls, error.errors(include_url=False), document, path, report, frozenset(given))
        return None
    return None if raw.keys() & given.keys() else cast(T, value)


def salvage(
    cls: type[T],
    raw: Mapping[str, Value],
    document: Document,
    report: Report,
    placeholders: Mapping[str, object],
) -> T:
    """As :func:`parse` for a whole file, but always something to go on checking with.

    A field that is wrong gets its default; a required one its placeholder.
    """
    required = required_fields(cast(Hashable, cls))
    written: dict[str, object] = written_out(cls, dict(raw))
    told: dict[tuple[str | int, ...], ErrorDetails] = {}
    while True:
        try:
            (value,) = _adapter(cast(Hashable, cls)).validate_python((written,))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                told.setdefault(detail["loc"], detail)
                field = str(detail["loc"][1])
                written.pop(field, None)
                if field in required:
                    written[field] = placeholders[field]
        else:
            _tell(cls, list(told.values()), document, (), report, frozenset())
            return cast(T, value)


def _tell(
    cls: type,
    errors: Sequence[ErrorDetails],
    document: Document,
    path: Path,
    report: Report,
    given: frozenset[str],
) -> None:
    """Report each of pydantic's errors once, at its place, in plain words."""
    implied: set[Path] = set()
    for error in sorted(errors, key=lambda each: each["type"] == "missing"):
        inner = error["loc"][1:]
        place, kind = path + inner, error["type"]
        if kind == "unexpected_keyword_argument":
            owner = type_at(cls, inner[:-1])
            names = field_types(owner).keys() - given if isinstance(owner, type) else set()
            named = owner.__name__ if isinstance(owner, type) else ""
            moved = MOVED.get((named, str(inner[-1])))
            hint = f"; {moved}" if moved else report.nearest(str(inner[-1]), names)
            report.problem(document, place, f"unknown key {shown(inner[-1])}{hint}", key=True)
            # A misspelt key is not missed as well.
            implied.update((*place[:-1], name) for name in names if f"'{name}'" in hint)
        elif kind == "missing" and isinstance(inner[-1], str):
            if place not in implied:
                report.problem(document, place, f"{shown(inner[-1])} is missing")
        elif kind == "missing":
            wanted = plain_name(type_at(cls, inner[:-1]))
            report.problem(document, place[:-1], f"too few values, wanted {wanted}")
        elif kind == "value_error":
            # What the class itself says of it, such as an expression; it never shows a value.
            report.problem(document, place, str(error["ctx"]["error"]))
        else:
            meant = type_at(cls, inner)
            wanted = instead_of(error["input"], meant, inner) or plain_name(meant)
            for word in number_words(type_at(cls, inner[:-1]), inner[-1:]):
                wanted += f" or {word}"
            if isinstance(meant, type) and issubclass(meant, Enum):
                wanted += report.nearest(str(error["input"]), [str(each.value) for each in meant])
            report.problem(document, place, f"found {shown(error['input'])}, wanted {wanted}")
