"""The journal: whole lives of calls with every fact durable, and reading it all again.

``python -m benchmarks.journal`` takes a minute or two and prints a table, ``--json`` one JSON
object; progress goes to standard error. The journal lies on a disk, never in memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from adapters.stores.sqlite import SqliteJournal
from benchmarks.call_life import RECORDS_A_CALL, life
from benchmarks.disk import NotADisk, file_system, fsyncs_per_s
from benchmarks.figure import Values
from benchmarks.journal_figures import IN_FLIGHT, MOST_IN_FLIGHT, READ, STORES, sections
from benchmarks.percentile import percentile
from benchmarks.redis_server import NoServer, serving
from benchmarks.report import summary
from calls.ports import Journal, JournalError

TITLE = "The journal"

Tell = Callable[[str], None]


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Journal]:
    """A new SQLite journal in ``folder``."""
    journal = SqliteJournal.open(folder)
    try:
        yield journal
    finally:
        await journal.close()


@asynccontextmanager
async def redis(folder: Path) -> AsyncIterator[Journal]:
    """A new Redis journal: a server of its own, its files in ``folder``, durable as SQLite is.

    Raises:
        NoServer: there is no ``redis-server`` here, or it does not start.
    """
    # Only here: the library for Redis is an extra.
    from adapters.stores.redis import Address, Lease, RedisJournal

    async with serving(folder) as url:
        address = Address.parse(url)
        lease = Lease(address, "bench")
        try:
            await lease.wait()
            journal = await RedisJournal.open(
                address, "bench", lease=lease, key_path=folder / "site.key"
            )
            try:
                yield journal
            finally:
                await journal.close()
        finally:
            await lease.close()


OPENERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Journal]]] = {
    "sqlite": sqlite,
    "redis": redis,
}
"""Each opens an empty journal of its own; the folder is on the disk and need not be there."""

SECTIONS = sections(OPENERS)


async def sustained(journal: Journal, numbers: count[int], in_flight: int, for_s: float) -> Values:
    """So many callers at once, each in one call after the other, for some time.

    Each waits until an append is durable before the next one of the same call.

    Args:
        journal: what is measured.
        numbers: of the calls.
        in_flight: callers, and so appends that wait at any moment.
        for_s: how long, seconds; calls that have begun are ended after it.

    Returns:
        ``calls_per_s``, ``append_p99_ms`` and ``cpu_us_per_call``.
    """
    waits: list[float] = []
    run, events = uuid.uuid4().hex, count(1)
    began, cpu = time.perf_counter(), time.process_time()

    async def caller() -> int:
        calls = 0
        while time.perf_counter() < began + for_s:
            for first, *rest in life(next(numbers)):
                # Numbered as a line numbers them: in the order in which they happen.
                told = replace(first, line_epoch=run, line_seq=next(events))
                entries = [told, *rest]
                asked = time.perf_counter()
                await journal.append(entries)
                waits.append(time.perf_counter() - asked)
            calls += 1
        return calls

    calls = sum(await asyncio.gather(*(caller() for _ in range(in_flight))))
    return {
        "calls_per_s": calls / (time.perf_counter() - began),
        "append_p99_ms": percentile(waits, 99) * 1000,
        "cpu_us_per_call": (time.process_time() - cpu) / calls * 1e6,
    }


async def read_again(journal: Journal, numbers: count[int], entries: int) -> Values:
    """Fill an empty journal with so many entries, then read and decode all of it."""
    there = 0
    while there < entries:
        calls = min(100, -(-(entries - there) // RECORDS_A_CALL))
        there = await journal.append(
            [entry for _ in range(calls) for turn in life(next(numbers)) for entry in turn]
        )
    began = time.perf_counter()
    found = sum(1 for _ in journal.read())
    took_s = time.perf_counter() - began
    assert found == there, "an entry that was answered is missing"
    return {"read_entries": found, "read_s": took_s, "read_entries_per_s": found / took_s}


async def measure(store: str, folder: Path, tell: Tell, *, quick: bool) -> Values:
    """All figures of one store, by their names in the JSON object."""
    values: Values = {}
    numbers = count(1)
    async with OPENERS[store](folder / "written") as journal:
        await sustained(journal, numbers, 10, 0.5)  # warm
        for in_flight in IN_FLIGHT:
            found = await sustained(journal, numbers, in_flight, 1.0 if quick else 10.0)
            name = f"{store}_{{}}_at_{in_flight}"
            values |= {name.format(key): value for key, value in found.items()}
            tell(f"{store}: {in_flight} in flight, {found['calls_per_s']:.0f} calls a second")
        values[f"{store}_calls_per_s"] = values[f"{store}_calls_per_s_at_{MOST_IN_FLIGHT}"]
    async with OPENERS[store](folder / "read") as journal:
        found = await read_again(journal, numbers, READ // 20 if quick else READ)
        values |= {f"{store}_{key}": value for key, value in found.items()}
        tell(f"{store}: read {found['read_entries']} entries in {found['read_s']:.1f} s")
    return values


async def measure_all(stores: list[str], folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Measure these stores; ``problems`` says of those that ended early why."""
    values: Values = {f"{store}_calls_per_s": None for store in STORES}
    values["file_system"] = file_system(folder)
    values["fsyncs_per_s"] = fsyncs_per_s(folder, 0.5 if quick else 3.0)
    values["problems"] = []
    for store in stores:
        try:
            values |= await measure(store, folder / store, tell, quick=quick)
        except (JournalError, NoServer) as error:
            values["problems"].append(f"{store}: {error}")
            tell(values["problems"][-1])
    return values


def main() -> int:
    """Read the command line, measure, print.

    Returns:
        1 when a store ended early, 2 when something that is needed is missing.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.journal", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", choices=tuple(OPENERS), help="the others stay null")
    parser.add_argument("--quick", action="store_true", help="less of all, rougher figures")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("/var/tmp"),  # noqa: S108 - a folder of its own is made there
        help="on the disk to measure (default: %(default)s)",
    )
    options = parser.parse_args()
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", file=sys.stderr, flush=True)

    try:
        with tempfile.TemporaryDirectory(prefix="careline-bench-", dir=options.folder) as folder:
            stores = [options.only] if options.only else list(OPENERS)
            values = asyncio.run(measure_all(stores, Path(folder), tell, quick=options.quick))
    except (NotADisk, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 1
    print(json.dumps(values) if options.json else summary(SECTIONS, values))
    return 1 if values["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
