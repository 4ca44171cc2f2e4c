"""The control socket: real sockets, a brain on a simulated line."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.stores.memory import MemoryJournal
from adapters.telephony.simulated import Behaviour, SimulatedLine, SimulatedPhones
from calls.ids import CallId
from careline.brain import Brain
from careline.call_log import CallLog
from careline.clock import WallClock
from careline.control import NotRunning, request, request_told, watching
from careline.control_server import ControlServer
from careline.gate import TriageGate, engine_of
from careline.publisher import Publisher
from careline.publishing import TRIAGE
from careline.versions import SiteVersions
from config.site import Site

NUMBER = "+15555550123"


class Rig:
    """A brain with its control socket, driving a simulated line."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.path = folder / "control.sock"
        self.site = site
        self.clock = WallClock()
        behaviours = {agent: Behaviour(after_s=0.01) for agent in site.agents}
        self.phones = SimulatedPhones(site.id, behaviours, instant_prompts=True)
        self.line = SimulatedLine(self.phones, self.clock)
        self.gate = TriageGate(engine_of(site))
        self.calls = CallLog()
        self.brain = Brain(site, MemoryJournal(), self.gate, self.calls.observe)
        publisher = Publisher(site.folder, SiteVersions(folder / "versions"), self.brain, (TRIAGE,))
        self.server = ControlServer(self.brain, self.calls, publisher)
        self.calls.listen(self.server.tell_watchers)

    def rings(self) -> None:
        """A caller arrives and asks for a person."""
        call_id = CallId("0123456789abcdef")
        self.line.report(self.phones.arrive(call_id, self.clock(), caller=NUMBER))
        self.line.report(*self.phones.press(call_id, "0"))

    async def until(self, text: str, events: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
        """The live view's events until one tells ``text``."""
        seen = []
        async with asyncio.timeout(20):
            async for event in events:
                seen.append(event)
                if text in event["line"]:
                    return seen
        raise AssertionError(f"the view ended before {text!r}: {seen}")


@pytest.fixture
async def rig(clinic: Site, tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(clinic, tmp_path)
    await made.server.start(made.path)
    driving = asyncio.create_task(made.brain.drive(made.line))
    yield made
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)
    await made.server.stop()
    made.line.close()
    made.gate.close()


async def test_only_its_owner_may_open_the_socket(rig):
    assert stat.S_IMODE(rig.path.stat().st_mode) == 0o600


async def test_an_agent_who_is_set_ready_gets_the_call_and_the_view_shows_it(rig):
    async with watching(rig.path) as events:
        answer = await request(rig.path, op="agent", agent="ben", presence="ready")
        assert answer["ok"]
        await rig.until("ben is ready", events)
        rig.rings()
        seen = await rig.until("talks with ben", events)
    assert {event["call"] for event in seen} == {"0123456789abcdef"}


async def test_a_watcher_misses_nothing_that_happens_after_it_came(rig):
    async with watching(rig.path) as events:
        rig.rings()
        seen = await rig.until("waits in queue general", events)
    assert seen[0]["line"] == "a caller arrives"


async def test_two_watchers_see_the_same(rig):
    async with watching(rig.path) as one, watching(rig.path) as two:
        rig.rings()
        seen = [await rig.until("waits in queue general", each) for each in (one, two)]
    assert seen[0] == seen[1]


async def test_the_status_shows_calls_queues_and_agents_without_numbers(rig):
    async with watching(rig.path) as events:
        # Somebody has to be expected back, else nobody is kept waiting.
        await request(rig.path, op="agent", agent="ben", presence="break")
        rig.rings()
        await rig.until("waits in queue general", events)
    status = await request(rig.path, op="status")
    assert [call["call"] for call in status["calls"]] == ["0123456789abcdef"]
    assert {q["queue"]: q["waiting"] for q in status["queues"]}["general"] == 1
    assert {agent["agent"] for agent in status["agents"]} == set(rig.site.agents)
    assert status["journal_problem"] is None
    assert NUMBER.strip("+") not in json.dumps(status)


async def test_calls_are_found_by_the_number_that_was_shown(rig):
    async with watching(rig.path) as events:
        rig.rings()
        await rig.until("waits in queue general", events)
    found = (await request(rig.path, op="calls", caller=NUMBER))["calls"]
    assert [story["call"] for story in found] == ["0123456789abcdef"]
    assert found[0]["queued_in"] == ["general"]
    assert found[0]["offered_to"] == []
    assert (await request(rig.path, op="calls", caller="+1999"))["calls"] == []


@pytest.mark.parametrize(
    ("agent", "presence", "error"),
    [
        ("grac", "ready", "there is no agent 'grac'; did you mean 'grace'?"),
        ("xyzzy", "ready", "there is no agent 'xyzzy'"),
        ("grace", "asleep", "'asleep' is none of ready, break, out"),
    ],
)
async def test_a_wrong_name_is_told_with_the_right_one(rig, agent, presence, error):
    answer = await request(rig.path, op="agent", agent=agent, presence=presence)
    assert answer == {"ok": False, "error": error}


async def test_an_unchanged_site_is_published_as_it_is(rig):
    passed: list[dict[str, Any]] = []
    answer = await request_told(rig.path, passed.append, op="publish")
    assert answer["ok"]
    assert (answer["version"], answer["problems"]) == (rig.site.version, [])
    assert answer["number"] is None
    gates = [each["gate"] for each in passed if each["state"] == "passed"]
    assert gates == ["check", TRIAGE.name]


@pytest.mark.parametrize(
    "line", [b"not json\n", b"[1]\n", b'{"op": "dance"}\n', b'{"op": "agent", "agent": 1}\n', b"\n"]
)
async def test_what_cannot_be_read_is_answered_and_the_next_request_too(rig, line):
    reader, writer = await asyncio.open_unix_connection(rig.path)
    writer.write(line + b'{"op": "status"}\n')
    assert json.loads(await reader.readline())["ok"] is False
    assert json.loads(await reader.readline())["ok"] is True
    writer.close()
    await writer.wait_closed()


async def test_a_line_without_an_end_costs_the_connection_and_nothing_else(rig):
    reader, writer = await asyncio.open_unix_connection(rig.path)
    writer.write(b"x" * 200_000)
    assert await reader.read() == b""
    writer.close()
    assert (await request(rig.path, op="status"))["ok"]


async def test_nobody_listening_is_said_in_words(tmp_path):
    with pytest.raises(NotRunning, match=r"no line is running with .*`careline run`"):
        await request(tmp_path / "control.sock", op="status")
    with pytest.raises(NotRunning, match="no line is running"):
        async with watching(tmp_path / "control.sock"):
            pass


async def test_a_line_that_stops_ends_the_view(rig):
    async with watching(rig.path) as events:
        await rig.server.stop()
        assert [event async for event in events] == []


@pytest.mark.parametrize("leaves", [True, False])
async def test_who_waits_in_vain_for_a_publication_is_told_where_it_can_be_seen(
    tmp_path, monkeypatch, leaves
):
    monkeypatch.setattr("careline.control._ANSWER_TIMEOUT_S", 0.01)
    told = asyncio.Event()

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'{"gate": "keep", "state": "begins", "done": 0, "of": 0, "within_s": 0.01}\n')
        if not leaves:
            await reader.read()
        writer.close()
        told.set()

    path = tmp_path / "control.sock"
    async with await asyncio.start_unix_server(tell, path):
        with pytest.raises(NotRunning, match="`careline versions` tells what came of it"):
            await request_told(path, lambda _news: None, op="publish")
        await told.wait()


@pytest.mark.parametrize("answered", [b"", b'{"ok": tr'])
async def test_a_line_that_goes_away_while_it_is_asked_is_told(tmp_path, answered):
    async def leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answered)
        writer.close()

    path = tmp_path / "control.sock"
    async with await asyncio.start_unix_server(leave, path):
        with pytest.raises(NotRunning, match="went away"):
            await request(path, op="status")


async def test_a_socket_left_by_a_killed_line_is_replaced(rig, tmp_path):
    again = ControlServer(rig.brain, rig.calls, rig.server._publisher)
    await again.start(rig.path)
    assert (await request(rig.path, op="status"))["ok"]
    await again.stop()
