"""Who published which version of a site, when and why: a file that only grows.

One JSON object a line. A publication counts once its line is whole and on the disk, and not before:
what a crash left without an end is cut off by the next one. A publication is known by the number of
its line, so that a damaged line changes the number of no other.
"""

from __future__ import annotations

import errno
import fcntl
import getpass
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from adapters.stores.folder import sync_folder

log = logging.getLogger(__name__)

AUTHOR_CHARACTERS = 80
NOTE_CHARACTERS = 500
_VERSION_CHARACTERS = 128
_LATEST = 253_370_764_800.0
"""The year 9999: a time after it is none."""


class How(Enum):
    """How a version came to serve."""

    PUBLISHED = "published"
    ROLLED_BACK = "rolled-back"
    FIRST_START = "first-start"
    """The line had served none before."""
    INSTEAD = "instead"
    """What was published last could not be read at a start; the folder serves, which nobody has
    published."""
    ELSEWHERE = "elsewhere"
    """Another machine of the site published it; only there is it known who did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One version that new calls began with from some time on.

    Attributes:
        number: counted from 1: ``v1``, ``v2``, ...
        version: of the site.
        at: seconds since the epoch.
        author: who did it, at most :data:`AUTHOR_CHARACTERS`; empty where nobody did or knows.
        note: why, at most :data:`NOTE_CHARACTERS`.
        how: whether it was new.
        previous: the version that served until then; ``None`` for the first.
    """

    number: int
    version: str
    at: float
    author: str
    note: str
    how: How
    previous: str | None

    @property
    def name(self) -> str:
        """``v3``."""
        return f"v{self.number}"

    @property
    def short(self) -> str:
        """What a person compares of the version."""
        return self.version[:8]


class Publications:
    """The history of a state folder.

    Args:
        path: the file; made with the first publication.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Publication]:
        """All that can be read, the oldest first.

        Raises:
            OSError: the file is there and cannot be read.
        """
        try:
            return _read(self._path.read_bytes())
        except FileNotFoundError:
            return []

    def last(self) -> Publication | None:
        """The latest, whose version serves.

        Raises:
            OSError: the file is there and cannot be read.
        """
        known = self.read()
        return known[-1] if known else None

    def append(
        self, version: str, *, at: float, how: How, author: str = "", note: str = ""
    ) -> Publication:
        """Note a publication; when this returns it outlives a loss of power.

        Args:
            version: of the site.
            at: seconds since the epoch.
            how: whether it was new.
            author: see :func:`checked`.
            note: see :func:`checked`.

        Raises:
            OSError: it cannot be written; then nothing has changed.
            ValueError: ours: a text that was not checked, or no version.
        """
        checked("author", author, AUTHOR_CHARACTERS)
        checked("note", note, NOTE_CHARACTERS)
        if not _is_version(version):
            raise ValueError("no version has such a name")
        self._path.parent.mkdir(exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            content = self._path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            known = _read(whole)
            made = Publication(
                number=whole.count(b"\n") + 1,
                version=version,
                at=at,
                author=author,
                note=note,
                how=how,
                previous=known[-1].version if known else None,
            )
            _append(handle, len(whole), _line(made))
        finally:
            os.close(handle)
        sync_folder(self._path.parent)
        return made


def checked(name: str, text: str, characters: int) -> str:
    """The same text, if it may stand in a history.

    Raises:
        ValueError: it is too long, or more than one line of what can be shown.
    """
    if len(text) > characters:
        raise ValueError(f"{name}: at most {characters} characters, not {len(text)}")
    if not text.isprintable():
        raise ValueError(f"{name}: one line of text was wanted, without control characters")
    return text


def login_name() -> str:
    """Who runs this process, for a history."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # no entry for the user, which containers often lack
        name = ""
    return _tidy(name, AUTHOR_CHARACTERS) or f"user {os.getuid()}"


def _append(handle: int, end: int, line: bytes) -> None:
    """The whole line at ``end``, on the disk, or nothing.

    Raises:
        OSError: nothing.
    """
    os.ftruncate(handle, end)
    try:
        whole = os.write(handle, line) == len(line)
        os.fsync(handle)
    except OSError:
        with suppress(OSError):
            os.ftruncate(handle, end)
        raise
    if not whole:
        os.ftruncate(handle, end)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _line(made: Publication) -> bytes:
    fields = {
        "version": made.version,
        "at": made.at,
        "author": made.author,
        "note": made.note,
        "how": made.how.value,
        "previous": made.previous,
    }
    return json.dumps(fields).encode("ascii") + b"\n"


def _read(content: bytes) -> list[Publication]:
    """Every whole line that tells a publication."""
    *lines, _torn = content.split(b"\n")
    found = [_parsed(number, line) for number, line in enumerate(lines, start=1)]
    if None in found:
        log.error(
            "the history of versions has %d damaged lines; they are passed over", found.count(None)
        )
    return [each for each in found if each is not None]


def _parsed(number: int, line: bytes) -> Publication | None:
    try:
        fields = json.loads(line)
        version, at, previous = fields["version"], fields["at"], fields["previous"]
        how = How(fields["how"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not _is_version(version) or not _is_time(at):
        return None
    return Publication(
        number=number,
        version=version,
        at=float(at),
        author=_tidy(fields.get("author"), AUTHOR_CHARACTERS),
        note=_tidy(fields.get("note"), NOTE_CHARACTERS),
        how=how,
        previous=previous if _is_version(previous) else None,
    )


def _is_version(value: object) -> bool:
    """Whether it can be one: a file of this name is looked for."""
    return isinstance(value, str) and value.isalnum() and len(value) <= _VERSION_CHARACTERS


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and value is not True and 0 <= value <= _LATEST


def _tidy(value: object, characters: int) -> str:
    """What may be shown of a text that somebody else wrote."""
    if not isinstance(value, str):
        return ""
    return "".join(each if each.isprintable() else " " for each in value[:characters]).strip()
