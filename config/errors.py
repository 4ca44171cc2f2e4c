"""What can be wrong with a site's files.

::

    ConfigError              ops: the files hold mistakes; all of them are listed
    └── FolderError          ops: there is no folder to read, so nothing was checked

    SecretsError             ops: the file of secrets is missing, open to others, or not readable
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.document import printable


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One mistake, or one warning, at one place.

    Attributes:
        file: path within the site's folder, with ``/``.
        line: from 1.
        column: from 1, counted in characters.
        where: the way to the value, for example ``steps.nurse.next``; empty for a whole file.
        message: what was found, what was wanted, and the nearest name where there is one.
    """

    file: str
    line: int
    column: int
    where: str
    message: str

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{printable(self.file)}:{self.line}:{self.column}: {where}{self.message}"


class ConfigError(Exception):
    """The site cannot be loaded. Prints as one line for each problem.

    Attributes:
        problems: every mistake of every file, in file and line order.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class FolderError(ConfigError):
    """The folder itself is missing, is no folder, or may not be read."""

    def __str__(self) -> str:
        return "\n".join(f"{printable(each.file)}: {each.message}" for each in self.problems)


class SecretsError(Exception):
    """The file of secrets cannot be used. The message never holds a value."""
