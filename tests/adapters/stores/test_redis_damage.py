"""Damage, foreign data and a server that says no: one line each, and nothing half kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from adapters.stores.redis import LeaseLostError, RedisJournal, writer
from calls.facts import AgentReady
from calls.ids import AgentId
from calls.ports import Entry, JournalError
from tests.adapters.stores.conftest import MakeNode, MakeRedis
from tests.adapters.stores.journals import entry
from tests.adapters.stores.redis_servers import DURABLE, RedisServer

J = "careline:{main}:journal"
Damage = Callable[[redis.Redis], object]


def rewritten(client: redis.Redis, number: int, fields: dict[bytes, bytes]) -> None:
    """Put the stream's entries anew, the one at ``number`` with other fields."""
    entries = client.xrange(J)
    client.delete(J)
    for entry_id, kept in entries:
        client.xadd(J, fields if entry_id == b"%d-0" % number else kept, id=entry_id)


def flipped(client: redis.Redis, number: int, name: bytes) -> None:
    ((_, fields),) = client.xrange(J, f"{number}-0", f"{number}-0")
    value = fields[name]
    rewritten(client, number, {**fields, name: bytes([value[0] ^ 1]) + value[1:]})


def swapped(client: redis.Redis) -> None:
    ((_, third),) = client.xrange(J, "3-0", "3-0")
    rewritten(client, 2, third)


