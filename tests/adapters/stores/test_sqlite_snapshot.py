"""The snapshot in the file: never of what is not durable, never a damaged one."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal
from calls.ports import JournalError
from tests.adapters.stores.journals import copied, entry


async def damaged(folder: Path, change: str) -> SqliteJournal:
    """A journal of six entries and a snapshot after somebody wrote into its file."""
    journal = SqliteJournal.open(folder)
    await journal.append([entry(number) for number in range(6)])
    await journal.keep_snapshot(4, b"how it stood")
    await journal.close()
    with closing(sqlite3.connect(folder / "journal.sqlite")) as other:
        other.execute(change)
        other.commit()
    return SqliteJournal.open(folder)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE snapshots SET state = 'how it stood'",
        "UPDATE snapshots SET state = x'00'",
        "UPDATE snapshots SET position = 3",
        "UPDATE snapshots SET position = 'four'",
        "UPDATE snapshots SET checksum = zeroblob(16)",
        "UPDATE snapshots SET checksum = 7",
        "DELETE FROM entries WHERE position > 3",
    ],
)
async def test_a_damaged_snapshot_is_as_good_as_none_and_warned_of(
    tmp_path: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    journal = await damaged(tmp_path / "j", change)
    assert journal.latest_snapshot() is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "the snapshot is damaged; the whole journal is read instead" in caplog.text
    await journal.keep_snapshot(2, b"anew")
    assert journal.latest_snapshot() == (2, b"anew")
    await journal.close()


async def test_a_damaged_page_of_the_snapshot_does_not_stop_the_journal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(1)])
    await journal.keep_snapshot(1, b"planted" * 5000)
    await journal.close()
    path = tmp_path / "j" / "journal.sqlite"
    data = path.read_bytes()
    page = data.index(b"planted") // 4096 * 4096
    path.write_bytes(data[:page] + b"\xee" * 4096 + data[page + 4096 :])
    journal = SqliteJournal.open(tmp_path / "j")
    assert journal.latest_snapshot() is None
    assert "the snapshot is damaged" in caplog.text
    assert list(journal.read()) == [(1, entry(1))]
    await journal.close()


async def test_a_snapshot_survives_its_process(tmp_path: Path) -> None:
    journal = await damaged(tmp_path / "j", "SELECT 1")
    assert journal.latest_snapshot() == (4, b"how it stood")
    assert SqliteJournal.open_reading(tmp_path / "j").latest_snapshot() == (4, b"how it stood")
    await journal.close()


async def test_a_snapshot_is_durable_once_it_is_answered(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(1), entry(2)])
    await journal.keep_snapshot(2, b"how it stood")
    crashed = copied(tmp_path / "j", tmp_path / "crashed")
    await journal.close()
    assert SqliteJournal.open_reading(crashed).latest_snapshot() == (2, b"how it stood")


async def test_a_full_disk_keeps_the_snapshot_that_was_there(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(1), entry(2)])
    await journal.keep_snapshot(1, b"one")
    fill(journal, spare=0)
    with pytest.raises(JournalError, match="the disk is full"):
        await journal.keep_snapshot(2, b"two" * 100_000)
    assert journal.latest_snapshot() == (1, b"one")
    fill(journal, spare=1000)
    await journal.keep_snapshot(2, b"two" * 100_000)
    assert journal.latest_snapshot() == (2, b"two" * 100_000)
    await journal.close()


async def test_a_snapshot_of_entries_that_could_not_be_kept_is_not_kept_either(
    tmp_path: Path,
) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(1)])
    await journal.keep_snapshot(1, b"one")
    fill(journal, spare=0)
    refused, snapshot = await asyncio.gather(
        journal.append([entry(number, "9" * 500) for number in range(2, 100)]),
        journal.keep_snapshot(99, b"of what is not there"),
        return_exceptions=True,
    )
    assert isinstance(refused, JournalError)
    assert isinstance(snapshot, JournalError)
    assert "which is not in the journal" in str(snapshot)
    assert journal.latest_snapshot() == (1, b"one")
    await journal.close()


def fill(journal: SqliteJournal, *, spare: int) -> None:
    """Let the file grow by so many pages and no more."""
    connection = journal._writer._connection
    assert connection is not None
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + spare}")
