"""The journal's benchmark measures what it says: whole calls, each fact once, on a disk."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path

import pytest

from adapters.stores.memory import MemoryJournal
from benchmarks.call_life import APPENDS_A_CALL, RECORDS_A_CALL, life
from benchmarks.disk import NotADisk, file_system, fsyncs_per_s
from benchmarks.journal import OPENERS, SECTIONS, read_again, sustained
from benchmarks.journal_figures import IN_FLIGHT, STORES
from calls.facts import CallArrived, CallEnded


def test_a_life_begins_with_the_arrival_and_ends_once() -> None:
    appends = life(7)
    records = [entry.record for entry in chain.from_iterable(appends)]
    assert (len(appends), len(records)) == (APPENDS_A_CALL, RECORDS_A_CALL)
    assert isinstance(records[0], CallArrived)
    assert records[0].caller
    assert sum(isinstance(record, CallEnded) for record in records) == 1
    assert len({record.call_id for record in records}) == 1  # type: ignore[union-attr]


def test_no_two_lives_share_a_line_event() -> None:
    events = [entry.line_seq for number in range(1, 50) for turn in life(number) for entry in turn]
    from_line = [seq for seq in events if seq]
    assert len(set(from_line)) == len(from_line) == 49 * APPENDS_A_CALL


async def test_every_call_that_is_counted_is_whole_in_the_journal() -> None:
    journal = MemoryJournal()
    numbers = count(1)
    values = await sustained(journal, numbers, 3, 0.01)
    begun = next(numbers) - 1
    assert begun >= 3
    assert len(list(journal.read())) == begun * RECORDS_A_CALL
    assert values["calls_per_s"] > 0
    assert values["append_p99_ms"] >= 0


async def test_reading_counts_every_entry() -> None:
    journal = MemoryJournal()
    values = await read_again(journal, count(1), 2500)
    assert values["read_entries"] == 2500
    assert values["read_entries_per_s"] == pytest.approx(2500 / values["read_s"])


def test_memory_is_no_disk() -> None:
    with pytest.raises(NotADisk, match="is in memory"):
        file_system(Path("/dev/shm"))


def test_the_file_system_of_a_folder_is_that_of_its_mount() -> None:
    assert file_system(Path("/proc/sys")).startswith("proc on ")


def test_the_disk_is_left_as_it_was(tmp_path: Path) -> None:
    assert fsyncs_per_s(tmp_path, 0.01) > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("store", OPENERS)
async def test_each_store_begins_empty_and_has_its_figures(store: str, tmp_path: Path) -> None:
    assert store in STORES
    keys = {figure.key for section in SECTIONS for figure in section.figures}
    assert {f"{store}_calls_per_s_at_{in_flight}" for in_flight in IN_FLIGHT} <= keys
    async with OPENERS[store](tmp_path) as journal:
        assert list(journal.read()) == []
