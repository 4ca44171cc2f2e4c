"""A table as a source: the one row in which everything that is given fits."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from adapters.lookups.answer import NOT_FOUND, failed, found
from calls.ports import Answer
from config.lookups import is_phone_column
from config.table import Table

_NATIONAL_DIGITS = 10
"""Of a number of the North American Numbering Plan."""


class TableSource:
    """Asks a table of the site.

    Texts fit whatever their case and spaces; phone numbers (columns with ``phone`` in their names)
    by their last ten digits, unless both have a country code. Nothing fits an empty cell, and where
    several rows fit, none does: the wrong one would be somebody else's record.
    """

    def __init__(self, table: Table) -> None:
        self._id_column, *self._columns = table.columns
        self._rows = [
            {self._id_column: key, **{column: str(text) for column, text in row.items()}}
            for key, row in table.data.items()
            if isinstance(row, dict)
        ]
        # Here and not at the first question: a large table takes a part of a second, and questions
        # are asked where calls are served.
        self._by_cell = {column: self._index(column) for column in table.columns}

    async def ask(self, given: Mapping[str, str], _key: str = "") -> Answer:
        """The row as a JSON object of texts."""
        return self.answer(given)

    def answer(self, given: Mapping[str, str]) -> Answer:
        """As :meth:`ask`, at once."""
        if not given or not given.keys() <= {self._id_column, *self._columns}:
            return failed("misconfigured")
        fitting: set[int] | None = None
        for column, value in given.items():
            rows = set(self._by_cell[column].get(_cell(column, value), ()))
            if is_phone_column(column):
                rows = {row for row in rows if _same_phone(self._rows[row][column], value)}
            fitting = rows if fitting is None else fitting & rows
        if fitting is None or len(fitting) != 1:
            return NOT_FOUND
        return found(self._rows[fitting.pop()])

    def _index(self, column: str) -> Mapping[str, list[int]]:
        """Rows by what stands in a column."""
        index: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows):
            if cell := _cell(column, row[column]):
                index.setdefault(cell, []).append(number)
        return index


def _cell(column: str, text: str) -> str:
    """What is compared; empty for what fits nothing."""
    if is_phone_column(column):
        digits = _digits(text)
        return digits[-_NATIONAL_DIGITS:] if len(digits) >= _NATIONAL_DIGITS else ""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digits(text: str) -> str:
    return "".join(each for each in text if each in "0123456789")


def _same_phone(one: str, other: str) -> bool:
    one, other = _digits(one), _digits(other)
    return one == other or min(len(one), len(other)) <= _NATIONAL_DIGITS
