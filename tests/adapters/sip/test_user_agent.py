"""What a user agent answers to single messages, written by hand as a foreign phone writes them."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.wire import MAX_DATAGRAM_BYTES, Unusable, read
from calls.private import Private
from tests.adapters.sip.foreign_phone import MEDIA, RAW_AT, SDP


def test_options_says_what_we_understand(raw):
    response = raw.ask("OPTIONS")
    assert response.status == 200
    assert "INVITE" in response.values("allow")
    assert "application/sdp" in response.values("accept")
    assert response.values("supported") == ["timer"]
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
        ("NOTIFY", 405),
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
    response = raw.ask("INVITE", "Require: precondition, 100rel, timer", body=SDP)
    assert response.status == 420
    assert response.header("unsupported") == "precondition"


def test_who_requires_reliable_ringing_gets_none_and_the_answer_all_the_same(raw, bob):
    def answer(call):
        call.ringing()
        call.answer(MEDIA)

    bob[1].on_call = answer
    assert raw.ask("INVITE", "Require: 100rel", body=SDP).status == 200
    assert [m.status for m in raw.got] == [100, 200]


@pytest.mark.parametrize("method", ["OPTIONS", "INVITE"])
def test_a_request_at_the_end_of_its_hops_has_arrived(raw, bob, method):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    body = SDP if method == "INVITE" else ""
    assert raw.ask(method, Max_Forwards="0", body=body).status == 200


MIXED = (
    "a preamble\r\n--frontier\r\nContent-Type: application/pidf+xml\r\n\r\n<where/>\r\n"
    "--frontier\r\nContent-ID: <1>\r\nContent-Type: application/sdp; x=y\r\n\r\n"
    + SDP
    + "\r\n--frontier--\r\nan epilogue"
)


@pytest.mark.parametrize("boundary", ["frontier", '"frontier"'])
def test_an_offer_among_other_parts_is_found(raw, bob, boundary):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    kind = f"Content-Type: multipart/mixed;boundary={boundary}"
    assert raw.ask("INVITE", kind, body=MIXED).status == 200
    assert bob[1].calls[0].offer.port == 4000


@pytest.mark.parametrize(
    "kind",
    ["multipart/mixed", "multipart/mixed;boundary=other", "multipart/mixed;boundary=frontie"],
)
def test_parts_without_an_offer_are_415(raw, bob, kind):
    assert raw.ask("INVITE", f"Content-Type: {kind}", body=MIXED).status == 415
    assert bob[1].calls == []


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
        ({"body": SDP, "uri": "urn:service:sos"}, 416),
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


def test_responses_carry_received_and_rport(raw):
    via = "SIP/2.0/UDP pc33.invalid:7000;branch=z9hG4bKx;rport"
    response = raw.ask("OPTIONS", Via=via)
    assert "received=127.0.0.1" in response.header("via")
    assert f"rport={RAW_AT.port}" in response.header("via")


def test_anonymous_callers_have_no_number(raw, bob):
    raw.ask("INVITE", body=SDP, From='"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1')
    assert bob[1].calls[0].caller == Private("")
    raw.ask("INVITE", body=SDP, Call_ID="2", From="<tel:+15550100>;tag=2")
    assert bob[1].calls[1].caller == Private("+15550100")
    assert bob[1].calls[1].dialled == Private("clinic")


def test_too_short_a_session_timer_is_422(raw):
    response = raw.ask("INVITE", "Supported: timer", "Session-Expires: 30", body=SDP)
    assert response.status == 422
    assert response.header("min-se") == "90"


@pytest.mark.parametrize("who", ["<sip:>", "<mailto:a@b.example>", "<sip:a@b.example:99999>"])
def test_nobody_is_refused_for_a_name_that_cannot_be_read(raw, bob, who):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    assert raw.ask("INVITE", body=SDP, From=f"{who};tag=1").status == 200
    assert bob[1].calls[0].caller == Private("")


def test_escapes_in_a_user_are_undone(raw, bob):
    bob[1].on_call = lambda call: call.reject(486)
    raw.ask("INVITE", body=SDP, From="<sip:%2B15550100@127.0.0.1>;tag=1", uri="sip:%2311@127.0.0.1")
    assert bob[1].calls[0].caller == Private("+15550100")
    assert bob[1].calls[0].dialled == Private("#11")


def test_what_stands_beyond_the_limit_is_not_looked_at(raw):
    late_via = raw.message("OPTIONS", Via="Subject: " + "x" * MAX_DATAGRAM_BYTES)
    late_via = late_via.replace(b"Via: Subject: ", b"Subject: ").replace(
        b"Max-Forwards", f"Via: SIP/2.0/UDP {RAW_AT};branch=z9hG4bKlate\r\nMax-Forwards".encode()
    )
    assert read(late_via, RAW_AT) == Unusable(why="no Via to answer by")


def test_a_response_beyond_the_limit_is_not_read():
    response = b"SIP/2.0 200 OK\r\n" + b"X: " + b"y" * MAX_DATAGRAM_BYTES + b"\r\n\r\n"
    assert read(response, RAW_AT) == Unusable(why="response too large")
