"""What somebody who means harm may send, and that it gets them nothing."""

from __future__ import annotations

import logging

import pytest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.events import Answered, Cancelled, HungUp
from tests.adapters.sip.foreign_phone import (
    BOB_AT,
    MEDIA,
    SDP,
    ForeignPhone,
    answered,
    place,
)

OUTSIDE = HostPort("198.51.100.7", 5060)


def test_a_stranger_gets_no_answer_at_all(network, bob):
    stranger = ForeignPhone(network, HostPort("192.0.2.9", 5060))
    assert stranger.ask("OPTIONS") is None
    assert stranger.ask("INVITE", body=SDP) is None
    assert stranger.got == []
    assert bob[0].counts["not-allowed"] == 2
    assert bob[0].leftovers == 0


def test_no_user_part_or_number_is_logged_or_shown(raw, bob, caplog):
    caplog.set_level(logging.DEBUG)
    _, _ = answered(raw, bob[1])
    raw.ask("INVITE", body=SDP, From="<sip:5550100@127.0.0.1", uri="sip:5550199@127.0.0.1")
    raw.send(b"INVITE sip:5550100@127.0.0.1\r\nVia: x\r\n\r\n")
    assert "5550" not in caplog.text
    assert "caller" not in repr(bob[1].calls[0])


def test_a_response_that_a_stranger_makes_up_is_not_even_read(network, bob):
    stranger = ForeignPhone(network, HostPort("192.0.2.9", 5060))
    via = f"Via: SIP/2.0/UDP {BOB_AT};branch=z9hG4bKguess"
    response = f"SIP/2.0 200 OK\r\n{via}\r\nCSeq: 1 INVITE\r\n\r\n"
    stranger.send(response.encode())
    assert bob[0].counts["not-allowed"] == 1
    assert bob[0].counts["stray-response"] == bob[0].counts["unusable"] == 0


def test_whom_we_called_is_heard_wherever_they_are_and_only_within_the_call(network, bob):
    events = []
    place(bob[0], events, target=f"sip:help@{OUTSIDE}")
    outside = ForeignPhone(network, OUTSIDE)
    network.run(0.1)
    network.run(0.5)
    invite = outside.last("INVITE")
    outside.reply(invite, 200, body=SDP)
    assert [type(e) for e in events] == [Answered]
    assert outside.ask("OPTIONS") is None
    assert outside.ask("INVITE", body=SDP) is None
    theirs = {
        "From": f"{invite.header('to')};tag=rawtag",
        "To": invite.header("from"),
        "Call-ID": invite.call_id,
    }
    assert outside.ask("BYE", **{**theirs, "To": "<sip:main@127.0.0.1>;tag=guess"}) is None
    assert outside.ask("BYE", **theirs).status == 200
    assert [type(e) for e in events] == [Answered, HungUp]
    network.run()
    assert bob[0].leftovers == 0


def test_a_cancel_from_another_host_stops_no_call(network, raw, bob):
    bob[1].on_call = lambda call: call.ringing()
    raw.send(raw.message("INVITE", body=SDP))
    invite = raw.got[-1]
    eve = ForeignPhone(network, HostPort("127.0.0.6", 5060))
    eve.send(
        raw.message("CANCEL", Via=invite.header("via").partition(";received")[0], CSeq="1 CANCEL")
    )
    assert not bob[1].calls[0].ended
    via = f"SIP/2.0/UDP {raw.at};branch={invite.branch}"
    raw.send(raw.message("CANCEL", Via=via, CSeq="1 CANCEL"))
    assert bob[1].events[bob[1].calls[0].id] == [Cancelled()]


