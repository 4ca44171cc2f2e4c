"""Read one YAML file into plain values that remember where they stood.

Every scalar stays the string that was written: ``no``, ``0123`` and ``1:30`` mean what the schema
says they mean, not what YAML guesses. What a configuration has no use for is refused: anchors and
aliases (and with them the files that blow up by repetition), tags, several documents in one file,
more than a few levels of nesting, and empty values.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath

import yaml

from config.cut_texts import cut_texts
from config.document import NOTHING_GIVEN, START, Document, Mark, Path, Value, dotted, shown
from config.errors import Problem
from config.unreadable import (
    GLUED,
    LINE_END,
    ODD_SPACE,
    Trail,
    begin_of,
    end_of,
    no_space,
    odd_space,
    why_unreadable,
)

MAX_BYTES = 1_000_000
MAX_DEPTH = 24

# Without libyaml the same file takes ten times as long; the events are the same.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# YAML 1.1 breaks lines at U+0085, U+2028 and U+2029, editors do not: line numbers would lie.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_EMPTY_WORDS = frozenset({"", "~", "null", "Null", "NULL"})
_COMMENT = re.compile(r"\s+#")
_ODD_COLON = re.compile(rf"[a-z][a-z0-9_-]*:(?={ODD_SPACE.pattern})")
_TEXT_IN_BRACES = "a text that begins with { stands in quotes"


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
    composer = _Composer(file, LINE_END.split(text))
    trail = Trail(iter(yaml.parse(text, Loader=_LOADER)))
    try:
        data = composer.compose(trail)
    except _RefusedError as refused:
        return _unreadable(file, refused.mark, refused.message)
    except yaml.MarkedYAMLError as error:
        return _unreadable(file, *why_unreadable(error, trail, text))
    except yaml.YAMLError:
        return _unreadable(file, START, "this is not YAML")
    document = Document(file=file, data=data, values=composer.values, keys=composer.keys)
    return document, [*composer.problems, *cut_texts(file, composer.cut)]


class _RefusedError(Exception):
    """The file cannot be read on from here."""

    def __init__(self, mark: Mark, message: str) -> None:
        self.mark = mark
        self.message = message
        super().__init__(message)


class _Composer:
    """Builds plain values from the parser's events. Its recursion is bounded by MAX_DEPTH."""

    def __init__(self, file: str, lines: Sequence[str]) -> None:
        self.file = file
        self.lines = lines
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self.cut: dict[Path, Mark] = {}
        self.mended: set[Path] = set()
        self.problems: list[Problem] = []

    def compose(self, events: Iterator[yaml.Event]) -> dict[str, Value]:
        """The file's one mapping."""
        data: Value | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if data is not None:
                    raise _RefusedError(
                        begin_of(event), "a second document begins; one file holds one"
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
        mark = begin_of(event)
        self._refuse_extras(event, mark)
        if depth > MAX_DEPTH:
            raise _RefusedError(mark, "this is nested too deeply")
        if isinstance(event, yaml.ScalarEvent):
            return self._text(event, path, mark)
        self.values[path] = self.keys.get(path, mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path, depth)
        return self._mapping(event, events, path, depth)

    def _text(self, event: yaml.ScalarEvent, path: Path, mark: Mark) -> str:
        self.values[path] = mark
        text = str(event.value)
        if event.style or not path:
            return text
        comment = _COMMENT.match(self._behind(event))
        if text in _EMPTY_WORDS:
            hint = "; to give a '#', put it in quotes" if comment else ""
            self._problem(mark, path, NOTHING_GIVEN + hint)
        elif comment:
            line, column = end_of(event)
            self.cut[path] = line, column + comment.end() - 1
        odd = _ODD_COLON.match(text)
        # Behind a key on the same line it is a text like any other.
        if odd and not self.lines[mark[0] - 1][: mark[1] - 1].strip(" -"):
            self._problem((mark[0], mark[1] + odd.end()), path, odd_space(text[odd.end()]))
        return text

    def _behind(self, event: yaml.Event) -> str:
        """What follows a value or a key on its last line."""
        line, column = end_of(event)
        return self.lines[line - 1][column - 1 :] if line <= len(self.lines) else ""

    def _list(self, events: Iterator[yaml.Event], path: Path, depth: int) -> list[Value]:
        items: list[Value] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, events, (*path, len(items)), depth=depth + 1))
        return items

    def _mapping(
        self, start: yaml.Event, events: Iterator[yaml.Event], path: Path, depth: int
    ) -> Value:
        mapping: dict[str, Value] = {}
        before: yaml.Event | None = None
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            mark = begin_of(event)
            if not isinstance(event, yaml.ScalarEvent):
                if _in_braces(event) and _in_braces(start):
                    raise _RefusedError(begin_of(start), _TEXT_IN_BRACES)
                raise _RefusedError(mark, "a key must be a single word or text")
            self._refuse_extras(event, mark)
            value_event = next(events)
            if self._has_no_colon(start, event, value_event):
                if before is None and not GLUED.match(event.value):
                    return self._text_in_braces(start, event, events, path)
                before = self._mend(event, before, path, mapping)
                continue
            before = value_event
            key = self._key(event, path)
            inner = (*path, key)
            if key in mapping:
                first = self.keys[inner][0]
                self._problem(mark, inner, f"this key stands twice; the first is on line {first}")
                # The first one counts; what stands under the second is read only to get past it.
                inner = (*inner, "")
            self.keys[inner] = mark
            value = self._value(value_event, events, inner, depth=depth + 1)
            mapping.setdefault(key, value)
        return mapping

    def _key(self, event: yaml.ScalarEvent, path: Path) -> str:
        key = str(event.value)
        if odd := ODD_SPACE.search(key):
            tidy = ODD_SPACE.sub(" ", key).strip()
            line, column = begin_of(event)
            self._problem((line, column + odd.start()), (*path, tidy), odd_space(odd[0]))
            return tidy
        return key

    def _has_no_colon(self, start: yaml.Event, key: yaml.ScalarEvent, value: yaml.Event) -> bool:
        """Whether a key within braces is one by mistake: ``{en: Yes, we are open}``."""
        if not _in_braces(start) or key.style or not key.value:
            return False
        empty = isinstance(value, yaml.ScalarEvent) and not value.style and not value.value
        return empty and not self._behind(key).lstrip().startswith(":")

    def _mend(
        self,
        event: yaml.ScalarEvent,
        before: yaml.Event | None,
        path: Path,
        mapping: dict[str, Value],
    ) -> yaml.Event:
        """Report a key without a colon, and take it for what was meant, to read on from there."""
        word = str(event.value)
        last = next(reversed(mapping), "")
        text = mapping.get(last)
        if GLUED.match(word):
            name, _, value = word.partition(":")
            message = no_space(word)
        elif isinstance(before, yaml.ScalarEvent) and not before.style and isinstance(text, str):
            name, value = last, f"{text}, {word}"
            mapping[last] = value
            message = f"{shown(word)}: within braces, a text that holds a comma stands in quotes"
        else:
            name, _, value = word.partition(" ")
            message = f"{shown(word)}: a colon and a space are missing behind {shown(name)}"
        mark, inner = begin_of(event), (*path, name)
        if inner not in self.mended:
            self._problem(mark, inner, message)
        self.mended.add(inner)
        if name not in mapping:
            mapping[name] = value
            self.keys[inner] = self.values[inner] = mark
        return before or event

    def _text_in_braces(
        self, start: yaml.Event, event: yaml.ScalarEvent, events: Iterator[yaml.Event], path: Path
    ) -> str:
        """Report a text such as ``{name}``, and take it for that, to read on from there."""
        word = str(event.value)
        self.values[path] = begin_of(start)
        self._problem(begin_of(start), path, f"{shown(word)} has no value here; {_TEXT_IN_BRACES}")
        depth = 1
        while depth:
            following = next(events)
            depth += isinstance(following, yaml.CollectionStartEvent)
            depth -= isinstance(following, yaml.CollectionEndEvent)
        return f"{{{word}}}"

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


def _in_braces(event: yaml.Event) -> bool:
    return isinstance(event, yaml.MappingStartEvent) and bool(event.flow_style)


def _end_of(text: str) -> Mark:
    lines = LINE_END.split(text)
    return len(lines), len(lines[-1]) + 1
