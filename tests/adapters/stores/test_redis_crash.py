"""Servers that die: nothing that was acknowledged is lost, nothing is kept twice."""

from __future__ import annotations

import asyncio

import pytest
import redis

from adapters.stores.redis import RedisJournal
from calls.facts import AgentReady
from calls.ids import AgentId
from calls.ports import DuplicateEventError, Entry, JournalError
from tests.adapters.stores.conftest import MakeNode, MakeRedis
from tests.adapters.stores.redis_servers import DURABLE, RedisServer, until


def event(seq: int) -> Entry:
    ready = AgentReady(site="main", agent_id=AgentId("ana"))
    return Entry(at=float(seq), record=ready, line_epoch="run", line_seq=seq)


async def appended(journal: RedisJournal, first: int, count: int) -> list[int]:
    """Append events until one fails; the numbers of those that were acknowledged."""
    acknowledged = []
    for seq in range(first, first + count):
        try:
            await journal.append([event(seq)])
        except DuplicateEventError:
            pass  # kept before the last outage, without an answer
        except JournalError:
            break
        acknowledged.append(seq)
    return acknowledged


@pytest.mark.alone
async def test_a_killed_server_loses_nothing_that_was_acknowledged(
    own_redis: MakeRedis, node: MakeNode
) -> None:
    server = own_redis()
    acknowledged: list[int] = []
    for round_number in range(10):
        one = node(server.url, ttl_s=0.5, renewal_s=0.1)
        async with asyncio.timeout(20):
            journal = await one.lead()
        kept = [entry.line_seq for _, entry in journal.read()]
        assert set(acknowledged) <= set(kept), f"round {round_number}"
        assert kept == list(range(1, len(kept) + 1)), "in order, none twice"
        appending = asyncio.create_task(appended(journal, len(kept) + 1, 1_000_000))
        await until(lambda: journal._writer._last_position > len(kept) + 20)  # noqa: B023
        server.kill()
        acknowledged += await appending
        await one.close()
        await asyncio.to_thread(server.start)
    assert len(acknowledged) > 200


async def test_the_lease_and_the_epoch_outlive_the_server(
    own_redis: MakeRedis, node: MakeNode
) -> None:
    server = own_redis()
    one = node(server.url, ttl_s=600.0, renewal_s=500.0)
    journal = await one.lead()
    assert await journal.append([event(1)]) == 1
    server.kill()
    await asyncio.to_thread(server.start)
    assert not await node(server.url).lease.acquire()
    assert await journal.append([event(2)]) == 2
    with pytest.raises(DuplicateEventError):
        await journal.append([event(2)])


async def test_a_torn_append_only_file_loses_whole_batches_from_its_end_only(
    own_redis: MakeRedis, node: MakeNode
) -> None:
    server = own_redis()
    one = node(server.url, ttl_s=0.3, renewal_s=0.1)
    journal = await one.lead()
    for first in (1, 4, 7):
        await journal.append([event(seq) for seq in range(first, first + 3)])
    await one.close()
    server.kill()
    (tail,) = server.folder.glob("appendonlydir/*.incr.aof")
    data = tail.read_bytes()
    tail.write_bytes(data[: data.rindex(b"8-0") + 10])  # in the middle of the last batch
    await asyncio.to_thread(server.start)
    two = node(server.url, ttl_s=0.3, renewal_s=0.1)
    async with asyncio.timeout(20):
        journal = await two.lead()
    assert [entry.line_seq for _, entry in journal.read()] == [1, 2, 3, 4, 5, 6]
    assert await journal.append([event(7)]) == 7


@pytest.mark.alone
async def test_a_failover_by_sentinel_loses_nothing_that_two_servers_had(
    own_redis: MakeRedis, node: MakeNode
) -> None:
    master = own_redis()
    for _ in range(2):
        own_redis(*DURABLE, "--replicaof", "127.0.0.1", str(master.port))
    with master.client() as client:
        await until(lambda: online(client) == 2)
    sentinels = [watching(own_redis, master) for _ in range(3)]
    for each in sentinels:
        with each.client() as client:
            await until(lambda: sees_all(client))
    places = ",".join(f"127.0.0.1:{each.port}" for each in sentinels)
    url = f"redis+sentinel://{places}/clinic"

    one = node(url)
    journal = await one.lead(replicas=1)
    appending = asyncio.create_task(appended(journal, 1, 1_000_000))
    await until(lambda: journal._writer._last_position > 100)
    master.kill()
    acknowledged = await appending
    await one.close()

    two = node(url)
    async with asyncio.timeout(30):
        journal = await two.lead(replicas=1)
    kept = [entry.line_seq for _, entry in journal.read()]
    assert two.lease.epoch > one.lease.epoch
    assert set(acknowledged) <= set(kept)
    assert kept == list(range(1, len(kept) + 1))
    assert await journal.append([event(len(kept) + 1)]) == len(kept) + 1


def online(master: redis.Redis) -> int:
    """How many replicas follow."""
    found = master.info("replication")
    replicas = [found.get(f"slave{number}") for number in range(2)]
    return sum(each is not None and each["state"] == "online" for each in replicas)


def sees_all(sentinel: redis.Redis) -> bool:
    """Whether a sentinel knows both replicas and both other sentinels."""
    found = sentinel.sentinel_masters()["clinic"]
    return bool(found["num-slaves"] == 2 and found["num-other-sentinels"] == 2)


def watching(own_redis: MakeRedis, master: RedisServer) -> RedisServer:
    """A sentinel that looks after the master and gives it up after half a second."""
    return own_redis(
        *("--sentinel", "monitor", "clinic", "127.0.0.1", str(master.port), "2"),
        *("--sentinel", "down-after-milliseconds", "clinic", "500"),
        *("--sentinel", "failover-timeout", "clinic", "5000"),
        mode=["--sentinel"],
    )
