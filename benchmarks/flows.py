"""Call flows: reading and checking them, proving them, holding dialogues, and the calls themselves.

``python -m benchmarks.flows`` takes a minute or two and prints a table, ``--json`` one JSON object;
progress goes to standard error.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from adapters.lookups import DryLookups
from benchmarks.figure import Values
from benchmarks.flow_calls import Calls, record
from benchmarks.flow_figures import CALLS, LINES, LIVE_CALLS, REPEATS, SECTIONS
from benchmarks.flow_site import write_site
from benchmarks.percentile import percentile
from benchmarks.report import summary
from careline.dialogues.run import rehearse
from careline.proving import prove
from config.load import DEFAULT_CLINIC, DIALOGUES, load_site
from config.site import Site
from ivr import Interpreter

TITLE = "Call flows"

DEPARTMENTS = 26
"""Of the large site: so many make :data:`LINES` lines."""

BEGAN = 1_795_446_000.0
"""Monday, 23 November 2026, 10:00 in New York: the clinic is open."""

Tell = Callable[[str], None]


class _Stopwatch:
    """Seconds since it was made, by the wall's clock and of processors, children included."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = self._used()

    def read(self) -> tuple[float, float]:
        """Both."""
        return time.perf_counter() - self._wall, self._used() - self._cpu

    @staticmethod
    def _used() -> float:
        used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(each.ru_utime + each.ru_stime for each in used)


# --- reading and checking -------------------------------------------------------------------------


def loading(*, departments: int, repeats: int) -> Values:
    """Load a large site, each time another one; the first is not counted."""
    took: list[tuple[float, float]] = []
    lines = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(repeats + 1):
            place = Path(folder, str(number))
            lines = write_site(place, departments, words=f"s{number}")
            gc.collect()
            watch = _Stopwatch()
            load_site(place)
            took.append(watch.read())
    wall, cpu = zip(*took[1:], strict=True)
    return {
        "flow_lines": lines,
        "load_8000_lines_s": statistics.median(wall),
        "load_8000_lines_cpu_s": statistics.median(cpu),
        "load_first_s": took[0][0],
    }


# --- proving and rehearsing -----------------------------------------------------------------------


def proving(site: Site) -> Values:
    """Prove a site's entry flow, as ``careline prove`` does."""
    watch = _Stopwatch()
    proof = prove(site, BEGAN)
    wall, cpu = watch.read()
    if proof.problem:
        return {"problems": [f"the proof was given up: {proof.problem}"]}
    return {
        "prove_clinic_s": wall,
        "prove_clinic_cpu_s": cpu,
        "positions": proof.positions,
        "positions_per_cpu_s": proof.positions / cpu,
    }


def rehearsing(folder: Path, site: Site, *, repeats: int) -> Values:
    """Hold all dialogues of a site; the first time is not counted."""
    if not (folder / DIALOGUES).is_dir() or not rehearse(folder, site).played:
        return {"problems": [f"the site has no {DIALOGUES}"]}
    took: list[tuple[float, float]] = []
    held = 0
    for _ in range(repeats):
        watch = _Stopwatch()
        held = len(rehearse(folder, site).played)
        took.append(watch.read())
    wall, cpu = zip(*took, strict=True)
    return {
        "dialogues": held,
        "dialogues_per_min": 60 * held / statistics.median(wall),
        "dialogues_per_cpu_min": 60 * held / statistics.median(cpu),
    }


# --- the calls themselves -------------------------------------------------------------------------


def told(calls: Calls, interpreters: list[Interpreter]) -> int:
    """Tell interpreters what happened; how many commands they answered with."""
    commands = 0
    for number, fact, now in calls.inputs:
        call = interpreters[number]
        commands += len(call.tick(now) if fact is None else call.handle(fact, now))
    return commands


def each_us(calls: Calls, interpreters: list[Interpreter]) -> list[float]:
    """The same, with the time that each took in microseconds."""
    clock = time.perf_counter_ns
    took = []
    for number, fact, now in calls.inputs:
        call = interpreters[number]
        began = clock()
        if fact is None:
            call.tick(now)
        else:
            call.handle(fact, now)
        took.append((clock() - began) / 1000)
    return took


def holding(calls: Calls, *, repeats: int) -> Values:
    """How fast interpreters are on one core."""
    cpu, wall = [], []
    for _ in range(repeats):
        interpreters = calls.interpreters()
        gc.collect()
        watch = _Stopwatch()
        commands = told(calls, interpreters)
        took = watch.read()
        assert commands == calls.commands, "the same facts led to other commands"
        wall.append(took[0])
        cpu.append(took[1])
    each = sorted(each_us(calls, calls.interpreters()))
    size = len(calls.inputs)
    return {
        "inputs_per_s": size / statistics.median(cpu),
        "inputs_per_wall_s": size / statistics.median(wall),
        "input_p50_us": percentile(each, 50),
        "input_p99_us": percentile(each, 99),
        "input_worst_us": each[-1],
        "inputs_per_call": size / calls.count,
        "commands_per_input": calls.commands / size,
        "mix": [
            {"input": kind, "share_pct": 100 * count / size}
            for kind, count in sorted(calls.kinds.items(), key=lambda each: -each[1])
        ],
    }


def bytes_per_call(calls: Calls) -> float:
    """Memory of a call in progress: each call is followed to a place of its own, and kept."""
    lengths = [0] * calls.count
    for number, _, _ in calls.inputs:
        lengths[number] += 1
    # Places from the greeting to the end are mixed: each call stops after its own share of it.
    left = [1 + (number * 7919) % max(1, length - 1) for number, length in enumerate(lengths)]
    calls.interpreters()  # what is made once is not a call's
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    interpreters = calls.interpreters()
    for number, fact, now in calls.inputs:
        if left[number]:
            left[number] -= 1
            call = interpreters[number]
            if fact is None:
                call.tick(now)
            else:
                call.handle(fact, now)
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / calls.count


def measure(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Everything.

    Args:
        folder: the site that is proved, rehearsed and called.
        tell: told what is being done.
        quick: fewer repeats, fewer calls.
    """
    repeats = 1 if quick else REPEATS
    load = os.getloadavg()[0]
    tell(f"loading {LINES:,} lines")
    values = loading(departments=2 if quick else DEPARTMENTS, repeats=repeats)
    site = load_site(folder)
    for language in site.rules.listen_languages:
        site.rules.intent_model.learn(language)
    ask = DryLookups(site.tables, site.providers.values()).answer
    tell("calls")
    calls = record(site, ask, calls=200 if quick else CALLS, began=BEGAN)
    values |= holding(calls, repeats=repeats)
    live = record(site, ask, calls=100 if quick else LIVE_CALLS, began=BEGAN)
    values["bytes_per_call"] = bytes_per_call(live)
    tell("dialogues")
    found = [rehearsing(folder, site, repeats=repeats)]
    tell("the proof")
    found.append(proving(site))
    problems = [problem for each in found for problem in each.pop("problems", ())]
    for each in found:
        values |= each
    values |= {"problems": problems} if problems else {}
    return values | {"load_average_before": load, "load_average": os.getloadavg()[0]}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.flows", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer repeats and calls")
    parser.add_argument("--site", type=Path, default=DEFAULT_CLINIC, help="in place of the clinic")
    options = parser.parse_args()
    values = measure(options.site, lambda line: print(line, file=sys.stderr), quick=options.quick)
    print(json.dumps(values) if options.json else summary(SECTIONS, values))
    return 1 if values.get("problems") else 0


if __name__ == "__main__":
    sys.exit(main())
