"""A journal in a folder: how it is opened, who may open it, and what it does on a full disk."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal
from calls.ports import DuplicateEventError, JournalError
from tests.adapters.stores.journals import ROOT, entry, journal_with, refusal
from tests.adapters.stores.recorded import LimitFileSize

# --- opening ------------------------------------------------------------------------------------


async def test_a_journal_goes_on_where_it_was_closed(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 3)
    journal = SqliteJournal.open(tmp_path / "j")
    assert await journal.append([entry(3)]) == 4
    assert [one for _, one in journal.read()] == [entry(number) for number in range(4)]
    await journal.close()


async def test_only_the_owner_may_read_any_file(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        journal = SqliteJournal.open(tmp_path / "a" / "j")
        await journal.append([entry(1)])
        folder = tmp_path / "a" / "j"
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
        await journal.close()
    finally:
        os.umask(old)
    assert set(modes) == {
        "journal.lock",
        "journal.sqlite",
        "journal.sqlite-shm",
        "journal.sqlite-wal",
        "site.key",
    }
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "mode", "todo"),
    [
        ("", 0o755, "run: chmod 700"),
        ("journal.sqlite", 0o644, "run: chmod 600"),
        ("site.key", 0o640, "run: chmod 600"),
    ],
)
async def test_what_others_may_read_is_refused(
    tmp_path: Path, name: str, mode: int, todo: str
) -> None:
    await journal_with(tmp_path / "j", 1)
    (tmp_path / "j" / name).chmod(mode)
    assert todo in refusal(tmp_path / "j")


async def test_every_commit_is_synchronous_and_every_deletion_overwrites(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    connection = journal._writer._connection
    assert connection is not None
    settings = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete", "temp_store")
    }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
    }
    await journal.close()


async def test_a_journal_is_open_once_in_a_process(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    assert "open in this process already" in refusal(tmp_path / "j")
    await journal.append([entry(1)])
    await journal.close()
    await journal_with(tmp_path / "j", 1)


def told_by(script: str, folder: Path) -> str:
    """What a process that opens the journal prints."""
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


OPENER = """
import sys
from pathlib import Path
from adapters.stores.sqlite import SqliteJournal
from calls.ports import JournalError
try:
    SqliteJournal.open(Path(sys.argv[1]))
except JournalError as error:
    print(error)
"""


async def test_a_second_process_is_told_that_the_journal_is_in_use(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    assert told_by(OPENER, tmp_path / "j") == (
        f"{tmp_path / 'j'}: another process is using this journal; "
        "stop it first, or name another folder"
    )
    await journal.close()


async def test_a_worker_that_outlives_its_parent_does_not_hold_the_journal(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    reader, writer = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(writer)
        os.read(reader, 1)
        os._exit(0)
    os.close(reader)
    try:
        await journal.close()
        assert told_by(OPENER, tmp_path / "j") == ""
    finally:
        os.close(writer)
        ended(worker)


def ended(worker: int) -> None:
    os.waitpid(worker, 0)


NOBODY = """
import os, sys
from pathlib import Path
from adapters.stores.sqlite import SqliteJournal
from calls.ports import JournalError
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    SqliteJournal.open(Path(sys.argv[1]))
except JournalError as error:
    print(error)
