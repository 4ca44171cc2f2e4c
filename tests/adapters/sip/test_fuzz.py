"""Thousands of mutated datagrams: nothing raised, nothing left over, answers where due."""

from __future__ import annotations

from random import Random

import pytest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.wire import Request, Unusable, read
from calls.ids import AgentId
from calls.private import Private

MEDIA = LocalMedia(port=40000)
SOURCE = HostPort("127.0.0.1", 5090)
BOB_AT = HostPort("127.0.0.1", 5072)
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n"
)
AUTHORIZATION = (
    'Authorization: Digest username="ana", realm="careline", nonce="00", uri="sip:x",'
    ' response="00", qop=auth, nc=00000001, cnonce="1"\r\n'
)
SNIPPETS = [
    b"\r\n",
    b"\n",
    b":",
    b";",
    b"<",
    b">",
    b'"',
    b"@",
    b",",
    b"=",
    b" ",
    b"\x00",
    b"\xff",
    b"99999",
    b"-1",
    b"4294967296",
    b"SIP/2.0",
    b"z9hG4bK",
    b";tag=",
    b";rport",
    b";lr",
    b"sip:",
    b"tel:",
    b"[::1]",
    b"%00",
    b"\xe2\x80\xa8",
    b"\xc2\xb2",
    b"Via: ",
    b"Contact: *",
    b"Require: x",
    b"Authorization: Digest ",
    b"Session-Expires: 90",
    b"Content-Length: 7",
    b"A" * 300,
]


def seeds(tag, number):
    base = (
        f"Via: SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bK{number};rport\r\n"
        "Max-Forwards: 70\r\n"
        "From: <sip:caller@127.0.0.1>;tag=f\r\n"
        f"To: <sip:clinic@127.0.0.1>{tag}\r\n"
        f"Call-ID: fuzz{number % 50}\r\n"
        "Contact: <sip:caller@127.0.0.1:5090>\r\n"
    )
    for method, extra, body in (
        ("INVITE", "Content-Type: application/sdp\r\n", SDP),
        ("INVITE", "Record-Route: <sip:127.0.0.9;lr>\r\n", ""),
        ("ACK", "", ""),
        ("CANCEL", "", ""),
        ("BYE", "", ""),
        ("OPTIONS", "Accept: application/sdp\r\n", ""),
        ("INFO", "Content-Type: application/dtmf-relay\r\n", "Signal=5\r\nDuration=160\r\n"),
        ("UPDATE", "Supported: timer\r\nSession-Expires: 120\r\n", ""),
        ("REGISTER", "Expires: 300\r\n", ""),
        (
            "REGISTER",
            AUTHORIZATION,
            "",
        ),
        ("NOTIFY", "Subscription-State: terminated\r\n", "SIP/2.0 200 OK"),
        ("REFER", "Refer-To: <sip:a@127.0.0.1>\r\n", ""),
    ):
        yield (
            f"{method} sip:clinic@127.0.0.1:5072 SIP/2.0\r\n{base}CSeq: {number} {method}\r\n"
            f"{extra}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
    for status in (100, 180, 200, 401, 486):
        yield (
            f"SIP/2.0 {status} X\r\n{base}CSeq: 1 INVITE\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"
        ).encode()


def mutate(random, payload):
    data = bytearray(payload)
    for _ in range(random.choice((0, 1, 1, 2, 3, 8))):
        at = random.randrange(len(data) + 1)
        match random.randrange(6):
            case 0:
                data[at:at] = random.choice(SNIPPETS)
            case 1:
                del data[at : at + random.randint(1, 40)]
            case 2:
                data[at : at + 1] = bytes([random.randrange(256)])
            case 3:
                data[at : at + random.randint(1, 8)] = random.choice(SNIPPETS)
            case 4:
                end = data.find(b"\r\n", at)
                start = data.rfind(b"\r\n", 0, at)
                if 0 <= start < end:
                    data[end:end] = data[start:end]
            case 5:
                data = data[:at] if random.random() < 0.2 else data
    return bytes(data)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_mutated_datagrams_raise_nothing_leave_nothing_and_are_answered(make_network, seed):
    network = make_network(seed=seed)
    random = Random(seed)
    agent, owner = network.agent(
        5072, agents={AgentId("ana"): Private("secret")}, allow=("127.0.0.0/8",)
    )
    owner.on_call = lambda call: random.choice(
        (call.ringing, lambda: call.answer(MEDIA), lambda: call.reject(486), lambda: None)
    )()
    unanswered = requests = calls_up = 0
    for number in range(5000):
        tag = ""
        if owner.calls and random.random() < 0.5:
            tag = f";tag={random.choice(owner.calls[-5:]).local_tag}"
        payload = mutate(random, random.choice(list(seeds(tag, number))))
        due = read(payload, SOURCE)
        before = len(network.sent)
        agent.receive(payload, SOURCE)
        network.settle()
        answered = len(network.sent) > before
        if isinstance(due, Request) and due.method != "ACK":
            requests += 1
            unanswered += not answered
        if isinstance(due, Unusable) and due.reply is not None:
            assert answered
        if number % 100 == 0:
            network.run(1.0)
            calls_up += sum(not call.ended for call in owner.calls[-20:])
    assert requests > 1000
    # A copy of a request that is answered and done needs no further answer.
    assert unanswered <= requests * 0.01
    assert calls_up > 0
    for call in owner.calls:
        call.hang_up()
    network.run()
    assert agent.leftovers == 0
    assert agent.next_deadline() is None
