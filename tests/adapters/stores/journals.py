"""What journals hold in tests, and how they refuse to open."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal
from calls.facts import DigitsCollected
from calls.ids import CallId
from calls.ports import Entry, JournalError
from calls.private import Private

ROOT = Path(__file__).parents[3]
"""Where a process is started that is to import the packages."""


def entry(number: int, text: str = "5") -> Entry:
    return Entry(
        at=float(number),
        record=DigitsCollected(site="main", call_id=CallId(f"c{number}"), digits=Private(text)),
    )


async def journal_with(folder: Path, count: int) -> None:
    journal = SqliteJournal.open(folder)
    await journal.append([entry(number) for number in range(count)])
    await journal.close()


def refusal(folder: Path, key_path: Path | None = None) -> str:
    """The one line with which a journal refuses to open."""
    with pytest.raises(JournalError) as caught:
        SqliteJournal.open(folder, key_path=key_path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def copied(source: Path, target: Path) -> Path:
    """What a crash at this moment leaves of a journal."""
    target.mkdir(mode=0o700)
    for name in ("journal.sqlite", "journal.sqlite-wal", "site.key"):
        if (source / name).exists():
            (target / name).write_bytes((source / name).read_bytes())
            (target / name).chmod(0o600)
    return target
