"""A machine that does not lead: whoever asks it is told so, in one line, and is not stuck."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from careline.__main__ import main
from careline.caller.line_story import LineStory
from careline.control import NotRunning, request, watching
from careline.standby import WAITS, Standby
from careline.state import StateFolder


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[StateFolder]:
    folder = StateFolder(tmp_path / "state")
    folder.make()
    standby = Standby("Riverside Family Clinic")
    await standby.start(folder.control_socket)
    yield folder
    await standby.stop()


@pytest.mark.parametrize(
    "words",
    [
        ("task",),
        ("task", "--json"),
        ("task", "close", "3f9a", "--by", "grace", "--how", "done"),
        ("queue",),
        ("queue", "billing", "closed"),
        ("agent", "grace", "ready"),
        ("publish",),
        ("rollback", "v1"),
    ],
)
async def test_each_command_says_that_another_machine_leads(state, capsys, words):
    code = await asyncio.to_thread(main, [*words, "--state", str(state.path)])
    out, err = capsys.readouterr()
    assert (code, out, err) == (2, "", f"{WAITS}\n")


async def test_who_is_where_is_shown_empty_and_told_why(state):
    status = await request(state.control_socket, op="status")
    assert (status["calls"], status["agents"], status["tasks"]) == ([], [], [])
    assert status["journal_problem"] == WAITS


async def test_a_caller_learns_nothing_here_and_waits_on_for_who_leads(state):
    line = LineStory(state.control_socket, "+15555550104")
    await line.begin()
    assert await line.now() is None
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await line.until(lambda _story: True)


async def test_a_view_of_it_is_empty_and_ends_with_it(state):
    async with watching(state.control_socket) as events:
        looking = asyncio.create_task(anext(events, None))
        await asyncio.sleep(0)
        assert not looking.done()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def test_what_is_no_request_is_refused_like_one(state):
    reader, writer = await asyncio.open_unix_connection(state.control_socket)
    try:
        writer.write(b"[1]\n")
        assert json.loads(await reader.readline())["ok"] is False
    finally:
        writer.close()
        await writer.wait_closed()
    with pytest.raises(NotRunning, match="another machine leads"):
        await request(state.control_socket, op="queues")
