"""Calls that we place to a foreign phone: what it may answer, and what becomes of it."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.events import Answered, Failed, FailureCause, Progress
from adapters.telephony.sip.settings import TrunkSettings
from adapters.telephony.sip.wire import Request
from calls.private import Private
from tests.adapters.sip.foreign_phone import RAW_AT, SDP, ForeignPhone, place


def test_an_answer_without_common_codec_is_acknowledged_and_hung_up(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    invite = raw.last("INVITE")
    assert invite.header("from").startswith('"Nurse line" <sip:main@')
    assert invite.header("alert-info")
    raw.reply(invite, 200, body=SDP.replace("AVP 0 101", "AVP 18"))
    assert events == [Failed(cause=FailureCause.NO_COMMON_CODEC, status=200)]
    assert raw.last("ACK").cseq == invite.cseq
    raw.reply(raw.last("BYE"), 200)
    network.run()
    assert bob[0].leftovers == 0


def test_early_media_is_told_and_used_when_the_answer_describes_none(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    invite = raw.last("INVITE")
    raw.reply(invite, 183, body=SDP)
    assert events[0].early_media.port == 4000
    raw.reply(invite, 200)
    assert isinstance(events[1], Answered)
    assert events[1].remote.port == 4000


def test_a_second_fork_that_answers_is_acknowledged_and_hung_up(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    invite = raw.last("INVITE")
    raw.reply(invite, 200, body=SDP)
    other = [
        f"SIP/2.0 200 OK\r\nVia: {invite.header('via')}",
        f"From: {invite.header('from')}",
        f"To: {invite.header('to')};tag=fork",
        f"Call-ID: {invite.call_id}",
        f"CSeq: {invite.cseq} INVITE",
        f"Contact: <sip:fork@{RAW_AT}>",
        "",
        SDP,
    ]
    raw.send("\r\n".join(other).encode())
    bye = raw.last("BYE")
    assert bye.to_tag == "fork"
    assert [type(e) for e in events] == [Answered]


def test_copies_of_the_answer_get_copies_of_the_ack(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    invite = raw.last("INVITE")
    for _ in range(3):
        raw.reply(invite, 200, body=SDP)
    acks = [m for m in raw.got if isinstance(m, Request) and m.method == "ACK"]
    assert len(acks) == 3
    assert len({a.branch for a in acks}) == 1
    assert len(events) == 1


def test_a_challenge_from_anybody_but_the_trunk_gets_no_credentials(network):
    trunk = TrunkSettings(
        registrar="127.0.0.9", user="clinic", password=Private("secret"), register=False
    )
    agent, _ = network.agent(5072, trunk=trunk)
    raw = ForeignPhone(network)
    agent.start()
    events = []
    place(agent, events)
    network.run(0.1)
    raw.reply(raw.last("INVITE"), 401, 'WWW-Authenticate: Digest realm="x", nonce="n", qop="auth"')
    assert events == [Failed(cause=FailureCause.UNAUTHORISED, status=401)]
    assert not [payload for _, _, _, payload in network.sent if b"\nAuthorization" in payload]


def test_the_route_set_of_a_call_we_placed_is_the_answers_backwards(raw, bob, network):
    proxy = ForeignPhone(network, HostPort("127.0.0.3", 5060))
    call = place(bob[0], [])
    network.run(0.1)
    routes = "Record-Route: <sip:127.0.0.2;lr>, <sip:127.0.0.3;lr>"
    raw.reply(raw.last("INVITE"), 200, routes, body=SDP)
    call.hang_up()
    network.run(0.2)
    for method in ("ACK", "BYE"):
        request = proxy.last(method)
        assert request.values("route") == ["<sip:127.0.0.3;lr>", "<sip:127.0.0.2;lr>"]
        assert request.uri == f"sip:raw@{RAW_AT}"


@pytest.mark.parametrize("status", [301, 302, 305, 380])
def test_a_redirection_is_not_followed(raw, bob, network, status):
    events = []
    place(bob[0], events)
    network.run(0.1)
    premium = ForeignPhone(network, HostPort("127.0.0.9", 5060))
    raw.reply(raw.last("INVITE"), status, "Contact: <sip:premium@127.0.0.9>")
    network.run()
    assert events == [Failed(cause=FailureCause.UNREACHABLE, status=status)]
    assert premium.got == []


def test_early_media_that_cannot_be_served_is_ringing_all_the_same(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    raw.reply(raw.last("INVITE"), 183, body=SDP.replace("AVP 0 101", "AVP 18"))
    assert events == [Progress(status=183)]


def test_a_success_that_comes_long_after_the_first_is_acknowledged_still(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    invite = raw.last("INVITE")
    raw.reply(invite, 200, body=SDP)
    network.run(60.0)
    raw.got.clear()
    raw.reply(invite, 200, body=SDP)
    assert [m.method for m in raw.got] == ["ACK"]
    assert len(events) == 1


def test_a_bye_that_overtakes_its_answer_ends_the_call(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    invite = raw.last("INVITE")
    theirs = {
        "From": f"{invite.header('to')};tag=rawtag",
        "To": invite.header("from"),
        "Call-ID": invite.call_id,
    }
    assert raw.ask("BYE", **theirs).status == 200
    assert events == [Failed(cause=FailureCause.DECLINED)]
    raw.got.clear()
    raw.reply(invite, 200, body=SDP)
    assert [m.method for m in raw.got] == ["ACK", "BYE"]
    assert len(events) == 1