"""


def test_a_folder_that_may_not_be_written_is_refused_with_one_line() -> None:
    with tempfile.TemporaryDirectory() as name:
        outer = Path(name)
        outer.chmod(0o711)
        folder = outer / "j"
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
        folder.chmod(0o500)
        message = told_by(NOBODY, folder)
    assert message == (
        f"{folder}/journal.sqlite: the journal cannot be opened for writing (Permission denied); "
        "check the folder's owner and permissions, and the free space"
    )


# --- the site key -------------------------------------------------------------------------------


async def test_the_site_key_is_32_random_bytes_made_once(tmp_path: Path) -> None:
    await journal_with(tmp_path / "a", 1)
    key = (tmp_path / "a" / "site.key").read_bytes()
    await journal_with(tmp_path / "a", 1)
    await journal_with(tmp_path / "b", 1)
    assert len(key) == 32
    assert (tmp_path / "a" / "site.key").read_bytes() == key
    assert (tmp_path / "b" / "site.key").read_bytes() != key


async def test_the_site_key_may_be_kept_elsewhere(tmp_path: Path) -> None:
    key_path = tmp_path / "clinic.key"
    journal = SqliteJournal.open(tmp_path / "j", key_path=key_path)
    await journal.append([entry(1)])
    await journal.close()
    assert key_path.stat().st_size == 32
    assert not (tmp_path / "j" / "site.key").exists()
    assert "the site key cannot be read" in refusal(tmp_path / "j")
    again = SqliteJournal.open(tmp_path / "j", key_path=key_path)
    assert list(again.read()) == [(1, entry(1))]
    await again.close()


async def test_a_journal_without_its_key_gets_no_new_key(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 1)
    (tmp_path / "j" / "site.key").unlink()
    assert "put it back from its backup" in refusal(tmp_path / "j")
    assert not (tmp_path / "j" / "site.key").exists()


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (b"x" * 32, "not the key that the journal was made with"),
        (b"x" * 31, "a site key has 32 bytes, this file has 31"),
        (b"", "a site key has 32 bytes, this file has 0"),
    ],
)
async def test_a_wrong_key_is_refused(tmp_path: Path, key: bytes, message: str) -> None:
    await journal_with(tmp_path / "j", 1)
    (tmp_path / "j" / "site.key").write_bytes(key)
    assert message in refusal(tmp_path / "j")


def test_a_key_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    message = refusal(tmp_path / "j", key_path=tmp_path / "missing" / "site.key")
    assert "the site key cannot be made (No such file or directory)" in message


# --- while it runs ------------------------------------------------------------------------------


async def test_after_a_full_database_appends_succeed_again_by_themselves(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    assert await journal.append([entry(1)]) == 1
    connection = journal._writer._connection
    assert connection is not None
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError, match=r"the disk is full \(\d+ MB free\)"):
        await journal.append([entry(number, "9" * 500) for number in range(2, 200)])
    assert list(journal.read()) == [(1, entry(1))]
    connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
    wanted = [entry(number, "9" * 500) for number in range(2, 200)]
    assert await journal.append(wanted) == 199
    assert [one for _, one in journal.read(after=1)] == wanted
    await journal.close()


async def test_a_full_disk_refuses_the_whole_commit_and_keeps_none_of_it(
    tmp_path: Path, limited: LimitFileSize
) -> None:
    """Each caller of ``append`` is told, so that none carries out what was not kept."""
    journal = SqliteJournal.open(tmp_path / "j")
    assert await journal.append([entry(1)]) == 1
    limited((tmp_path / "j" / "journal.sqlite-wal").stat().st_size + 2000)
    failures = await asyncio.gather(
        *(journal.append([entry(number)]) for number in range(2, 12)), return_exceptions=True
    )
    assert all(isinstance(failure, JournalError) for failure in failures)
    assert {str(failure).split("; ")[-1] for failure in failures} == {
        "check the disk and its free space"
    }
    limited(None)
    assert list(journal.read()) == [(1, entry(1))]
    assert await journal.append([entry(2)]) == 2
    assert list(journal.read()) == [(1, entry(1)), (2, entry(2))]
    await journal.close()
    await journal_with(tmp_path / "j", 1)


async def test_what_a_refused_write_left_in_the_log_is_settled_before_anything_follows(
    tmp_path: Path, limited: LimitFileSize
) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    wal = tmp_path / "j" / "journal.sqlite-wal"
    with closing(sqlite3.connect(tmp_path / "j" / "journal.sqlite")) as other:
        for number in range(9):
            await journal.append([entry(number)])
        other.execute("SELECT count(*) FROM entries").fetchone()  # keeps the log from being removed
        size = wal.stat().st_size
        limited(size + 2000)
        with pytest.raises(JournalError):
            await journal.append([entry(9)])
        limited(None)
        assert await journal.append([entry(9)]) == 10
        assert wal.stat().st_size < size
    assert [one for _, one in journal.read()] == [entry(number) for number in range(10)]
    await journal.close()


async def test_a_program_that_writes_into_the_file_is_not_taken_for_the_line(
    tmp_path: Path,
) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(0)])
    with closing(sqlite3.connect(tmp_path / "j" / "journal.sqlite")) as other:
        other.execute(
            "INSERT INTO entries SELECT 2, at, site, call_id, type, clear, NULL, NULL, NULL, NULL"
            " FROM entries"
        )
        other.commit()
    with pytest.raises(JournalError) as caught:
        await journal.append([entry(1)])
    assert not isinstance(caught.value, DuplicateEventError)
    assert await journal.append([entry(1)]) == 3
    await journal.close()


async def test_a_program_that_holds_the_file_is_named_and_waited_out(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    connection = journal._writer._connection
    assert connection is not None
    connection.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(tmp_path / "j" / "journal.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="another program holds the file"):
            await journal.append([entry(1)])
        other.rollback()
    assert await journal.append([entry(1)]) == 1
    await journal.close()


async def test_who_gives_up_waiting_disturbs_nobody(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    waiting = [asyncio.create_task(journal.append([entry(number)])) for number in range(5)]
    await asyncio.sleep(0)
    waiting[2].cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(answers[2], asyncio.CancelledError)
    assert [answers[place] for place in (0, 1, 3, 4)] == [1, 2, 4, 5]
    await journal.close()


async def test_closing_writes_out_what_waits(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    waiting = [asyncio.create_task(journal.append([entry(number)])) for number in range(50)]
    await asyncio.sleep(0)
    await journal.close()
    assert await asyncio.gather(*waiting) == list(range(1, 51))
