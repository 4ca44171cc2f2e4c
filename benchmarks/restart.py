"""How long a brain takes to come back: from a journal's checkpoint, and from all of the journal.

``python -m benchmarks.restart`` takes some minutes and prints a table, ``--json`` one JSON object.
The sample clinic lives through calls in virtual time; the journal is SQLite on a disk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from heapq import heappop, heappush
from pathlib import Path
from random import Random

from adapters.stores.sqlite import SqliteJournal
from adapters.telephony.simulated import Behaviour, SimulatedPhones
from benchmarks.figure import Figure, Section, Values
from benchmarks.percentile import percentile
from benchmarks.report import summary
from calls.facts import AgentReady
from calls.ids import CallId
from calls.ports import Entry, Journal
from careline.checkpoint import Track, encode
from careline.dryrun import DryRun
from careline.intake import CHECKPOINT_EVERY
from careline.restart import restart
from careline.restoring import standing_of
from careline.turn import Turn
from config.load import DEFAULT_CLINIC, load_site
from config.site import Site

CALLS = 60_000
_CALLS_A_CHUNK = 200
_MONDAY_10H = 1_795_446_000.0
_EVERY_S = 20.0
_REPEATS = 5

TITLE = "Coming back"
SECTIONS = (
    Section(
        title="From a checkpoint, and from all of the journal",
        about="The sample clinic, calls in virtual time: keys, queue, offer, conversation, "
        f"wrap-up; a checkpoint every {CHECKPOINT_EVERY} entries, SQLite. Measured is what a new "
        "brain does before it asks the line for its picture, without starting Python.",
        figures=(
            Figure(key="restart_entries", title="entries in the journal"),
            Figure(key="restart_replayed", title="inputs replayed behind the checkpoint"),
            Figure(
                key="restart_checkpoint_s",
                title="from the checkpoint",
                unit="s",
                how=f"The median of {_REPEATS}.",
            ),
            Figure(key="restart_whole_s", title="from all of the journal", unit="s", how="Once."),
            Figure(key="checkpoint_bytes", title="size of the checkpoint", unit="B"),
            Figure(
                key="checkpoint_p99_ms",
                title="the loop stands still for a checkpoint, p99",
                unit="ms",
                how="Taken and encoded; it is written with the entries.",
            ),
        ),
    ),
)


class _Day:
    """Calls through the sample clinic, one after the other and side by side."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.entries: list[Entry] = []
        behaviours = {agent: Behaviour(after_s=4.0) for agent in site.agents}
        self._phones = SimulatedPhones(site.id, behaviours, instant_prompts=True)
        self.run = DryRun(site, self._phones, _MONDAY_10H, self._observe)
        self._chance = Random(1)  # noqa: S311 - nothing here is secret
        self._heap: list[tuple[float, int, str, CallId]] = []
        self._calls = 0
        for agent in site.agents:
            self.run.tell(AgentReady(site=site.id, agent_id=agent))

    def live(self, calls: int) -> None:
        """Let so many more callers ring."""
        until = self._calls + calls
        while self._calls < until:
            at = self.run.now + self._chance.expovariate(1 / _EVERY_S)
            while self._heap and self._heap[0][0] <= at:
                self._happen(*heappop(self._heap))
            self._calls += 1
            self._happen(at, 0, "arrive", CallId(f"call-{self._calls:07}"))

    def taken(self) -> list[Entry]:
        """What was recorded since the last time."""
        entries, self.entries = self.entries, []
        return entries

    def _happen(self, at: float, _order: int, what: str, call_id: CallId) -> None:
        self.run.advance(max(0.0, at - self.run.now))
        if what == "arrive":
            caller = f"+1202555{self._chance.randrange(10_000):04}"
            self.run.tell(self._phones.arrive(call_id, self.run.now, caller=caller))
            for after_s, key in ((2.0, "1"), (4.0, "5"), (6.0, self._chance.choice("12345"))):
                heappush(self._heap, (at + after_s, self._calls, key, call_id))
            leaves_at = at + 20.0 + self._chance.expovariate(1 / 120.0)
            heappush(self._heap, (leaves_at, self._calls, "leave", call_id))
        elif call_id in self.run.switchboard.calls:
            leave = what == "leave"
            told = (
                self._phones.hang_up(call_id, self.run.now)
                if leave
                else self._phones.press(call_id, what)
            )
            self.run.tell(*told)

    def _observe(self, now: float, turn: Turn) -> None:
        self.entries += (Entry(at=now, record=record) for record in turn.records)


class _NoCheckpoint:
    """A journal as if it had none."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        return self._journal.read(after)

    def latest_snapshot(self) -> None:
        return None


async def measure(folder: Path, calls: int) -> Values:
    """All figures, by their names in the JSON object."""
    site = load_site(DEFAULT_CLINIC)
    versions = {site.version: site}
    day = _Day(site)
    journal = SqliteJournal.open(folder)
    track = Track(site.id, site.version)
    due, paused_ms, size = CHECKPOINT_EVERY, [], 0
    try:
        for done in range(0, calls, _CALLS_A_CHUNK):
            day.live(min(_CALLS_A_CHUNK, calls - done))
            entries = day.taken()
            last = await journal.append(entries)
            for position, entry in enumerate(entries, last - len(entries) + 1):
                track.follow(position, entry)
            if track.position >= due:
                began = time.perf_counter()
                standing = standing_of(day.run.switchboard, day.run.now)
                assert standing is not None, "nobody needs first aid in these calls"
                checkpoint = track.checkpoint(standing, {})
                assert checkpoint is not None, "every arrival is in the journal"
                state = encode(checkpoint)
                paused_ms.append((time.perf_counter() - began) * 1000)
                await journal.keep_snapshot(track.position, state)
                size, due = len(state), track.position + CHECKPOINT_EVERY
        took_s = []
        for _ in range(_REPEATS):
            began = time.perf_counter()
            came = restart(journal, site, versions.get, lambda _now, _turn: None)
            took_s.append(time.perf_counter() - began)
            assert list(came.switchboard.calls) == list(day.run.switchboard.calls)
        began = time.perf_counter()
        whole = restart(_NoCheckpoint(journal), site, versions.get, lambda _now, _turn: None)  # type: ignore[arg-type]
        whole_s = time.perf_counter() - began
        assert list(whole.switchboard.calls) == list(day.run.switchboard.calls)
    finally:
        await journal.close()
        day.run.close()
    return {
        "restart_entries": track.position,
        "restart_replayed": came.inputs,
        "restart_checkpoint_s": sorted(took_s)[_REPEATS // 2],
        "restart_whole_s": whole_s,
        "checkpoint_bytes": size,
        "checkpoint_p99_ms": percentile(paused_ms, 99) if paused_ms else None,
    }


def main() -> int:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.restart", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer calls, rougher figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="careline-bench-", dir="/var/tmp") as folder:
        values = asyncio.run(measure(Path(folder), CALLS // 10 if options.quick else CALLS))
    print(json.dumps(values) if options.json else summary(SECTIONS, values))
    return 0


if __name__ == "__main__":
    sys.exit(main())
