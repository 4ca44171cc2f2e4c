"""Also where a site has several nodes its callers are told how long they will wait."""

from __future__ import annotations

import asyncio
import tempfile
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

from adapters.stores.keys import create_site_key
from adapters.telephony.link import LineServer
from calls.facts import CallConnected, WaitEstimated
from calls.ids import AgentId
from calls.ports import Entry, LiveCall
from careline.processes.node import SITE_KEY, Node, NodeSettings
from careline.state import StateFolder
from careline.switchboard import Switchboard
from careline.versions import SiteVersions
from config.site import Site
from tests.adapters.stores.redis_servers import Node as Leader
from tests.adapters.stores.redis_servers import RedisServer, until
from tests.careline.recorded_days import busy_day


def until_somebody_waits(site: Site) -> tuple[list[Entry], Switchboard]:
    """A day up to where callers have been served and others wait."""
    board, day, served = Switchboard(site), [], 0
    for entry in busy_day(site):
        day.append(entry)
        board.replay([(entry.at, entry.record)])
        served += isinstance(entry.record, CallConnected)
        if served >= 10 and board.estimates.waiting:
            return day, board
    raise AssertionError("nobody waits on that day")


class Host:
    """A line with calls that nobody ends."""

    def __init__(self, calls: tuple[LiveCall, ...], agents: tuple[AgentId, ...]) -> None:
        self._calls, self._agents = calls, agents

    def carry_out(self, command: object) -> None:
        pass

    def live_calls(self) -> tuple[LiveCall, ...]:
        return self._calls

    def reachable(self) -> tuple[AgentId, ...]:
        return self._agents

    def driven(self) -> None:
        pass

    def undriven(self) -> None:
        pass


@pytest.fixture(scope="module")
def what_the_library_keeps():
    """The tracker that comes with the first process of its kind stays for the life of this one."""
    resource_tracker.ensure_running()


@pytest.mark.slow
async def test_a_node_that_leads_estimates_waits(what_the_library_keeps, clinic, tmp_path):
    day, board = until_somebody_waits(clinic)
    calls = tuple(LiveCall(call_id=call_id, arrived_at=1.0) for call_id in board.calls)
    server = RedisServer(tmp_path / "redis")
    with tempfile.TemporaryDirectory() as short:  # the path of a socket must be short
        state = StateFolder(Path(short))
        state.journal.mkdir(parents=True)
        create_site_key(state.journal / SITE_KEY)
        line = LineServer(Host(calls, tuple(clinic.agents)), lambda: day[-1].at)
        settings = NodeSettings(url=server.url, node="one")
        node = Node(clinic, tmp_path, state, settings, SiteVersions(state.versions))
        leader = Leader(server.url, state.journal / SITE_KEY, clinic.id)
        await asyncio.to_thread(server.start)
        taking_part = asyncio.create_task(node.take_part(asyncio.Event().wait))
        try:
            journal = await leader.lead()
            await journal.append(day)
            await leader.close()
            await line.start(state.line_socket)
            reader = node._reader()
            async with asyncio.timeout(30):
                await until(
                    lambda: any(
                        isinstance(entry.record, WaitEstimated)
                        for _, entry in reader.read(len(day))
                    )
                )
        finally:
            taking_part.cancel()
            await asyncio.gather(taking_part, return_exceptions=True)
            await line.stop()
            await leader.close()
            await asyncio.to_thread(server.stop)
