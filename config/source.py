"""Read one YAML file into plain values that remember where they stood.

Every scalar stays the string that was written: ``no``, ``0123`` and ``1:30`` mean what the schema
says they mean, not what YAML guesses. What a configuration has no use for is refused: anchors and
aliases (and with them the files that blow up by repetition), tags, several documents in one file,
more than a few levels of nesting, and empty values.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path as FilePath

import yaml

from config.document import NOTHING_GIVEN, START, Document, Mark, Path, Value, dotted
from config.errors import Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 24

# Without libyaml the same file takes ten times as long; the events are the same.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# YAML 1.1 breaks lines at U+0085, U+2028 and U+2029, editors do not: line numbers would lie.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_LINE_END = re.compile(r"\r\n?|\n")
_EMPTY_WORDS = frozenset({"", "~", "null", "Null", "NULL"})

_TAB = "a tab stands in the indentation; use spaces"
_PLAIN_WORDS = (
    ("mapping values are not", "a second ': ' in one value; put the text in quotes, or indent it"),
    ("cannot start any token", "no value can begin with this character; put the value in quotes"),
    ("expected key", "the indentation does not fit the lines above"),
    ("<block end>", "the indentation does not fit the lines above"),
    ("expected ':'", "this is neither 'key: value' nor part of the line above"),
    ("',' or", "a list or mapping in brackets is not closed here"),
    ("node content", "a value is missing here, or a bracket is not closed"),
    ("incompatible", "this is a newer YAML than 1.2; leave out the %YAML line"),
)


def read_document(folder: FilePath, file: str) -> tuple[Document, list[Problem]]:
    """Read a file of the site.

    Args:
        folder: the site's folder.
        file: path within it.

    Returns:
        The document and what is wrong with the file as YAML. Never raises for what a file holds.
    """
    try:
        path = folder / file
        # Opening a pipe or a device would wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return _unreadable(file, START, "this is not a file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return _unreadable(file, START, "the file is missing")
    except OSError as error:
        return _unreadable(file, START, f"the file cannot be read: {error.strerror}")
    if len(content) > MAX_BYTES:
        return _unreadable(file, START, f"the file is larger than {MAX_BYTES:,} bytes")
    return parse_document(file, content)


def parse_document(file: str, content: bytes) -> tuple[Document, list[Problem]]:
    """As :func:`read_document`, of bytes at hand."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        return _unreadable(file, _end_of(before), "this is not UTF-8 text; save the file as UTF-8")
    if unprintable := _UNPRINTABLE.search(text):
        code = f"U+{ord(unprintable.group()):04X}"
        place = _end_of(text[: unprintable.start()])
        return _unreadable(file, place, f"the character {code} may not stand in a YAML file")
    composer = _Composer(file)
    try:
        data = composer.compose(iter(yaml.parse(text, Loader=_LOADER)))
    except _RefusedError as refused:
        return _unreadable(file, refused.mark, refused.message)
    except yaml.MarkedYAMLError as error:
        return _unreadable(file, *_in_plain_words(error, text))
    except yaml.YAMLError:
        return _unreadable(file, START, "this is not YAML")
    document = Document(file=file, data=data, values=composer.values, keys=composer.keys)
    return document, composer.problems


class _RefusedError(Exception):
    """The file cannot be read on from here."""

    def __init__(self, mark: Mark, message: str) -> None:
        self.mark = mark
        self.message = message
        super().__init__(message)


class _Composer:
    """Builds plain values from the parser's events. Its recursion is bounded by MAX_DEPTH."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self.problems: list[Problem] = []

    def compose(self, events: Iterator[yaml.Event]) -> dict[str, Value]:
        """The file's one mapping."""
        data: Value | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if data is not None:
                    raise _RefusedError(
                        _mark(event), "a second document begins; one file holds one"
                    )
                data = self._value(next(events), events, (), depth=0)
        if data is None or data == "":
            raise _RefusedError(START, "the file is empty")
        if not isinstance(data, dict):
            raise _RefusedError(START, "the file must hold 'key: value' lines")
        return data

    def _value(
        self, event: yaml.Event, events: Iterator[yaml.Event], path: Path, *, depth: int
    ) -> Value:
        mark = _mark(event)
        self._refuse_extras(event, mark)
        if depth > MAX_DEPTH:
            raise _RefusedError(mark, "this is nested too deeply")
        if isinstance(event, yaml.ScalarEvent):
            self.values[path] = mark
            if path and not event.style and event.value in _EMPTY_WORDS:
                self._problem(mark, path, NOTHING_GIVEN)
            return str(event.value)
        self.values[path] = self.keys.get(path, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path, depth)
        return self._mapping(events, path, depth)

    def _list(self, events: Iterator[yaml.Event], path: Path, depth: int) -> list[Value]:
        items: list[Value] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, events, (*path, len(items)), depth=depth + 1))
        return items

    def _mapping(self, events: Iterator[yaml.Event], path: Path, depth: int) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            mark = _mark(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _RefusedError(mark, "a key must be a single word or text")
            self._refuse_extras(event, mark)
            key = str(event.value)
            inner = (*path, key)
            if key in mapping:
                first = self.keys[inner][0]
                self._problem(mark, inner, f"this key stands twice; the first is on line {first}")
                # The first one counts; what stands under the second is read only to get past it.
                inner = (*inner, "")
            self.keys[inner] = mark
            value = self._value(next(events), events, inner, depth=depth + 1)
            mapping.setdefault(key, value)
        return mapping

    def _refuse_extras(self, event: yaml.Event, mark: Mark) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError(
                mark, "anchors (&) and aliases (*) are not used here; write it out, or quote it"
            )
        if getattr(event, "tag", None):
            raise _RefusedError(mark, "tags (!) are not used here; put the text in quotes")

    def _problem(self, mark: Mark, path: Path, message: str) -> None:
        line, column = mark
        where = dotted(path)
        self.problems.append(
            Problem(file=self.file, line=line, column=column, where=where, message=message)
        )


def _unreadable(file: str, mark: Mark, message: str) -> tuple[Document, list[Problem]]:
    problem = Problem(file=file, line=mark[0], column=mark[1], where="", message=message)
    return Document(file=file, readable=False), [problem]


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else START


def _end_of(text: str) -> Mark:
    lines = _LINE_END.split(text)
    return len(lines), len(lines[-1]) + 1


def _in_plain_words(error: yaml.MarkedYAMLError, text: str) -> tuple[Mark, str]:
    problem = str(error.problem or "")
    message = next((plain for part, plain in _PLAIN_WORDS if part in problem), "")
    mark = error.problem_mark
    if "quoted scalar" in str(error.context or ""):
        mark = error.context_mark
        message = "the quotation mark that opens here is never closed, or what it holds is not text"
    if mark is None:
        return START, message or "this is not YAML"
    before = _LINE_END.split(text)[mark.line : mark.line + 1]
    if before and re.match(r" *\t", before[0]):
        message = _TAB
    # What is wrong at the very end may be told of a line that follows it.
    place = min((mark.line + 1, mark.column + 1), _end_of(text))
    return place, message or "this is not YAML: " + problem
