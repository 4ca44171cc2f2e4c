"""A journal that is read while a brain holds it, and that a reader cannot change."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal, database
from calls.ids import CallId
from calls.ports import JournalError
from tests.adapters.stores.journals import copied, entry, journal_with


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if "-" not in file.name}


async def test_a_journal_is_read_while_it_is_written(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(1)])
    reader = SqliteJournal.open_reading(tmp_path / "j")
    assert list(reader.read()) == [(1, entry(1))]
    begun = reader.read()
    assert next(begun) == (1, entry(1))
    assert await journal.append([entry(2), entry(3)]) == 3
    assert list(begun) == [(2, entry(2)), (3, entry(3))]
    assert list(reader.read(after=2)) == [(3, entry(3))]
    await journal.close()
    assert len(list(reader.read())) == 3


async def test_a_reader_takes_no_lock_and_changes_nothing(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 700)
    before = contents(tmp_path / "j")
    reader = SqliteJournal.open_reading(tmp_path / "j")
    begun = reader.read()
    next(begun)
    assert contents(tmp_path / "j") == before
    journal = SqliteJournal.open(tmp_path / "j")
    assert await journal.append([entry(700)]) == 701
    assert len(list(begun)) == 700
    await journal.close()


async def test_a_reader_has_no_way_to_write(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 1)
    with (
        closing(database.connect_reading(tmp_path / "j" / "journal.sqlite")) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM entries")


async def test_a_reader_that_stands_still_does_not_keep_a_key_from_going(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(number) for number in range(1200)])
    begun = SqliteJournal.open_reading(tmp_path / "j").read()
    next(begun)
    assert await journal.forget(CallId("c1199")) is True
    *_, (position, last) = begun
    assert (position, last) == (1200, entry(1199, ""))
    await journal.close()


async def test_what_a_crash_left_in_the_log_is_read(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(1), entry(2)])
    crashed = copied(tmp_path / "j", tmp_path / "crashed")
    await journal.close()
    reader = SqliteJournal.open_reading(crashed)
    assert list(reader.read()) == [(1, entry(1)), (2, entry(2))]
    again = SqliteJournal.open(crashed)
    assert await again.append([entry(3)]) == 3
    await again.close()


def nothing_at_all(folder: Path) -> None:
    assert not folder.exists()


def a_file_where_the_folder_was(folder: Path) -> None:
    folder.touch()


def an_empty_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700)


def an_empty_file(folder: Path) -> None:
    database.create_file(folder / "journal.sqlite")


def tables_without_a_key(folder: Path) -> None:
    an_empty_file(folder)
    with closing(database.connect(folder / "journal.sqlite")) as connection:
        database.create_schema(connection)


@pytest.mark.parametrize(
    "there",
    [
        nothing_at_all,
        a_file_where_the_folder_was,
        an_empty_folder,
        tables_without_a_key,
    ],
    ids=lambda there: there.__name__,
)
def test_a_missing_journal_is_one_clear_line_and_is_not_begun(
    tmp_path: Path, there: Callable[[Path], None]
) -> None:
    folder = tmp_path / "j"
    there(folder)
    before = contents(folder) if folder.is_dir() else None
    with pytest.raises(JournalError) as caught:
        SqliteJournal.open_reading(folder)
    assert str(caught.value) == (
        f"{folder}: there is no journal here; name the folder of one, "
        "or start the line once to begin one"
    )
    assert (contents(folder) if folder.is_dir() else None) == before


async def test_a_reader_needs_the_key_of_this_journal(tmp_path: Path) -> None:
    await journal_with(tmp_path / "j", 1)
    key = tmp_path / "j" / "site.key"
    moved = key.rename(tmp_path / "clinic.key")
    with pytest.raises(JournalError, match="the site key cannot be read"):
        SqliteJournal.open_reading(tmp_path / "j")
    reader = SqliteJournal.open_reading(tmp_path / "j", key_path=moved)
    assert list(reader.read()) == [(1, entry(0))]
    moved.write_bytes(bytes(32))
    with pytest.raises(JournalError, match="not the key that the journal was made with"):
        SqliteJournal.open_reading(tmp_path / "j", key_path=moved)


async def test_another_programs_file_is_not_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(JournalError, match="is no journal"):
        SqliteJournal.open_reading(tmp_path)


async def test_two_readers_at_once_see_the_same(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append([entry(number) for number in range(50)])
    readers = [SqliteJournal.open_reading(tmp_path / "j") for _ in range(2)]
    one, other = await asyncio.gather(
        *(asyncio.to_thread(lambda reader=reader: list(reader.read())) for reader in readers)
    )
    assert one == other == list(journal.read())
    await journal.close()
