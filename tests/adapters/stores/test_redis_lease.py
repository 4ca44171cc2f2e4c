"""Who leads: one at a time, each under a greater epoch, nobody beyond its own deadline."""

from __future__ import annotations

import asyncio

import pytest

from adapters.stores.redis import Address, Lease, LeaseLostError
from adapters.stores.redis.scripts import ACQUIRE
from calls.ports import JournalError
from tests.adapters.stores.conftest import MakeNode, MakeRedis
from tests.adapters.stores.redis_servers import RedisServer, free_port, until


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_only_one_leads_and_each_acquisition_has_a_greater_epoch(node: MakeNode) -> None:
    one, two = node().lease, node().lease
    assert await one.acquire()
    assert await one.acquire(), "who holds it holds it"
    assert (one.held, one.epoch) == (True, 1)
    assert not await two.acquire()
    assert (two.held, two.epoch) == (False, 0)
    await one.release()
    assert await two.acquire()
    assert (two.epoch, one.held, one.lost.is_set()) == (2, False, True)
    assert not await one.acquire()
    await two.release()
    assert await one.acquire()
    assert (one.epoch, one.lost.is_set()) == (3, False)


async def test_sites_have_leases_of_their_own(node: MakeNode) -> None:
    assert await node(site="north").lease.acquire()
    assert await node(site="south").lease.acquire()


async def test_a_node_that_waits_leads_as_soon_as_the_other_lets_go(node: MakeNode) -> None:
    one, two = node().lease, node(renewal_s=0.02).lease
    assert await one.acquire()
    waiting = asyncio.create_task(two.wait())
    await one.release()
    async with asyncio.timeout(10):
        await waiting
    assert two.held


async def test_the_lease_outlives_its_time_while_it_is_renewed(node: MakeNode) -> None:
    holder = node(ttl_s=0.5, renewal_s=0.1).lease
    assert await holder.acquire()
    end = holder._deadline + 0.5
    await until(lambda: holder._clock() > end)
    assert holder.held
    assert holder.epoch == 1


async def test_a_holder_stops_by_its_own_clock_before_the_server_lets_another_in(
    node: MakeNode, redis_server: RedisServer
) -> None:
    clock = Clock()
    holder = node(ttl_s=60.0, renewal_s=50.0, clock=clock).lease
    assert await holder.acquire()
    clock.now += 53.9
    assert holder.held
    clock.now += 0.1
    assert not holder.held
    assert holder.lost.is_set()
    assert holder.remaining_s() == 0
    with pytest.raises(LeaseLostError, match="does not lead any more"):
        holder.require()
    assert not await node().lease.acquire(), "the server keeps others out a little longer"
    clock.now -= 54
    assert not holder.held, "what is lost stays lost"


async def test_a_holder_that_was_paused_wakes_up_without_the_lease(node: MakeNode) -> None:
    clock = Clock()
    paused = node(ttl_s=0.3, renewal_s=0.1, clock=clock).lease
    assert await paused.acquire()
    renewal = paused._renewal
    assert renewal is not None
    clock.now += 0.3  # all at once, as for a process that was stopped
    other = node(ttl_s=0.3, renewal_s=0.1).lease
    async with asyncio.timeout(10):
        await other.wait()
        await paused.lost.wait()
        await renewal
    assert (other.epoch, paused.held) == (2, False)


async def test_a_holder_whose_lease_somebody_else_was_given_notices_at_the_next_renewal(
    node: MakeNode, redis_server: RedisServer
) -> None:
    first = node(ttl_s=600.0, renewal_s=0.05).lease
    assert await first.acquire()
    with redis_server.client() as client:
        client.delete("careline:{main}:lease")
    assert await node().lease.acquire()
    async with asyncio.timeout(10):
        await first.lost.wait()
    assert not first.held


async def test_a_lease_that_the_server_has_lost_is_lost_also_while_nobody_else_leads(
    node: MakeNode, redis_server: RedisServer
) -> None:
    holder = node(renewal_s=0.05).lease
    assert await holder.acquire()
    with redis_server.client() as client:
        client.delete("careline:{main}:lease")
        async with asyncio.timeout(10):
            await holder.lost.wait()
        assert not client.exists("careline:{main}:lease")
    assert await holder.acquire()
    assert holder.epoch == 2


async def test_an_acquisition_whose_answer_was_lost_is_found_done(node: MakeNode) -> None:
    lease = node().lease
    names, name = lease._names, lease._candidate
    await lease._server.run(ACQUIRE, (names.lease, names.fence), (name, 2000))
    assert await lease.acquire()
    assert (lease.epoch, lease.holder) == (1, name)


async def test_who_waits_outlasts_an_outage_and_tells_of_it_once(
    own_redis: MakeRedis, node: MakeNode, caplog: pytest.LogCaptureFixture
) -> None:
    server = own_redis()
    server.stop()
    lease = node(server.url, renewal_s=0.05).lease
    waiting = asyncio.create_task(lease.wait())
    await until(lambda: caplog.records)
    await asyncio.to_thread(server.start)
    await waiting
    assert lease.held
    messages = [record.getMessage() for record in caplog.records]
    assert len(set(messages)) == len(messages)
    assert "cannot be reached" in caplog.text


async def test_one_try_says_when_the_server_cannot_be_reached(node: MakeNode) -> None:
    with pytest.raises(JournalError, match="cannot be reached; check that it runs"):
        await node(f"redis://127.0.0.1:{free_port()}").lease.acquire()


async def test_a_lease_without_an_end_is_given_one(
    node: MakeNode, redis_server: RedisServer
) -> None:
    with redis_server.client() as client:
        client.set("careline:{main}:lease", "foreign")
    waiting = node(ttl_s=0.2, renewal_s=0.05).lease
    async with asyncio.timeout(10):
        await waiting.wait()
    assert waiting.held


@pytest.mark.parametrize(("ttl_s", "renewal_s"), [(1.0, 0.0), (1.0, 1.0), (1.0, 0.95)])
async def test_a_lease_that_would_end_before_its_renewal_is_refused(
    ttl_s: float, renewal_s: float
) -> None:
    with pytest.raises(ValueError, match="renewed before it ends"):
        Lease(Address.parse("redis://h"), "main", ttl_s=ttl_s, renewal_s=renewal_s)
