"""Reading a journal's file: also while a brain holds it, and without a way to write.

Every reading opens the file for itself and reads page by page, each as it stands at that moment.
So a slow reader never keeps the write-ahead log from being emptied, and nothing is held between.
"""

from __future__ import annotations

import errno
import logging
import math
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.codec import CodecError
from adapters.stores.access import next_step
from adapters.stores.keys import (
    FORGOTTEN,
    CallKey,
    SiteKey,
    UnsealError,
    load_matching_key,
    snapshot_covered,
)
from adapters.stores.rows import Row, to_entry
from adapters.stores.sqlite import database
from calls.ports import Entry, JournalError

log = logging.getLogger(__name__)

ENTRIES_A_PAGE = 500


class JournalReader:
    """What stands in a journal's file. Has no lock and no thread, and needs no closing.

    Made by :meth:`~adapters.stores.sqlite.SqliteJournal.open_reading`.

    Args:
        path: the database.
        site_key: the one that the journal was made with.
    """

    def __init__(self, path: Path, site_key: SiteKey) -> None:
        self._path = path
        self._site_key = site_key

    @classmethod
    def open(cls, path: Path, key_path: Path) -> JournalReader:
        """Make sure that there is a journal which this key opens.

        Raises:
            JournalError: there is none, or it cannot be read; says what to do.
        """
        nothing = JournalError(
            f"{path.parent}: there is no journal here; name the folder of one, or start the line "
            "once to begin one"
        )
        try:
            path.stat()
            # Not by opening it: closing it again would let go of SQLite's own locks on it.
            if not os.access(path, os.R_OK, effective_ids=True):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except (FileNotFoundError, NotADirectoryError):
            raise nothing from None
        except OSError as error:
            todo = next_step(error, "check the folder and the disk")
            raise JournalError(f"{path}: it cannot be read ({error.strerror}); {todo}") from None
        try:
            with closing(database.connect_reading(path)) as connection:
                if database.version(connection) == 0:
                    raise JournalError(
                        f"{path}: the journal is empty or was cut off; put it back from its backup"
                    )
                site_key = matching_key(connection, key_path)
        except sqlite3.Error as error:
            raise database.explained(error, path) from None
        if site_key is None:
            raise nothing
        return cls(path, site_key)

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """See :meth:`calls.ports.Journal.read`. What is appended meanwhile is read too."""
        try:
            with closing(database.connect_reading(self._path)) as connection:
                keys: dict[bytes, CallKey] = {}
                query, unchecked = database.select(connection)
                while page := connection.execute(query, (after, ENTRIES_A_PAGE)).fetchall():
                    for values in page:
                        after += 1
                        if values[0] != after:
                            raise self._unreadable(after, "it is missing")
                        yield after, self._entry(values, keys, must_check=after > unchecked)
        except sqlite3.Error as error:
            raise database.explained(error, self._path) from None

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """See :meth:`calls.ports.Journal.latest_snapshot`.

        A damaged one is as good as none: the whole journal can be replayed instead.
        """
        try:
            with closing(database.connect_reading(self._path)) as connection:
                try:
                    found = database.snapshot(connection)
                except sqlite3.DatabaseError as error:
                    if not database.is_damage(error):
                        raise
                    self._warn_of_snapshot()
                    return None
                if found is None:
                    return None
                (last,) = connection.execute("SELECT max(position) FROM entries").fetchone()
        except sqlite3.Error as error:
            raise database.explained(error, self._path) from None
        position, state, checksum = found
        if (
            not isinstance(position, int)
            or not isinstance(state, bytes)
            or self._site_key.checksum(snapshot_covered(position, state)) != checksum
            or position > (last or 0)
        ):
            self._warn_of_snapshot()
            return None
        return position, state

    def _warn_of_snapshot(self) -> None:
        log.warning("%s: the snapshot is damaged; the whole journal is read instead", self._path)

    def _entry(
        self, values: tuple[Any, ...], keys: dict[bytes, CallKey], *, must_check: bool
    ) -> Entry:
        (
            position,
            at,
            site,
            call_id,
            kind,
            clear,
            sealed,
            line_epoch,
            line_seq,
            checksum,
            wrapped,
        ) = values
        row = Row(
            at=at,
            site=site,
            call_id=call_id,
            type=kind,
            clear=clear,
            private=None,
            line_epoch=line_epoch,
            line_seq=line_seq,
        )
        forgotten = wrapped == FORGOTTEN
        try:
            if must_check or checksum is not None:
                self._check(row.covered(position, sealed), checksum)
            else:
                _check_columns(at, line_epoch, line_seq)
            if sealed is not None and not forgotten:
                if wrapped not in keys:
                    keys[wrapped] = self._site_key.unwrap(str(call_id), wrapped)
                private = keys[wrapped].unseal(sealed, row.bound_to(position))
                row = replace(row, private=private)
            return to_entry(row, forgotten=forgotten)
        except (CodecError, UnsealError) as error:
            reason = str(error) or "its sealed part or its call's key was altered"
        raise self._unreadable(position, reason)

    def _check(self, covered: bytes, checksum: object) -> None:
        if self._site_key.checksum(covered) != checksum:
            raise CodecError("it was altered, its checksum does not fit")

    def _unreadable(self, position: int, reason: str) -> JournalError:
        return JournalError(
            f"{self._path}: entry {position} cannot be read ({reason}); "
            "put the journal back from the last backup"
        )


def matching_key(connection: sqlite3.Connection, path: Path) -> SiteKey | None:
    """The site key, if it is the one that the journal was made with; ``None`` if that had none yet.

    Raises:
        JournalError: the key is missing, or is another one.
    """
    found = connection.execute("SELECT value FROM meta WHERE name = 'site-key'").fetchone()
    return None if found is None else load_matching_key(path, found[0])


def _check_columns(at: object, line_epoch: object, line_seq: object) -> None:
    """Those that are not compared with the record; in a damaged file they can be anything.

    Raises:
        CodecError: they are not what is written there.
    """
    if not isinstance(at, float) or not math.isfinite(at):
        raise CodecError("its time is none")
    if line_epoch is None and line_seq is None:
        return
    if not isinstance(line_epoch, str) or not isinstance(line_seq, int):
        raise CodecError("its line event is none")
