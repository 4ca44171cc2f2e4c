"""The journal's file: how it is opened, what is in it, and what its errors mean to an operator."""

from __future__ import annotations

import functools
import os
import shutil
import sqlite3
from pathlib import Path

from adapters.stores.access import AS_WHOM
from calls.ports import JournalError

APPLICATION_ID = 0x43524C4E
"""``CRLN``: tells our files from other SQLite files."""

SCHEMA_VERSION = 2
"""1: as it began. 2: entries have checksums, and there is a snapshot."""

UNCHECKED = "unchecked-entries"
"""In ``meta``: the position of the last entry that an earlier version wrote without a checksum."""

MOST_POSITION = 2**63 - 1
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
    line_seq INTEGER,
    checksum BLOB
);
CREATE UNIQUE INDEX entries_by_line ON entries (line_epoch, line_seq)
    WHERE line_epoch IS NOT NULL;
"""

_SNAPSHOTS = """
CREATE TABLE snapshots (
    slot INTEGER PRIMARY KEY CHECK (slot = 1),
    position INTEGER NOT NULL,
    state BLOB NOT NULL,
    checksum BLOB NOT NULL
);
"""

_FROM_1_TO_2 = f"""
ALTER TABLE entries ADD COLUMN checksum BLOB;
INSERT INTO meta SELECT '{UNCHECKED}', coalesce(max(position), 0) FROM entries;
{_SNAPSHOTS}
"""  # noqa: S608 - made of constants

INSERT = """
INSERT INTO entries
    (position, at, site, call_id, type, clear, sealed, line_epoch, line_seq, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

KEEP_SNAPSHOT = """
INSERT OR REPLACE INTO snapshots (slot, position, state, checksum) VALUES (1, ?, ?, ?)
"""

_SELECT = """
SELECT position, at, site, entries.call_id, type, clear, sealed, line_epoch, line_seq, {checksum},
    wrapped
FROM entries LEFT JOIN call_keys ON call_keys.call_id = entries.call_id
WHERE position > ? ORDER BY position LIMIT ?
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, which is there, with everything set that durability and deletion rest on.

    Raises:
        JournalError: it is no journal of ours.
        sqlite3.Error: for :func:`explained`.
    """
    connection = _opened(path, "rw")  # never makes an empty one in its place
    try:
        _refuse_foreign(connection, path)
        _configure(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open the file, which is there, for reading only; also while another process writes it.

    Raises:
        JournalError: it is no journal of ours.
        sqlite3.Error: for :func:`explained`.
    """
    connection = _opened(path, "ro")
    try:
        _refuse_foreign(connection, path)
        _distrust(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def create_schema(connection: sqlite3.Connection) -> None:
    """Make the tables where there are none yet, or bring an earlier version's up to this one.

    All of it is done or nothing.

    Raises:
        sqlite3.Error: for :func:`explained`.
    """
    steps = {0: _SCHEMA + _SNAPSHOTS, 1: _FROM_1_TO_2}
    found = version(connection)
    if found in steps:
        connection.executescript(
            f"BEGIN IMMEDIATE; {steps[found]} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def select(connection: sqlite3.Connection) -> tuple[str, int]:
    """How entries are read in the version that this file has.

    Returns:
        The query, and the position of the last entry that need not have a checksum.

    Raises:
        sqlite3.Error: for :func:`explained`.
    """
    if version(connection) < 2:
        return _SELECT.format(checksum="NULL"), MOST_POSITION
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (UNCHECKED,)).fetchone()
    unchecked = found[0] if found else 0
    return _SELECT.format(checksum="checksum"), unchecked if isinstance(unchecked, int) else 0


def snapshot(connection: sqlite3.Connection) -> tuple[object, ...] | None:
    """Position, state and checksum of the snapshot, if one was kept.

    Raises:
        sqlite3.Error: for :func:`explained`.
    """
    if version(connection) < 2:
        return None
    found: tuple[object, ...] | None = connection.execute(
        "SELECT position, state, checksum FROM snapshots"
    ).fetchone()
    return found


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
        todo = (
            f"it may not be written ({error}), which reading needs too: SQLite keeps its index of "
            f"the log beside it; {AS_WHOM}, or check the owner and permissions of {path.parent}"
        )
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


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is not what was written to it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_passing(error: sqlite3.Error) -> bool:
    """Whether the same connection can be expected to work again once the cause is gone."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
    )
    # Damaged text is read as other text, which is then found out; SQLite's error would quote it.
    connection.text_factory = functools.partial(str, encoding="utf-8", errors="replace")
    return connection


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
    _distrust(connection)


def _distrust(connection: sqlite3.Connection) -> None:
    """The file may be damaged."""
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA trusted_schema = OFF")


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    found = version(connection)
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (tables or found) and application_id != APPLICATION_ID:
        raise JournalError(f"{path}: this SQLite file is no journal; name another file")
    if found > SCHEMA_VERSION:
        raise JournalError(
            f"{path}: written by a newer version (schema {found}, this one knows "
            f"{SCHEMA_VERSION}); install that version or a later one"
        )


def version(connection: sqlite3.Connection) -> int:
    """The schema's version; 0 where there are no tables yet."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _free(path: Path) -> str:
    try:
        return f"{shutil.disk_usage(path.parent).free // 2**20} MB free"
    except OSError:
        return "free space unknown"
