"""Read one CSV file into plain texts that remember where they stood.

The form is that of RFC 4180: commas between cells, a first line that names the columns, quotation
marks around a cell that holds commas or line ends. The first column is the row's id. A table may be
about patients: no message shows what stands in a cell, only where it stands.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypeAlias

from config.document import START, Document, Mark, Path, Value
from config.errors import Problem

MAX_BYTES = 5_000_000
MAX_COLUMNS = 100
MARKED_CELLS = 100_000
"""So many cells remember their column; of those after them, the line is told."""
WRONG_LINES_AT_MOST = 100
"""A table that was saved in the wrong form is wrong in every line: the first ones say it all."""

_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"[ \t]*')
_PLAIN = re.compile(r'[^,"\n]*+')
_SPACES = re.compile(r"[ \t]*+")
_BLANK = re.compile(r"(?:[ \t,]*+\n)*+")
"""Lines without anything in them, as spreadsheets leave them at the end."""
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,47}")
_TABS = re.compile(r"(\s*+)[^\n,]*\t[^\n,]*(?:\n|\Z)")
"""A first line with tabs between its cells."""
_SEPARATED = "the columns must be separated by commas; save the table as CSV with commas"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_Cell: TypeAlias = tuple[str, Mark]


@dataclass(frozen=True, slots=True)
class Table(Document):
    """One CSV file: row id to texts by column, without the column of the ids itself.

    Attributes:
        columns: where each column's name stands, in order; the first is that of the ids. Empty when
            the file could not be read.
    """

    columns: dict[str, Mark] = field(default_factory=dict)


def read_table(folder: FilePath, file: str) -> tuple[Table, list[Problem]]:
    """Read a table of the site.

    Args:
        folder: the site's folder.
        file: path within it.

    Returns:
        The table and what is wrong with it. Never raises for what a file holds.
    """
    try:
        path = (folder / file).resolve()
        if not path.is_relative_to(folder.resolve()):
            return _unreadable(file, START, "this is outside the site's folder")
        # Opening a pipe or a device would wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return _unreadable(file, START, "this is not a file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, ValueError):  # a NUL in the path is a ValueError
        return _unreadable(file, START, "the file is missing")
    except (OSError, RuntimeError) as error:  # a link to itself is a RuntimeError
        why = getattr(error, "strerror", None) or "a link that leads to itself"
        return _unreadable(file, START, f"the file cannot be read: {why}")
    if len(content) > MAX_BYTES:
        return _unreadable(file, START, f"the file is larger than {MAX_BYTES:,} bytes")
    return parse_table(file, content)


def parse_table(file: str, content: bytes) -> tuple[Table, list[Problem]]:
    """As :func:`read_table`, of bytes at hand."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        return _unreadable(file, _end_of(before), "this is not UTF-8 text; save the file as UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if control := _CONTROL.search(text):
        code = f"U+{ord(control.group()):04X}"
        place = _end_of(text[: control.start()])
        return _unreadable(file, place, f"the character {code} may not stand in a table")
    if (tab := _TABS.match(text)) is not None:
        return _unreadable(file, _end_of(text[: tab.end(1)]), _SEPARATED)
    reader = _Reader(file)
    try:
        reader.read(_rows(text))
    except _RefusedError as refused:
        unreadable, (problem,) = _unreadable(file, refused.mark, refused.message)
        return unreadable, [*reader.problems, problem]
    return reader.table, reader.problems


class _RefusedError(Exception):
    """The file cannot be read on from here."""

    def __init__(self, mark: Mark, message: str) -> None:
        self.mark = mark
        self.message = message
        super().__init__(message)


