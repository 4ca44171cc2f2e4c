"""Where mistakes are gathered, and how the nearest name is found."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from config.document import SHOWN_CHARACTERS, Document, Path, dotted, shown
from config.errors import Problem

COMPARISONS_AT_MOST = 200_000
"""Of names, when the nearest is sought: a file of nothing but mistakes must not take minutes."""


class Report:
    """Everything that is wrong with a site's files, and what should be looked at."""

    def __init__(self) -> None:
        self._problems: set[Problem] = set()
        self._warnings: set[Problem] = set()
        self._blamed: set[tuple[str, str]] = set()
        self._comparisons_left = COMPARISONS_AT_MOST

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
            name: the name.
            names: those there are; ``None`` when that cannot be told.
        """
        if names is not None and name not in names:
            hint = self.nearest(name, names)
            self.problem(document, path, f"unknown {kind} {shown(name)}{hint}")

    def nearest(self, word: str, names: Collection[str]) -> str:
        """``; did you mean 'queue'?`` when a name is near, else nothing."""
        near = self.meant(word, names)
        return "" if near is None else f"; did you mean {shown(near)}?"

    def meant(self, word: str, names: Collection[str]) -> str | None:
        """The nearest name, if one is near."""
        if len(word) > SHOWN_CHARACTERS or len(names) > self._comparisons_left:
            return None
        self._comparisons_left -= len(names)
        near = difflib.get_close_matches(word, sorted(names), n=1)
        return near[0] if near else None


def _at(document: Document, path: Path, message: str, *, key: bool) -> Problem:
    mark = document.key_mark(path) if key else document.mark(path)
    return Problem(
        file=document.file, line=mark[0], column=mark[1], where=dotted(path), message=message
    )
