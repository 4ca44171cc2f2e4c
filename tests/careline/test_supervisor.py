"""The two real processes under their supervisor."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from careline.control import request
from careline.processes.report import ALIVE_EVERY_S, DIED, FATAL, READY
from careline.processes.supervisor import ChildCannotStart, Supervisor
from careline.state import StateFolder
from config.load import DEFAULT_CLINIC, load_site
from config.secrets import ensure_agent_secrets
from config.site import Site

pytestmark = pytest.mark.slow


class Reports:
    """What the children say, to be waited for."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Event()

    def take(self, child: str, said: dict[str, Any]) -> None:
        self.all.append((child, said))
        self._news.set()

    async def until(self, child: str, event: str, count: int = 1) -> dict[str, Any]:
        """The ``count``-th such report."""
        async with asyncio.timeout(60):
            while len(found := self.of(child, event)) < count:
                self._news.clear()
                await self._news.wait()
        return found[count - 1]

    def of(self, child: str, event: str) -> list[dict[str, Any]]:
        return [said for name, said in self.all if name == child and said["event"] == event]


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
async def supervise(
    state: StateFolder, clinic: Site, reports: Reports
) -> AsyncIterator[Callable[..., Supervisor]]:
    ensure_agent_secrets(state.secrets, clinic.agents)
    made: list[Supervisor] = []

    def make(*line_arguments: str, folder: Path = DEFAULT_CLINIC, **more: float) -> Supervisor:
        arguments = line_arguments or ("--listen", "127.0.0.1:0")
        made.append(Supervisor(folder, state.path, reports.take, arguments, **more))
        return made[-1]

    yield make
    for each in made:
        await each.stop()


def is_free(state: StateFolder) -> bool:
    """Whether every process that used the folder is gone."""
    os.close(state.claim())
    return True


async def test_once_started_the_line_answers_and_once_stopped_nothing_is_left(
    supervise, state, reports
):
    supervisor = supervise()
    await supervisor.start()
    assert reports.of("line", READY)[0]["sip"].startswith("127.0.0.1:")
    assert (await request(state.control_socket, op="status"))["ok"]
    await supervisor.stop()
    assert is_free(state)
    assert not reports.of("line", DIED)
    assert not reports.of("brain", DIED)


async def test_a_killed_brain_comes_back_and_the_line_goes_on(supervise, state, reports):
    supervisor = supervise()
    await supervisor.start()
    os.kill(supervisor.brain_pid, signal.SIGKILL)
    assert (await reports.until("brain", DIED))["code"] == -signal.SIGKILL
    await reports.until("brain", READY, count=2)
    assert (await request(state.control_socket, op="status"))["pid"] == supervisor.brain_pid
    assert len(reports.of("line", READY)) == 1


async def test_a_brain_that_comes_back_does_not_publish_what_is_only_written(
    supervise, state, reports, tmp_path
):
    folder = tmp_path / "clinic"
    shutil.copytree(DEFAULT_CLINIC, folder)
    supervisor = supervise(folder=folder)
    await supervisor.start()
    agents = folder / "agents.yaml"
    agents.write_text(agents.read_text().replace("Grace", "Gracie"))
    os.kill(supervisor.brain_pid, signal.SIGKILL)
    again = await reports.until("brain", READY, count=2)
    assert again["version"] == reports.of("brain", READY)[0]["version"]
    assert again["version"] != load_site(folder).version


async def test_a_brain_that_hangs_is_killed_and_comes_back(supervise, state, reports):
    supervisor = supervise(brain_silent_s=2 * ALIVE_EVERY_S)
    await supervisor.start()
    os.kill(supervisor.brain_pid, signal.SIGSTOP)
    died = await reports.until("brain", DIED)
    assert died["code"] == -signal.SIGKILL
    assert died["why"].startswith("it hung")
    await reports.until("brain", READY, count=2)
    assert (await request(state.control_socket, op="status"))["ok"]
    assert len(reports.of("line", READY)) == 1


async def test_a_killed_line_comes_back_and_its_brain_drives_it_again(supervise, state, reports):
    supervisor = supervise()
    await supervisor.start()
    brain = supervisor.brain_pid
    os.kill(supervisor._line.process.pid, signal.SIGKILL)
    assert (await reports.until("line", DIED))["code"] == -signal.SIGKILL
    await reports.until("line", READY, count=2)
    await reports.until("brain", READY, count=2)
    assert (await request(state.control_socket, op="status"))["pid"] == brain
    assert not reports.of("brain", DIED)


async def test_what_keeps_a_brain_from_coming_back_is_told_and_stops_nothing(
    supervise, state, reports
):
    supervisor = supervise()
    await supervisor.start()
    aside = state.path / "aside"
    state.journal.rename(aside)
    state.journal.write_text("this is no journal")
    os.kill(supervisor.brain_pid, signal.SIGKILL)
    died = await reports.until("brain", DIED, count=2)
    assert str(state.journal) in died["why"]
    assert died["why"] == reports.of("brain", FATAL)[0]["message"]
    state.journal.unlink()
    aside.rename(state.journal)
    await reports.until("brain", READY, count=2)
    assert len(reports.of("line", READY)) == 1


async def test_a_taken_port_is_one_line_and_nothing_is_left_running(supervise, state):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ChildCannotStart) as told:
            await supervise("--listen", listen).start()
    assert listen in str(told.value)
    assert "\n" not in str(told.value)
    assert is_free(state)


async def test_a_second_supervisor_of_a_folder_is_refused_and_disturbs_nothing(
    supervise, state, reports
):
    first = supervise()
    await first.start()
    pid = first.brain_pid
    with pytest.raises(ChildCannotStart, match=f"process {os.getpid()}"):
        await supervise().start()
    assert (await request(state.control_socket, op="status"))["pid"] == pid


async def test_a_start_that_is_called_off_leaves_nothing(supervise, state):
    starting = asyncio.create_task(supervise().start())
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert starting.cancelled()
    assert is_free(state)


async def test_a_journal_that_cannot_be_opened_is_told_and_nothing_starts(supervise, state):
    state.journal.write_text("this is no journal")
    with pytest.raises(ChildCannotStart, match=r"journal"):
        await supervise().start()
    assert is_free(state)
