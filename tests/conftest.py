"""What every test gets: the sample clinic, and a guard against what tests leave behind."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_asyncio import is_async_test

from config.load import DEFAULT_CLINIC, load_site
from config.site import Site
from tests.rendered import rendered

__all__ = ["rendered"]

# How long an example takes to draw says how busy the machine is, not whether a promise holds. The
# examples are the same on every run: whoever changes something is told of what they changed, and
# not of what somebody else overlooked. That is looked for by `make soak`, with new ones each time.
settings.register_profile(
    "careline", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "soak",
    parent=settings.get_profile("careline"),
    derandomize=False,
    print_blob=True,
    max_examples=300,
)
# `make check` asks for this one, `make test` runs every property in full. A property that wants
# more examples than others, or fewer, says so as a multiple of the profile's.
settings.register_profile("quick", parent=settings.get_profile("careline"), max_examples=20)
settings.load_profile("careline")

_PROCESS = Path("/proc/self")
_TEMPORARY = tempfile.gettempdir()
_KEPT_FOR_LIFE = b"multiprocessing.resource_tracker"
"""One process that the standard library starts once and shares."""


@pytest.fixture(scope="session")
def clinic() -> Site:
    """The sample clinic."""
    return load_site(DEFAULT_CLINIC)


def _descriptors() -> Iterator[str]:
    for link in (_PROCESS / "fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        # What a library opens once and keeps (its model, urandom, an event poll) is no leak.
        if target.startswith(("socket:", "pipe:", _TEMPORARY)):
            yield f"descriptor {link.name}: {target}"


def _processes() -> Iterator[str]:
    for task in (_PROCESS / "task").iterdir():
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if _KEPT_FOR_LIFE not in command:
                yield f"process {child}"


def _held() -> set[str]:
    threads = {f"thread {thread.ident}: {thread.name}" for thread in threading.enumerate()}
    return threads.union(_descriptors(), _processes())


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Fail a test that leaves a socket, a pipe, one of its files, a thread or a process."""
    before = _held()
    yield
    left = _held() - before
    if left:
        gc.collect()
        left = _held() - before
    assert not left, f"left behind: {sorted(left)}"


@pytest.fixture(autouse=True)
def nothing_is_left_running(request: pytest.FixtureRequest, nothing_is_left_behind: None) -> None:
    """Fail a test that leaves a task or a timer in its loop."""
    if is_async_test(request.node):
        request.getfixturevalue("an_idle_loop")


@pytest.fixture
async def an_idle_loop() -> AsyncIterator[None]:
    """The loop of the test: set up before all that runs in it, looked at when that is gone."""
    yield
    await asyncio.sleep(0)  # what was cancelled a moment ago ends now
    loop = asyncio.get_running_loop()
    tasks = asyncio.all_tasks(loop) - {asyncio.current_task()}
    timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
    assert not tasks, f"left running: {tasks}"
    assert not timers, f"left to run: {timers}"
