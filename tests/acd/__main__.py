# ruff: noqa: T201  (the command line prints)
"""Many random days of the distributor: ``python -m tests.acd --days 10000``.

Each day is a sequence of fifty facts, commands and pauses, judged after every one of them. Stops at
the first day that breaks a promise, and says how to see it again. ``--swarm`` draws days each of
which has a mix of its own: see :mod:`tests.acd.swarm`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.acd import swarm
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


def live_mixed(number: int) -> str | None:
    """The same for days each of which has a mix of its own."""
    for day in range(number * PART, (number + 1) * PART):
        taken = swarm.live(day, STEPS)
        if taken is not None:
            taken = swarm.shortest(taken)
            steps = "\n".join(f"    {name}({more})" for name, more in taken)
            return f"day {day} went wrong: {swarm.again(taken)}\n{steps}"
    return None


def soak(seeds: range, jobs: int, one: Callable[[int], str | None]) -> int:
    """Live through the days of these seeds; 1 as soon as one broke a promise."""
    began = time.monotonic()
    for done, (number, problem) in enumerate(_results(seeds, jobs, one), 1):
        if problem is not None:
            how = " --swarm" if one is live_mixed else ""
            again = f"python -m tests.acd --first-seed {number} --days {PART}{how}"
            print(f"{problem}\n\nagain: {again}")
            return 1
        took_s = time.monotonic() - began
        print(f"\r{done * PART} of {len(seeds) * PART} days, {took_s:.0f} s", end="", flush=True)
    print(f": {STEPS} steps each, every promise held after every step")
    return 0


def _results(
    seeds: range, jobs: int, one: Callable[[int], str | None]
) -> Iterator[tuple[int, str | None]]:
    if jobs == 1:
        yield from ((number, one(number)) for number in seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for number, problem in zip(seeds, pool.map(one, seeds), strict=True):
            if problem is not None:
                pool.shutdown(wait=False, cancel_futures=True)
            yield number, problem


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.acd", description=__doc__)
    parser.add_argument("--days", type=int, default=10_000, help=f"how many, in parts of {PART}")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--swarm", action="store_true", help="each day has a mix of its own")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets decides what is drawn from them: a seed has to give the same days again.
        command = [sys.executable, "-m", "tests.acd", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "PYTHONHASHSEED": "0"})
    parts = -(-options.days // PART)
    seeds = range(options.first_seed, options.first_seed + parts)
    return soak(seeds, options.jobs, live_mixed if options.swarm else live)


if __name__ == "__main__":
    sys.exit(main())
