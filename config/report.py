"""Where mistakes are gathered, and how the nearest name is found."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import replace
from typing import TypeAlias

from config.document import Document, Path, dotted, printable, shown
from config.errors import Problem
from config.nearest import Nearest

COMPARISONS_AT_MOST = 100_000
"""Of names, when the nearest is sought: a file of nothing but mistakes must not take minutes."""


_Told: TypeAlias = "dict[tuple[str, int, int, str, str], tuple[Problem, set[str]]]"
"""Problems by the place where the value is really written, with the flows they were found in."""


class Report:
    """Everything that is wrong with a site's files, and what should be looked at.

    What is written once and stands in many places (see :mod:`config.snippets`) is told once.
    """

    def __init__(self) -> None:
        self._problems: _Told = {}
        self._warnings: _Told = {}
        self._blamed: set[tuple[str, str]] = set()
        self._told_elsewhere: set[str] = set()
        self._included_by: dict[str, set[str]] = {}
        self._nearest = Nearest(COMPARISONS_AT_MOST)

    @property
    def problems(self) -> list[Problem]:
        """The mistakes, in file and line order."""
        return self._in_order(self._problems)

    @property
    def warnings(self) -> list[Problem]:
        """What is allowed and should be looked at, in file and line order."""
        return self._in_order(self._warnings)

    @property
    def problem_count(self) -> int:
        """How many mistakes there are, without putting them in order."""
        return len(self._problems)

    def told_elsewhere(self, file: str) -> None:
        """Pass over all that is found in a file: what is wrong with it is told already."""
        self._told_elsewhere.add(file)

    def add(self, problem: Problem) -> None:
        """Take over a mistake that was found while reading; more about the same value is noise."""
        if problem.file in self._told_elsewhere:
            return
        _take(self._problems, problem, problem.where)
        self._blamed.add((problem.file, problem.where))

    def warn(self, problem: Problem) -> None:
        """Take over what should be looked at, found while reading."""
        if problem.file not in self._told_elsewhere:
            _take(self._warnings, problem, problem.where)

    def included(self, file: str, by: str) -> None:
        """Remember that a flow includes a file: what is wrong with it in that flow alone says so.

        Args:
            file: the file that is included.
            by: the flow's file.
        """
        self._included_by.setdefault(file, set()).add(by)

    def problem(self, document: Document, path: Path, message: str, *, key: bool = False) -> None:
        """Report a mistake.

        Args:
            document: the file.
            path: the value's place in it.
            message: what was found and what was wanted.
            key: whether the key itself is at fault, not its value.
        """
        if document.file not in self._told_elsewhere:
            _tell(self._problems, document, path, message, key=key, blamed=self._blamed)

    def warning(self, document: Document, path: Path, message: str, *, key: bool = False) -> None:
        """Report what is allowed and should be looked at; arguments as for :meth:`problem`."""
        if document.file not in self._told_elsewhere:
            _tell(self._warnings, document, path, message, key=key, blamed=frozenset())

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
        return self._nearest.name(word, names)

    def _in_order(self, told: _Told) -> list[Problem]:
        return sorted(self._naming_flows(*each) for each in told.values())

    def _naming_flows(self, problem: Problem, found_in: set[str]) -> Problem:
        """A mistake in a file that several flows include, and only some have, names those."""
        if not found_in or found_in >= self._included_by.get(problem.file, found_in):
            return problem
        return replace(problem, message=f"{problem.message} (in {', '.join(sorted(found_in))})")


def _tell(
    told: _Told,
    document: Document,
    path: Path,
    message: str,
    *,
    key: bool,
    blamed: Set[tuple[str, str]],
) -> None:
    """Report what is wrong with a value, unless it is blamed already where it is written."""
    origin, inner = document.origin(path)
    where = dotted(path)
    written = where if inner is path else dotted(inner)
    if (origin.file, written) in blamed:
        return
    line, column = origin.key_mark(inner) if key else origin.mark(inner)
    # Names are put in as they are written, and those of languages may be anything.
    told_plainly = printable(message)
    problem = Problem(file=origin.file, line=line, column=column, where=where, message=told_plainly)
    found_in = _take(told, problem, written)
    if origin is not document:
        found_in.add(document.file)


def _take(told: _Told, problem: Problem, written: str) -> set[str]:
    """Take a problem over, unless it is told; returns the flows it was found in."""
    place = (problem.file, problem.line, problem.column, written, problem.message)
    return told.setdefault(place, (problem, set()))[1]
