"""What stands in the clear has a checksum: a wrong fact is never read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.stores.keys import SiteKey
from adapters.stores.rows import to_row
from adapters.stores.sqlite import SqliteJournal
from calls.facts import AgentReady
from calls.ids import AgentId
from calls.ports import Entry, JournalError
from tests.adapters.stores.journals import entry


def ready(number: int) -> Entry:
    return Entry(
        at=float(number),
        record=AgentReady(site="main", agent_id=AgentId(f"agent-{number}")),
        line_epoch="run-1",
        line_seq=number,
    )


async def damaged(folder: Path, change: str) -> SqliteJournal:
    """A journal of six entries after somebody wrote into its file."""
    journal = SqliteJournal.open(folder)
    await journal.append([ready(1), ready(2), ready(3), entry(4), entry(5), entry(6)])
    await journal.close()
    with closing(sqlite3.connect(folder / "journal.sqlite")) as other:
        other.execute(change)
        other.commit()
    return SqliteJournal.open(folder)


@pytest.mark.parametrize(
    ("change", "position"),
    [
        (
            "UPDATE entries SET clear = replace(clear, 'agent-2', 'agent-9') WHERE position = 2",
            2,
        ),
        ("UPDATE entries SET at = at + 1 WHERE position = 2", 2),
        ("UPDATE entries SET at = 'noon' WHERE position = 2", 2),
        ("UPDATE entries SET line_seq = 20 WHERE position = 2", 2),
        ("UPDATE entries SET line_epoch = 'run-2' WHERE position = 2", 2),
        ("UPDATE entries SET line_epoch = NULL, line_seq = NULL WHERE position = 2", 2),
        ("UPDATE entries SET checksum = NULL WHERE position = 2", 2),
        ("UPDATE entries SET checksum = 'text' WHERE position = 2", 2),
        ("UPDATE entries SET checksum = zeroblob(16) WHERE position = 2", 2),
        ("DELETE FROM entries WHERE position = 2", 2),
        ("DELETE FROM entries WHERE position = 1", 1),
        (
            (
                "UPDATE entries SET clear = other.clear, checksum = other.checksum"
                " FROM entries AS other WHERE entries.position = 2 AND other.position = 3"
            ),
            2,
        ),
        ("UPDATE entries SET sealed = zeroblob(60) WHERE position = 5", 5),
        ("UPDATE entries SET sealed = NULL WHERE position = 5", 5),
    ],
)
async def test_a_damaged_row_is_named_and_never_read(
    tmp_path: Path, change: str, position: int
) -> None:
    journal = await damaged(tmp_path / "j", change)
    read = []
    with pytest.raises(JournalError) as caught:
        read.extend(journal.read())
    assert f"entry {position} cannot be read" in str(caught.value)
    assert str(caught.value).endswith("put the journal back from the last backup")
    assert "\n" not in str(caught.value)
    await journal.close()


async def test_entries_before_a_damaged_one_can_still_be_read(tmp_path: Path) -> None:
    journal = await damaged(tmp_path / "j", "UPDATE entries SET at = 9 WHERE position = 3")
    reader = journal.read()
    assert [next(reader), next(reader)] == [(1, ready(1)), (2, ready(2))]
    assert list(journal.read(after=3)) == [(4, entry(4)), (5, entry(5)), (6, entry(6))]
    await journal.close()


def test_a_checksum_stays_what_it_was() -> None:
    """Journals of years ago are checked with it."""
    row = to_row(ready(2))
    checksum = SiteKey(bytes(range(32))).checksum(row.covered(2, b"sealed"))
    assert checksum.hex() == "a6653c645658d875d4b35a58059237b2"
