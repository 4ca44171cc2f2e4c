"""Files that flows share: a flow takes over the steps and snippets of those it includes.

A file in ``shared/`` is written like a flow, without a ``start``. What it holds becomes part of
every flow that includes it, as if it were written there; only its place is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from config.document import Document, Path, Value, shown
from config.errors import Problem
from config.names import check_name
from config.report import Report
from config.snippets import USE, Expansion, TooLargeError, Written

SHARED = "shared"
ARGUMENTS, INCLUDE, SNIPPETS, STEPS = "arguments", "include", "snippets", "steps"
FLOW_KEYS = ("start", INCLUDE, STEPS, SNIPPETS, ARGUMENTS)
_SHARED_KEYS = (INCLUDE, STEPS, SNIPPETS)
DEPTH_AT_MOST = 8
"""Of files that include files."""
FILES_AT_MOST = 50
"""That one flow includes."""


@dataclass(frozen=True, slots=True)
class WholeFlow:
    """A flow with all that it includes and uses.

    Attributes:
        document: the flow's file with what was put in, each value with its own place.
        names_known: whether all its steps are known by name: no included file is missing.
        broken: steps that use what there is not; reported.
    """

    document: Document
    names_known: bool = True
    broken: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Parts:
    """What one flow is put together from, in the order in which it is included."""

    files: list[Document] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    names_known: bool = True


class SharedFiles:
    """The files of ``shared/``.

    Args:
        documents: the files by their path in the site's folder.
        report: takes the mistakes.
    """

    def __init__(self, documents: Mapping[str, Document], report: Report) -> None:
        self._documents = documents
        self._report = report
        self._names = {_name(file): file for file in documents}
        self._included: set[str] = set()
        self._unused: dict[tuple[str, str], Document] = {}
        self._used: set[tuple[str, str]] = set()
        self._all_understood = True
        for document in documents.values():
            self._check_keys(document)
            self._check_parts(document, (STEPS, SNIPPETS))

    def whole(self, flow: Document) -> WholeFlow:
        """A flow with all that it includes and uses; mistakes in that are reported."""
        if not flow.readable:
            self._all_understood = False
            return WholeFlow(flow, names_known=False)
        self._check_parts(flow, (SNIPPETS,))
        parts = _Parts()
        misspelt = flow.data.keys() - set(FLOW_KEYS)
        meant = {self._report.meant(key, FLOW_KEYS) for key in misspelt}
        parts.names_known = meant.isdisjoint((INCLUDE, STEPS, SNIPPETS))
        self._gather(flow, [], parts)
        self._all_understood = self._all_understood and parts.names_known
        if not parts.files and not _uses_snippets(flow) and SNIPPETS not in flow.data:
            return WholeFlow(flow, names_known=parts.names_known)
        # One flow's grafts are its own; a site's files stay as they were read.
        document = replace(flow, data=dict(flow.data), grafts={})
        snippets, steps = self._merge([*parts.files, document], document)
        broken = self._expand(document, steps, snippets, parts.names_known)
        return WholeFlow(document, parts.names_known, broken)

    def check_used(self) -> None:
        """Warn of files that no flow includes and of snippets that nothing uses."""
        if not self._all_understood:
            return
        for file in self._documents.keys() - self._included:
            message = "no flow includes this file"
            self._report.warn(Problem(file=file, line=1, column=1, where="", message=message))
        for (file, name), document in self._unused.items():
            if (file, name) not in self._used:
                path = (SNIPPETS, name)
                self._report.warning(document, path, "nothing uses this snippet", key=True)

    # --- files ----------------------------------------------------------------------------------

    def _check_keys(self, document: Document) -> None:
        for key in document.data.keys() - set(_SHARED_KEYS):
            message = f"unknown key {shown(key)}{self._report.nearest(key, _SHARED_KEYS)}"
            if key == "start":
                message = "a shared file has no 'start'; each flow that includes it has its own"
            self._report.problem(document, (key,), message, key=True)

    def _check_parts(self, document: Document, parts: tuple[str, ...]) -> None:
        """Report steps that are no steps by name, and snippets that are none."""
        for part in parts:
            written = document.data.get(part, {})
            if not isinstance(written, dict):
                self._report.problem(document, (part,), f"'{part}' must hold the {part} by name")
            elif part == SNIPPETS:
                for name, value in written.items():
                    check_name(name, document, (part, name), self._report)
                    if isinstance(value, str):
                        message = f"found {shown(value)}, wanted a mapping of keys, or a list"
                        self._report.problem(document, (part, name), message)

    def _gather(self, document: Document, trail: list[str], parts: _Parts) -> None:
        """Add the files that a file includes, each before the one that includes it, and once."""
        for path, name in self._includes(document, parts):
            file = self._names.get(name)
            if file is None:
                hint = self._report.nearest(name, self._names)
                message = f"there is no file {shown(f'{SHARED}/{name}.yaml')}{hint}"
            elif file in trail:
                around = [*trail[trail.index(file) :], file]
                circle = " -> ".join(shown(_name(each))[1:-1] for each in around)
                message = f"these files include each other: {circle}"
            elif file in parts.seen:
                continue
            elif len(trail) == DEPTH_AT_MOST:
                message = f"files include files too deeply here, at most {DEPTH_AT_MOST} deep"
            elif len(parts.seen) == FILES_AT_MOST:
                message = f"a flow includes at most {FILES_AT_MOST} files"
            else:
                parts.seen.add(file)
                self._take(self._documents[file], [*trail, file], parts)
                continue
            self._report.problem(document, path, message)
            parts.names_known = parts.names_known and file in trail

    def _take(self, document: Document, trail: list[str], parts: _Parts) -> None:
        self._included.add(document.file)
        steps = document.data.get(STEPS, {})
        if not document.readable or not isinstance(steps, dict):
            parts.names_known = False
        self._gather(document, trail, parts)
        parts.files.append(document)

    def _includes(self, document: Document, parts: _Parts) -> Iterator[tuple[Path, str]]:
        """The names that stand under ``include``."""
        written = document.data.get(INCLUDE, [])
        names = list(enumerate(written)) if isinstance(written, list) else []
        if isinstance(written, dict):
            self._report.problem(document, (INCLUDE,), _wanted_files(written))
            parts.names_known = False
        elif isinstance(written, str):
            several = [each.strip() for each in written.split(",")]
            if len(several) > 1:
                message = f"several files stand in square brackets: [{', '.join(several)}]"
                self._report.problem(document, (INCLUDE,), message)
            for each in several:
                yield (INCLUDE,), self._bare(each, document, (INCLUDE,))
        for index, name in names:
            if isinstance(name, str):
                yield (INCLUDE, index), self._bare(name, document, (INCLUDE, index))
            else:
                self._report.problem(document, (INCLUDE, index), _wanted_files(name))
                parts.names_known = False

    def _bare(self, name: str, document: Document, path: Path) -> str:
        """A file's name; one that is written with its folder or ``.yaml`` is told and taken."""
        bare = _name(name)
        if bare == name or bare not in self._names:
            return name
        message = f"found {shown(name)}, wanted the name without {SHARED}/ and .yaml: {bare}"
        self._report.problem(document, path, message)
        return bare

    # --- what they hold ---------------------------------------------------------------------------

    def _merge(
        self, files: list[Document], flow: Document
    ) -> tuple[Mapping[str, Written | None], Mapping[str, Written]]:
        """The snippets and the steps of a flow and of what it includes, by name."""
        snippets: dict[str, Written] = {}
        steps: dict[str, Written] = {}
        for document in files:
            if document is not flow:
                self._report.included(document.file, by=flow.file)
            self._add(snippets, document, SNIPPETS, "snippet")
            self._add(steps, document, STEPS, "step")
        for name, each in snippets.items():
            self._unused[each.document.file, name] = each.document
        understood = {
            name: None if isinstance(each.value, str) else each for name, each in snippets.items()
        }
        return understood, steps

    def _add(self, found: dict[str, Written], document: Document, part: str, kind: str) -> None:
        written = document.data.get(part, {})
        for name, value in written.items() if isinstance(written, dict) else ():
            path = (part, name)
            if (first := found.get(name)) is None:
                found[name] = Written(value, document, path)
                continue
            file, line, column = first.document.place(first.path, key=True)
            message = f"a {kind} of this name stands already at {file}:{line}:{column}"
            self._report.problem(document, path, message, key=True)

    def _expand(
        self,
        document: Document,
        steps: Mapping[str, Written],
        snippets: Mapping[str, Written | None],
        names_known: bool,
    ) -> frozenset[str]:
        """Put the steps into the document; returns those that could not be put together."""
        own = document.data.get(STEPS, {})
        if not isinstance(own, dict):
            self._all_understood = False
            return frozenset()  # told when the flow is read
        expansion = Expansion(
            document, snippets, self._report, names_known=names_known, elsewhere=self._elsewhere()
        )
        using = {file.file: _uses_snippets(file) for file in self._files_of(steps)}
        whole: dict[str, Value] = {}
        broken: set[str] = set()
        too_large = False
        for name, written in steps.items():
            value: Value | None = written.value
            if written.document is not document:
                document.grafts[STEPS, name] = (written.document, written.path)
            if name in using[written.document.file]:
                try:
                    value = None if too_large else expansion.step(name, written)
                except TooLargeError:
                    too_large, value = True, None
            if value is None:
                broken.add(name)
            whole[name] = written.value if value is None else value
        if whole or own:
            document.data[STEPS] = whole
        for name in expansion.used:
            if (snippet := snippets[name]) is not None:
                self._used.add((snippet.document.file, name))
        self._all_understood = self._all_understood and not broken and names_known
        return frozenset(broken)

    def _elsewhere(self) -> Mapping[str, str]:
        """Every snippet that a flow could use, if it included the file that holds it."""
        return {
            name: file
            for file, document in self._documents.items()
            if isinstance(written := document.data.get(SNIPPETS), dict)
            for name in written
        }

    @staticmethod
    def _files_of(steps: Mapping[str, Written]) -> list[Document]:
        return list({each.document.file: each.document for each in steps.values()}.values())


def _name(file: str) -> str:
    return file.removeprefix(f"{SHARED}/").removesuffix(".yaml")


def _wanted_files(found: Value) -> str:
    return f"found {shown(found)}, wanted names of files in {SHARED}/, without .yaml"


def _uses_snippets(document: Document) -> set[str]:
    """The steps of a file that use snippets."""
    return {str(path[1]) for path in document.keys if path[-1] == USE and path[0] == STEPS}
