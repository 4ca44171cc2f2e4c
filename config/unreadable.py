"""Why a file is no YAML, told at the place of the mistake.

YAML's parser stops where it can go no further, which is often many lines behind the mistake: a
quotation mark that is never closed ends at the next one. What the parser understood last says where
to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

import yaml

from config.document import START, Mark, shown

LINE_END = re.compile(r"\r\n?|\n")
ODD_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
"""What looks like a space, as word processors put it in, and separates nothing in YAML."""
GLUED = re.compile(r"[a-z][a-z0-9_-]*:(?![\s/])", re.IGNORECASE)
"""A key and its value without the space between them; ``https://`` is none."""

_TAB = "a tab stands in the indentation; use spaces"
_COLON = "a colon and a space are missing here, or the next line stands too far in"
_INDENTATION = "the indentation does not fit the lines above"
_ODD_LEADING = re.compile(rf"[ -]*(?:[^\s:]+:)?(?={ODD_SPACE.pattern})")
_PLAIN_WORDS = (
    ("mapping values are not", "a second ': ' in one value; put the text in quotes, or indent it"),
    ("cannot start any token", "no value can begin with this character; put the value in quotes"),
    ("sequence entries are not", "the items of a list begin on a line of their own, below the key"),
    ("block scalar", "behind | or > the text begins on the next line; or put the text in quotes"),
    ("mapping keys are not", "a value cannot begin with ?; put the text in quotes"),
    ("a tag", "a value cannot begin with !; put the text in quotes"),
    ("directive", "this is not YAML: a line cannot begin with %; put the text in quotes"),
    ("document start", _INDENTATION),
    ("expected key", _INDENTATION),
    ("'-' indicator", _INDENTATION),
    ("<block end>", _INDENTATION),
    ("expected ':'", _COLON),
    ("node content", "a value is missing here, or a bracket is not closed"),
    ("incompatible", "this is a newer YAML than 1.2; leave out the %YAML line"),
)


