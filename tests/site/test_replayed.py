"""The journal of a day in which everything goes wrong tells the whole of it, or what it misses."""

from __future__ import annotations

import pytest

from careline.replaying import Replay
from tests.site.world import World

OUTAGES = {10: 100, 16: 100, 91: 1000}
"""Seeds of days on which the journal cannot be written for a while, and how many call on them.

On the last of them something falls due while a caller who was turned away is still heard of.
"""


@pytest.mark.parametrize("seed", [4, 7, 10, 16, pytest.param(91, marks=pytest.mark.slow)])
def test_every_decision_of_a_simulated_day_is_made_again(seed: int) -> None:
    world = World(seed, OUTAGES.get(seed, 100))
    world.run()
    done = Replay(world.site, world.find_version).run(enumerate(world.journal.durable, start=1))
    assert done.difference is None
    assert done.decisions > 100
    told = sum(hole.turned_away for hole in done.holes)
    assert bool(told) == (seed in OUTAGES)
    # A brain that is killed meanwhile takes its count with it.
    assert told <= len(world._turned_away)
