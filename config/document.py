"""A file's values, where each of them stood, and how messages speak of them.

A document may be put together from several files: what was grafted into it stands in its data like
everything else, and knows the file and the line where it is really written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a value."""
Mark: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""
Value: TypeAlias = "str | list[Value] | dict[str, Value]"
"""What a YAML file is made of here."""
Origin: TypeAlias = "tuple[Document, Path]"
"""The file that a value is written in, and the way to it there."""

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
        grafts: what is written elsewhere, with all that is below it; the longest path counts.
    """

    file: str
    data: dict[str, Value] = field(default_factory=dict)
    readable: bool = True
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    grafts: dict[Path, Origin] = field(default_factory=dict)

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

    def origin(self, path: Path) -> Origin:
        """The file in which a value is written, and the way to it there."""
        if self.grafts:
            for length in range(len(path), 0, -1):
                if (found := self.grafts.get(path[:length])) is not None:
                    document, start = found
                    return document, start + path[length:]
        return self, path

    def place(self, path: Path, *, key: bool = False) -> tuple[str, int, int]:
        """File, line and column of a value, or of its key: where it is really written."""
        document, path = self.origin(path)
        return document.file, *(document.key_mark(path) if key else document.mark(path))

    def mark(self, path: Path) -> Mark:
        """Where a value stands in this file; for one that is not there, where it would belong."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, START)

    def key_mark(self, path: Path) -> Mark:
        """Where a key stands in this file; for a list item, where the item does."""
        return self.keys.get(path) or self.mark(path)


def shown(value: object) -> str:
    """A value for a message: quoted, on one line, not too long."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"'{_short(str(value))}'"


def printable(text: str) -> str:
    """A text that stays on its line and that every terminal and log can take."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _short(text: str) -> str:
    if len(text) > SHOWN_CHARACTERS:
        text = text[:SHOWN_CHARACTERS] + "…"
    return printable(text)


def dotted(path: Path) -> str:
    """``steps.nurse.choices[0].goto``, the way to a value as a person reads it."""
    parts: list[str] = []
    for part in path:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        else:
            parts.append(f".{_short(part)}" if parts else _short(part))
    return "".join(parts)
