"""The journal's file: how it is opened, what is in it, and what its errors mean to an operator."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from calls.ports import JournalError

APPLICATION_ID = 0x43524C4E
"""``CRLN``: tells our files from other SQLite files."""

SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 2000

# Rows of call_keys are never deleted: a forgotten call's key is overwritten where it stands.
# SQLite moves rows between pages when it deletes or inserts out of order, and can leave a copy
# behind in the slack of a page; in a table that only grows at its end and keeps its row lengths,
# no row ever moves.
_SCHEMA = """
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE call_keys (
    slot INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    wrapped BLOB NOT NULL
);
CREATE TABLE entries (
    position INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    site TEXT,
    call_id TEXT,
    type TEXT NOT NULL,
    clear BLOB NOT NULL,
    sealed BLOB,
    line_epoch TEXT,
    line_seq INTEGER
);
CREATE UNIQUE INDEX entries_by_line ON entries (line_epoch, line_seq)
    WHERE line_epoch IS NOT NULL;
"""

INSERT = """
INSERT INTO entries
    (position, at, site, call_id, type, clear, sealed, line_epoch, line_seq)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

SELECT = """
SELECT position, at, site, entries.call_id, type, clear, sealed, line_epoch, line_seq, wrapped
FROM entries LEFT JOIN call_keys ON call_keys.call_id = entries.call_id
WHERE position > ? ORDER BY position LIMIT ?
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, which is there, with everything set that durability and deletion rest on.

    Raises:
        JournalError: it is no journal of ours.
        sqlite3.Error: for :func:`explained`.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",  # never makes an empty one in its place
        uri=True,
        timeout=BUSY_TIMEOUT_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
    )
    # Damaged text is read as other text, which is then found out; SQLite's error would quote it.
    connection.text_factory = lambda text: text.decode(errors="replace")
    try:
        _refuse_foreign(connection, path)
        _configure(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def create_schema(connection: sqlite3.Connection) -> None:
    """Make the tables where there are none yet; all of them or none.

    Raises:
        sqlite3.Error: for :func:`explained`.
    """
    if _version(connection) == 0:
        connection.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def create_file(path: Path) -> None:
    """Make the folder (0700) and an empty file (0600) that SQLite's side files take after.

    Raises:
        JournalError: they cannot be made, or other users may read them.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        modes = {place: place.stat().st_mode for place in (path.parent, path)}
    except OSError as error:
        raise JournalError(
            f"{path}: the journal cannot be opened for writing ({error.strerror}); "
            "check the folder's owner and permissions, and the free space"
        ) from None
    for place, mode in modes.items():
        if mode & 0o077:
            wanted = "700" if place == path.parent else "600"
            raise JournalError(f"{place}: other users may read it; run: chmod {wanted} {place}")


def explained(error: sqlite3.Error, path: Path) -> JournalError:
    """What an operator should read and do. SQLite's own messages hold no values."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        todo = f"the disk is full ({_free(path)}); free some space, then it goes on by itself"
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        todo = "another program holds the file; close it, then it goes on by itself"
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        todo = f"it may not be written ({error}); check the owner and permissions of {path.parent}"
    elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        todo = (
            f"the file is damaged ({error}); put it back from the last backup, or move it away "
            "with its -wal and -shm files to begin an empty journal"
        )
    elif code == sqlite3.SQLITE_IOERR:
        todo = f"the disk refused it ({error}, {_free(path)}); check the disk and its free space"
    else:
        todo = f"unexpected: {error}"
    return JournalError(f"{path}: {todo}")


def is_passing(error: sqlite3.Error) -> bool:
    """Whether the same connection can be expected to work again once the cause is gone."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _configure(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise JournalError(
            f"{path}: this folder does not allow a write-ahead log; "
            "keep the journal on a local disk, not on a network share"
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA trusted_schema = OFF")


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (tables or version) and application_id != APPLICATION_ID:
        raise JournalError(f"{path}: this SQLite file is no journal; name another file")
    if version > SCHEMA_VERSION:
        raise JournalError(
            f"{path}: written by a newer version (schema {version}, this one knows "
            f"{SCHEMA_VERSION}); install that version or a later one"
        )


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _free(path: Path) -> str:
    try:
        return f"{shutil.disk_usage(path.parent).free // 2**20} MB free"
    except OSError:
        return "free space unknown"
