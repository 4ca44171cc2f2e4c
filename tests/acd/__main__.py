# ruff: noqa: T201  (the command line prints)
"""Many random days of the distributor: ``python -m tests.acd --days 10000``.

Each day is a sequence of fifty facts, commands and pauses, judged after every one of them. Stops at
the first day that breaks a promise, and says how to see it again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.acd.test_every_rule import Days

STEPS = 50
PART = 250
"""Days of one seed."""


def live(number: int) -> str | None:
    """Live through the days of one seed; what went wrong, if anything did."""
    rules = settings(
        max_examples=PART,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(number)(type("Seeded", (Days,), {})), settings=rules)
    except BaseException as error:
        return "".join(traceback.format_exception(error, limit=-1))
    return None


def soak(seeds: range, jobs: int) -> int:
    """Live through the days of these seeds; 1 as soon as one broke a promise."""
    began = time.monotonic()
    for done, (number, problem) in enumerate(_results(seeds, jobs), 1):
        if problem is not None:
            print(f"{problem}\n\nagain: python -m tests.acd --first-seed {number} --days {PART}")
            return 1
        took_s = time.monotonic() - began
        print(f"\r{done * PART} of {len(seeds) * PART} days, {took_s:.0f} s", end="", flush=True)
    print(f": {STEPS} steps each, every promise held after every step")
    return 0


def _results(seeds: range, jobs: int) -> Iterator[tuple[int, str | None]]:
    if jobs == 1:
        yield from ((number, live(number)) for number in seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for number, problem in zip(seeds, pool.map(live, seeds), strict=True):
            if problem is not None:
                pool.shutdown(wait=False, cancel_futures=True)
            yield number, problem


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.acd", description=__doc__)
    parser.add_argument("--days", type=int, default=10_000, help=f"how many, in parts of {PART}")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets decides what is drawn from them: a seed has to give the same days again.
        command = [sys.executable, "-m", "tests.acd", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "PYTHONHASHSEED": "0"})
    parts = -(-options.days // PART)
    return soak(range(options.first_seed, options.first_seed + parts), options.jobs)


if __name__ == "__main__":
    sys.exit(main())
