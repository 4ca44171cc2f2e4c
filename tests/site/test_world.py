"""Simulated days of a whole site in which everything goes wrong; a slice of the long run."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.every_write import CrashingHour
from tests.site.world import KINDS, Day, World

ROOT = Path(__file__).parents[2]

SLICE = 20

TROUBLES = (
    *("line", "repeat", "echo", "hold", "delay", "slow_write", "clock_back", "red", "holds"),
    *("pairs", "called_back", "publications", "outages", "snapshot_every"),
)


@functools.cache
def day(seed: int) -> Day:
    return World(seed, 100).run()


@pytest.mark.parametrize("seed", range(SLICE))
def test_every_promise_holds_on_a_day_of_crashes_drops_and_duplicates(seed: int) -> None:
    assert day(seed).calls > 50


@pytest.mark.parametrize("kind", KINDS)
def test_the_slice_holds_everything_that_can_happen_more_than_once(kind: str) -> None:
    assert sum(day(seed).counts.get(kind, 0) for seed in range(SLICE)) > 1


def test_the_slice_holds_crashes_of_brain_and_line_and_every_kind_of_trouble() -> None:
    days = [World(seed, 100).faults for seed in range(SLICE)]
    assert len({crash.instant for day in days for crash in day.brain}) == 5
    for trouble in TROUBLES:
        assert any(getattr(day, trouble) for day in days), trouble
        assert not all(getattr(day, trouble) for day in days), trouble


@pytest.mark.slow
def test_the_same_seed_gives_the_same_day_whatever_the_hash_of_a_string() -> None:
    program = "from tests.site.world import World; print([World(s, 60).run() for s in (2, 3, 11)])"
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(told) == 1


@pytest.mark.slow
def test_a_crash_at_a_write_loses_nothing_that_was_acknowledged() -> None:
    hour = CrashingHour(1, 30, every=5)
    hour.live()
    assert hour.forks > 100