class _Reader:
    """Builds the table, line by line; a line that is wrong is told and left out."""

    def __init__(self, file: str) -> None:
        self.table = Table(file=file)
        self.problems: list[Problem] = []
        self._marked = 0

    def read(self, rows: Iterator[list[_Cell]]) -> None:
        header = next(rows, None)
        if header is None:
            raise _RefusedError(START, "the file is empty; its first line must name the columns")
        self._name_columns(header)
        for cells in rows:
            if len(self.problems) >= WRONG_LINES_AT_MOST:
                raise _RefusedError(
                    cells[0][1], "so many lines are wrong that the rest is not read"
                )
            self._row(cells)

    def _name_columns(self, header: list[_Cell]) -> None:
        if len(header) == 1 and ";" in header[0][0]:
            raise _RefusedError(header[0][1], _SEPARATED)
        for name, mark in header:
            if not _COLUMN.fullmatch(name):
                wanted = "small letters, digits and '_', such as 'birth_date'"
                message = f"the first line must name the columns: wanted {wanted}"
                raise _RefusedError(mark, message)
            if name in self.table.columns:
                raise _RefusedError(mark, f"there are two columns '{name}'")
            self.table.columns[name] = mark
        if len(header) < 2:
            raise _RefusedError(header[0][1], "wanted an id and at least one more column")

    def _row(self, cells: list[_Cell]) -> None:
        table = self.table
        key, mark = cells[0]
        if len(cells) != len(table.columns):
            found, wanted = len(cells), len(table.columns)
            hint = "a cell that holds a comma stands in quotation marks"
            if found < wanted:
                hint = "an empty cell keeps its comma"
            message = f"this line has {_counted(found, 'cell')}, wanted {wanted}; {hint}"
            self._problem(mark, message)
            return
        if not key:
            self._problem(mark, "the first cell, which is the id, is empty")
            return
        if key in table.data:
            first = table.keys[key,][0]
            self._problem(mark, f"this id stands twice; the first is on line {first}")
            return
        columns = list(table.columns)[1:]
        row: dict[str, Value] = {}
        for column, (text, _) in zip(columns, cells[1:], strict=True):
            row[column] = text
        table.data[key] = row
        table.keys[key,] = table.values[key,] = mark
        if self._marked < MARKED_CELLS:
            self._marked += len(cells)
            for column, (_, place) in zip(columns, cells[1:], strict=True):
                path: Path = (key, column)
                table.values[path] = place

    def _problem(self, mark: Mark, message: str) -> None:
        line, column = mark
        file = self.table.file
        self.problems.append(
            Problem(file=file, line=line, column=column, where="", message=message)
        )


def _rows(text: str) -> Iterator[list[_Cell]]:
    """The cells of each line that is not blank, and where each of them begins."""
    at, line, line_began = 0, 1, 0
    while at < len(text):
        if (end := _end(_BLANK, text, at)) > at:
            line, line_began = line + text.count("\n", at, end), end
            at = end
            continue
        cells: list[_Cell] = []
        while True:
            at = _end(_SPACES, text, at)
            mark = (line, at - line_began + 1)
            if text.startswith('"', at):
                match = _QUOTED.match(text, at)
                if match is None:
                    message = "the quotation mark that opens here is never closed"
                    raise _RefusedError(mark, message)
                cell = match[1].replace('""', '"')
                if line_ends := cell.count("\n"):
                    line += line_ends
                    line_began = text.rindex("\n", at, match.end()) + 1
                at = match.end()
            else:
                end = _end(_PLAIN, text, at)
                cell, at = text[at:end], end
            cells.append((" ".join(cell.split()), mark))
            if len(cells) > MAX_COLUMNS:
                raise _RefusedError(mark, f"there are more than {MAX_COLUMNS} columns")
            after = text[at : at + 1]
            if after not in (",", "\n", ""):
                message = (
                    "a quotation mark is out of place; quote the whole cell, and double those in it"
                )
                raise _RefusedError(mark, message)
            at += 1
            if after != ",":
                break
        line, line_began = line + 1, at
        if any(cell for cell, _ in cells):
            yield cells


def _end(expression: re.Pattern[str], text: str, at: int) -> int:
    """Where what stands at a place ends; each of the expressions fits nothing as well."""
    match = expression.match(text, at)
    return match.end() if match else at


def _unreadable(file: str, mark: Mark, message: str) -> tuple[Table, list[Problem]]:
    problem = Problem(file=file, line=mark[0], column=mark[1], where="", message=message)
    return Table(file=file, readable=False), [problem]


def _end_of(text: str) -> Mark:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
