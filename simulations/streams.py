"""Random numbers by purpose, so that two scenarios can be compared under the very same calls.

Each pair of replication and purpose has a stream of its own from Philox, a counter-based generator
(J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). An agent more or less
then changes no arrival, no patience and no handling time: common random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

_BLOCK = 1024


def stream(seed: int, replication: int, purpose: str) -> np.random.Generator:
    """The stream of one purpose in one replication.

    Args:
        seed: of the whole experiment, at least 0.
        replication: counted from 0.
        purpose: what the numbers are for, for example ``billing/arrivals``.
    """
    key = (replication, *purpose.encode())
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def one_by_one(draw: Callable[[int], np.ndarray[tuple[int], np.dtype[np.float64]]]) -> Sampler:
    """A function that returns one number at a time, drawn ahead in blocks.

    Args:
        draw: returns as many numbers as it is asked for.
    """

    def numbers() -> Iterator[float]:
        while True:
            yield from draw(_BLOCK).tolist()

    return numbers().__next__


Sampler = Callable[[], float]
"""Gives the next number."""
