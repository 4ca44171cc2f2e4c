"""The distributor: whole lives of calls through the kernel alone, with every rule on.

``python -m benchmarks.distributor`` takes a few minutes and prints a table, ``--json`` one JSON
object; progress goes to standard error. With ``--only kernel`` neither journal nor network is used.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

from acd import Distributor
from benchmarks.busy_day import Input, Recording, record
from benchmarks.busy_site import SITE, BusySite, a_requirement, busy_site
from benchmarks.disk import NotADisk, file_system
from benchmarks.distributor_figures import (
    ALWAYS,
    KILLS,
    MEMORY_CALLS,
    REPEATS,
    SECTIONS,
    SIZES,
    USUAL,
    WAITING,
)
from benchmarks.figure import Values
from benchmarks.journal import OPENERS, sustained
from benchmarks.journal_figures import MOST_IN_FLIGHT, STORES
from benchmarks.percentile import percentile
from benchmarks.redis_failover import failover
from benchmarks.redis_server import NoServer
from benchmarks.report import summary
from calls.facts import AgentReady, CallQueued
from calls.ids import CallId
from calls.ports import JournalError

TITLE = "The distributor"

LIVES = 30_000

Tell = Callable[[str], None]


# --- time -----------------------------------------------------------------------------------------


def told(distributor: Distributor, inputs: list[Input]) -> int:
    """Tell a distributor what happened; how many commands it answered with."""
    handle, tick = distributor.handle, distributor.tick
    commands = 0
    for fact, now in inputs:
        commands += len(tick(now) if fact is None else handle(fact, now))
    return commands


def each_ns(distributor: Distributor, inputs: list[Input]) -> list[int]:
    """The same, with the time that each decision took in ns."""
    handle, tick, clock = distributor.handle, distributor.tick, time.perf_counter_ns
    took = []
    for fact, now in inputs:
        began = clock()
        if fact is None:
            tick(now)
        else:
            handle(fact, now)
        took.append(clock() - began)
    return took


def clock_ns() -> float:
    """What reading the clock costs."""
    clock = time.perf_counter_ns
    return statistics.median(-(clock() - clock()) for _ in range(10_000))


class Replay:
    """A recorded day, to be told again and again.

    Args:
        site: where it was.
        recording: what happened.
    """

    def __init__(self, site: BusySite, recording: Recording) -> None:
        self.site = site
        self.recording = recording
        self._before = recording.inputs[: recording.begin]
        self.inputs = recording.inputs[recording.begin :]

    def us_per_input(self) -> float:
        """Processor time of an input in a new distributor, once the site is full."""
        distributor = self._full()
        began = time.process_time_ns()
        commands = told(distributor, self.inputs)
        took = time.process_time_ns() - began
        assert commands == self.recording.commands, "the same facts led to other decisions"
        return took / len(self.inputs) / 1000

    def decisions_ms(self) -> list[float]:
        """How long each decision took."""
        return [ns / 1e6 for ns in each_ns(self._full(), self.inputs)]

    def _full(self) -> Distributor:
        gc.collect()  # the distributor of the last run is not to be cleared away in this one
        distributor = self.site.distributor()
        told(distributor, self._before)
        return distributor


def kernel(
    tell: Tell,
    *,
    sizes: tuple[int, int, int] = SIZES,
    waiting: int = WAITING,
    lives: int = LIVES,
    repeats: int = REPEATS,
) -> Values:
    """Rates, decisions and growth.

    Args:
        tell: is told how far it is.
        sizes: numbers of agents: the fewest, the usual, the most.
        waiting: callers who wait at any moment.
        lives: calls that end while it is timed.
        repeats: an odd number of runs.
    """
    fewest, usual_size, most = sizes
    replays = {}
    for size in sizes:
        site = busy_site(size)
        replays[size] = Replay(site, record(site, waiting=waiting, lives=lives))
        tell(f"{size} agents: {len(replays[size].inputs)} inputs recorded")
    # The recordings stand for what production reads one by one and lets go of at once.
    gc.collect()
    gc.freeze()
    gc.collect()
    times: dict[int, list[float]] = {size: [] for size in sizes}
    decisions: dict[int, list[list[float]]] = {size: [] for size in sizes}
    for _ in range(repeats):
        for size, replay in replays.items():
            times[size].append(replay.us_per_input())
            decisions[size].append(sorted(replay.decisions_ms()))
            tell(
                f"{size} agents: {times[size][-1]:.1f} us of processor time an input, "
                f"p99 {percentile(decisions[size][-1], 99):.3f} ms"
            )
    gc.unfreeze()
    us = {size: statistics.median(times[size]) for size in sizes}
    runs = {size: _median_run(decisions[size]) for size in sizes}
    usual, recording = replays[usual_size], replays[usual_size].recording
    return {
        "inputs_per_s": 1e6 / us[usual_size],
        "lives_per_s": 1e6 / us[usual_size] * recording.lives / len(usual.inputs),
        "inputs_per_life": len(usual.inputs) / recording.lives,
        "ticks_pct": 100 * sum(fact is None for fact, _at in usual.inputs) / len(usual.inputs),
        "commands_per_life": recording.commands / recording.lives,
        "decision_p50_ms": percentile(runs[usual_size], 50),
        "decision_p99_ms": percentile(runs[usual_size], 99),
        "decision_p999_ms": percentile(runs[usual_size], 99.9),
        "decision_worst_ms": runs[usual_size][-1],
        "clock_us": clock_ns() / 1000,
        "load": os.getloadavg()[0],
        "growth_10000_over_100": us[most] / us[fewest],
        "sizes": [
            {
                "agents": size,
                "us_per_input": us[size],
                "inputs_per_s": 1e6 / us[size],
                "inputs_per_life": len(replays[size].inputs) / replays[size].recording.lives,
                "decision_p99_ms": percentile(runs[size], 99),
                "waiting": round(replays[size].recording.waiting),
                "conversations_per_agent": replays[size].recording.talking / size,
            }
            for size in sizes
        ],
    }


def _median_run(runs: list[list[float]]) -> list[float]:
    """The run with the median p99, of an odd number of runs."""
    return sorted(runs, key=lambda run: percentile(run, 99))[len(runs) // 2]


# --- memory ---------------------------------------------------------------------------------------


def memory(*, agents: int = USUAL, calls: int = MEMORY_CALLS) -> Values:
    """Bytes of a waiting call and of an agent, with so many of each."""
    site = busy_site(agents)
    distributor = _staffed(site)
    _wait(distributor, site, range(calls))  # makes the lanes
    held = _traced(lambda: _wait(distributor, site, range(calls, 2 * calls)))
    fewer, more = (_traced(partial(_site_with_lanes, size)) for size in (agents, 2 * agents))
    return {
        "bytes_per_waiting_call": round(held / calls),
        "bytes_per_agent": round((more - fewer) / agents),
    }


def _traced(make: Callable[[], object]) -> int:
    """Bytes that are held once ``make`` is done, with what it returns."""
    gc.collect()
    tracemalloc.start()
    kept = make()
    gc.collect()
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return held


def _site_with_lanes(agents: int) -> Distributor:
    """A site where so many calls wait that most lanes are there; no more with more agents."""
    site = busy_site(agents)
    distributor = _staffed(site)
    _wait(distributor, site, range(USUAL))
    return distributor


def _staffed(site: BusySite) -> Distributor:
    """All agents are there, and none can be rung."""
    distributor = site.distributor()
    for agent_id in site.agents:
        distributor.handle(AgentReady(site=SITE, agent_id=agent_id), 0.0)
    return distributor


def _wait(distributor: Distributor, site: BusySite, numbers: range) -> None:
    chance = Random(numbers.start)  # noqa: S311 - a load, no secret
    for number in numbers:
        fact = CallQueued(
            site=SITE,
            call_id=CallId(f"call-{number:07}"),
            requirement=a_requirement(site, chance),
        )
        distributor.handle(fact, float(number))


# --- durability -----------------------------------------------------------------------------------


async def durable(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Calls a second with each journal that there is; ``not_measured`` says of the others why."""
    values: Values = {"not_measured": []}
    for store, name in STORES.items():
        key = f"{store}_calls_per_s"
        try:
            async with OPENERS[store](folder / store) as journal:
                numbers = count(1)
                await sustained(journal, numbers, MOST_IN_FLIGHT, 0.5)  # warm
                found = await sustained(journal, numbers, MOST_IN_FLIGHT, 1.0 if quick else 10.0)
        except (JournalError, NoServer) as error:
            values["not_measured"].append(f"{key}: {error}")
        else:
            values[key] = found["calls_per_s"]
            tell(f"{name}: {values[key]:.0f} calls a second")
    return values