@pytest.mark.parametrize("method", ["BYE", "INVITE", "UPDATE", "INFO"])
def test_who_does_not_know_both_tags_changes_nothing_of_a_call(network, raw, bob, method):
    success, events = answered(raw, bob[1])
    eve = ForeignPhone(network, HostPort("127.0.0.6", 5060))
    body = SDP.replace("4000", "6666") if method in ("INVITE", "UPDATE") else ""
    for ours, theirs in ((success.to_tag, "other"), ("other", "rawtag"), ("", "rawtag")):
        tags = {
            "To": f"<sip:clinic@127.0.0.1>;tag={ours}",
            "From": f"<sip:caller@127.0.0.1>;tag={theirs}",
            "CSeq": f"50 {method}",
        }
        response = eve.ask(method, body=body, **tags)
        assert response.status in (481, 482, 200)
    first, *others = bob[1].calls
    assert not first.ended
    assert first.remote.port == 4000
    assert len(events) == 1
    assert len(others) == (method == "INVITE")  # with no tag of ours it is a call of its own


def test_tags_cannot_be_guessed(raw, bob):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    tags = {raw.ask("INVITE", body=SDP, Call_ID=str(number)).to_tag for number in range(20)}
    assert len(tags) == 20
    assert {len(tag) for tag in tags} == {16}


@pytest.mark.parametrize("broken", ["\r", "\n", "\r\n", "\x0b", "\x85", "\u2028"])
def test_no_header_of_theirs_becomes_a_line_of_its_own_in_a_message_of_ours(
    network, raw, bob, broken
):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    evil = f"{broken}Evil: yes"
    for name, value in (
        ("From", f'"a{evil}" <sip:caller@127.0.0.1>;tag=rawtag'),
        ("From", f"<sip:caller@127.0.0.1>;tag=rawtag{evil}"),
        ("To", f"<sip:clinic@127.0.0.1;x={evil}>"),
        ("Contact", f"<sip:raw@{raw.at};x={evil}>"),
        ("Call-ID", f"raw-call{evil}"),
        ("Record-Route", f"<sip:127.0.0.1:5090;lr;x={evil}>"),
    ):
        raw.to_tag = ""
        raw.send(raw.message("INVITE", body=SDP, **{name: value}))
    for call in bob[1].calls:
        call.hang_up()
    network.run(40.0)
    ours = [payload for _, source, _, payload in network.sent if source == BOB_AT]
    assert len(ours) > 6
    assert not [payload for payload in ours if b"\nEvil" in payload or b"\rEvil" in payload]


@pytest.mark.parametrize("escape", ["%0d%0aEvil%3a%20yes", "%00", "%0a"])
def test_an_escaped_line_break_in_a_number_stays_escaped(raw, bob, escape):
    raw.ask("INVITE", body=SDP, From=f"<sip:555{escape}@127.0.0.1>;tag=1")
    assert bob[1].calls[0].caller.reveal() == f"555{escape}"


@pytest.mark.parametrize(
    "over",
    [
        {"Contact": "<sip:raw@127.0.0.1:000001" + "0" * 5000 + ">"},
        {"From": "<sip:a@127.0.0.1:000001" + "0" * 5000 + ">;tag=1"},
        {"Max-Forwards": "1" * 5000},
        {"CSeq": "1" * 5000 + " INVITE"},
        {"Call-ID": "x" * 5000},
    ],
)
def test_huge_values_are_answered_and_hold_nothing(network, raw, bob, over):
    bob[1].on_call = lambda call: call.reject(486)
    assert raw.ask("INVITE", body=SDP, **over).status in (400, 486)
    network.run()
    assert bob[0].leftovers == 0


def test_many_folded_lines_or_headers_are_refused_or_read_and_nothing_worse(network, raw, bob):
    bob[1].on_call = lambda call: call.reject(486)
    for filler in ("X: y\r\n\r" * 300, "Subject: a" + "\r\n b" * 3000, "Via: " + "a," * 3000):
        raw.send(raw.message("INVITE", body=SDP).replace(b"Max-F", filler.encode() + b"\r\nMax-F"))
    assert raw.ask("OPTIONS").status == 200
    network.run()
    assert bob[0].leftovers == 0
