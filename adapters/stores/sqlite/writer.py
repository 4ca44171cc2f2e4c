"""The journal's one writer: a thread that commits everything that waits with one fsync.

While a commit is on its way to the disk, new appends gather; the next commit takes them all. One
caller alone waits for one fsync; a hundred wait for hardly more.

An append is kept whole or not at all. Where one has to be refused (a line event that is here
already), the commit is begun again with a savepoint for each append, so that the others are
unharmed. When the commit itself fails, every append in it fails and nothing of it stays; the thread
goes on, and the next append works as soon as the cause is gone.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from adapters.stores.keys import (
    FORGOTTEN,
    CallKey,
    SiteKey,
    UnsealError,
    snapshot_covered,
)
from adapters.stores.rows import Row
from adapters.stores.sqlite import database
from adapters.stores.sqlite.jobs import Append, Forget, Job, KeepSnapshot, deliver
from calls.ports import DuplicateEventError, JournalError

MOST_JOBS_A_COMMIT = 1000
MOST_KEYS_IN_MEMORY = 4096


class Writer:
    """Owns the writing connection from the moment it is made.

    Args:
        path: the database.
        connection: an open connection with the schema in place.
        site_key: wraps the calls' keys.

    Raises:
        sqlite3.Error: for :func:`~adapters.stores.sqlite.database.explained`.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, site_key: SiteKey) -> None:
        self._path = path
        self._site_key = site_key
        self._connection: sqlite3.Connection | None = connection
        self._last_position = _last_position(connection)
        # None: the call is forgotten, and what it still says is not kept.
        self._keys: OrderedDict[str, CallKey | None] = OrderedDict()
        self._unpurged: set[str] = set()
        self._purge_due = True  # a crash may have left a deleted key in the write-ahead log
        self._try_purge(connection)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job; its answer comes on its own event loop, in the order of submission."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Do what was submitted, close the database and return. Blocks."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            jobs = [self._jobs.get()]
            while len(jobs) < MOST_JOBS_A_COMMIT and not self._jobs.empty():
                jobs.append(self._jobs.get())
            running = None not in jobs
            appends: list[Append] = []
            for job in jobs:
                if isinstance(job, Append):
                    appends.append(job)
                    continue
                self._append(appends)
                appends = []
                if isinstance(job, Forget):
                    self._forget(job)
                elif isinstance(job, KeepSnapshot):
                    self._keep_snapshot(job)
            self._append(appends)
        self._drop_connection()

    # --- appending ------------------------------------------------------------------------------

    def _append(self, jobs: list[Append]) -> None:
        if not jobs:
            return
        answers: list[int | Exception]
        try:
            answers = self._commit(jobs)
        except Exception as error:
            failure = self._failure(error)
            answers = [JournalError(*failure.args) for _ in jobs]
        deliver(zip(jobs, answers, strict=True))

    def _commit(self, jobs: list[Append], *, apart: bool = False) -> list[int | Exception]:
        connection = self._connected()
        position = self._last_position
        fresh: dict[str, CallKey | None] = {}
        connection.execute("BEGIN IMMEDIATE")
        # Keys are made outside the savepoints: another append of the same commit may use them.
        refusals = [self._keys_missing(connection, job.rows, fresh) for job in jobs]
        willing = (job.rows for job, no in zip(jobs, refusals, strict=True) if no is None)
        if not apart and not self._inserted(
            connection, chain.from_iterable(willing), position, fresh
        ):
            connection.execute("ROLLBACK")
            return self._commit(jobs, apart=True)
        answers: list[int | Exception] = []
        for job, refusal in zip(jobs, refusals, strict=True):
            if refusal is not None:
                answers.append(refusal)
            elif apart and not self._inserted_apart(connection, job.rows, position, fresh):
                answers.append(
                    DuplicateEventError(f"{self._path}: a line event is in the journal already")
                )
            else:
                position += len(job.rows)
                answers.append(position)
        connection.execute("COMMIT")
        self._last_position = position
        self._remember(fresh)
        if self._purge_due:
            self._try_purge(connection)
        return answers

    def _inserted(
        self,
        connection: sqlite3.Connection,
        rows: Iterable[Row],
        position: int,
        fresh: dict[str, CallKey | None],
    ) -> bool:
        """Insert rows after ``position``; whether none of their line events is here already."""
        try:
            connection.executemany(database.INSERT, self._values(rows, position, fresh))
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                raise  # not the index of line events: somebody else wrote into the file
            return False
        return True

    def _inserted_apart(
        self,
        connection: sqlite3.Connection,
        rows: Iterable[Row],
        position: int,
        fresh: dict[str, CallKey | None],
    ) -> bool:
        """The same, and nothing of it stays if one is."""
        connection.execute("SAVEPOINT one")
        kept = self._inserted(connection, rows, position, fresh)
        if not kept:
            connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        return kept

    def _values(
        self, rows: Iterable[Row], position: int, fresh: dict[str, CallKey | None]
    ) -> Iterable[tuple[object, ...]]:
        for row in rows:
            position += 1
            sealed = None
            if row.private is not None:
                key = fresh[row.call_id or ""]
                if key is not None:
                    sealed = key.seal(row.private, row.bound_to(position))
            yield (
                position,
                row.at,
                row.site,
                row.call_id,
                row.type,
                row.clear,
                sealed,
                row.line_epoch,
                row.line_seq,
                self._site_key.checksum(row.covered(position, sealed)),
            )

    def _keys_missing(
        self, connection: sqlite3.Connection, rows: list[Row], fresh: dict[str, CallKey | None]
    ) -> JournalError | None:
        """Have the keys of these rows in ``fresh``; what is wrong if that cannot be."""
        try:
            for row in rows:
                if row.private is not None:
                    self._key(connection, row.call_id or "", fresh)
        except UnsealError:
            return JournalError(
                f"{self._path}: a call's key was altered or belongs to another site key; "
                "put both back from the same backup"
            )
        return None

    def _key(
        self, connection: sqlite3.Connection, call_id: str, fresh: dict[str, CallKey | None]
    ) -> None:
        """Put the call's key into ``fresh``; it is trusted only once its commit has succeeded."""
        if call_id in fresh:
            return
        if call_id in self._keys:
            fresh[call_id] = self._keys[call_id]
            return
        found = connection.execute(
            "SELECT wrapped FROM call_keys WHERE call_id = ?", (call_id,)
        ).fetchone()
        if found is None:
            fresh[call_id], wrapped = self._site_key.new_call_key(call_id)
            connection.execute(
                "INSERT INTO call_keys (call_id, wrapped) VALUES (?, ?)", (call_id, wrapped)
            )
        elif found[0] == FORGOTTEN:
            fresh[call_id] = None
        else:
            fresh[call_id] = self._site_key.unwrap(call_id, found[0])

    def _remember(self, fresh: dict[str, CallKey | None]) -> None:
        for call_id, key in fresh.items():
            self._keys[call_id] = key
            self._keys.move_to_end(call_id)
        while len(self._keys) > MOST_KEYS_IN_MEMORY:
            self._keys.popitem(last=False)

    # --- the snapshot ---------------------------------------------------------------------------

    def _keep_snapshot(self, job: KeepSnapshot) -> None:
        """Keep it after all that was submitted before it, and only if that was kept."""
        answer: Exception | None = None
        try:
            connection = self._connected()
            if 0 < job.position <= self._last_position:
                checksum = self._site_key.checksum(snapshot_covered(job.position, job.state))
                connection.execute(database.KEEP_SNAPSHOT, (job.position, job.state, checksum))
            else:
                answer = JournalError(
                    f"{self._path}: no snapshot is kept for entry {job.position}, which is not in "
                    "the journal"
                )
        except Exception as error:
            answer = self._failure(error)
        deliver([(job, answer)])

    # --- forgetting -----------------------------------------------------------------------------

    def _forget(self, job: Forget) -> None:
        answer: bool | Exception
        try:
            answer = self._delete_key(job.call_id)
        except Exception as error:
            answer = self._failure(error)
        deliver([(job, answer)])

    def _delete_key(self, call_id: str) -> bool:
        connection = self._connected()
        changed = connection.execute(
            "UPDATE call_keys SET wrapped = ? WHERE call_id = ? AND wrapped != ?",
            (FORGOTTEN, call_id, FORGOTTEN),
        ).rowcount
        self._keys.pop(call_id, None)
        if changed:
            self._purge_due = True
            self._unpurged.add(call_id)
        had_key = call_id in self._unpurged
        if self._purge_due and not self._purge(connection):
            raise JournalError(
                f"{self._path}: the key is deleted, but another reader keeps a copy in the "
                "write-ahead log; close it and ask again"
            )
        return had_key

    def _purge(self, connection: sqlite3.Connection) -> bool:
        """Empty the write-ahead log, in which a deleted key may still stand."""
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._purge_due = bool(busy)
        if not busy:
            self._unpurged.clear()
        return not busy

    def _try_purge(self, connection: sqlite3.Connection) -> None:
        """Purge if that is possible without waiting; otherwise it stays due."""
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            try:
                self._purge(connection)
            finally:
                connection.execute(f"PRAGMA busy_timeout = {database.BUSY_TIMEOUT_MS}")
        except sqlite3.Error:
            return

    # --- the connection -------------------------------------------------------------------------

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = database.connect(self._path)
            # What a refused write left in the log is settled before anything is built on it.
            self._try_purge(self._connection)
            self._last_position = _last_position(self._connection)
        return self._connection

    def _failure(self, error: Exception) -> JournalError:
        """Undo what is half done; say what an operator should know."""
        self._keys.clear()
        passing = isinstance(error, JournalError) or (
            isinstance(error, sqlite3.Error) and database.is_passing(error)
        )
        if self._connection is not None and (self._connection.in_transaction or not passing):
            self._drop_connection()  # and with it what was begun
        if isinstance(error, JournalError):
            return error
        if isinstance(error, sqlite3.Error):
            return database.explained(error, self._path)
        return JournalError(f"{self._path}: unexpected {type(error).__name__}")

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        self._keys.clear()
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error:
                return  # nothing is lost: what was answered is in the log and is read next time


def _last_position(connection: sqlite3.Connection) -> int:
    (position,) = connection.execute("SELECT coalesce(max(position), 0) FROM entries").fetchone()
    return int(position)
