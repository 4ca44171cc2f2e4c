"""A file's values, where each of them stood, and how messages speak of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a value."""
Mark: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""
Value: TypeAlias = "str | list[Value] | dict[str, Value]"
"""What a YAML file is made of here."""

START: Mark = (1, 1)
SHOWN_CHARACTERS = 40
NOTHING_GIVEN = "nothing is given; give a value or leave out the line"


@dataclass(frozen=True, slots=True)
class Document:
    """One file's values and where each of them stood.

    Attributes:
        file: path within the site's folder, with ``/``.
        data: what the file holds; ``{}`` when it could not be read.
        readable: whether ``data`` is what the file says.
        values: where each value begins; for a mapping or list under a key, where the key does.
        keys: where each key begins.
    """

    file: str
    data: dict[str, Value] = field(default_factory=dict)
    readable: bool = True
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)

    def value(self, path: Path) -> Value | None:
        """What is written at a place; ``None`` where nothing is."""
        found: Value | None = self.data
        for part in path:
            if isinstance(found, dict) and isinstance(part, str):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    def mark(self, path: Path) -> Mark:
        """Where a value stands; for one that is not there, where it would belong."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, START)

    def key_mark(self, path: Path) -> Mark:
        """Where a key stands; for a list item, where the item does."""
        return self.keys.get(path) or self.mark(path)


def shown(value: object) -> str:
    """A value for a message: quoted, on one line, not too long."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    if len(text) > SHOWN_CHARACTERS:
        text = text[:SHOWN_CHARACTERS] + "…"
    return f"'{printable(text)}'"


def printable(text: str) -> str:
    """A text that stays on its line and that every terminal and log can take."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def dotted(path: Path) -> str:
    """``steps.nurse.choices[0].goto``, the way to a value as a person reads it."""
    parts: list[str] = []
    for part in path:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        else:
            parts.append(("." if parts else "") + shown(part)[1:-1])
    return "".join(parts)
