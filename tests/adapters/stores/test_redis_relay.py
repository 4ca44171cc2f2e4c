"""The lines of several machines as one, over a real server.

It is long because machines, leaders and slow lines are made here, and every test needs all three.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from adapters.stores.keys import create_site_key, load_site_key
from adapters.stores.redis import Address, Lease
from adapters.stores.redis.names import Names
from adapters.stores.redis.server import Server
from adapters.telephony.link import LineClient, LineServer
from adapters.telephony.relay import LineRelay, NodeNameError, RelayedLine
from adapters.telephony.relay import node as relaying
from adapters.telephony.relay.letters import Desk, raw
from calls.commands import Command, HangUp, OfferCall, PlayMusic, Say, Utterance
from calls.facts import CallArrived, DigitsCollected, PhoneRegistered, PhoneUnregistered
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LeaseLostError, LineEvent, LineSnapshot, LineUnavailable, LiveCall
from calls.private import Private
from tests.adapters.stores.conftest import MakeRedis
from tests.adapters.stores.redis_servers import RedisServer

SITE = "main"
NAMES = Names(SITE)
ANA = AgentId("ana")


class Host:
    """Legs of a machine, set by the test; remembers what it was told."""

    def __init__(self, *calls: str) -> None:
        self.calls = calls
        self.phones: tuple[AgentId, ...] = ()
        self.commands: asyncio.Queue[Command] = asyncio.Queue()
        self.left = asyncio.Event()

    def carry_out(self, command: Command) -> None:
        self.commands.put_nowait(command)

    def live_calls(self) -> tuple[LiveCall, ...]:
        return tuple(LiveCall(call_id=CallId(call), arrived_at=1.0) for call in self.calls)

    def reachable(self) -> tuple[AgentId, ...]:
        return self.phones

    def driven(self) -> None:
        self.left.clear()

    def undriven(self) -> None:
        self.left.set()


class Machine:
    """A line process and a relay, in this process."""

    def __init__(self, name: str, redis_server: RedisServer, folder: Path, *calls: str) -> None:
        self.name = name
        self.host = Host(*calls)
        self.line = LineServer(self.host, lambda: 7.0)
        self.socket = folder / f"{name}.sock"
        self._url = redis_server.url
        self._key = folder / "site.key"
        self.relaying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.line.start(self.socket)
        await self.relay()

    async def connect(self) -> LineClient:
        return await LineClient.connect(self.socket)

    def new_relay(self) -> LineRelay:
        return LineRelay(
            Address.parse(self._url),
            SITE,
            self.name,
            lambda: self.connect(),
            lambda: load_site_key(self._key),
        )

    async def relay(self) -> None:
        """Start the relay, as a brain that comes back does."""
        relay = self.new_relay()
        self.relaying = asyncio.create_task(relay.run())
        await relay.ready.wait()

    async def end_relay(self) -> None:
        assert self.relaying is not None
        self.relaying.cancel()
        await asyncio.gather(self.relaying, return_exceptions=True)

    def arrives(self, call: str) -> None:
        self.host.calls += (call,)
        self.line.report(
            CallArrived(
                site=SITE, call_id=CallId(call), caller=Private("+15550100"), dialled="", line="t"
            )
        )


class Leader:
    """A leader without a brain: the test is one."""

    def __init__(self, redis_server: RedisServer, folder: Path, **lease: object) -> None:
        address = Address.parse(redis_server.url)
        self.lease = Lease(address, SITE, **lease)  # type: ignore[arg-type]
        self.server = Server(address)
        self.key = load_site_key(folder / "site.key")
        self.lines: list[RelayedLine] = []

    async def session(self) -> RelayedLine:
        await self.lease.wait()
        line = await RelayedLine.open(
            self.server, SITE, lease=self.lease, site_key=self.key, node="one"
        )
        self.lines.append(line)
        return line

    async def session_with(self, count: int) -> RelayedLine:
        """One in which so many nodes could be seen; a node that has just come ends one."""
        while True:
            line = await self.session()
            try:
                if len((await line.snapshot()).others) == count:
                    return line
                await ended(line)
            except LineUnavailable:
                pass
            await line.close()

    async def close(self) -> None:
        for line in self.lines:
            await line.close()
        await self.server.close()
        await self.lease.close()


Site = tuple[Callable[..., Machine], Callable[..., Leader]]


@asynccontextmanager
async def a_site(redis_server: RedisServer, folder: Path) -> AsyncIterator[Site]:
    """Makes machines and leaders of one site and ends them."""
    create_site_key(folder / "site.key")
    async with AsyncExitStack() as stack, asyncio.timeout(60):

        def machine(name: str, *calls: str) -> Machine:
            made = Machine(name, redis_server, folder, *calls)
            stack.push_async_callback(made.line.stop)
            stack.push_async_callback(made.end_relay)
            return made

        def leader(**lease: object) -> Leader:
            made = Leader(redis_server, folder, **lease)
            stack.push_async_callback(made.close)
            return made

        yield machine, leader


@pytest.fixture
async def site(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Site]:
    async with a_site(redis_server, tmp_path) as made:
        yield made


async def take(line: RelayedLine, count: int) -> list[LineEvent]:
    events = []
    async for event in line.events():
        events.append(event)
        if len(events) == count:
            break
    return events


async def ended(line: RelayedLine) -> None:
    async for _ in line.events():
        pass


async def started(*machines: Machine) -> None:
    for each in machines:
        await each.start()


async def test_the_lines_of_all_nodes_are_one_and_commands_go_where_the_call_is(site: Site):
    machine, leader = site
    one, two = machine("one"), machine("two")
    await started(one, two)
    line = await leader().session_with(2)
    one.arrives("a")
    two.arrives("b")
    events = await take(line, 2)
    assert {(event.epoch, event.seq, event.at) for event in events} == {
        (one.line.epoch, 1, 7.0),
        (two.line.epoch, 1, 7.0),
    }
    for call in ("a", "b", "nowhere"):
        await line.carry_out(PlayMusic(call_id=CallId(call)))
    assert await one.host.commands.get() == PlayMusic(call_id=CallId("a"))
    assert await two.host.commands.get() == PlayMusic(call_id=CallId("b"))
    picture = await line.snapshot()
    assert {call.call_id for call in picture.calls} == {"a", "b"}
    assert {run.epoch: (run.seq, run.acknowledged) for run in picture.others} == {
        one.line.epoch: (1, 0),
        two.line.epoch: (1, 0),
    }


async def test_a_line_forgets_a_fact_only_when_the_leader_says_that_it_is_kept(site: Site):
    machine, leader = site
    one, two = machine("one"), machine("two")
    await started(one, two)
    brain = leader()
    line = await brain.session_with(2)
    two.arrives("a")
    two.arrives("b")
    first, second = await take(line, 2)
    await line.acknowledge(first.epoch, first.seq)
    picture = await line.snapshot()
    assert {run.acknowledged for run in picture.others} == {0, 1}
    await line.close()
    line = await brain.session_with(2)
    assert await take(line, 1) == [second], "what was not acknowledged comes again"


async def test_the_command_of_a_former_leader_is_never_carried_out(site: Site):
    machine, leader = site
    one = machine("one", "a")
    await one.start()
    former = leader(ttl_s=0.5, renewal_s=0.2, clock=lambda: 0.0)
    before = await former.session_with(1)
    assert former.lease._renewal is not None
    former.lease._renewal.cancel()  # it is paused, and believes for ever
    present = leader()
    await present.lease.wait()
    await before.carry_out(HangUp(call_id=CallId("a")))
    await ended(before)
    with pytest.raises(LeaseLostError):
        await before.carry_out(HangUp(call_id=CallId("a")))
    line = await present.session_with(1)
    await line.carry_out(PlayMusic(call_id=CallId("a")))
    assert await one.host.commands.get() == PlayMusic(call_id=CallId("a"))


async def test_what_a_former_session_left_in_a_nodes_stream_is_dropped(
    site: Site, redis_server: RedisServer
):
    machine, leader = site
    one = machine("one", "a")
    await one.start()
    brain = leader()
    before = await brain.session_with(1)
    line = await brain.session_with(1)
    desk = Desk(brain.key, before._token)
    number = 10
    letter = {"type": "command", "command": raw(HangUp(call_id=CallId("a")))}
    with redis_server.client() as client:
        client.xadd(
            NAMES.relay_orders("one"),
            {
                "session": before._token,
                "key": desk.wrapped,
                "number": number,
                "sealed": desk.seal(letter, "to one", number),
            },
        )
    await line.carry_out(PlayMusic(call_id=CallId("a")))
    assert await one.host.commands.get() == PlayMusic(call_id=CallId("a"))
    assert one.host.commands.empty()


@pytest.mark.alone
async def test_a_node_that_is_silent_keeps_its_calls_unseen_until_it_is_back(site: Site):
    machine, leader = site
    one, two = machine("one", "a"), machine("two", "b")
    await started(one, two)
    brain = leader()
    line = await brain.session_with(2)
    two.arrives("c")
    await take(line, 1)
    await two.end_relay()
    await ended(line)
    line = await brain.session_with(1)
    picture = await line.snapshot()
    assert [call.call_id for call in picture.calls] == ["a"]
    assert set(picture.unseen) == {"b", "c"}
    await line.carry_out(PlayMusic(call_id=CallId("b")))
    await two.relay()
    await ended(line)
    line = await brain.session_with(2)
    picture = await line.snapshot()
    assert {call.call_id for call in picture.calls} == {"a", "b", "c"}
    assert not picture.unseen
    assert two.host.commands.empty(), "what was said while nobody was there is not said later"


@pytest.mark.alone
async def test_a_node_that_was_silent_for_long_has_lost_its_calls(
    site: Site, redis_server: RedisServer
):
    machine, leader = site
    one, two = machine("one", "a"), machine("two", "b")
    await started(one, two)
    brain = leader()
    line = await brain.session_with(2)
    await two.end_relay()
    await ended(line)
    with redis_server.client() as client:
        client.hset(NAMES.relay_nodes, "two", "ab@1000@up")
    picture = await (await brain.session_with(1)).snapshot()
    assert [call.call_id for call in picture.calls] == ["a"]
    assert not picture.unseen


async def test_a_node_whose_line_died_has_lost_its_calls_at_once_and_may_come_back(site: Site):
    machine, leader = site
    one, two = machine("one", "a"), machine("two", "b")
    await started(one, two)
    brain = leader()
    line = await brain.session_with(2)
    await two.line.stop()
    await ended(line)
    line = await brain.session_with(1)
    picture = await line.snapshot()
    assert [call.call_id for call in picture.calls] == ["a"]
    assert not picture.unseen
    two.line = LineServer(two.host, lambda: 8.0)
    two.host.calls = ("d",)
    await two.line.start(two.socket)
    await ended(line)
    try:
        picture = await (await brain.session_with(2)).snapshot()
    finally:
        await two.end_relay()
        await two.line.stop()
    assert {call.call_id for call in picture.calls} == {"a", "d"}


class Slow:
    """A connection to a line that at first takes long to say what is up."""

    def __init__(self, line: LineClient, pictures: int) -> None:
        self._line = line
        self._pictures = pictures

    def __getattr__(self, name: str) -> object:
        return getattr(self._line, name)

    async def snapshot(self) -> LineSnapshot:
        if self._pictures > 0:
            self._pictures -= 1
            await asyncio.Event().wait()
        return await self._line.snapshot()


async def test_the_calls_of_a_line_that_is_slow_to_answer_are_unseen_until_it_does(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relaying, "PICTURE_S", 0.3)
    machine, leader = site
    one, two = machine("one", "a"), machine("two", "b")
    slow: list[Slow] = []

    async def connect() -> Slow:
        # Too slow for the next session, and when it is looked for after that.
        slow.append(Slow(await LineClient.connect(two.socket), pictures=int(len(slow) < 2)))
        return slow[-1]

    await started(one, two)
    brain = leader()
    await (await brain.session_with(2)).close()
    two.connect = connect  # type: ignore[method-assign,assignment]
    lost, unseen = [], set[str]()
    while True:
        line = await brain.session()
        try:
            picture = await line.snapshot()
            unseen |= {*picture.unseen}
            lost += [call for call in "ab" if call not in _in_sight(picture)]
            if len(picture.others) == 2:
                break
            await ended(line)
        except LineUnavailable:
            pass
        await line.close()
    assert not lost
    assert unseen == {"b"}
    assert len(slow) > 2, "it was slow twice"
    assert {call.call_id for call in picture.calls} == {"a", "b"}


async def test_a_line_is_not_taken_for_hung_by_a_node_that_was_suspended_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relaying, "PICTURE_S", 0.2)
    line = LineServer(Host("a"), lambda: 7.0)
    await line.start(tmp_path / "line.sock")
    client = await LineClient.connect(tmp_path / "line.sock")
    try:
        asking = asyncio.create_task(relaying.picture_of_line(client))
        await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251  (everything stands still, and the clock goes on)
        picture = await asking
    finally:
        await client.close()
        await line.stop()
    assert [call.call_id for call in picture.calls] == ["a"]


async def test_the_calls_of_a_line_that_was_slow_and_died_are_lost_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relaying, "PICTURE_S", 0.3)
    machine, leader = site
    one, two = machine("one", "a"), machine("two", "b")

    async def connect() -> Slow:
        return Slow(await LineClient.connect(two.socket), pictures=1)

    await started(one, two)
    brain = leader()
    await (await brain.session_with(2)).close()
    two.connect = connect  # type: ignore[method-assign,assignment]
    while True:
        line = await brain.session()
        picture = await line.snapshot()
        if picture.unseen:
            break
        await line.close()
    await two.line.stop()
    await ended(line)
    assert line.why_ended == "the line of node two is gone"
    picture = await (await brain.session_with(1)).snapshot()
    assert [call.call_id for call in picture.calls] == ["a"]
    assert not picture.unseen


def _in_sight(picture: LineSnapshot) -> set[str]:
    return {*(call.call_id for call in picture.calls), *picture.unseen}


async def test_a_node_that_has_left_the_session_is_let_in_again(
    site: Site, redis_server: RedisServer
):
    machine, leader = site
    one, two = machine("one"), machine("two")
    relay = two.new_relay()
    two.new_relay = lambda: relay  # type: ignore[method-assign]
    await started(one, two)
    brain = leader()
    line = await brain.session_with(2)
    relay._leave()  # as after an outage that this node saw end later than the leader
    await ended(line)
    assert line.why_ended == "node two has left the session"
    line = await brain.session_with(2)
    two.arrives("b")
    (event,) = await take(line, 1)
    assert event.epoch == two.line.epoch


async def test_without_a_leader_a_node_leaves_its_line_to_its_music(site: Site):
    machine, leader = site
    one = machine("one", "a")
    await one.start()
    brain = leader()
    await brain.session_with(1)
    assert not one.host.left.is_set()
    await brain.lease.release()
    await one.host.left.wait()


async def test_a_phone_that_is_registered_with_another_node_too_stays_reachable(site: Site):
    machine, leader = site
    one, two = machine("one"), machine("two")
    one.host.phones = two.host.phones = (ANA,)
    await started(one, two)
    line = await leader().session_with(2)
    assert (await line.snapshot()).reachable == (ANA,)
    gone = PhoneUnregistered(site=SITE, agent_id=ANA)
    one.line.report(gone)
    (first,) = await take(line, 1)
    assert first.fact == PhoneRegistered(site=SITE, agent_id=ANA)
    two.line.report(gone)
    (last,) = await take(line, 1)
    assert last.fact == gone


async def test_an_agent_who_is_to_call_back_is_rung_where_their_phone_is(site: Site):
    machine, leader = site
    one, two = machine("one"), machine("two")
    two.host.phones = (ANA,)
    await started(one, two)
    line = await leader().session_with(2)
    offer = OfferCall(
        call_id=CallId("back"),
        offer_id=OfferId("o"),
        agent_id=ANA,
        ring_timeout_s=10.0,
        emergency=False,
        queue="front",
        rule="call-back",
        call_back=True,
    )
    await line.carry_out(offer)
    await line.carry_out(HangUp(call_id=offer.call_id))
    assert await two.host.commands.get() == offer
    assert await two.host.commands.get() == HangUp(call_id=offer.call_id)


@pytest.mark.alone
async def test_an_outage_of_redis_costs_no_fact_and_no_call(own_redis: MakeRedis, tmp_path: Path):
    server = own_redis()
    async with a_site(server, tmp_path) as (machine, leader):
        one = machine("one", "a")
        await one.start()
        brain = leader()
        line = await brain.session_with(1)
        server.kill()
        one.arrives("b")
        await ended(line)
        await one.host.left.wait()  # its callers hear music
        await asyncio.to_thread(server.start)
        line = await brain.session_with(1)
        picture = await line.snapshot()
        assert {call.call_id for call in picture.calls} == {"a", "b"}
        (arrival,) = await take(line, 1)
        assert (arrival.epoch, arrival.seq) == (one.line.epoch, 1)


@pytest.mark.alone
async def test_two_nodes_cannot_have_one_name(site: Site):
    machine, _ = site
    one, other = machine("one"), machine("one")
    await one.start()
    other.socket = other.socket.with_name("other.sock")
    await other.line.start(other.socket)
    other.relaying = asyncio.create_task(other.new_relay().run())
    with pytest.raises(NodeNameError, match="--node"):
        await other.relaying


async def test_who_rings_in_while_the_others_are_asked_for_their_picture_is_not_forgotten(
    site: Site,
):
    machine, leader = site
    one, two = machine("one"), machine("two")
    await started(one, two)
    line = await leader().session_with(2)
    picture = await one_picture(line)
    one.arrives("late")  # after the picture of this node, before that of the other
    await take(line, 1)
    line._see("one", line._nodes["one"], picture)
    await line.carry_out(PlayMusic(call_id=CallId("late")))
    assert await one.host.commands.get() == PlayMusic(call_id=CallId("late"))


async def one_picture(line: RelayedLine) -> LineSnapshot:
    """What the first node's line said last."""
    line._nodes["two"].has_line = False
    picture = await line.snapshot()
    line._nodes["two"].has_line = True
    (run,) = picture.others
    return LineSnapshot(epoch=run.epoch, calls=picture.calls, reachable=(), seq=run.seq)


