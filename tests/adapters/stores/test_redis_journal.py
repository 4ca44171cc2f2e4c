"""The stream: written by the node that leads alone, once, in order, and readable by the key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.stores.redis import Address, LeaseLostError, RedisJournal
from adapters.stores.redis.scripts import LINE_RUNS
from calls.facts import AgentReady, DigitsCollected
from calls.ids import AgentId, CallId
from calls.ports import DuplicateEventError, Entry, JournalError
from calls.private import Private
from tests.adapters.stores.conftest import MakeNode, MakeRedis
from tests.adapters.stores.journals import entry
from tests.adapters.stores.redis_servers import RedisServer, Wire, free_port

STREAM = "careline:{main}:journal"


def from_line(seq: int, run: str = "run-1") -> Entry:
    ready = AgentReady(site="main", agent_id=AgentId("ana"))
    return Entry(at=1.0, record=ready, line_epoch=run, line_seq=seq)


async def usurp(node: MakeNode, redis_server: RedisServer) -> RedisJournal:
    """Another node takes over while the first still believes that it leads."""
    with redis_server.client() as client:
        client.delete("careline:{main}:lease")
    return await node().lead()


def kept(redis_server: RedisServer, tmp_path: Path) -> list[Entry]:
    """All that stands in the stream."""
    address = Address.parse(redis_server.url)
    reader = RedisJournal.open_reading(address, "main", key_path=tmp_path / "site.key")
    return [each for _, each in reader.read()]


# --- the fence ----------------------------------------------------------------------------------


async def test_an_old_leader_writes_nothing_after_a_take_over(
    node: MakeNode, redis_server: RedisServer
) -> None:
    old_node = node(ttl_s=600.0, renewal_s=500.0)
    old = await old_node.lead()
    await old.append([entry(1)])
    await old.keep_snapshot(1, b"one")
    new = await usurp(node, redis_server)
    with redis_server.client() as client:
        before = {key: client.dump(key) for key in client.keys("*journal*")}
        assert old_node.lease.held, "it does not know yet"
        for _ in range(2):  # also when it has learnt
            with pytest.raises(LeaseLostError):
                await old.append([entry(2)])
            with pytest.raises(LeaseLostError):
                await old.keep_snapshot(1, b"two")
            with pytest.raises(LeaseLostError):
                await old.forget(CallId("c1"))
        assert {key: client.dump(key) for key in client.keys("*journal*")} == before
    assert old_node.lease.lost.is_set()
    assert await new.append([entry(3)]) == 2
    assert list(new.read()) == [(1, entry(1)), (2, entry(3))]


async def test_a_leader_is_told_apart_from_one_that_a_failover_gave_the_same_epoch(
    node: MakeNode, redis_server: RedisServer
) -> None:
    old_node = node(ttl_s=600.0, renewal_s=500.0)
    old = await old_node.lead()
    with redis_server.client() as client:  # the replica had not heard of the acquisition
        client.hincrby("careline:{main}:fence", "epoch", -1)
    new_node = node()
    with redis_server.client() as client:
        client.delete("careline:{main}:lease")
    await new_node.lead()
    assert new_node.lease.epoch == old_node.lease.epoch
    with pytest.raises(LeaseLostError):
        await old.append([entry(1)])


async def test_a_journal_of_an_earlier_leadership_stays_closed_to_the_next(node: MakeNode) -> None:
    one = node()
    before = await one.lead()
    await before.append([entry(1)])
    await one.lease.release()
    after = await one.lead()
    with pytest.raises(LeaseLostError, match="open it anew"):
        await before.append([entry(2)])
    assert await after.append([entry(2)]) == 2


async def test_a_journal_is_opened_for_writing_by_the_leader_alone(
    node: MakeNode, redis_server: RedisServer
) -> None:
    idle = node()
    with pytest.raises(LeaseLostError):
        await RedisJournal.open(idle.address, "main", lease=idle.lease, key_path=idle.key_path)
    assert not idle.key_path.exists()
    believer = node(ttl_s=600.0, renewal_s=500.0)
    assert await believer.lease.acquire()
    await usurp(node, redis_server)
    with pytest.raises(LeaseLostError):
        await believer.lead()


async def test_a_new_leader_reads_what_the_old_one_kept_and_goes_on(node: MakeNode) -> None:
    one, two = node(), node()
    first = await one.lead()
    await first.append([entry(1), entry(2, "42")])
    await first.keep_snapshot(1, b"how it stood")
    await one.close()
    second = await two.lead()
    assert second.latest_snapshot() == (1, b"how it stood")
    assert await second.append([entry(2, "43")]) == 3, "the same call, the same key"
    assert list(second.read(after=1)) == [(2, entry(2, "42")), (3, entry(2, "43"))]


async def test_an_answer_that_comes_after_the_deadline_counts_no_more(
    node: MakeNode, redis_server: RedisServer, tmp_path: Path
) -> None:
    async with Wire(redis_server.port) as wire:
        late = node(wire.url, lease_url=redis_server.url)
        journal = await late.lead(timeout_s=30.0)
        # From here on the server knows the script: the answer that is held is that of an append.
        await journal.append([entry(1)])
        wire.hold_answers()
        appending = asyncio.create_task(journal.append([entry(2)]))
        await wire.held.wait()
        await late.lease.release()
        wire.let_go()
        with pytest.raises(LeaseLostError):
            await appending
        assert kept(redis_server, tmp_path) == [entry(1), entry(2)], "who leads next finds it"
        await journal.close()


async def test_entries_that_a_failover_lost_end_the_leadership(
    node: MakeNode, redis_server: RedisServer
) -> None:
    one = node()
    journal = await one.lead()
    await journal.append([entry(1), entry(2)])
    with redis_server.client() as client:
        client.xdel(STREAM, "2-0")
    with pytest.raises(LeaseLostError, match="ends at entry 1, this node has seen it end at 2"):
        await journal.append([entry(3)])
    assert one.lease.lost.is_set()


# --- answers that do not come -------------------------------------------------------------------


@pytest.mark.parametrize("lost", [1, 3])
async def test_a_retry_after_a_lost_answer_keeps_nothing_twice(
    node: MakeNode, redis_server: RedisServer, tmp_path: Path, lost: int
) -> None:
    async with Wire(redis_server.port) as wire:
        journal = await node(wire.url, lease_url=redis_server.url).lead()
        await journal.append([from_line(1)])
        wire.lose_answers = lost
        assert await journal.append([from_line(2), entry(1)]) == 3
        assert wire.lose_answers == 0, "the answer was lost"
        assert await journal.append([from_line(3)]) == 4
        entries = [from_line(1), from_line(2), entry(1), from_line(3)]
        assert kept(redis_server, tmp_path) == entries
        await journal.close()


async def test_forgetting_whose_answer_was_lost_was_done(
    node: MakeNode, redis_server: RedisServer
) -> None:
    async with Wire(redis_server.port) as wire:
        journal = await node(wire.url, lease_url=redis_server.url).lead()
        await journal.append([entry(1)])
        await journal.forget(CallId("stranger"))  # from now on the server knows the script
        wire.lose_answers = 1
        assert await journal.forget(CallId("c1")) is True
        assert wire.lose_answers == 0, "the answer was lost"
        assert await journal.forget(CallId("c1")) is False
        await journal.close()


async def test_what_is_never_answered_ends_with_the_lease_and_is_not_called_unkept(
    node: MakeNode, redis_server: RedisServer
) -> None:
    async with Wire(redis_server.port) as wire:
        one = node(wire.url, lease_url=redis_server.url)
        journal = await one.lead(timeout_s=0.1)
        wire.hold_answers()
        appending = asyncio.create_task(journal.append([entry(1)]))
        await wire.held.wait()
        await one.lease.release()
        with pytest.raises(LeaseLostError):
            await appending
        wire.let_go()
        await journal.close()


async def test_an_outage_that_the_lease_outlives_is_no_error(
    own_redis: MakeRedis, node: MakeNode, tmp_path: Path
) -> None:
    server = own_redis()
    one = node(server.url, ttl_s=600.0, renewal_s=500.0)
    journal = await one.lead()
    assert await journal.append([entry(1)]) == 1
    await asyncio.to_thread(server.stop)
    appending = asyncio.create_task(journal.append([entry(2)]))
    await asyncio.to_thread(server.start)
    assert await appending == 2
    assert kept(server, tmp_path) == [entry(1), entry(2)]


@pytest.mark.slow
async def test_a_server_that_cannot_be_reached_for_long_is_an_error_and_passes(
    own_redis: MakeRedis, node: MakeNode
) -> None:
    server = own_redis()
    one = node(server.url, ttl_s=600.0, renewal_s=500.0)
    journal = await one.lead()
    assert await journal.append([entry(1)]) == 1
    await asyncio.to_thread(server.stop)
    with pytest.raises(JournalError, match="cannot be reached") as caught:
        await journal.append([entry(2)])
    assert not isinstance(caught.value, LeaseLostError)
    await asyncio.to_thread(server.start)
    assert await journal.append([entry(2)]) == 2


async def test_who_gives_up_waiting_does_not_disturb_the_others(node: MakeNode) -> None:
    journal = await node().lead()
    impatient = asyncio.create_task(journal.append([entry(1)]))
    patient = asyncio.create_task(journal.append([entry(2)]))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == 2


# --- line events --------------------------------------------------------------------------------


async def test_runs_of_lines_are_remembered_over_a_take_over(node: MakeNode) -> None:
    one = node()
    await (await one.lead()).append([from_line(7)])
    await one.close()
    journal = await node().lead()
    for seq in (6, 7):
        with pytest.raises(DuplicateEventError):
            await journal.append([from_line(seq)])
    assert await journal.append([from_line(2**63 - 1)]) == 2
    with pytest.raises(DuplicateEventError):
        await journal.append([from_line(2**63 - 1)])


async def test_of_the_runs_of_lines_those_heard_of_last_are_remembered(
    node: MakeNode, redis_server: RedisServer
) -> None:
    journal = await node().lead()
    for number in range(LINE_RUNS):
        await journal.append([from_line(1, run=f"run-{number}")])
    await journal.append([from_line(2, run="run-0")])
    await journal.append([from_line(1, run="new-1"), from_line(1, run="new-2")])
    with redis_server.client() as client:
        known = {name.decode() for name in client.hkeys("careline:{main}:journal:lines")}
    assert known == {"run-0", "new-1", "new-2"} | {f"run-{n}" for n in range(3, LINE_RUNS)}


# --- nodes that only read -----------------------------------------------------------------------


async def test_a_reader_needs_no_lease(node: MakeNode) -> None:
    leader = node()
    journal = await leader.lead()
    await journal.append([entry(1)])
    reader = RedisJournal.open_reading(leader.address, "main", key_path=leader.key_path)
    assert list(reader.read()) == [(1, entry(1))]
    await journal.forget(CallId("c1"))
    assert list(reader.read()) == [(1, entry(1, ""))]


async def test_a_reader_says_what_is_missing(node: MakeNode, tmp_path: Path) -> None:
    address, key_path = node().address, tmp_path / "site.key"
    with pytest.raises(JournalError, match="no journal of this site here"):
        RedisJournal.open_reading(address, "main", key_path=key_path)
    nowhere = Address.parse(f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(JournalError, match="cannot be reached"):
        RedisJournal.open_reading(nowhere, "main", key_path=key_path)
    await node().lead()
    key_path.rename(tmp_path / "elsewhere")
    with pytest.raises(JournalError, match="copy it from a node that has it"):
        RedisJournal.open_reading(address, "main", key_path=key_path)
    key_path.write_bytes(bytes(32))
    key_path.chmod(0o600)
    with pytest.raises(JournalError, match="not the key that the journal was made with"):
        RedisJournal.open_reading(address, "main", key_path=key_path)


async def test_a_node_without_the_right_key_does_not_take_the_journal_over(
    node: MakeNode, tmp_path: Path
) -> None:
    one = node()
    await one.lead()
    await one.close()
    (tmp_path / "site.key").rename(tmp_path / "elsewhere")
    with pytest.raises(JournalError, match="copy it from a node that has it"):
        await node().lead()
    assert not (tmp_path / "site.key").exists()


async def test_a_reader_pages_through_what_was_kept(node: MakeNode) -> None:
    journal = await node().lead()
    digits = DigitsCollected(site="main", call_id=CallId("c"), digits=Private("5"))
    entries = [Entry(at=float(number), record=digits) for number in range(1500)]
    assert await journal.append(entries) == 1500
    assert [kept.at for _, kept in journal.read(after=499)] == [float(n) for n in range(499, 1500)]
