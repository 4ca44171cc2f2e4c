"""A command to the server ends when its task is cancelled, and a mute sentinel costs little."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from adapters.stores.redis import Address
from adapters.stores.redis.server import Script, Server
from tests.adapters.stores.conftest import MakeRedis
from tests.adapters.stores.redis_servers import RedisServer

ECHO = Script("#!lua\nreturn {ARGV[1]}")

TURNS = 200
"""Of the event loop, in each of which a command is cancelled once; it is answered in fewer."""


@pytest.mark.parametrize("connected", [True, False])
async def test_a_command_that_is_cancelled_ends_whatever_it_is_doing(
    redis_server: RedisServer, connected: bool
):
    assert not await cancelled_at_each_turn(redis_server.url, connected=connected)


async def test_so_does_one_that_is_asking_a_sentinel_for_the_master(own_redis: MakeRedis):
    master = own_redis()
    url = f"redis+sentinel://127.0.0.1:{sentinel_of(master, own_redis).port}/clinic"
    assert not await cancelled_at_each_turn(url, connected=False)


async def cancelled_at_each_turn(url: str, *, connected: bool) -> set[int]:
    """The turns in which a command was cancelled and went on as if it had not been."""
    survived = set()
    for turn in range(TURNS):
        server = Server(Address.parse(url))
        if connected:
            await server.run(ECHO, (), ("",))
        asking = asyncio.create_task(server.run(ECHO, (), (turn,)))
        for _ in range(turn):
            await asyncio.sleep(0)
        if asking.cancel():
            await asyncio.wait([asking])
            if not asking.cancelled():
                survived.add(turn)
        assert await server.run(ECHO, (), ("next",)) == [b"next"], "its connection is still in use"
        await server.close()
    return survived


async def test_a_sentinel_that_hangs_does_not_hide_the_others(own_redis: MakeRedis):
    master = own_redis()
    mute, *others = [sentinel_of(master, own_redis) for _ in range(3)]
    places = ",".join(f"127.0.0.1:{each.port}" for each in (mute, *others))
    server = Server(Address.parse(f"redis+sentinel://{places}/clinic"))
    os.kill(mute.pid, signal.SIGSTOP)
    try:
        assert await server.run(ECHO, (), ("found",)) == [b"found"]
    finally:
        os.kill(mute.pid, signal.SIGCONT)
        await server.close()


def sentinel_of(master: RedisServer, own_redis: MakeRedis) -> RedisServer:
    watch = ("--sentinel", "monitor", "clinic", "127.0.0.1", str(master.port), "2")
    return own_redis(*watch, mode=["--sentinel"])
