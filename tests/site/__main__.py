# ruff: noqa: T201  (the command line prints)
"""Many simulated days: ``python -m tests.site --seeds 1000 --calls 1000``.

Prints the digest of each seed and stops at the first promise that is broken, with what is needed to
see it again: ``python -m tests.site --seed 7 --calls 1000 --trace``.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.site.invariants import Violation
from tests.site.world import KINDS, Day, World, one_day

_EVERY_S = 10.0


def _days(seeds: range, calls: int, jobs: int) -> Iterator[Day | str]:
    tasks = [(seed, calls) for seed in seeds]
    if jobs == 1:
        yield from map(one_day, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(one_day, tasks)
        finally:
            pool.shutdown(cancel_futures=True)


def soak(seeds: range, calls: int, jobs: int) -> int:
    """Run the seeds; the exit code."""
    began_at = told_at = time.monotonic()
    done = crashes = records = 0
    counts: Counter[str] = Counter()
    for result in _days(seeds, calls, jobs):
        if isinstance(result, str):
            print(f"\nFAILED: {result}\n\nagain: {_again(result, calls)}", flush=True)
            return 1
        done += 1
        crashes += result.crashes
        records += result.records
        counts.update(result.counts)
        print(f"seed {result.seed}: {result.digest}")
        if time.monotonic() - told_at > _EVERY_S:
            told_at = time.monotonic()
            print(f"# {done} of {len(seeds)} seeds, {told_at - began_at:.0f} s", flush=True)
    took_s = time.monotonic() - began_at
    print(", ".join(f"{counts[what]} {what}" for what in KINDS))
    print(
        f"{done} seeds, {done * calls} calls, {records} records, {crashes} crashes of the brain: "
        f"every promise held ({took_s:.0f} s)"
    )
    return 0


def _again(message: str, calls: int) -> str:
    seed = message.removeprefix("seed ").split(",")[0]
    return f"python -m tests.site --seed {seed} --calls {calls} --trace"


def trace(seed: int, calls: int) -> int:
    """Run one seed and print everything that became durable and was carried out."""
    world = World(seed, calls)
    world.witness.trace = deque()
    try:
        day = world.run()
    except Violation as violation:
        print(violation)
        return 1
    print(world.witness.told())
    print(day)
    return 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.site", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many days")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--calls", type=int, default=1000, help="callers on each day")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--seed", type=int, help="run this one only")
    parser.add_argument("--trace", action="store_true", help="with --seed: print what happened")
    parser.add_argument(
        "--every-write", action="store_true", help="a crash at every write of a busy hour instead"
    )
    parser.add_argument("--kills", type=int, help="so many real kills of a brain process instead")
    args = parser.parse_args()
    logging.disable()  # a broken promise is told with all that led to it
    if args.every_write:
        from tests.site.every_write import every_write

        return every_write(args.seed or 0)
    if args.kills:
        from tests.site.kills import kill_often

        return kill_often(args.kills)
    if args.seed is not None and args.trace:
        return trace(args.seed, args.calls)
    first = args.first_seed if args.seed is None else args.seed
    count = args.seeds if args.seed is None else 1
    return soak(range(first, first + count), args.calls, args.jobs if count > 1 else 1)


if __name__ == "__main__":
    sys.exit(main())
