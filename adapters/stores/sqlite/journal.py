"""The journal port over one SQLite file.

Three files make a journal: the database (with SQLite's ``-wal`` and ``-shm`` beside it), a lock
file, and the site key. Who has the database without the site key reads verdicts, states and
decisions, but no word, digit or number. Keep backups of the key apart from those of the database:
``forget`` reaches neither, nor the worn-out blocks of a solid-state disk.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.codec import CodecError
from adapters.stores.rows import Row, to_entry, to_row
from adapters.stores.sqlite import database
from adapters.stores.sqlite.keys import (
    CallKey,
    SiteKey,
    UnsealError,
    create_site_key,
    load_site_key,
)
from adapters.stores.sqlite.lock import FolderLock
from adapters.stores.sqlite.writer import FORGOTTEN, Append, Forget, Writer
from calls.ids import CallId
from calls.ports import Entry, JournalError

DATABASE = "journal.sqlite"
LOCK = "journal.lock"
SITE_KEY = "site.key"
ENTRIES_A_PAGE = 500


class SqliteJournal:
    """A :class:`~calls.ports.Journal` in a folder. Made by :meth:`open`."""

    def __init__(self, path: Path, lock: FolderLock, site_key: SiteKey, writer: Writer) -> None:
        self._path = path
        self._lock = lock
        self._site_key = site_key
        self._writer = writer
        self._closed = False

    @classmethod
    def open(cls, folder: Path, *, key_path: Path | None = None) -> SqliteJournal:
        """Open the journal in ``folder``, or begin one. Blocks; for the start of a process.

        Args:
            folder: made with mode 0700 if it is not there.
            key_path: the site key's file; ``site.key`` in the folder unless said otherwise. Made
                at the first start only: a journal whose key is missing is not opened.

        Raises:
            JournalError: one line that says what is wrong and what to do.
        """
        path = folder / DATABASE
        key_path = key_path or folder / SITE_KEY
        try:
            database.create_file(path)
            lock = FolderLock(folder / LOCK)
            try:
                return cls._open_locked(path, lock, key_path)
            except BaseException:
                lock.release()
                raise
        except sqlite3.Error as error:
            raise database.explained(error, path) from None

    @classmethod
    def _open_locked(cls, path: Path, lock: FolderLock, key_path: Path) -> SqliteJournal:
        connection = database.connect(path)
        try:
            database.create_schema(connection)
            site_key = _matching_key(connection, key_path)
            return cls(path, lock, site_key, Writer(path, connection, site_key))
        except BaseException:
            connection.close()
            raise

    async def append(self, entries: Sequence[Entry]) -> int:
        """See :meth:`calls.ports.Journal.append`. An append of nothing waits for nothing new.

        Raises:
            DuplicateEventError: one of them came from a line and is here already.
            JournalError: none of them was kept.
            CodecError: ours: a record that cannot be kept; nothing was.
            ValueError: ours: an entry that makes no sense; nothing was kept.
        """
        self._refuse_closed()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[int] = loop.create_future()
        self._writer.submit(Append([to_row(entry) for entry in entries], loop, answer))
        return await answer

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """See :meth:`calls.ports.Journal.read`.

        Reads page by page, each as it stands at that moment, so that a slow reader never keeps
        the write-ahead log from being emptied.
        """
        try:
            with closing(database.connect(self._path)) as connection:
                connection.execute("PRAGMA query_only = ON")
                keys: dict[bytes, CallKey] = {}
                while page := connection.execute(
                    database.SELECT, (after, ENTRIES_A_PAGE)
                ).fetchall():
                    for values in page:
                        after = values[0]
                        yield after, self._entry(values, keys)
        except sqlite3.Error as error:
            raise database.explained(error, self._path) from None

    async def forget(self, call_id: CallId) -> bool:
        """See :meth:`calls.ports.Journal.forget`. Also done for what is being appended now."""
        self._refuse_closed()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()
        self._writer.submit(Forget(call_id, loop, answer))
        return await answer

    async def close(self) -> None:
        """See :meth:`calls.ports.Journal.close`. Closing twice does no harm."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._writer.stop)
            self._lock.release()

    def _entry(self, values: tuple[Any, ...], keys: dict[bytes, CallKey]) -> Entry:
        position, at, site, call_id, kind, clear, sealed, line_epoch, line_seq, wrapped = values
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
            _check_columns(at, line_epoch, line_seq)
            if sealed is not None and not forgotten:
                if wrapped not in keys:
                    keys[wrapped] = self._site_key.unwrap(str(call_id), wrapped)
                private = keys[wrapped].unseal(sealed, row.bound_to(position))
                row = replace(row, private=private)
            return to_entry(row, forgotten=forgotten)
        except (CodecError, UnsealError) as error:
            reason = str(error) or "its sealed part or its call's key was altered"
        raise JournalError(
            f"{self._path}: entry {position} cannot be read ({reason}); "
            "put the journal back from the last backup"
        )

    def _refuse_closed(self) -> None:
        if self._closed:
            raise JournalError(f"{self._path}: the journal is closed")


def _matching_key(connection: sqlite3.Connection, key_path: Path) -> SiteKey:
    """The site key this journal was made with; made now if journal and key are made now."""
    found = connection.execute("SELECT value FROM meta WHERE name = 'site-key'").fetchone()
    if found is None:
        create_site_key(key_path)
        site_key = load_site_key(key_path)
        connection.execute("INSERT INTO meta VALUES ('site-key', ?)", (site_key.mark(),))
        return site_key
    site_key = load_site_key(key_path)
    if not site_key.made(found[0]):
        raise JournalError(
            f"{key_path}: this is not the key that the journal was made with; "
            "put the right one back from its backup"
        )
    return site_key


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
