"""Requests within a call, by hand: hold, late offers, digits, order, routes, session timers."""

from __future__ import annotations

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.events import (
    Answered,
    Cancelled,
    Confirmed,
    HungUp,
    Lost,
    LostReason,
    MediaChanged,
    OfferRefused,
)
from adapters.telephony.sip.sdp import Direction, LocalMedia
from tests.adapters.sip.foreign_phone import MEDIA, RAW_AT, SDP, ForeignPhone, answered, place


def test_digits_by_info_are_told_and_garbage_is_not(raw, bob):
    _, events = answered(raw, bob[1])
    relay = "Content-Type: application/dtmf-relay"
    assert raw.ask("INFO", relay, body="Signal= 5\r\nDuration=160").status == 200
    assert raw.ask("INFO", relay, body="Signal=11").status == 200
    assert raw.ask("INFO", "Content-Type: application/dtmf", body="*").status == 200
    assert raw.ask("INFO", relay, body="Signal=boo").status == 400
    assert raw.ask("INFO", "Content-Type: text/plain", body="5").status == 415
    assert raw.ask("INFO").status == 200
    assert raw.ask("INFO", relay, body="Signal=7\r\nDuration=" + "1" * 5000).status == 200
    keys = [(e.digit.reveal(), e.duration_ms) for e in events[1:]]
    assert keys == [("5", 160), ("#", 100), ("*", 100), ("7", 100)]


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


def test_a_late_offer_within_the_call_is_answered_in_the_ack_and_told(raw, bob):
    _, events = answered(raw, bob[1])
    offer = raw.ask("INVITE")
    assert b"m=audio 40000 RTP/AVP 0 8 101" in offer.body
    raw.ack(offer, body=SDP.replace("m=audio 4000", "m=audio 4002"))
    assert [type(e) for e in events] == [Confirmed, MediaChanged]
    assert events[-1].remote.port == 4002
    assert bob[1].calls[0].remote == events[-1].remote


def test_a_late_offer_within_the_call_that_is_answered_with_nonsense_changes_nothing(raw, bob):
    _, events = answered(raw, bob[1])
    before = bob[1].calls[0].remote
    raw.ack(raw.ask("INVITE"), body="nonsense")
    assert len(events) == 1
    assert bob[1].calls[0].remote == before
    assert raw.ask("BYE").status == 200
    assert events[-1] == HungUp()


def test_an_ack_with_another_tag_confirms_nothing(raw, bob, network):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    success = raw.ask("INVITE", body=SDP)
    raw.to_tag = success.to_tag
    other = {"CSeq": f"{success.cseq} ACK", "From": "<sip:caller@127.0.0.1>;tag=other"}
    raw.send(raw.message("ACK", **other))
    events = bob[1].events[bob[1].calls[0].id]
    assert events == []
    raw.got.clear()
    network.run(0.5)
    assert [m.status for m in raw.got] == [200]
    raw.ack(success)
    assert [type(e) for e in events] == [Confirmed]


def test_an_ack_that_was_lost_is_made_good_by_the_next_invite(raw, bob, network):
    bob[1].on_call = lambda call: call.answer(MEDIA)
    first = raw.ask("INVITE", body=SDP)
    raw.to_tag = first.to_tag
    raw.ack(raw.ask("INVITE", body=SDP))
    raw.got.clear()
    network.run(60.0)
    assert raw.got == []
    events = bob[1].events[bob[1].calls[0].id]
    assert [type(e) for e in events] == [MediaChanged, Confirmed]


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
    assert raw.ask("INVITE", "Content-Type: text/plain", body="hello").status == 415
    assert raw.ask("UPDATE", body=SDP.replace("AVP 0 101", "AVP 18")).status == 488
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
    proxy = ForeignPhone(network, HostPort("127.0.0.2", 5060))
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
    proxy = ForeignPhone(network, HostPort("127.0.0.2", 5060))
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


def test_a_refresh_of_ours_that_is_refused_is_tried_again_before_the_session_ends(
    raw, bob, network
):
    _, events = answered(raw, bob[1], "Supported: timer", "Session-Expires: 120;refresher=uas")
    network.run(61.0)
    refused = raw.last("INVITE")
    raw.reply(refused, 503)
    assert events[-1] == OfferRefused(status=503)
    network.run(15.0)
    again = raw.last("INVITE")
    assert again.cseq > refused.cseq
    raw.reply(again, 200, body=SDP)
    assert isinstance(events[-1], MediaChanged)
    network.run(40.0)
    assert raw.last("INVITE").cseq == again.cseq


def test_a_phone_we_called_may_count_its_requests_from_0(raw, bob, network):
    events = []
    place(bob[0], events)
    network.run(0.1)
    invite = raw.last("INVITE")
    raw.reply(invite, 200, body=SDP)
    swapped = {
        "From": f"{invite.header('to')};tag=rawtag",
        "To": invite.header("from"),
        "Call-ID": invite.call_id,
        "CSeq": "0 BYE",
    }
    assert raw.ask("BYE", **swapped).status == 200
    assert [type(e) for e in events] == [Answered, HungUp]


def test_a_refresh_does_not_cross_an_offer_that_is_under_way(raw, bob, network):
    answered(raw, bob[1], "Supported: timer", "Session-Expires: 120;refresher=uas")
    network.run(58.0)
    bob[1].calls[0].reoffer(LocalMedia(port=40002))
    raw.got.clear()
    network.run(4.0)
    assert len({m.cseq for m in raw.got if m.method == "INVITE"}) == 1


def test_our_offer_waits_for_the_ack_of_theirs(raw, bob, network):
    _, events = answered(raw, bob[1])
    theirs = raw.ask("INVITE", body=SDP)
    bob[1].calls[0].reoffer(LocalMedia(port=40002))
    raw.got.clear()
    network.run(0.3)
    assert raw.got == []
    raw.ack(theirs)
    raw.reply(raw.last("INVITE"), 200, body=SDP)
    assert [type(e) for e in events] == [Confirmed, MediaChanged, MediaChanged]


def test_requests_follow_the_contact_that_a_reinvite_brings(raw, bob, network):
    answered(raw, bob[1])
    elsewhere = ForeignPhone(network, HostPort("127.0.0.1", 5099))
    moved = raw.ask("INVITE", body=SDP, Contact=f"<sip:raw@{elsewhere.at}>")
    raw.ack(moved)
    bob[1].calls[0].hang_up()
    network.run(0.2)
    assert elsewhere.last("BYE").uri == f"sip:raw@{elsewhere.at}"


def test_what_a_call_does_not_understand_leaves_it_up(raw, bob):
    _, events = answered(raw, bob[1])
    for method in ("REFER", "NOTIFY", "PRACK", "MESSAGE"):
        assert raw.ask(method, "Refer-To: <sip:premium@127.0.0.1>").status == 405
    assert raw.ask("BYE").status == 200
    assert events[1:] == [HungUp()]