def another_node(tell: Tell, *, quick: bool) -> Values:
    """How long another node takes to lead; ``not_measured`` says why there is no figure."""
    found = failover(5 if quick else KILLS, seed=1)
    problems = [f"failover_p99_s: {problem}" for problem in found["problems"]]
    tell(f"take-over, p99: {found['failover_p99_s']} s")
    return {"failover_p99_s": found["failover_p99_s"], "not_measured": problems}


# --- all ------------------------------------------------------------------------------------------

PARTS = ("kernel", "memory", "durable", "failover")


def measure(parts: list[str], folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Measure these parts, one after the other."""
    values: Values = dict.fromkeys(ALWAYS)
    values["problems"] = []
    if "kernel" in parts:
        values |= kernel(tell, lives=LIVES // 10, repeats=1) if quick else kernel(tell)
    if "memory" in parts:
        values |= memory()
    not_measured: list[str] = []
    if "durable" in parts:
        file_system(folder)  # refuses one in memory
        found = asyncio.run(durable(folder, tell, quick=quick))
        not_measured += found.pop("not_measured")
        values |= found
    if "failover" in parts:
        found = another_node(tell, quick=quick)
        not_measured += found.pop("not_measured")
        values |= found
    values["not_measured"] = not_measured
    return values


def main() -> int:
    """Read the command line, measure, print.

    Returns:
        1 when it was interrupted, 2 when something that is needed is missing.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.distributor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", choices=PARTS, help="the others stay null")
    parser.add_argument("--quick", action="store_true", help="fewer calls, rougher figures")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("/var/tmp"),  # noqa: S108 - a folder of its own is made there
        help="on a disk, for the journals (default: %(default)s)",
    )
    options = parser.parse_args()
    parts = [options.only] if options.only else list(PARTS)
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", file=sys.stderr, flush=True)

    try:
        with tempfile.TemporaryDirectory(prefix="careline-bench-", dir=options.folder) as folder:
            values = measure(parts, Path(folder), tell, quick=options.quick)
    except (NotADisk, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 1
    print(json.dumps(values) if options.json else summary(SECTIONS, values))
    return 0


if __name__ == "__main__":
    sys.exit(main())
