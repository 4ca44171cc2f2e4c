"""The driver on real sockets: whole calls, dead ends, garbage, and an end that leaves nothing."""

from __future__ import annotations

import asyncio
import socket

import pytest

from adapters.telephony.sip import (
    CannotListen,
    EndpointSettings,
    HostPort,
    LocalMedia,
    SipEndpoint,
    TrunkSettings,
)
from adapters.telephony.sip.events import Answered, Confirmed, Failed, FailureCause, HungUp
from calls.ids import AgentId
from calls.private import Private

MEDIA = LocalMedia(port=40000)


class Handler:
    """Answers every call; what happens can be waited for."""

    def __init__(self):
        self.happened = asyncio.Queue()
        self.on_call = lambda call: call.answer(MEDIA)

    def incoming_call(self, call):
        call.listen(self.happened.put_nowait)
        self.happened.put_nowait(call)
        self.on_call(call)

    def phone_registered(self, agent_id):
        self.happened.put_nowait(("registered", agent_id))

    def phone_unregistered(self, agent_id):
        self.happened.put_nowait(("unregistered", agent_id))

    def trunk_changed(self, registered, detail):
        self.happened.put_nowait(("trunk", registered))


@pytest.fixture
async def make_endpoint():
    endpoints = []

    async def make(**settings):
        handler = Handler()
        endpoint = SipEndpoint(EndpointSettings(listen="127.0.0.1:0", **settings), handler)
        await endpoint.start()
        endpoints.append(endpoint)
        return endpoint, handler

    yield make
    for endpoint in endpoints:
        await endpoint.stop()


def uri(endpoint, user="clinic"):
    return f"sip:{user}@{endpoint.address}"


async def test_a_call_goes_through_real_sockets_and_ends(make_endpoint):
    alice, _ = await make_endpoint()
    bob, handler = await make_endpoint()
    heard = asyncio.Queue()
    call = alice.place_call(uri(bob), LocalMedia(port=30000), heard.put_nowait)
    theirs = await handler.happened.get()
    assert theirs.source == alice.address
    assert isinstance(await heard.get(), Answered)
    assert isinstance(await handler.happened.get(), Confirmed)
    theirs.hang_up()
    assert isinstance(await heard.get(), HungUp)
    assert call.ended


async def test_a_dead_phone_fails_at_once(make_endpoint):
    alice, _ = await make_endpoint()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    heard = asyncio.Queue()
    alice.place_call(f"sip:dead@127.0.0.1:{port}", MEDIA, heard.put_nowait)
    async with asyncio.timeout(5.0):
        event = await heard.get()
    assert event == Failed(cause=FailureCause.UNREACHABLE)


async def test_garbage_and_unreachable_vias_do_not_close_the_socket(make_endpoint):
    bob, _ = await make_endpoint()
    alice, _ = await make_endpoint()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
        for payload in (
            b"",
            b"\x00" * 60000,
            b"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:99999;branch=z9hG4bK1\r\n\r\n",
            b"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\n\r\n",
        ):
            raw.sendto(payload, bob.address)
    heard = asyncio.Queue()
    call = alice.place_call(uri(bob), MEDIA, heard.put_nowait)
    assert isinstance(await heard.get(), Answered)
    call.hang_up()
    counters = bob.counters()
    assert counters["unusable"] >= 3
    assert counters.get("bugs", 0) == 0


async def test_an_owner_that_fails_is_counted_and_its_call_is_hung_up(make_endpoint, caplog):
    alice, _ = await make_endpoint()
    bob, handler = await make_endpoint()

    def fail(call):
        raise RuntimeError("a bug of the owner's with 5550123")

    handler.on_call = fail
    heard = asyncio.Queue()
    alice.place_call(uri(bob), MEDIA, heard.put_nowait)
    event = await heard.get()
    assert event.status == 480
    assert bob.counters()["bugs"] == 1
    assert "it is hung up: RuntimeError at" in caplog.text
    assert "5550123" not in caplog.text


async def test_a_phone_registers_and_is_rung(make_endpoint):
    line, handler = await make_endpoint(agents={AgentId("ana"): Private("secret")})
    phone, phone_handler = await make_endpoint(
        trunk=TrunkSettings(
            registrar=f"127.0.0.1:{line.address.port}", user="ana", password=Private("secret")
        )
    )
    assert await handler.happened.get() == ("registered", "ana")
    assert await phone_handler.happened.get() == ("trunk", True)
    heard = asyncio.Queue()
    call = line.ring_agent(AgentId("ana"), MEDIA, heard.put_nowait, caller_name="billing")
    assert isinstance(await heard.get(), Answered)
    call.hang_up()
    assert line.ring_agent(AgentId("bo"), MEDIA, heard.put_nowait) is None
    await phone.stop()
    assert await handler.happened.get() == ("unregistered", "ana")


async def test_a_registrar_given_by_name_is_looked_up(make_endpoint):
    line, handler = await make_endpoint(agents={AgentId("ana"): Private("secret")})
    await make_endpoint(
        trunk=TrunkSettings(
            registrar=f"localhost:{line.address.port}", user="ana", password=Private("secret")
        )
    )
    assert await handler.happened.get() == ("registered", "ana")


async def test_stopping_hangs_up_what_is_up(make_endpoint):
    alice, _ = await make_endpoint()
    bob, _ = await make_endpoint()
    heard = asyncio.Queue()
    alice.place_call(uri(bob), MEDIA, heard.put_nowait)
    assert isinstance(await heard.get(), Answered)
    await bob.stop()
    assert isinstance(await heard.get(), HungUp)


async def test_a_port_that_is_taken_is_said_so(make_endpoint):
    bob, _ = await make_endpoint()
    with pytest.raises(CannotListen, match=f"{bob.address}.*is another line running here"):
        await SipEndpoint(EndpointSettings(listen=str(bob.address)), Handler()).start()


@pytest.mark.parametrize(
    "settings",
    [
        {"listen": "localhost:0"},
        {"listen": "0.0.0.0:0"},
        {"listen": "127.0.0.1:x"},
        {"listen": "127.0.0.1:0", "advertise": "a.name"},
    ],
)
async def test_an_address_that_cannot_be_listened_on_is_said_so(settings):
    with pytest.raises(CannotListen):
        await SipEndpoint(EndpointSettings(**settings), Handler()).start()


async def test_an_address_of_another_machine_is_said_to_be_none_of_ours():
    with pytest.raises(CannotListen, match="no such address") as refused:
        await SipEndpoint(EndpointSettings(listen="192.0.2.1:0"), Handler()).start()
    assert "another line" not in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"trunk": TrunkSettings(registrar="h:x", user="a", password=Private("b"))},
        {"allow": ("10.0.0.0/99",)},
    ],
)
async def test_another_address_that_is_none_is_said_so_before_anything_is_begun(settings):
    with pytest.raises(CannotListen, match=r"h:x|10\.0\.0\.0/99"):
        await SipEndpoint(EndpointSettings(listen="127.0.0.1:0", **settings), Handler()).start()


async def test_the_advertised_address_stands_in_contact_and_description(make_endpoint):
    bob, _ = await make_endpoint(advertise="127.0.0.7")
    alice, handler = await make_endpoint()
    bob.place_call(uri(alice), MEDIA, lambda event: None)
    call = await handler.happened.get()
    assert call.offer.host == "127.0.0.7"
    assert call.source == HostPort("127.0.0.1", bob.address.port)