class _YamlMark(Protocol):
    """Where something stands, from 0; each of PyYAML's parsers has a class of its own for it."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


_Told: TypeAlias = tuple[Mark, str]
"""A place, and what is said of it."""


class Trail(Iterator[yaml.Event]):
    """The parser's events, one after the other.

    Attributes:
        last: the one before the parser stopped.
        opened: the beginnings of the lists and mappings that were not closed by then.
        closed: the beginning of the one that was closed last.
    """

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.last: yaml.Event | None = None
        self.opened: list[yaml.CollectionStartEvent] = []
        self.closed: yaml.CollectionStartEvent | None = None
        self._events = events

    def __next__(self) -> yaml.Event:
        event = next(self._events)
        self.last = event
        if isinstance(event, yaml.CollectionStartEvent):
            self.opened.append(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.closed = self.opened.pop()
        return event


def why_unreadable(error: yaml.MarkedYAMLError, trail: Trail, text: str) -> tuple[Mark, str]:
    """Where a file is not YAML, and why.

    Args:
        error: the parser's.
        trail: what the parser said before it.
        text: the file.
    """
    lines = LINE_END.split(text)
    place, message = _Stop(error, trail, lines).explained()
    # What is wrong at the very end may be told of a line that follows it.
    return min(place, (len(lines), len(lines[-1]) + 1)), message


def begin_of(event: yaml.Event) -> Mark:
    """Line and column at which an event begins."""
    return _place(event.start_mark)


def end_of(event: yaml.Event) -> Mark:
    """Line and column behind an event."""
    return _place(event.end_mark)


def odd_space(character: str) -> str:
    """What is said of a character that :data:`ODD_SPACE` fits."""
    return (
        f"a no-break space (U+{ord(character):04X}) looks like a space and is none; "
        "delete it and type a space"
    )


def no_space(word: str) -> str:
    """What is said of a key and its value that :data:`GLUED` fits."""
    return f"{shown(word)}: a space is missing after the colon"


class _Stop:
    """One place at which the parser stopped."""

    def __init__(self, error: yaml.MarkedYAMLError, trail: Trail, lines: Sequence[str]) -> None:
        self.problem, self.context = str(error.problem or ""), str(error.context or "")
        self.place, self.begun = _place(error.problem_mark), _place(error.context_mark)
        self.trail, self.last, self.lines = trail, trail.last, lines
        self.at = self._text(self.place)[:1]
        """The character at which the parser stopped; nothing at the end of a line."""

    def explained(self) -> _Told:
        """Where to look, and what to do there."""
        return (
            self._quoted_scalar()
            or self._odd_spaces()
            or self._quotes()
            or self._begins_with_bracket()
            or self._bracket()
            or self._key()
            or self._star()
            or self._in_general()
        )

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if number <= len(self.lines) else ""

    def _text(self, place: Mark) -> str:
        """What a line holds from a place on."""
        return self._line(place[0])[place[1] - 1 :]

    def _before(self, place: Mark) -> str:
        """What a line holds before a place."""
        return self._line(place[0])[: place[1] - 1]

    def _first_of_line(self) -> Mark:
        line = self._line(self.place[0])
        return self.place[0], len(line) - len(line.lstrip()) + 1

    def _follows(self, event: yaml.Event) -> bool:
        """Whether nothing but spaces stands between the end of an event and the stop."""
        line, column = end_of(event)
        return line == self.place[0] and not self._before(self.place)[column - 1 :].strip()

    def _quoted_scalar(self) -> _Told | None:
        if "quoted scalar" not in self.context:
            return None
        if "escape" in self.problem:
            message = "'\\' has a meaning of its own in double quotes; put the text in single ones"
            return self.begun, message
        message = "the quotation mark that opens here is never closed; "
        return self.begun, message + "close it, or put the whole text in double quotes"

    def _odd_spaces(self) -> _Told | None:
        first = self.place[0] if self.last is None else begin_of(self.last)[0]
        for number in range(first, self.place[0] + 1):
            line = self._line(number)
            if match := _ODD_LEADING.match(line):
                return (number, match.end() + 1), odd_space(line[match.end()])
        return None

    def _quotes(self) -> _Told | None:
        """A quoted text that ended, and more of it followed."""
        last = self.last
        if not isinstance(last, yaml.ScalarEvent) or last.style not in ("'", '"'):
            return None
        if not self._follows(last):
            return None
        begin, end = begin_of(last), end_of(last)
        if begin[0] != end[0]:
            message = (
                f"the quotation mark that opens here ends on line {end[0]}, and more text follows; "
                "close it where the text ends, or put the whole text in double quotes"
            )
        elif last.style == "'":
            message = "the text ends at the next ', and more follows; "
            message += "put the whole text in double quotes"
        else:
            message = 'the text ends at the next ", and more follows; '
            message += "leave out these quotation marks, or put the whole text in single ones"
        return begin, message

    def _begins_with_bracket(self) -> _Told | None:
        """A text such as ``{name}, one moment``: it was taken for a mapping."""
        last, closed = self.last, self.trail.closed
        if not isinstance(last, yaml.CollectionEndEvent) or closed is None:
            return None
        if not closed.flow_style or not self._follows(last):
            return None
        begin = begin_of(closed)
        opening = self._text(begin)[:1]
        if opening not in ("{", "["):
            return None  # [name: text] is a mapping without braces of its own
        if self.at in ("}", "]"):
            return self.place, f"there is one {self.at} too many here"
        return begin, f"a text that begins with {opening} stands in quotes; put all of it in quotes"

    def _bracket(self) -> _Told | None:
        opened = self.trail.opened
        if "',' or" in self.problem:
            opening = self.begun
        elif "node content" in self.problem and opened and opened[-1].flow_style:
            if self.at == ",":
                return self.place, "a value is missing before this comma"
            opening = begin_of(opened[-1])
        else:
            return None
        last = self.last
        same_line = last is not None and begin_of(last)[0] == self.place[0] and self._follows(last)
        if last is not None and same_line and self.at in ("[", "{", '"', "'"):
            message = "within brackets, a value that holds brackets or quotes needs a line "
            return begin_of(last), message + "of its own, or the whole value stands in quotes"
        message = "the bracket that opens here is not closed"
        if re.search(r"\s#", self._text(opening)):
            message += "; what follows the '#' is a comment: put '#' in quotes"
        return opening, message

    def _key(self) -> _Told | None:
        """A key without its colon or its space, or a line that stands too far in."""
        if "expected ':'" in self.problem:
            return self.begun, self._of_words(self.begun)
        last = self.last
        if not isinstance(last, yaml.ScalarEvent) or last.style in ("'", '"'):
            return None
        begin, end = begin_of(last), end_of(last)
        if begin[0] == self.place[0]:
            return None
        if "mapping values" in self.problem and self._follows(last):
            if not self._before(begin).strip(" -"):
                return begin, self._of_words(begin)
            message = "this line is taken for a part of the text above; "
            message += "let it begin under the key above, or put the whole text in quotes"
            return self._first_of_line(), message
        if re.match(r"\s+#", self._text(end)):
            message = "this line stands too far in; or the text above ends at its '#', which "
            message += "begins a comment: put the whole text in quotes"
            return self._first_of_line(), message
        return None

    def _of_words(self, place: Mark) -> str:
        words = self._text(place).strip()
        return no_space(words) if GLUED.match(words) else _COLON

    def _star(self) -> _Told | None:
        if not self.context.endswith(("an alias", "an anchor")):
            return None
        character = self._text(self.begun)[:1]
        return self.begun, f'a value cannot begin with * or &; put it in quotes: "{character}"'

    def _in_general(self) -> _Told:
        if re.match(r" *\t", self._line(self.place[0])):
            return self.place, _TAB
        told = (self.problem, self.context)
        plain = (message for part, message in _PLAIN_WORDS if any(part in each for each in told))
        return self.place, next(plain, "this is not YAML: " + self.problem)


def _place(mark: _YamlMark | None) -> Mark:
    return START if mark is None else (mark.line + 1, mark.column + 1)