DAMAGES: dict[str, Damage] = {
    "an entry altered": lambda client: flipped(client, 2, b"entry"),
    "a checksum altered": lambda client: flipped(client, 2, b"check"),
    "an entry of somebody else": lambda client: rewritten(client, 2, {b"a": b"b"}),
    "an entry moved": swapped,
    "an entry gone": lambda client: client.xdel(J, "2-0"),
    "a key altered": lambda client: client.hset(f"{J}:call-keys", "c1", b"x" * 60),
    "a key of another call": lambda client: client.hset(
        f"{J}:call-keys", "c1", client.hget(f"{J}:call-keys", "c2") or b""
    ),
    "a key gone": lambda client: client.hdel(f"{J}:call-keys", "c1"),
    "a stream of another type": lambda client: (client.delete(J), client.set(J, "x")),
    "keys of another type": lambda client: (
        client.delete(f"{J}:call-keys"),
        client.set(f"{J}:call-keys", "x"),
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
async def test_damage_is_one_line_that_names_the_place(
    node: MakeNode, redis_server: RedisServer, name: str
) -> None:
    journal = await node().lead()
    await journal.append([entry(number, "31415") for number in range(4)])
    with redis_server.client() as client:
        DAMAGES[name](client)
    with pytest.raises(JournalError) as caught:
        list(journal.read())
    message = str(caught.value)
    assert message.startswith("redis://127.0.0.1:")
    assert "entry 2 cannot be read" in message or "of another type" in message
    assert "backup" in message
    assert "\n" not in message
    assert "31415" not in message


async def test_an_entry_in_the_place_of_another_is_noticed(
    node: MakeNode, redis_server: RedisServer
) -> None:
    journal = await node().lead()
    agents = [AgentReady(site="main", agent_id=AgentId(name)) for name in ("ana", "ben", "cem")]
    await journal.append([Entry(at=1.0, record=ready) for ready in agents])
    with redis_server.client() as client:
        swapped(client)
    with pytest.raises(JournalError, match=r"entry 2 cannot be read \(it was moved\)"):
        list(journal.read())


@pytest.mark.parametrize("key", [J, f"{J}:head", f"{J}:call-keys", f"{J}:lines"])
async def test_a_key_of_another_type_refuses_an_append_before_anything_is_kept(
    node: MakeNode, redis_server: RedisServer, key: str
) -> None:
    journal = await node().lead()
    with redis_server.client() as client:
        client.delete(key)
        client.set(key, "x")
        before = {name: client.dump(name) for name in client.keys(f"{J}*")}
        event = Entry(at=1.0, record=entry(1).record, line_epoch="run", line_seq=1)
        with pytest.raises(JournalError, match="of another type") as caught:
            await journal.append([event])
        assert not isinstance(caught.value, LeaseLostError)
        assert {name: client.dump(name) for name in client.keys(f"{J}*")} == before


async def test_an_entry_that_somebody_else_added_stops_the_next_append_and_start(
    node: MakeNode, redis_server: RedisServer
) -> None:
    one = node()
    journal = await one.lead()
    await journal.append([entry(1)])
    with redis_server.client() as client:
        client.xadd(J, {"a": "b"})
    with pytest.raises(LeaseLostError, match="somebody else wrote"):
        await journal.append([entry(2)])
    await one.close()
    with redis_server.client() as client:
        client.xadd(J, {"a": "b"}, id="9999999999999-7")
    with pytest.raises(JournalError, match="the last entry was not written by Careline"):
        await node().lead()


async def test_a_journal_of_another_version_is_not_touched(
    node: MakeNode, redis_server: RedisServer
) -> None:
    one = node()
    await one.lead()
    await one.close()
    with redis_server.client() as client:
        client.hset(f"{J}:head", "format", "2")
    with pytest.raises(JournalError, match="written by another version"):
        await node().lead()
    with pytest.raises(JournalError, match="written by another version"):
        RedisJournal.open_reading(one.address, "main", key_path=one.key_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", b"other"),
        ("position", b"3"),
        ("position", b"x"),
        ("position", b"99"),
        ("check", b""),
    ],
)
async def test_a_damaged_snapshot_is_as_good_as_none(
    node: MakeNode,
    redis_server: RedisServer,
    caplog: pytest.LogCaptureFixture,
    field: str,
    value: bytes,
) -> None:
    journal = await node().lead()
    await journal.append([entry(number) for number in range(6)])
    await journal.keep_snapshot(4, b"how it stood")
    with redis_server.client() as client:
        client.hset(f"{J}:snapshot", field, value)
    assert journal.latest_snapshot() is None
    assert "the snapshot is damaged; the whole journal is read instead" in caplog.text


# --- a server that says no ----------------------------------------------------------------------


@pytest.mark.slow
async def test_too_few_replicas_are_told_of_and_keep_nothing(
    node: MakeNode, redis_server: RedisServer
) -> None:
    journal = await node(ttl_s=600.0, renewal_s=500.0).lead()
    await refused(journal, redis_server, {"min-replicas-to-write": 1}, "min-replicas-to-write")


@pytest.mark.slow
async def test_a_full_memory_is_told_of_and_keeps_nothing(
    node: MakeNode, redis_server: RedisServer
) -> None:
    journal = await node(ttl_s=600.0, renewal_s=500.0).lead()
    await refused(journal, redis_server, {"maxmemory": 1}, "memory is full")


async def refused(
    journal: RedisJournal, server: RedisServer, settings: dict[str, int], said: str
) -> None:
    await journal.append([entry(1)])
    with server.client() as client:
        for name, value in settings.items():
            client.config_set(name, value)
        try:
            with pytest.raises(JournalError, match=said) as caught:
                await journal.append([entry(2)])
            assert not isinstance(caught.value, LeaseLostError)
            with pytest.raises(JournalError, match=said):
                await journal.keep_snapshot(1, b"one")
        finally:
            for name in settings:
                client.config_set(name, 0)
    assert await journal.append([entry(3)]) == 2


@pytest.mark.slow
async def test_a_replica_does_not_take_entries(node: MakeNode, redis_server: RedisServer) -> None:
    journal = await node(ttl_s=600.0, renewal_s=500.0).lead()
    with redis_server.client() as client:
        client.replicaof("127.0.0.1", str(redis_server.port + 1))
        try:
            with pytest.raises(JournalError, match="this server is a replica"):
                await journal.append([entry(1)])
        finally:
            client.replicaof("NO", "ONE")
    assert await journal.append([entry(1)]) == 1


async def test_replicas_that_are_waited_for_in_vain_end_the_leadership(
    node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SETTLE_S", 0.2)
    one = node()
    journal = await one.lead(replicas=1, timeout_s=0.5)
    with pytest.raises(LeaseLostError, match="only 0 of 1 replicas have it"):
        await journal.append([entry(1)])
    assert one.lease.lost.is_set()


async def test_a_server_that_wants_a_password_is_told_of_without_showing_any(
    own_redis: MakeRedis, node: MakeNode, tmp_path: Path
) -> None:
    server = own_redis(password="s3cret")
    for userinfo, said in [("", "wants a password"), (":wrong@", "user or password are wrong")]:
        stranger = node(f"redis://{userinfo}127.0.0.1:{server.port}")
        with pytest.raises(JournalError, match=said) as caught:
            await stranger.lease.acquire()
        assert "wrong@" not in str(caught.value)
        with pytest.raises(JournalError, match=said):
            RedisJournal.open_reading(stranger.address, "main", key_path=tmp_path / "k")
    friend = node(f"redis://:s3cret@127.0.0.1:{server.port}")
    journal = await friend.lead()
    assert await journal.append([entry(1)]) == 1
    assert [position for position, _ in journal.read()] == [1]


async def test_a_user_who_may_not_write_is_told_of(
    node: MakeNode, redis_server: RedisServer, tmp_path: Path
) -> None:
    with redis_server.client() as client:
        client.acl_setuser("guest", enabled=True, nopass=True, commands=["+@read"], keys=["*"])
        stranger = node(f"redis://guest:x@127.0.0.1:{redis_server.port}")
        try:
            with pytest.raises(JournalError, match=r"may not do this; allow it the keys careline:"):
                await stranger.lease.acquire()
        finally:
            client.acl_deluser("guest")


async def test_something_that_is_no_redis_is_told_of(node: MakeNode, tmp_path: Path) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-babble\r\n" * 10)
        writer.close()

    other = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    with pytest.raises(JournalError):
        await node(f"redis://127.0.0.1:{port}").lease.acquire()
    other.close()


async def test_settings_that_can_lose_entries_are_warned_of(
    node: MakeNode, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    one = node()
    await one.lead()
    assert caplog.text == ""
    with redis_server.client() as client:
        client.config_set("appendfsync", "everysec")
        client.config_set("maxmemory-policy", "allkeys-lru")
        await one.lead()
        client.config_set("appendfsync", "always")
        client.config_set("maxmemory-policy", "noeviction")
    assert "appendfsync is not always" in caplog.text
    assert "maxmemory-policy is not noeviction" in caplog.text


async def test_a_unix_socket_will_do(own_redis: MakeRedis, node: MakeNode, tmp_path: Path) -> None:
    path = tmp_path / "r.sock"
    own_redis(*DURABLE, "--unixsocket", str(path))
    one = node(f"unix://{path}")
    journal = await one.lead()
    assert await journal.append([entry(1)]) == 1
    assert list(journal.read()) == [(1, entry(1))]


# --- privacy ------------------------------------------------------------------------------------


async def test_no_word_and_no_key_stands_in_the_server_or_on_its_disk(
    node: MakeNode, redis_server: RedisServer, tmp_path: Path
) -> None:
    one = node()
    journal = await one.lead()
    await journal.append([entry(number, "3141592653") for number in range(50)])
    await journal.keep_snapshot(50, b"holds nothing private")
    site_key = one.key_path.read_bytes()
    assert b"DigitsCollected" in redis_server.files(), "what is looked through is the journal"
    for secret in (b"3141592653", site_key, site_key.hex().encode()):
        assert secret not in redis_server.files()


async def test_a_forgotten_key_is_gone_from_the_append_only_file_too(
    node: MakeNode, redis_server: RedisServer
) -> None:
    journal = await node().lead()
    await journal.append([entry(1), entry(2)])
    with redis_server.client() as client:
        wrapped = client.hget(f"{J}:call-keys", "c1")
        other = client.hget(f"{J}:call-keys", "c2")
    assert wrapped is not None
    assert wrapped in redis_server.files()
    assert await journal.forget(entry(1).record.call_id) is True  # type: ignore[union-attr]
    assert wrapped not in redis_server.files()
    assert other is not None
    assert list(journal.read()) == [(1, entry(1, "")), (2, entry(2))]
    with redis_server.client() as client:
        assert client.smembers(f"{J}:unpurged") == set()


async def test_many_are_forgotten_together(node: MakeNode, redis_server: RedisServer) -> None:
    journal = await node().lead()
    entries = [entry(number) for number in range(40)]
    await journal.append(entries)
    calls = [each.record.call_id for each in entries]  # type: ignore[union-attr]
    with redis_server.client() as client:
        before = client.info("persistence")["aof_rewrites"]
        assert all(await asyncio.gather(*(journal.forget(call) for call in calls)))
        assert client.info("persistence")["aof_rewrites"] - before < 10
    assert [kept for _, kept in journal.read()] == [entry(number, "") for number in range(40)]


async def test_a_full_memory_costs_no_leader_their_lease(
    node: MakeNode, redis_server: RedisServer
) -> None:
    first, second = node(), node(ttl_s=60.0, renewal_s=0.02)
    await (await first.lead()).append([entry(1)])
    await first.lease.release()
    with redis_server.client() as client:
        client.config_set("maxmemory", 1)
        try:
            journal = await second.lead()
            (lease,) = (key for key in client.scan_iter() if client.pttl(key) > 0)
            left_ms = client.pttl(lease)
            async with asyncio.timeout(10):
                while client.pttl(lease) <= left_ms:
                    left_ms = client.pttl(lease)
                    await asyncio.sleep(0.01)
            assert await journal.forget(entry(1).record.call_id)
        finally:
            client.config_set("maxmemory", 0)
    assert await journal.append([entry(2)]) == 2
