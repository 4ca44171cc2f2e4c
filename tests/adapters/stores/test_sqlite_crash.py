"""Kill the process at any instant: what was acknowledged is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.stores.keys import create_site_key
from adapters.stores.sqlite import SqliteJournal, database
from calls.facts import DigitsCollected
from tests.adapters.stores.journals import ROOT, entry, journal_with


def an_empty_file(folder: Path) -> None:
    database.create_file(folder / "journal.sqlite")


def tables_without_a_key(folder: Path) -> None:
    an_empty_file(folder)
    connection = database.connect(folder / "journal.sqlite")
    database.create_schema(connection)
    connection.close()


def half_a_key(folder: Path) -> None:
    tables_without_a_key(folder)
    (folder / "site.key.partial").write_bytes(b"half")


def a_key_that_is_not_marked_yet(folder: Path) -> None:
    tables_without_a_key(folder)
    create_site_key(folder / "site.key")
    os.link(folder / "site.key", folder / "site.key.partial")


@pytest.mark.parametrize(
    "left",
    [an_empty_file, tables_without_a_key, half_a_key, a_key_that_is_not_marked_yet],
    ids=lambda left: left.__name__,
)
async def test_a_first_start_that_was_killed_is_finished_by_the_next(
    tmp_path: Path, left: Callable[[Path], None]
) -> None:
    folder = tmp_path / "j"
    left(folder)
    await journal_with(folder, 2)
    journal = SqliteJournal.open(folder)
    assert [one for _, one in journal.read()] == [entry(0), entry(1)]
    await journal.close()
    assert sorted(file.name for file in folder.iterdir()) == [
        "journal.lock",
        "journal.sqlite",
        "site.key",
    ]
    assert (folder / "site.key").stat().st_size == 32


APPENDER = """
import asyncio, os, sys
from pathlib import Path
from adapters.stores.sqlite import SqliteJournal
from calls.facts import DigitsCollected
from calls.ids import CallId
from calls.ports import Entry
from calls.private import Private

async def main():
    journal = SqliteJournal.open(Path(sys.argv[1]))
    epoch = sys.argv[2]
    async def caller(number):
        for turn in range(1, 1_000_000):
            seq = number * 1_000_000 + turn
            fact = DigitsCollected(
                site="main", call_id=CallId(f"{epoch}-{number}"), digits=Private(str(turn))
            )
            position = await journal.append(
                [Entry(at=float(turn), record=fact, line_epoch=epoch, line_seq=seq)]
            )
            os.write(1, f"{position} {seq}\\n".encode())
    await asyncio.gather(*(caller(number) for number in range(8)))

asyncio.run(main())
"""


def killed_while_appending(folder: Path, run: int) -> list[tuple[int, int]]:
    """The positions and numbers that a process had acknowledged when it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(folder), f"run-{run}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    with child:
        lines = [child.stdout.readline() for _ in range(1 + run * run * 7)]
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.readlines()
    return [
        (int(position), int(seq))
        for position, seq in (line.split() for line in lines if line.endswith(b"\n"))
    ]


@pytest.mark.slow
async def test_kill_9_at_any_instant_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    kept = 0
    for run in range(20):
        acknowledged = killed_while_appending(tmp_path / "j", run)
        assert acknowledged
        journal = SqliteJournal.open(tmp_path / "j")
        found = dict(journal.read(after=kept))
        await journal.close()
        assert list(found) == list(range(kept + 1, kept + len(found) + 1))
        for position, seq in acknowledged:
            one = found[position]
            assert (one.line_epoch, one.line_seq) == (f"run-{run}", seq)
            assert isinstance(one.record, DigitsCollected)
            assert one.record.digits.reveal() == str(seq % 1_000_000)
        turns: dict[int, int] = {}
        for one in found.values():
            caller, turn = divmod(one.line_seq, 1_000_000)
            assert turn == turns.get(caller, 0) + 1
            turns[caller] = turn
        kept += len(found)
