"""What a user agent answers to single messages, written by hand as a foreign phone writes them."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from adapters.telephony.sip.address import HostPort, Networks
from adapters.telephony.sip.dialler import Ring
from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.events import (
    Answered,
    Cancelled,
    Confirmed,
    Failed,
    FailureCause,
    HungUp,
    Lost,
    LostReason,
    MediaChanged,
    TransferAnswered,
)
from adapters.telephony.sip.registrar import MAX_BINDINGS, Registrar
from adapters.telephony.sip.sdp import Direction, LocalMedia
from adapters.telephony.sip.wire import Request, Response, Unusable, read
from calls.ids import AgentId
from calls.private import Private

BOB_AT = HostPort("127.0.0.1", 5072)
RAW_AT = HostPort("127.0.0.1", 5090)
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
MEDIA = LocalMedia(port=40000)


class Raw:
    """A socket on the virtual network that keeps what it is sent."""

    def __init__(self, network, at=RAW_AT):
        self.network = network
        self.at = at
        self.got: list[Request | Response] = []
        network.attach(at, self)
        self._branch = 0
        self.to_tag = ""

    def receive(self, payload, source):
        message = read(payload, source)
        if isinstance(message, Unusable):
            # What repeats a mistake of ours cannot be read by our own reader.
            message = SimpleNamespace(status=int(payload.split()[1]), branch="")
        self.got.append(message)

    def next_deadline(self):
        return None

    def outgoing(self):
        return []

    def message(self, method, *headers, body="", uri="sip:clinic@127.0.0.1:5072", **over):
        self._branch += 1
        fields = {
            "Via": f"SIP/2.0/UDP {self.at};branch=z9hG4bKraw{self.at.port}{self._branch}",
            "From": "<sip:caller@127.0.0.1>;tag=rawtag",
            "To": "<sip:clinic@127.0.0.1>" + (f";tag={self.to_tag}" if self.to_tag else ""),
            "Call-ID": "raw-call",
            "CSeq": f"{self._branch} {method}",
            "Contact": f"<sip:raw@{self.at}>",
            "Max-Forwards": "70",
        }
        for name, value in over.items():
            fields[name.replace("_", "-")] = value
        lines = [f"{method} {uri} SIP/2.0"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        lines += headers
        if body and not any(h.lower().startswith("content-type") for h in headers):
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join([*lines, "", ""]) + body).encode()

    def send(self, payload):
        self.network.put(payload, self.at, BOB_AT)
        self.network.run(0.2)

    def ask(self, method, *headers, **over):
        """Send a request; the last response to it."""
        self.got.clear()
        self.send(self.message(method, *headers, **over))
        branch = f"z9hG4bKraw{self.at.port}{self._branch}"
        finals = [m for m in self.got if getattr(m, "status", 0) >= 200]
        mine = [m for m in finals if m.branch == branch] or [m for m in finals if not m.branch]
        if not mine:
            return finals[-1] if "Via" in over and finals else None
        if method == "INVITE" and mine[-1].status >= 300 and mine[-1].branch:
            via = f"SIP/2.0/UDP {self.at};branch={branch}"
            self.send(self.message("ACK", **{**over, "Via": via, "CSeq": f"{mine[-1].cseq} ACK"}))
        return mine[-1]

    def ack(self, response, body=""):
        self.to_tag = response.to_tag
        self.send(self.message("ACK", CSeq=f"{response.cseq} ACK", body=body))

    def reply(self, request, status, *headers, body=""):
        lines = [f"SIP/2.0 {status} X"]
        repeated = ("Via", "From", "Call-ID", "CSeq")
        lines += [f"{name}: {request.header(name)}" for name in repeated]
        to = request.header("to")
        lines.append(f"To: {to}" if request.to_tag else f"To: {to};tag=rawtag")
        lines.append(f"Contact: <sip:raw@{self.at}>")
        lines += headers
        if body:
            lines.append("Content-Type: application/sdp")
        payload = ("\r\n".join([*lines, "", ""]) + body).encode()
        self.network.put(payload, self.at, BOB_AT)
        self.network.run(0.2)

    def last(self, method):
        return [m for m in self.got if isinstance(m, Request) and m.method == method][-1]


@pytest.fixture
def bob(network):
    return network.agent(5072)


@pytest.fixture
def raw(network, bob):
    return Raw(network)


def answered(raw, owner, *headers, body=SDP):
    owner.on_call = lambda call: call.answer(MEDIA)
    success = raw.ask("INVITE", *headers, body=body)
    assert success.status == 200
    raw.ack(success)
    return success, owner.events[owner.calls[-1].id]


def test_options_says_what_we_understand(raw):
    response = raw.ask("OPTIONS")
    assert response.status == 200
    assert "INVITE" in response.values("allow")
    assert "application/sdp" in response.values("accept")
    assert response.to_tag


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("SUBSCRIBE", 405),
        ("REFER", 405),
        ("MESSAGE", 405),
        ("PRACK", 405),
        ("DANCE", 501),
        ("invite", 501),
        ("BYE", 481),
        ("INFO", 481),
        ("UPDATE", 481),
        ("NOTIFY", 481),
        ("CANCEL", 481),
    ],
)
def test_what_has_no_meaning_here_is_said_so(raw, method, status):
    response = raw.ask(method)
    assert response.status == status
    if status in (405, 501):
        assert "OPTIONS" in response.values("allow")


def test_a_request_for_a_dialog_that_is_not_there_is_481(raw):
    raw.to_tag = "nothere"
    for method in ("INVITE", "BYE", "INFO", "UPDATE", "OPTIONS"):
        assert raw.ask(method, body=SDP if method == "INVITE" else "").status == 481


def test_an_extension_that_is_required_and_unknown_is_420(raw):
    response = raw.ask("INVITE", "Require: 100rel, timer", body=SDP)
    assert response.status == 420
    assert response.header("unsupported") == "100rel"


@pytest.mark.parametrize(
    ("over", "status"),
    [
        ({"body": SDP.replace("RTP/AVP 0 101", "RTP/AVP 18")}, 488),
        ({"body": SDP.replace("4000", "99999")}, 400),
        ({"body": SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.300")}, 400),
        ({"body": "hello"}, 400),
        ({"body": SDP, "Contact": None}, 400),
        ({"body": SDP, "Contact": "<tel:+15550100>"}, 400),
        ({"body": SDP, "uri": "sips:clinic@127.0.0.1"}, 416),
        ({"body": SDP, "uri": "http://127.0.0.1"}, 416),
        ({"body": SDP, "From": '"unclosed <sip:a@127.0.0.1>;tag=1'}, 400),
        ({"body": SDP, "From": None}, 400),
        ({"body": SDP, "CSeq": "x INVITE"}, 400),
        ({"body": SDP, "CSeq": "1 BYE"}, 400),
        ({"body": SDP, "CSeq": "99999999999 INVITE"}, 400),
        ({"body": SDP, "Call-ID": ""}, 400),
        ({"body": SDP, "Max-Forwards": "many"}, 400),
        ({"body": "x" * 9000}, 413),
        ({"body": "x" * 20000}, 513),
    ],
)
def test_an_invite_that_is_wrong_is_refused_with_its_reason(raw, bob, over, status):
    assert raw.ask("INVITE", **over).status == status
    assert bob[1].calls == []


def test_another_body_than_a_session_description_is_415(raw):
    response = raw.ask("INVITE", "Content-Type: text/plain", body="hello")
    assert response.status == 415
    assert "application/sdp" in response.values("accept")


def test_another_version_of_sip_is_505(raw):
    raw.send(raw.message("OPTIONS").replace(b" SIP/2.0\r\n", b" SIP/3.0\r\n", 1))
    assert raw.got[-1].status == 505


def test_a_body_shorter_than_it_says_is_400(raw):
    raw.send(raw.message("INVITE", body=SDP)[:-20])
    assert raw.got[-1].status == 400


@pytest.mark.parametrize("port", ["99999", "0", "-1", "65536"])
def test_a_via_port_that_cannot_be_sent_to_is_refused_and_harms_nothing(raw, port):
    via = f"SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKbad"
    assert raw.ask("OPTIONS", Via=via).status == 400
    assert raw.ask("OPTIONS").status == 200


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\r\n\r\n", b"\x00" * 100, b"INVITE", b"\xff\xfe", b"SIP/2.0 200 OK\r\n\r\n", b"GET / "],
)
def test_what_is_no_sip_is_dropped_without_an_answer(raw, bob, garbage):
    raw.send(garbage)
    assert raw.got == []
    assert bob[0].leftovers == 0


def test_an_ack_is_never_answered(raw):
    raw.send(raw.message("ACK", From=None))
    raw.send(raw.message("ACK"))
    assert raw.got == []


def test_a_stranger_gets_no_answer_at_all(network, bob):
    stranger = Raw(network, HostPort("192.0.2.9", 5060))
    assert stranger.ask("OPTIONS") is None
    assert stranger.ask("INVITE", body=SDP) is None
    assert stranger.got == []
    assert bob[0].counts["not-allowed"] == 2
    assert bob[0].leftovers == 0


def test_responses_carry_received_and_rport(raw):
    via = "SIP/2.0/UDP pc33.invalid:7000;branch=z9hG4bKx;rport"
    response = raw.ask("OPTIONS", Via=via)
    assert "received=127.0.0.1" in response.header("via")
    assert f"rport={RAW_AT.port}" in response.header("via")


def test_digits_by_info_are_told_and_garbage_is_not(raw, bob):
    _, events = answered(raw, bob[1])
    relay = "Content-Type: application/dtmf-relay"
    assert raw.ask("INFO", relay, body="Signal= 5\r\nDuration=160").status == 200
    assert raw.ask("INFO", relay, body="Signal=11").status == 200
    assert raw.ask("INFO", "Content-Type: application/dtmf", body="*").status == 200
    assert raw.ask("INFO", relay, body="Signal=boo").status == 400
    assert raw.ask("INFO", "Content-Type: text/plain", body="5").status == 415
    assert raw.ask("INFO").status == 200
    keys = [(e.digit.reveal(), e.duration_ms) for e in events[1:]]
    assert keys == [("5", 160), ("#", 100), ("*", 100)]


def test_requests_before_the_answer_are_refused_and_a_bye_ends_the_invite(raw, bob):
    bob[1].on_call = lambda call: call.ringing()
    raw.send(raw.message("INVITE", body=SDP))
    invite_branch = raw.got[-1].branch
    raw.to_tag = raw.got[-1].to_tag
    assert raw.ask("INVITE", body=SDP).status == 500
    assert raw.ask("UPDATE", body=SDP).status == 500
    assert raw.ask("BYE").status == 200
    ended = [m for m in raw.got if m.branch == invite_branch]
    assert ended[-1].status == 487
    assert bob[1].events[bob[1].calls[0].id] == [Cancelled()]


def test_a_late_offer_is_answered_in_the_ack(raw, bob):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    success = raw.ask("INVITE")
    assert b"m=audio 40000 RTP/AVP 0 8 101" in success.body
    raw.ack(success, body=SDP)
    call = bob[1].calls[0]
    (event,) = bob[1].events[call.id]
    assert isinstance(event, Confirmed)
    assert event.remote.port == 4000
    assert call.offer is None


def test_a_late_offer_that_is_answered_with_nonsense_loses_the_call(raw, bob):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    raw.ack(raw.ask("INVITE"), body="nonsense")
    assert bob[1].events[bob[1].calls[0].id] == [Lost(reason=LostReason.MEDIA_REFUSED)]
    assert raw.last("BYE").header("cseq").endswith("BYE")


def test_a_reinvite_changes_hold_and_address(raw, bob):
    success, events = answered(raw, bob[1])
    held = raw.ask("INVITE", body=SDP.replace("m=audio 4000", "m=audio 4002") + "a=sendonly\r\n")
    assert b"a=recvonly" in held.body
    raw.ack(held)
    assert events[-1].remote.direction is Direction.RECVONLY
    assert events[-1].remote.port == 4002
    first = int(success.body.split(b"o=- ")[1].split()[1])
    assert int(held.body.split(b"o=- ")[1].split()[1]) == first + 1
    resumed = raw.ask("UPDATE", body=SDP)
    assert resumed.status == 200
    assert events[-1].remote.direction is Direction.SENDRECV
    assert [type(e) for e in events] == [Confirmed, MediaChanged, MediaChanged]


def test_a_reinvite_that_cannot_be_served_leaves_the_call_up(raw, bob):
    _, events = answered(raw, bob[1])
    assert raw.ask("INVITE", body=SDP.replace("AVP 0 101", "AVP 18")).status == 488
    assert raw.ask("INVITE", body="v=0\r\nm=audio x y z\r\n").status == 400
    assert len(events) == 1
    assert raw.ask("BYE").status == 200
    assert events[-1] == HungUp()


def test_requests_out_of_order_or_with_another_tag_are_refused(raw, bob):
    answered(raw, bob[1])
    assert raw.ask("INFO", CSeq="1 INFO").status == 500
    assert raw.ask("BYE", From="<sip:caller@127.0.0.1>;tag=other").status == 481
    assert raw.ask("OPTIONS").status == 200
    assert raw.ask("BYE").status == 200
    assert raw.ask("BYE").status == 481


def test_an_unacknowledged_offer_of_ours_makes_their_offer_wait(raw, bob):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    success = raw.ask("INVITE")
    raw.to_tag = success.to_tag
    assert raw.ask("INVITE", body=SDP).status == 491


def test_requests_of_ours_follow_the_route_set_and_the_contact(raw, bob, network):
    proxy = Raw(network, HostPort("127.0.0.2", 5060))
    answered(
        raw,
        bob[1],
        "Record-Route: <sip:127.0.0.2;lr>, <sip:127.0.0.3;lr>",
    )
    bob[1].calls[0].hang_up()
    network.run(0.2)
    bye = proxy.last("BYE")
    assert bye.values("route") == ["<sip:127.0.0.2;lr>", "<sip:127.0.0.3;lr>"]
    assert bye.uri == f"sip:raw@{RAW_AT}"


def test_a_strict_router_gets_its_own_address_as_request_uri(raw, bob, network):
    proxy = Raw(network, HostPort("127.0.0.2", 5060))
    answered(raw, bob[1], "Record-Route: <sip:127.0.0.2>")
    bob[1].calls[0].hang_up()
    network.run(0.2)
    bye = proxy.last("BYE")
    assert bye.uri == "sip:127.0.0.2"
    assert bye.values("route") == [f"<sip:raw@{RAW_AT}>"]


def test_a_session_timer_is_agreed_on_and_its_silence_ends_the_call(raw, bob, network):
    timer = ("Supported: timer", "Session-Expires: 120")
    success, events = answered(raw, bob[1], *timer)
    assert success.header("session-expires") == "120;refresher=uac"
    assert success.values("require") == ["timer"]
    network.run(80.0)
    assert raw.ask("UPDATE", *timer).status == 200
    network.run(80.0)
    assert len(events) == 1
    network.run(10.0)
    assert events[-1] == Lost(reason=LostReason.SESSION_EXPIRED)
    assert raw.last("BYE")


def test_a_session_timer_left_to_us_is_refreshed_by_us(raw, bob, network):
    answered(raw, bob[1], "Supported: timer", "Session-Expires: 120;refresher=uas")
    network.run(61.0)
    invite = raw.last("INVITE")
    assert invite.header("session-expires") == "120;refresher=uac"


def test_too_short_a_session_timer_is_422(raw):
    response = raw.ask("INVITE", "Supported: timer", "Session-Expires: 30", body=SDP)
    assert response.status == 422
    assert response.header("min-se") == "90"


def test_a_transfer_that_succeeds_is_told(raw, bob, network):
    _, events = answered(raw, bob[1])
    bob[1].calls[0].refer("sip:fallback@127.0.0.1:5095")
    network.run(0.1)
    refer = raw.last("REFER")
    assert refer.header("refer-to") == "<sip:fallback@127.0.0.1:5095>"
    raw.reply(refer, 202)
    for fragment, state in (("SIP/2.0 100 Trying", "active"), ("SIP/2.0 200 OK", "terminated")):
        notify = raw.ask(
            "NOTIFY",
            "Event: refer",
            f"Subscription-State: {state}",
            "Content-Type: message/sipfrag",
            body=fragment,
        )
        assert notify.status == 200
    assert events[1:] == [TransferAnswered(succeeded=True, status=200)]
    assert raw.ask("NOTIFY", body="SIP/2.0 200 OK").status == 481


def place(agent, events, target=f"sip:phone@{RAW_AT}"):
    return agent.place_call(
        target,
        MEDIA,
        events.append,
        Ring(
            ring_timeout_s=20.0,
            caller="main",
            caller_name='Nurse "line"',
            headers={"Alert-Info": "<urn:alert:service:priority>"},
        ),
    )


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
    network.agent(
        5072,
        trunk=None,
    )
    raw = Raw(network)
    agent, _ = network.agent(5072)
    events = []
    place(agent, events)
    network.run(0.1)
    raw.reply(raw.last("INVITE"), 401, 'WWW-Authenticate: Digest realm="x", nonce="n", qop="auth"')
    assert events == [Failed(cause=FailureCause.UNAUTHORISED, status=401)]


def test_anonymous_callers_have_no_number(raw, bob):
    raw.ask("INVITE", body=SDP, From='"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1')
    assert bob[1].calls[0].caller == Private("")
    raw.ask("INVITE", body=SDP, Call_ID="2", From="<tel:+15550100>;tag=2")
    assert bob[1].calls[1].caller == Private("+15550100")
    assert bob[1].calls[1].dialled == Private("clinic")


def test_no_user_part_or_number_is_logged_or_shown(raw, bob, caplog):
    caplog.set_level(logging.DEBUG)
    _, _ = answered(raw, bob[1])
    raw.ask("INVITE", body=SDP, From="<sip:5550100@127.0.0.1", uri="sip:5550199@127.0.0.1")
    raw.send(b"INVITE sip:5550100@127.0.0.1\r\nVia: x\r\n\r\n")
    assert "5550" not in caplog.text
    assert "caller" not in repr(bob[1].calls[0])


ANA = AgentId("ana")


def an_agent_line(network, **settings):
    return network.agent(
        5072,
        agents={ANA: Private("secret")},
        feature_codes=frozenset({"*11"}),
        **settings,
    )


def challenged(raw, method, *headers, password="secret", user="ana", **over):
    """Ask, and ask again with what the challenge calls for."""
    from aiosipua.auth import SipDigestAuth, build_credentials
    from aiosipua.header_codec import parse_auth, stringify_auth

    first = raw.ask(method, *headers, **over)
    if first.status != 401:
        return first
    credentials = build_credentials(
        SipDigestAuth(username=user, password=password),
        parse_auth(first.header("www-authenticate")),
        method,
        over.get("uri", "sip:clinic@127.0.0.1:5072"),
    )
    return raw.ask(method, f"Authorization: {stringify_auth(credentials)}", *headers, **over)


AOR = {"From": "<sip:ana@127.0.0.1>;tag=1", "To": "<sip:ana@127.0.0.1>"}


def test_a_phone_registers_with_its_password_is_rung_and_expires(network):
    agent, owner = an_agent_line(network)
    raw = Raw(network)
    assert raw.ask("REGISTER", "Expires: 120", **AOR).status == 401
    response = challenged(raw, "REGISTER", "Expires: 120", **AOR)
    assert response.status == 200
    assert "expires=120" in response.header("contact")
    assert owner.registered == [(ANA, True)]
    assert agent.registered_agents() == (ANA,)
    events = []
    agent.ring_agent(
        ANA, MEDIA, events.append, Ring(ring_timeout_s=5.0, caller="", caller_name="", headers={})
    )
    network.run(0.1)
    assert raw.last("INVITE").uri == f"sip:raw@{RAW_AT}"
    network.run(121.0)
    assert owner.registered == [(ANA, True), (ANA, False)]
    assert (
        agent.ring_agent(
            ANA,
            MEDIA,
            events.append,
            Ring(ring_timeout_s=5.0, caller="", caller_name="", headers={}),
        )
        is None
    )


def test_a_dead_phone_is_rung_once_and_then_no_more_until_it_registers_again(network):
    agent, owner = an_agent_line(network)
    raw = Raw(network)
    challenged(raw, "REGISTER", "Expires: 120", **AOR)
    events = []
    ring = Ring(ring_timeout_s=5.0, caller="", caller_name="", headers={})
    agent.ring_agent(ANA, MEDIA, events.append, ring)
    agent.unreachable(RAW_AT)
    network.run(0.1)
    assert events == [Failed(cause=FailureCause.UNREACHABLE)]
    assert owner.registered == [(ANA, True), (ANA, False)]
    assert agent.ring_agent(ANA, MEDIA, events.append, ring) is None
    assert challenged(raw, "REGISTER", "Expires: 120", **AOR).status == 200
    assert agent.ring_agent(ANA, MEDIA, events.append, ring) is not None
    network.run(6.0)
    assert events[1:] == [Failed(cause=FailureCause.TIMEOUT)]
    assert owner.registered[2:] == [(ANA, True), (ANA, False)]


def test_a_phone_takes_itself_off(network):
    _, owner = an_agent_line(network)
    raw = Raw(network)
    challenged(raw, "REGISTER", "Expires: 120", **AOR)
    assert challenged(raw, "REGISTER", "Expires: 0", **{**AOR, "Contact": "*"}).status == 200
    assert owner.registered == [(ANA, True), (ANA, False)]


@pytest.mark.parametrize(
    ("headers", "over", "status"),
    [
        (("Expires: 10",), {}, 423),
        (("Expires: many",), {}, 400),
        (("Expires: 120",), {"Contact": "*"}, 400),
        (("Expires: 120",), {"Contact": "<tel:+15550100>"}, 400),
        (("Expires: 120",), {"Contact": "<sip:ana@127.0.0.1:99999>"}, 400),
        (("Expires: 120",), {"To": "<sip:bo@127.0.0.1>"}, 403),
    ],
)
def test_a_registration_that_is_wrong_changes_nothing(network, headers, over, status):
    agent, owner = an_agent_line(network)
    raw = Raw(network)
    response = challenged(raw, "REGISTER", *headers, **{**AOR, **over})
    assert response.status == status
    if status == 423:
        assert response.header("min-expires") == "60"
    assert agent.registered_agents() == ()
    assert owner.registered == []


def test_an_older_register_does_not_undo_a_newer_one(network):
    registrar = Registrar(Networks(("127.0.0.0/8",)), 60, 300)
    raw = Raw(network)
    newer, older = (
        read(raw.message("REGISTER", f"Expires: {expires}", CSeq=f"{cseq} REGISTER"), RAW_AT)
        for expires, cseq in ((120, 2), (0, 1))
    )
    assert registrar.register(ANA, newer, 0.0).appeared
    with pytest.raises(BadMessage) as refused:
        registrar.register(ANA, older, 1.0)
    assert refused.value.status == 500
    assert registrar.agents() == (ANA,)


def test_an_agent_keeps_a_bounded_number_of_phones_and_the_latest_is_rung(network):
    registrar = Registrar(Networks(("127.0.0.0/8",)), 60, 300)
    raw = Raw(network)
    for number in range(20):
        contact = f"<sip:ana@127.0.0.1:{6000 + number}>"
        registrar.register(ANA, read(raw.message("REGISTER", Contact=contact), RAW_AT), 0.0)
    assert len(registrar._bindings[ANA]) == MAX_BINDINGS
    assert registrar.binding(ANA).destination.port == 6019


def test_a_phone_behind_a_nat_is_rung_where_it_registered_from(network):
    agent, _ = an_agent_line(network)
    raw = Raw(network)
    contact = {"Contact": "<sip:ana@192.168.7.7:5060>"}
    via = "SIP/2.0/UDP 192.168.7.7:5060;branch=z9hG4bKn;rport"
    first = raw.ask("REGISTER", Via=via, **AOR, **contact)
    assert first.status == 401
    assert challenged(raw, "REGISTER", **AOR, **contact).status == 200
    agent.ring_agent(
        ANA, MEDIA, lambda e: None, Ring(ring_timeout_s=5.0, caller="", caller_name="", headers={})
    )
    network.run(0.1)
    assert raw.last("INVITE").uri == "sip:ana@192.168.7.7:5060"


def test_a_guesser_is_not_even_checked_after_a_few_tries(network):
    _, owner = an_agent_line(network)
    raw = Raw(network)
    statuses = [challenged(raw, "REGISTER", password=f"guess{n}", **AOR).status for n in range(8)]
    assert statuses == [403] * 8
    response = challenged(raw, "REGISTER", **AOR)
    assert response.status in (401, 403)
    assert owner.registered == []
    network.run(600.0)
    assert challenged(raw, "REGISTER", **AOR).status == 200


def test_a_feature_code_needs_proof_and_names_the_agent(network):
    _, owner = an_agent_line(network)
    raw = Raw(network)
    code = {"uri": "sip:*11@127.0.0.1:5072", "body": SDP}
    assert raw.ask("INVITE", **code).status == 401
    owner.on_call = lambda call: call.answer(MEDIA)
    assert challenged(raw, "INVITE", password="wrong", **code).status == 403
    assert owner.calls == []
    assert challenged(raw, "INVITE", **code).status == 200
    assert owner.calls[0].agent_id == ANA
    assert owner.calls[0].dialled == Private("*11")


def test_nobody_calls_in_an_agents_name_without_proof(network):
    _, owner = an_agent_line(network)
    raw = Raw(network)
    assert raw.ask("INVITE", body=SDP, From="<sip:ana@127.0.0.1>;tag=1").status == 401
    owner.on_call = lambda call: call.reject(486)
    assert raw.ask("INVITE", body=SDP, From="<sip:bo@127.0.0.1>;tag=1").status == 486
    assert owner.calls[0].agent_id is None
