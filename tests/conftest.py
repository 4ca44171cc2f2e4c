"""What every test gets: the sample clinic, and a guard against what tests leave behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import DEFAULT_CLINIC, load_site
from config.site import Site


@pytest.fixture(scope="session")
def clinic() -> Site:
    """The sample clinic."""
    return load_site(DEFAULT_CLINIC)


def _descriptors() -> set[str]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        # What a library opens once and keeps (its log, urandom, an event poll) is no leak.
        if target.startswith(("socket:", "pipe:")):
            found.add(f"{link.name} {target}")
    return found


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Fail a test that leaves a socket or pipe open, or a task running."""
    before = _descriptors()
    yield
    left = _descriptors() - before
    if left:
        gc.collect()
        left = _descriptors() - before
    assert not left, f"left open: {sorted(left)}"
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    tasks = [task for task in asyncio.all_tasks(loop) if not task.done()]
    assert not tasks, f"left running: {tasks}"
