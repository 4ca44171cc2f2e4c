# ruff: noqa: T201  (the command line prints)
"""Whatever is said, triage answers: ``python -m tests.triage --inputs 20000 --jobs 2``.

``make soak`` tries a million inputs. A failure prints the seed and the number that make its input
again; see :mod:`tests.triage.anything`.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.triage.anything import run

_PIECES = 20


def main() -> int:
    """Assess them all; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="tests.triage", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    share = -(-options.inputs // (options.jobs * _PIECES))
    pieces = [
        (options.seed, first, min(share, options.inputs - first))
        for first in range(0, options.inputs, share)
    ]
    began, done = time.monotonic(), 0
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        for (_, _, count), problem in zip(pieces, pool.map(run, pieces), strict=True):
            if problem:
                pool.shutdown(cancel_futures=True)
                print(problem)
                return 1
            done += count
            left_s = (time.monotonic() - began) / done * (options.inputs - done)
            print(f"# {done:,} of {options.inputs:,} inputs, {left_s:.0f} s left", flush=True)
    print(f"{done:,} inputs of seed {options.seed}: every one was answered")
    return 0


if __name__ == "__main__":
    sys.exit(main())
