"""A file that is not what it should be: one clear line, and never a wrong word."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal, database
from calls.ports import JournalError
from tests.adapters.stores.journals import copied, entry, journal_with, refusal


async def test_a_newer_schema_is_refused_untouched(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 1)
    path = tmp_path / "j" / "journal.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 7")
    before = path.read_bytes()
    assert f"newer version (schema 7, this one knows {database.SCHEMA_VERSION})" in refusal(
        tmp_path / "j"
    )
    assert path.read_bytes() == before


async def test_another_programs_database_is_refused_untouched(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    folder.mkdir(mode=0o700)
    path = folder / "journal.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    path.chmod(0o600)
    before = path.read_bytes()
    assert "is no journal" in refusal(folder)
    assert path.read_bytes() == before
    assert not (folder / "site.key").exists()


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    folder.mkdir(mode=0o700)
    (folder / "journal.sqlite").write_bytes(b"dear diary, " * 500)
    (folder / "journal.sqlite").chmod(0o600)
    assert "the file is damaged" in refusal(folder)


async def test_a_journal_that_was_cut_off_is_begun_anew_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await journal_with(tmp_path / "j", 3)
    assert not caplog.records
    for path in (tmp_path / "j").glob("journal.sqlite*"):
        path.write_bytes(b"")
    # Callers who ring now are answered, whatever became of the journal.
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(1)])
    await journal.close()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "put it back from its backup" in caplog.text


async def test_damage_is_reported_with_what_to_do(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 3000)
    path = tmp_path / "j" / "journal.sqlite"
    data = bytearray(path.read_bytes())
    data[8192 : len(data) // 2] = b"\xee" * (len(data) // 2 - 8192)
    path.write_bytes(data)
    message = ""
    try:
        journal = SqliteJournal.open(tmp_path / "j")
        try:
            list(journal.read())
        finally:
            await journal.close()
    except JournalError as error:
        message = str(error)
    assert "damaged" in message
    assert "backup" in message


async def test_a_file_that_was_removed_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 1)
    journal = SqliteJournal.open(tmp_path / "j")
    for file in (tmp_path / "j").glob("journal.sqlite*"):
        file.unlink()
    with pytest.raises(JournalError, match="it may not be written"):
        list(journal.read())
    assert not (tmp_path / "j" / "journal.sqlite").exists()
    await journal.close()


async def test_a_log_torn_at_any_byte_keeps_every_commit_before_the_tear(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    wal = tmp_path / "j" / "journal.sqlite-wal"
    sizes = [wal.stat().st_size]
    for number in range(8):
        await journal.append([entry(number)])
        sizes.append(wal.stat().st_size)
    data = wal.read_bytes()
    dice = random.Random(3)
    tears = [size + more for size in sizes[1:] for more in (-1, 0)]
    tears += [dice.randrange(len(data)) for _ in range(14)]
    for place, tear in enumerate(tears):
        torn = copied(tmp_path / "j", tmp_path / f"torn-{place}")
        # A disk may also have kept a sector's worth of something else where the tear is.
        rest = dice.randbytes(512) if place % 2 else b""
        (torn / "journal.sqlite-wal").write_bytes(data[:tear] + rest)
        again = SqliteJournal.open(torn)
        kept = [one for _, one in again.read()]
        await again.close()
        assert kept == [entry(number) for number in range(len(kept))]
        whole = sum(size <= tear for size in sizes) - 1
        assert whole <= len(kept) <= whole + 1
    await journal.close()


async def test_a_file_changed_anywhere_gives_what_was_kept_or_the_declared_error(
    tmp_path: Path,
) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    wanted = {number: entry(number, f"planted{number}") for number in range(1, 61)}
    for one in wanted.values():
        await journal.append([one])
    await journal.keep_snapshot(60, b"state" * 100)
    await journal.close()
    whole = (tmp_path / "j" / "journal.sqlite").read_bytes()
    changed = copied(tmp_path / "j", tmp_path / "changed")
    dice = random.Random(7)
    refused = []
    for turn in range(150):
        data = bytearray(whole)
        start = dice.randrange(100, len(data))
        for place in range(start, min(len(data), start + dice.choice((1, 1, 8, 600)))):
            data[place] = dice.randrange(256)
        for side in changed.glob("journal.sqlite-*"):
            side.unlink()
        (changed / "journal.sqlite").write_bytes(data)
        try:
            again = SqliteJournal.open(changed)
            try:
                assert dict(again.read()) == wanted, turn
                assert again.latest_snapshot() in (None, (60, b"state" * 100)), turn
                await again.append([entry(99)])
            finally:
                await again.close()
        except JournalError as error:
            refused.append(str(error))
    assert 10 < len(refused) < 150
    assert not any("planted" in line or "\n" in line for line in refused)
