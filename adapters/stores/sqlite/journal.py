"""The journal port over one SQLite file.

Three files make a journal: the database (with SQLite's ``-wal`` and ``-shm`` beside it), a lock
file, and the site key. Who has the database without the site key reads verdicts, states and
decisions, but no word, digit or number. Keep backups of the key apart from those of the database:
``forget`` reaches neither, nor the worn-out blocks of a solid-state disk.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.stores.keys import SiteKey, create_site_key, load_site_key
from adapters.stores.rows import to_row
from adapters.stores.sqlite import database
from adapters.stores.sqlite.jobs import Append, Forget, KeepSnapshot
from adapters.stores.sqlite.lock import FolderLock
from adapters.stores.sqlite.reader import JournalReader, matching_key
from adapters.stores.sqlite.writer import Writer
from calls.ids import CallId
from calls.ports import Entry, JournalError

log = logging.getLogger(__name__)

DATABASE = "journal.sqlite"
LOCK = "journal.lock"
SITE_KEY = "site.key"


class SqliteJournal:
    """A :class:`~calls.ports.Journal` in a folder. Made by :meth:`open`."""

    def __init__(self, path: Path, lock: FolderLock, site_key: SiteKey, writer: Writer) -> None:
        self._path = path
        self._lock = lock
        self._reader = JournalReader(path, site_key)
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

    @staticmethod
    def open_reading(folder: Path, *, key_path: Path | None = None) -> JournalReader:
        """Read the journal in ``folder``, also while another process writes it. Never writes.

        Args:
            folder: where the journal is.
            key_path: the site key's file; ``site.key`` in the folder unless said otherwise.

        Raises:
            JournalError: there is no journal, or it cannot be read; says what to do.
        """
        return JournalReader.open(folder / DATABASE, key_path or folder / SITE_KEY)

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
        """See :meth:`calls.ports.Journal.read`."""
        return self._reader.read(after)

    async def keep_snapshot(self, position: int, state: bytes) -> None:
        """See :meth:`calls.ports.Journal.keep_snapshot`. Written after all appends before it."""
        self._refuse_closed()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[None] = loop.create_future()
        self._writer.submit(KeepSnapshot(position, state, loop, answer))
        await answer

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """See :meth:`calls.ports.Journal.latest_snapshot`."""
        return self._reader.latest_snapshot()

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

    def _refuse_closed(self) -> None:
        if self._closed:
            raise JournalError(f"{self._path}: the journal is closed")


def _matching_key(connection: sqlite3.Connection, key_path: Path) -> SiteKey:
    """The site key this journal was made with; made now if journal and key are made now."""
    site_key = matching_key(connection, key_path)
    if site_key is None:
        if key_path.exists():
            log.warning(
                "%s: its key is from before: a new journal begins, and if there was an earlier one "
                "it was removed or cut off; stop the line and put it back from its backup",
                key_path.parent,
            )
        create_site_key(key_path)
        site_key = load_site_key(key_path)
        connection.execute("INSERT INTO meta VALUES ('site-key', ?)", (site_key.mark(),))
    return site_key