async def test_nothing_that_a_caller_is_or_presses_stands_readable_in_redis(
    site: Site, redis_server: RedisServer
):
    machine, leader = site
    one = machine("one", "a")
    await one.start()
    line = await leader().session_with(1)
    one.arrives("b")
    one.line.report(DigitsCollected(site=SITE, call_id=CallId("b"), digits=Private("271828")))
    first, second = await take(line, 2)
    assert isinstance(first.fact, CallArrived)
    assert first.fact.caller.reveal() == "+15550100"
    assert isinstance(second.fact, DigitsCollected)
    written = redis_server.files()
    assert b"sealed" in written, "it went through here"
    assert b"271828" not in written
    assert b"5550100" not in written


async def test_private_words_reach_another_node_and_stand_readable_nowhere(
    site: Site, redis_server: RedisServer
):
    machine, leader = site
    one = machine("one", "a")
    await one.start()
    line = await leader().session_with(1)
    secret = Utterance(text="my card is 1847260593", language="en", private=True)
    for utterance in (secret, replace(secret, text="one moment", private=False)):
        command = Say(
            call_id=CallId("a"), prompt_id=1, utterances=(utterance,), slow=True, louder=1
        )
        await line.carry_out(command)
        assert await one.host.commands.get() == command
    written = redis_server.files()
    assert b"sealed" in written, "it went through here"
    assert b"1847260593" not in written
    assert b"one moment" not in written, "nor does anything else that is said"


async def test_a_command_that_is_read_twice_is_carried_out_once(
    site: Site, redis_server: RedisServer
):
    machine, leader = site
    one = machine("one", "a")
    await one.start()
    line = await leader().session_with(1)
    node = line._nodes["one"]
    letter = {"type": "command", "command": raw(HangUp(call_id=CallId("a")))}
    again = {
        "session": line._token,
        "key": line._desk.wrapped,
        "number": node.sent + 1,
        "sealed": line._desk.seal(letter, "to one", node.sent + 1),
    }
    node.sent += 1
    with redis_server.client() as client:
        for _ in range(2):
            client.xadd(NAMES.relay_orders("one"), again)
    await line.carry_out(PlayMusic(call_id=CallId("a")))
    assert await one.host.commands.get() == HangUp(call_id=CallId("a"))
    assert await one.host.commands.get() == PlayMusic(call_id=CallId("a"))


def test_a_picture_that_crosses_the_wire_is_the_same() -> None:
    live = LiveCall(call_id=CallId("a"), arrived_at=1.0, ringing_offers=(OfferId("o"),))
    assert msgspec.convert(msgspec.to_builtins(live), LiveCall) == live
