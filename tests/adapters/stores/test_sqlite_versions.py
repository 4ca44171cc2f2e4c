"""Files of earlier versions: what they hold goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal
from calls.commands import OfferCall
from calls.facts import CallArrived, CallEnded, DigitsCollected
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.ports import DuplicateEventError, Entry, JournalError
from calls.private import Private
from tests.adapters.stores.journals import entry, journal_with

VERSION_1 = Path(__file__).parent / "version_1"
"""Written by version 1: two calls, of which the second was forgotten."""

A, B = CallId("a"), CallId("b")
HELD = [
    Entry(
        at=1.0,
        record=CallArrived(
            site="main", call_id=A, caller=Private("6135550100"), dialled="100", line="sip"
        ),
        line_epoch="run-1",
        line_seq=1,
    ),
    Entry(
        at=2.5,
        record=DigitsCollected(site="main", call_id=A, digits=Private("42")),
        line_epoch="run-1",
        line_seq=2,
    ),
    Entry(
        at=3.0,
        record=CallArrived(site="main", call_id=B, caller=Private(""), dialled="100", line="sip"),
        line_epoch="run-1",
        line_seq=3,
    ),
    Entry(
        at=4.0,
        record=OfferCall(
            call_id=A,
            offer_id=OfferId("o1"),
            agent_id=AgentId("ana"),
            ring_timeout_s=15.0,
            emergency=False,
            queue="billing",
            rule="longest ready",
        ),
    ),
    Entry(at=5.0, record=CallEnded(site="main", call_id=A, outcome=Outcome.HANDLED)),
]


@pytest.fixture
def version_1(tmp_path: Path) -> Path:
    folder = tmp_path / "j"
    folder.mkdir(mode=0o700)
    for file in VERSION_1.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
        (folder / file.name).chmod(0o600)
    return folder


def asked(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as other:
        found = other.execute(query).fetchall()
        other.commit()
        return found


async def test_a_journal_of_version_1_goes_on(version_1: Path) -> None:
    assert asked(version_1, "PRAGMA user_version") == [(1,)]
    journal = SqliteJournal.open(version_1)
    assert [one for _, one in journal.read()] == HELD
    assert journal.latest_snapshot() is None
    with pytest.raises(DuplicateEventError):
        await journal.append([HELD[1]])
    assert await journal.append([entry(6)]) == 6
    assert await journal.forget(B) is False
    await journal.keep_snapshot(6, b"state")
    await journal.close()
    again = SqliteJournal.open(version_1)
    assert [one for _, one in again.read()] == [*HELD, entry(6)]
    assert again.latest_snapshot() == (6, b"state")
    assert await again.forget(A) is True
    await again.close()


async def test_a_journal_of_version_1_comes_to_the_schema_of_a_new_one(
    version_1: Path, tmp_path: Path
) -> None:
    await SqliteJournal.open(version_1).close()
    await journal_with(tmp_path / "new", 1)
    tables = "SELECT m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c"
    assert sorted(asked(version_1, tables)) == sorted(asked(tmp_path / "new", tables))
    assert asked(version_1, "PRAGMA user_version") == asked(tmp_path / "new", "PRAGMA user_version")


async def test_only_what_version_1_wrote_may_lack_a_checksum(version_1: Path) -> None:
    journal = SqliteJournal.open(version_1)
    await journal.append([entry(6), entry(7)])
    await journal.close()
    asked(version_1, "UPDATE entries SET checksum = NULL WHERE position = 6")
    journal = SqliteJournal.open(version_1)
    with pytest.raises(JournalError, match="entry 6 cannot be read"):
        list(journal.read())
    await journal.close()


async def test_what_version_1_wrote_is_checked_as_far_as_it_can_be(version_1: Path) -> None:
    asked(version_1, "UPDATE entries SET at = 'noon' WHERE position = 4")
    journal = SqliteJournal.open(version_1)
    with pytest.raises(JournalError, match="entry 4 cannot be read"):
        list(journal.read())
    await journal.close()


def test_a_reader_reads_version_1_and_leaves_it_as_it_is(version_1: Path) -> None:
    before = (version_1 / "journal.sqlite").read_bytes()
    reader = SqliteJournal.open_reading(version_1)
    assert [one for _, one in reader.read()] == HELD
    assert reader.latest_snapshot() is None
    assert (version_1 / "journal.sqlite").read_bytes() == before
