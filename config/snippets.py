"""Snippets: keys, or items of a list, that are written once and used in many places of a flow.

Where a mapping within a step says ``use: name``, the keys of that snippet are put in; the keys
written beside ``use`` win, and of several snippets the later one. An item ``- use: name`` of a list
stands for the items of a snippet that is a list. Every value keeps the place it is written at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from config.document import Document, Path, Value, shown
from config.report import Report
from config.source import MAX_DEPTH

USE = "use"
_INCLUDE = "include"
DEPTH_AT_MOST = 8
"""Of snippets that use snippets."""
VALUES_AT_MOST = 20_000
"""That snippets put into one flow: every use, and every key and item that one puts in."""

_WANTED = "wanted the name of a snippet, or a list of names"


@dataclass(frozen=True, slots=True)
class Written:
    """A value and where it is written.

    Attributes:
        value: as written.
        document: the file.
        path: its place in the file.
        through: the snippets it was put in by, the outermost first.
    """

    value: Value
    document: Document
    path: Path
    through: tuple[str, ...] = ()

    def at(self, part: str | int, value: Value) -> Written:
        """What stands below it."""
        return Written(value, self.document, (*self.path, part), self.through)


class TooLargeError(Exception):
    """More would be put in than a flow may hold. The problem is reported."""


class Expansion:
    """Puts the snippets into the steps of one flow.

    Args:
        flow: the document that the steps will stand in; its grafts are added to.
        snippets: what may be used, by name; ``None`` for one that could not be understood.
        names_known: whether these are all the names there are.
        report: takes the mistakes.
        elsewhere: snippets of files that may be included, each with its file.

    Attributes:
        used: the names that were used.
    """

    def __init__(
        self,
        flow: Document,
        snippets: Mapping[str, Written | None],
        report: Report,
        *,
        names_known: bool,
        elsewhere: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.used: set[str] = set()
        self._flow = flow
        self._snippets = snippets
        self._names_known = names_known
        self._elsewhere = elsewhere
        self._not_included: set[tuple[str, str]] = set()
        self._report = report
        self._put_in = 0
        self._outermost: Path = ()
        self._failed = False
        self._told: set[tuple[str, Path, str]] = set()

    def step(self, name: str, written: Written) -> Value | None:
        """A step with all that it uses.

        Args:
            name: the step's.
            written: what stands under it.

        Returns:
            The step, or ``None`` when mistakes were reported.

        Raises:
            TooLargeError: this flow cannot be expanded on; that was reported.
        """
        self._failed = False
        value = self._value(written, ("steps", name))
        return None if self._failed else value

    def _value(self, written: Written, path: Path) -> Value:
        """What stands at a place of the flow."""
        if len(path) > MAX_DEPTH:
            self._refuse("this is nested too deeply")
        value = written.value
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            keys = self._keys(written, value, path)
            return {key: self._graft(each, (*path, key)) for key, each in keys.items()}
        items: list[Written] = []
        self._put_items(written, value, path, items)
        return [self._graft(each, (*path, index)) for index, each in enumerate(items)]

    def _graft(self, written: Written, path: Path) -> Value:
        document, place = self._flow.origin(path)
        if document is not written.document or place != written.path:
            self._flow.grafts[path] = (written.document, written.path)
        return self._value(written, path)

    def _keys(self, written: Written, value: dict[str, Value], path: Path) -> dict[str, Written]:
        """The keys of a mapping and of the snippets it uses."""
        keys: dict[str, Written] = {}
        for snippet, place in self._uses(written, value, path):
            if isinstance(snippet.value, dict):
                keys |= self._keys(snippet, snippet.value, path)
            else:
                what = f"the snippet {shown(snippet.through[-1])} is a list"
                self._problem(place, path, f"{what}; it can only be an item of one: '- use: …'")
        for key, each in value.items():
            if key != USE:
                if written.through:
                    self._count()
                keys[key] = written.at(key, each)
        return keys

    def _put_items(
        self, written: Written, value: list[Value], path: Path, items: list[Written]
    ) -> None:
        """Add the items of a list, and those of the snippets that stand for some."""
        for index, each in enumerate(value):
            if written.through:
                self._count()
            item, place = written.at(index, each), (*path, len(items))
            if not (isinstance(each, dict) and each.keys() == {USE} and self._names_a_list(each)):
                items.append(item)
                continue
            for snippet, named in self._uses(item, each, place):
                if isinstance(snippet.value, list):
                    self._put_items(snippet, snippet.value, path, items)
                else:
                    message = "wanted snippets that are all lists, or all mappings"
                    self._problem(named, place, message)

    def _names_a_list(self, item: dict[str, Value]) -> bool:
        named = item[USE] if isinstance(item[USE], list) else [item[USE]]
        found = (self._snippets.get(each) for each in named if isinstance(each, str))
        return any(each is not None and isinstance(each.value, list) for each in found)

    def _uses(
        self, written: Written, value: dict[str, Value], path: Path
    ) -> Iterator[tuple[Written, Written]]:
        """The snippets that a mapping uses, in order, each with the place it is named at."""
        if USE not in value:
            return
        use = written.at(USE, value[USE])
        if not written.through:
            self._outermost = self._where(use, path)
        names = [use]
        if isinstance(use.value, list):
            names = [use.at(index, each) for index, each in enumerate(use.value)]
        if not names:
            self._problem(use, path, f"found an empty list, {_WANTED}")
        for each in names:
            if not isinstance(each.value, str):
                self._problem(each, path, f"found {shown(each.value)}, {_WANTED}")
                continue
            self._count()
            if (snippet := self._snippet(each.value, each, path)) is not None:
                yield snippet, each

    def _snippet(self, name: str, place: Written, path: Path) -> Written | None:
        if name not in self._snippets:
            if self._names_known and name in self._elsewhere:
                self._tell_not_included(name, place, path)
            elif self._names_known:
                hint = self._report.nearest(name, self._snippets)
                self._problem(place, path, f"unknown snippet {shown(name)}{hint}")
            self._failed = True
            return None
        self.used.add(name)
        snippet = self._snippets[name]
        through = (*place.through, name)
        if name in place.through:
            around = through[through.index(name) :]
            circle = " -> ".join(shown(each)[1:-1] for each in around)
            self._problem(place, path, f"this snippet uses itself: {circle}")
        elif len(through) > DEPTH_AT_MOST:
            message = f"snippets use snippets too deeply here, at most {DEPTH_AT_MOST} deep"
            self._problem(place, path, message)
        elif snippet is not None:
            return Written(snippet.value, snippet.document, snippet.path, through)
        self._failed = True
        return None

    def _tell_not_included(self, name: str, place: Written, path: Path) -> None:
        """Report a snippet of a file that is not included: once, however often it is used."""
        told = (place.document.file, name)
        if told in self._not_included:
            return
        self._not_included.add(told)
        file, written = self._elsewhere[name], place.document.data.get(_INCLUDE)
        included = [written] if isinstance(written, str) else written or []
        files = [each for each in included if isinstance(each, str)]
        files.append(file.rpartition("/")[2].removesuffix(".yaml"))
        message = f"{shown(name)} stands in {file}: write '{_INCLUDE}: [{', '.join(files)}]'"
        self._problem(place, path, message)

    def _count(self) -> None:
        """Count a use, or a value that one puts in."""
        self._put_in += 1
        if self._put_in > VALUES_AT_MOST:
            what = f"snippets put in more than {VALUES_AT_MOST:,} values"
            self._refuse(f"this grows too large: {what}")

    def _refuse(self, message: str) -> None:
        self._report.problem(self._flow, self._outermost, message)
        raise TooLargeError

    def _problem(self, place: Written, path: Path, message: str) -> None:
        self._failed = True
        told = (place.document.file, place.path, message)
        if told not in self._told:  # a snippet that is used ten thousand times is told once
            self._told.add(told)
            self._report.problem(self._flow, self._where(place, path), message)

    def _where(self, place: Written, path: Path) -> Path:
        """The way to a ``use``, which stands nowhere in the flow once it is expanded."""
        inner = place.path[-1:] if place.path[-1] == USE else place.path[-2:]
        where = path + inner
        self._flow.grafts[where] = (place.document, place.path)
        return where
