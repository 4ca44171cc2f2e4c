"""Where mistakes are gathered, and how the nearest name is found."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from config.document import SHOWN_CHARACTERS, Document, Path, dotted, shown
from config.errors import Problem

SUGGESTIONS_AT_MOST = 300
"""Looking for the nearest name costs time; a file of nothing but mistakes must not take minutes."""


class Report:
    """Everything that is wrong with a site's files, and what should be looked at."""

    def __init__(self) -> None:
        self._problems: set[Problem] = set()
        self._warnings: set[Problem] = set()
        self._blamed: set[tuple[str, str]] = set()
        self._suggestions_left = SUGGESTIONS_AT_MOST

    @property
    def problems(self) -> list[Problem]:
        """The mistakes, in file and line order."""
        return sorted(self._problems)

    @property
    def warnings(self) -> list[Problem]:
        """What is allowed and should be looked at, in file and line order."""
        return sorted(self._warnings)

    def add(self, problem: Problem) -> None:
        """Take over a mistake that was found while reading; more about the same value is noise."""
        self._problems.add(problem)
        self._blamed.add((problem.file, problem.where))

    def warn(self, problem: Problem) -> None:
        """Take over what should be looked at, found while reading."""
        self._warnings.add(problem)

    def problem(self, document: Document, path: Path, message: str, *, key: bool = False) -> None:
        """Report a mistake.

        Args:
            document: the file.
            path: the value's place in it.
            message: what was found and what was wanted.
            key: whether the key itself is at fault, not its value.
        """
        if (document.file, dotted(path)) not in self._blamed:
            self._problems.add(_at(document, path, message, key=key))

    def warning(self, document: Document, path: Path, message: str, *, key: bool = False) -> None:
        """Report what is allowed and should be looked at; arguments as for :meth:`problem`."""
        self._warnings.add(_at(document, path, message, key=key))

    def reference(
        self, document: Document, path: Path, kind: str, name: str, names: Collection[str] | None
    ) -> None:
        """Report a name that nothing bears.

        Args:
            document: the file.
            path: the place of the name in it.
            kind: what is named, for example ``queue``.
            name: the name; an empty one was reported as missing already.
            names: those there are; ``None`` when that cannot be told.
        """
        if name and names is not None and name not in names:
            hint = self.nearest(name, names)
            self.problem(document, path, f"unknown {kind} {shown(name)}{hint}")

    def nearest(self, word: str, names: Iterable[str]) -> str:
        """``; did you mean 'queue'?`` when a name is near, else nothing."""
        if len(word) > SHOWN_CHARACTERS or self._suggestions_left == 0:
            return ""
        self._suggestions_left -= 1
        near = difflib.get_close_matches(word, sorted(names), n=1)
        return f"; did you mean {shown(near[0])}?" if near else ""


def _at(document: Document, path: Path, message: str, *, key: bool) -> Problem:
    mark = document.key_mark(path) if key else document.mark(path)
    return Problem(
        file=document.file, line=mark[0], column=mark[1], where=dotted(path), message=message
    )
