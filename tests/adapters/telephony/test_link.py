"""The socket between line and brain: nothing is lost over it, and nothing strange gets through."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.telephony.link import LineClient, LineServer
from calls.commands import Command, HangUp, Say, Utterance
from calls.facts import CallArrived, CallerHungUp
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LineEvent, LineUnavailable, LiveCall
from calls.private import Private

CALL = CallId("one")
CONFERENCE = LiveCall(
    call_id=CALL,
    arrived_at=5.0,
    connected_offers=(OfferId("o1"), OfferId("o2")),
    ringing_offers=(OfferId("o3"),),
    recording_id="r1",
)
CALL_BACK = LiveCall(
    call_id=CallId("two"), arrived_at=6.0, ringing_offers=(OfferId("o4"),), call_back=True
)


class Host:
    """A line of one call that remembers what it was told."""

    def __init__(self) -> None:
        self.commands: asyncio.Queue[Command] = asyncio.Queue()
        self.brains: list[str] = []
        self.left = asyncio.Event()

    def carry_out(self, command: Command) -> None:
        self.commands.put_nowait(command)

    def live_calls(self) -> tuple[LiveCall, ...]:
        return (CONFERENCE, CALL_BACK)

    def reachable(self) -> tuple[AgentId, ...]:
        return (AgentId("ana"),)

    def driven(self) -> None:
        self.brains.append("came")

    def undriven(self) -> None:
        self.brains.append("left")
        self.left.set()


@asynccontextmanager
async def linked(path: Path) -> AsyncIterator[tuple[LineServer, Host]]:
    host = Host()
    server = LineServer(host, lambda: 7.0)
    await server.start(path)
    try:
        yield server, host
    finally:
        await server.stop()


def arrival(number: int) -> CallArrived:
    return CallArrived(
        site="s", call_id=CallId(f"c{number}"), caller=Private("1"), dialled="d", line="test"
    )


async def take(client: LineClient, count: int) -> list[LineEvent]:
    events = []
    async with asyncio.timeout(5):
        async for event in client.events():
            events.append(event)
            if len(events) == count:
                break
    return events


async def test_a_command_arrives_as_it_was_sent(tmp_path):
    async with linked(tmp_path / "line.sock") as (_server, host):
        client = await LineClient.connect(tmp_path / "line.sock")
        command = Say(
            call_id=CALL, prompt_id=3, utterances=(Utterance(text="¡Hola!", language="es"),)
        )
        await client.carry_out(command)
        async with asyncio.timeout(5):
            assert await host.commands.get() == command
        await client.close()


async def test_how_words_are_to_be_said_arrives_and_private_ones_are_in_no_repr_or_log(
    tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    async with linked(tmp_path / "line.sock") as (_server, host):
        client = await LineClient.connect(tmp_path / "line.sock")
        secret = Utterance(text="born in march 1960", language="en", private=True)
        command = Say(call_id=CALL, prompt_id=3, utterances=(secret,), slow=True, louder=2)
        await client.carry_out(command)
        async with asyncio.timeout(5):
            arrived = await host.commands.get()
        assert arrived == command
        assert "1960" not in repr(arrived) + repr(command) + caplog.text
        await client.close()


async def test_facts_that_were_not_acknowledged_come_again_to_the_next_brain(tmp_path):
    async with linked(tmp_path / "line.sock") as (server, host):
        client = await LineClient.connect(tmp_path / "line.sock")
        for number in (1, 2, 3):
            server.report(arrival(number))
        first = await take(client, 3)
        await client.acknowledge(first[0].epoch, first[0].seq)
        await client.close()
        async with asyncio.timeout(5):
            await host.left.wait()
        server.report(CallerHungUp(site="s", call_id=CallId("c2")))

        again = await LineClient.connect(tmp_path / "line.sock")
        second = await take(again, 3)
        assert [event.seq for event in second] == [2, 3, 4]
        assert second[0] == first[1]
        await again.close()
        await asyncio.sleep(0)
    assert host.brains[:3] == ["came", "left", "came"]


async def test_what_was_kept_of_another_run_is_not_taken_for_what_this_one_told(tmp_path):
    async with linked(tmp_path / "line.sock") as (server, _host):
        client = await LineClient.connect(tmp_path / "line.sock")
        server.report(arrival(1))
        await client.acknowledge("another-run", 1)
        assert (await client.snapshot()).acknowledged == 0
        await client.acknowledge(server.epoch, 1)
        assert (await client.snapshot()).acknowledged == 1
        await client.close()


async def test_a_snapshot_says_what_is_up_and_how_far_the_facts_go(tmp_path):
    async with linked(tmp_path / "line.sock") as (server, _host):
        server.report(arrival(1))
        client = await LineClient.connect(tmp_path / "line.sock")
        picture = await client.snapshot()
        assert (picture.epoch, picture.seq) == (server.epoch, 1)
        assert picture.calls == (CONFERENCE, CALL_BACK)
        assert picture.reachable == ("ana",)
        await client.close()


async def test_whoever_asks_for_a_snapshot_can_be_cancelled_at_any_moment(tmp_path):
    async with linked(tmp_path / "line.sock"):
        client = await LineClient.connect(tmp_path / "line.sock")
        turns, answered = 0, False
        while not answered:
            asking = asyncio.create_task(client.snapshot())
            for _ in range(turns):
                await asyncio.sleep(0)
            answered = not asking.cancel()
            await asyncio.wait([asking])
            assert asking.cancelled() is not answered, turns
            turns += 1
        assert turns > 3
        await client.close()


async def test_a_line_that_hangs_is_left_all_the_same(tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "line.sock"))
        listener.listen()
        client = await LineClient.connect(tmp_path / "line.sock")
        long = Say(
            call_id=CALL, prompt_id=1, utterances=(Utterance(text="x" * 10**6, language="en"),)
        )
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.carry_out(long)  # nobody reads it
        async with asyncio.timeout(10):
            await client.close()


async def test_a_new_brain_takes_the_place_of_the_old(tmp_path):
    async with linked(tmp_path / "line.sock") as (server, _host):
        old = await LineClient.connect(tmp_path / "line.sock")
        await old.snapshot()
        new = await LineClient.connect(tmp_path / "line.sock")
        await new.snapshot()
        server.report(arrival(1))
        assert len(await take(new, 1)) == 1
        async with asyncio.timeout(5):
            assert [event async for event in old.events()] == []
            assert [event async for event in old.events()] == [], "it ends as often as it is asked"
        with pytest.raises(LineUnavailable):
            await old.carry_out(HangUp(call_id=CALL))
        await old.close()
        await new.close()


async def test_where_no_line_listens_the_client_says_so(tmp_path):
    with pytest.raises(LineUnavailable, match="no line process"):
        await LineClient.connect(tmp_path / "nobody.sock")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02{]",
        b"\x00\x00\x00\x02[]",
        b'\x00\x00\x00\x12{"type": "command"}'[:22],
        b"\x00\x00\x00\x0f" + b'{"type":"what"}',
    ],
)
async def test_what_cannot_be_read_ends_that_connection_only(tmp_path, garbage):
    async with linked(tmp_path / "line.sock") as (server, host):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "line.sock")
        writer.write(garbage)
        writer.write_eof()
        async with asyncio.timeout(5):
            await reader.read()
            await host.left.wait()
        writer.close()
        client = await LineClient.connect(tmp_path / "line.sock")
        assert (await client.snapshot()).epoch == server.epoch
        await client.close()


async def test_only_the_owner_may_open_the_socket(tmp_path):
    before = os.umask(0o022)
    try:
        async with linked(tmp_path / "line.sock"):
            assert (tmp_path / "line.sock").stat().st_mode & 0o777 == 0o600
            (tmp_path / "other").touch()
            assert (tmp_path / "other").stat().st_mode & 0o777 == 0o644, "other files are as before"
    finally:
        os.umask(before)


async def test_a_socket_that_cannot_be_made_is_an_os_error_and_nothing_is_left_open(tmp_path):
    server = LineServer(Host(), lambda: 7.0)
    with pytest.raises(OSError, match="No such file"):
        await server.start(tmp_path / "missing" / "line.sock")
    await server.stop()


async def test_a_brain_that_takes_nothing_in_is_cut_off_and_the_next_gets_everything(tmp_path):
    host = Host()
    server = LineServer(host, lambda: 7.0, stall_s=0.05)
    await server.start(tmp_path / "line.sock")
    frozen = await LineClient.connect(tmp_path / "line.sock")
    await take_part(frozen)
    server.report(arrival(1))
    async with asyncio.timeout(5):
        await host.left.wait()
    assert server.stalls == 1
    assert not server.has_brain
    awake = await LineClient.connect(tmp_path / "line.sock")
    assert [event.seq for event in await take(awake, 1)] == [1]
    await awake.close()
    await frozen.close()
    await server.stop()


async def test_a_brain_that_acknowledges_is_never_cut_off_however_quiet(tmp_path):
    host = Host()
    server = LineServer(host, lambda: 7.0, stall_s=0.05)
    await server.start(tmp_path / "line.sock")
    client = await LineClient.connect(tmp_path / "line.sock")
    for seq in (1, 2):
        server.report(arrival(seq))
        await take(client, 1)
        await client.acknowledge(server.epoch, seq)
        await client.snapshot()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await host.left.wait()
    assert server.stalls == 0
    await client.close()
    await server.stop()


async def take_part(client: LineClient) -> None:
    """Wait until the server has taken the client in."""
    await client.snapshot()
