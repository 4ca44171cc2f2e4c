"""Whole calls between two user agents in virtual time."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.dialler import Ring
from adapters.telephony.sip.errors import BadAddress, WrongState
from adapters.telephony.sip.events import (
    ENDINGS,
    Answered,
    Cancelled,
    Confirmed,
    Failed,
    FailureCause,
    HungUp,
    KeyPressed,
    Lost,
    LostReason,
    MediaChanged,
    OfferRefused,
    Progress,
)
from adapters.telephony.sip.sdp import PCMA, PCMU, Direction, LocalMedia
from adapters.telephony.sip.timers import Timers
from calls.private import Private

BOB = "sip:clinic@127.0.0.1:5072"
ALICE_AT, BOB_AT = HostPort("127.0.0.1", 5071), HostPort("127.0.0.1", 5072)
MEDIA_A, MEDIA_B = LocalMedia(port=30000), LocalMedia(port=40000)


class Pair:
    """Alice calls Bob."""

    def __init__(self, network, timers=None):
        self.network = network
        self.alice, _ = network.agent(5071, timers)
        self.bob, self.owner = network.agent(5072, timers)
        self.heard = []

    def call(self, target=BOB, **options):
        settings = {"ring_timeout_s": 30.0, "caller": "", "caller_name": "", "headers": {}}
        ring = Ring(**{**settings, **options})
        return self.alice.place_call(target, MEDIA_A, self.heard.append, ring)

    def up(self):
        """A call that is up, from both sides."""
        self.owner.on_call = lambda call: call.answer(MEDIA_B)
        ours = self.call()
        self.network.run(1.0)
        theirs = self.owner.calls[0]
        assert not ours.ended
        assert not theirs.ended
        return ours, theirs

    @property
    def theirs(self):
        return self.owner.events[self.owner.calls[0].id]

    def methods(self, source):
        return [p.split()[0].decode() for _, s, _, p in self.network.sent if s == source]

    def assert_nothing_left(self):
        self.network.run()
        assert self.alice.leftovers == 0
        assert self.bob.leftovers == 0


@pytest.fixture
def pair(network):
    return Pair(network)


def kinds(events):
    return [type(e) for e in events]


def test_a_call_is_answered_and_hung_up_by_whoever_placed_it(pair):
    ours, theirs = pair.up()
    assert kinds(pair.heard) == [Answered]
    assert pair.heard[0].remote.port == 40000
    assert kinds(pair.theirs) == [Confirmed]
    assert theirs.remote.port == 30000
    ours.hang_up()
    ours.hang_up()
    pair.network.run(1.0)
    assert kinds(pair.heard) == [Answered]
    assert kinds(pair.theirs) == [Confirmed, HungUp]
    assert pair.methods(ALICE_AT).count("BYE") == 1
    pair.assert_nothing_left()


def test_a_call_is_hung_up_by_whoever_answered_it(pair):
    _, theirs = pair.up()
    theirs.hang_up()
    pair.network.run(1.0)
    assert kinds(pair.heard) == [Answered, HungUp]
    assert kinds(pair.theirs) == [Confirmed]
    pair.assert_nothing_left()


def test_ringing_is_told_as_progress(pair):
    pair.owner.on_call = lambda call: call.ringing()
    pair.call()
    pair.network.run(1.0)
    assert pair.heard == [Progress(status=180)]


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (486, FailureCause.BUSY),
        (600, FailureCause.BUSY),
        (603, FailureCause.DECLINED),
        (480, FailureCause.NO_ANSWER),
        (404, FailureCause.UNREACHABLE),
        (503, FailureCause.UNREACHABLE),
        (488, FailureCause.NO_COMMON_CODEC),
        (302, FailureCause.UNREACHABLE),
    ],
)
def test_a_refusal_is_classified(pair, status, cause):
    pair.owner.on_call = lambda call: call.reject(status, retry_after_s=7)
    call = pair.call()
    pair.network.run(1.0)
    assert pair.heard == [Failed(cause=cause, status=status, retry_after_s=7)]
    assert call.ended
    pair.assert_nothing_left()


def test_a_phone_that_says_nothing_did_not_ring(pair):
    pair.call("sip:nobody@127.0.0.1:5999")
    pair.network.run(31.0)
    assert pair.heard == [Failed(cause=FailureCause.TIMEOUT)]
    pair.heard.clear()
    pair.call("sip:nobody@127.0.0.1:5999", ring_timeout_s=60.0)
    pair.network.run()
    assert pair.heard == [Failed(cause=FailureCause.TIMEOUT)]
    pair.assert_nothing_left()


def test_ring_no_answer_cancels_the_phone(pair):
    pair.owner.on_call = lambda call: call.ringing()
    pair.call(ring_timeout_s=15.0)
    pair.network.run(16.0)
    assert pair.heard == [Progress(status=180), Failed(cause=FailureCause.NO_ANSWER)]
    assert pair.theirs == [Cancelled()]
    pair.assert_nothing_left()


def test_nobody_is_rung_for_longer_than_a_cancel_can_still_reach_them(pair):
    pair.owner.on_call = lambda call: call.ringing()
    pair.call(ring_timeout_s=1000.0)
    pair.network.run(172.0)
    assert pair.theirs == [Cancelled()]
    assert "CANCEL" in pair.methods(ALICE_AT)
    pair.assert_nothing_left()


def test_cancel_stops_the_ringing(pair):
    pair.owner.on_call = lambda call: call.ringing()
    call = pair.call()
    pair.network.run(1.0)
    call.cancel()
    call.cancel()
    pair.network.run(1.0)
    assert pair.heard == [Progress(status=180)]
    assert pair.theirs == [Cancelled()]
    assert pair.methods(ALICE_AT).count("CANCEL") == 1
    pair.owner.calls[0].answer(MEDIA_B)
    pair.owner.calls[0].reject(486)
    pair.assert_nothing_left()


def test_an_answer_that_crosses_our_cancel_is_hung_up_at_once(pair):
    pair.owner.on_call = lambda call: call.ringing()
    call = pair.call()
    pair.network.run(1.0)
    call.cancel()
    pair.owner.calls[0].answer(MEDIA_B)
    pair.network.run(1.0)
    assert kinds(pair.heard) == [Progress]
    assert kinds(pair.theirs) == [Confirmed, HungUp]
    assert pair.methods(ALICE_AT) == ["INVITE", "CANCEL", "ACK", "BYE"]
    pair.assert_nothing_left()


def test_cancel_at_once_waits_for_trying_and_then_cancels(pair):
    call = pair.call()
    call.cancel()
    pair.network.run(1.0)
    assert pair.methods(ALICE_AT) == ["INVITE", "CANCEL", "ACK"]
    assert pair.theirs == [Cancelled()]
    pair.assert_nothing_left()


def test_a_call_that_nobody_answers_or_cancels_ends_by_itself(pair):
    pair.owner.on_call = lambda call: call.ringing()
    pair.network.drop = lambda payload: payload.startswith(b"CANCEL")
    pair.call(ring_timeout_s=15.0)
    pair.network.run(185.0)
    assert pair.theirs == [Cancelled()]
    assert pair.owner.calls[0].ended
    pair.assert_nothing_left()


def test_no_ack_ever_loses_the_call_and_says_bye(pair):
    pair.network.drop = lambda payload: payload.startswith(b"ACK")
    pair.owner.on_call = lambda call: call.answer(MEDIA_B)
    pair.call()
    pair.network.run(40.0)
    assert pair.theirs == [Lost(reason=LostReason.NO_ACK)]
    assert kinds(pair.heard) == [Answered, HungUp]
    pair.assert_nothing_left()


def test_bye_before_the_ack_waits_for_it(pair):
    pair.network.drop = lambda payload: payload.startswith(b"ACK")

    def answer_and_leave(call):
        call.answer(MEDIA_B)
        call.hang_up()

    pair.owner.on_call = answer_and_leave
    pair.call()
    pair.network.run(1.0)
    assert "BYE" not in pair.methods(BOB_AT)
    pair.network.drop = lambda payload: False
    pair.network.run(5.0)
    assert pair.methods(BOB_AT).count("BYE") == 1
    assert kinds(pair.heard) == [Answered, HungUp]
    pair.assert_nothing_left()


def test_answering_twice_is_a_bug_and_answering_late_is_not(pair):
    _, theirs = pair.up()
    with pytest.raises(WrongState):
        theirs.answer(MEDIA_B)
    with pytest.raises(WrongState):
        theirs.reject(486)
    theirs.hang_up()
    theirs.answer(MEDIA_B)
    pair.assert_nothing_left()


def test_hold_and_resume_are_told_to_the_other_side(pair):
    ours, theirs = pair.up()
    ours.reoffer(LocalMedia(port=30000, direction=Direction.SENDONLY))
    pair.network.run(1.0)
    assert pair.theirs[-1].remote.direction is Direction.RECVONLY
    assert pair.heard[-1].remote.direction is Direction.SENDONLY
    ours.reoffer(LocalMedia(port=30002))
    pair.network.run(1.0)
    assert pair.theirs[-1].remote.direction is Direction.SENDRECV
    assert pair.theirs[-1].remote.port == 30002
    assert kinds(pair.heard) == [Answered, MediaChanged, MediaChanged]
    theirs.reoffer(LocalMedia(port=40004, direction=Direction.INACTIVE))
    pair.network.run(1.0)
    assert pair.heard[-1].remote.direction is Direction.INACTIVE
    ours.hang_up()
    pair.assert_nothing_left()


def test_two_offers_that_cross_are_both_agreed_on_in_the_end(pair):
    ours, theirs = pair.up()
    ours.reoffer(LocalMedia(port=30010))
    theirs.reoffer(LocalMedia(port=40010))
    pair.network.run(10.0)
    refusals = [p for _, _, _, p in pair.network.sent if p.startswith(b"SIP/2.0 491")]
    assert len(refusals) == 2
    assert ours.remote.port == 40010
    assert theirs.remote.port == 30010
    ours.hang_up()
    pair.assert_nothing_left()


def test_an_offer_that_is_refused_leaves_the_call_as_it_was(pair):
    ours, theirs = pair.up()
    before = theirs.remote
    ours.reoffer(LocalMedia(port=30000, payloads=(PCMA,)))
    pair.owner.calls[0]._local = LocalMedia(port=40000, payloads=(PCMU,))
    pair.network.run(1.0)
    assert pair.heard[-1] == OfferRefused(status=488)
    assert theirs.remote == before
    assert not ours.ended
    ours.hang_up()
    pair.assert_nothing_left()


def test_a_far_end_that_forgot_the_call_ends_it(pair):
    ours, theirs = pair.up()
    pair.bob._forget(theirs)
    ours.reoffer(LocalMedia(port=30002))
    pair.network.run(1.0)
    assert pair.heard[-1] == Lost(reason=LostReason.NO_REPLY)
    pair.assert_nothing_left()


def test_both_may_hang_up_at_once(pair):
    ours, theirs = pair.up()
    ours.hang_up()
    theirs.hang_up()
    pair.network.run(1.0)
    statuses = [p.split()[1] for _, _, _, p in pair.network.sent if p.startswith(b"SIP")]
    assert b"481" not in statuses
    pair.assert_nothing_left()


def test_stopping_ends_every_call(pair):
    pair.up()
    pair.bob.stop()
    pair.network.run(1.0)
    assert pair.theirs[-1] == Lost(reason=LostReason.STOPPED)
    assert pair.heard[-1] == HungUp()
    pair.assert_nothing_left()


@pytest.mark.parametrize(
    "target",
    [
        "",
        "sip:x@nowhere.example",
        "sip:a b@127.0.0.1",
        "4711",
        "4711@127.0.0.1",
        "sip:a@127.0.0.1:99999",
        "sip:a@127.0.0.1:000001" + "0" * 5000,
    ],
)
def test_what_cannot_be_dialled_is_refused_before_anything_is_sent(pair, target):
    with pytest.raises(BadAddress):
        pair.call(target)
    assert pair.alice.leftovers == 0


@pytest.mark.parametrize(
    ("loss", "count"), [(0.1, 300), (0.3, 300), pytest.param(0.3, 2000, marks=pytest.mark.alone)]
)
def test_calls_on_a_bad_network_all_end_and_leave_nothing(make_network, loss, count):
    network = make_network(seed=int(loss * 10), loss=loss, chaos=True)
    pair = Pair(network)
    placed = []

    def react(call):
        number = len(pair.owner.calls)
        if number % 5 == 0:
            call.reject(486)
        elif number % 5 == 1:
            call.ringing()
        else:
            call.answer(MEDIA_B)

    pair.owner.on_call = react
    for number in range(count):
        events = []
        call = pair.alice.place_call(
            BOB,
            MEDIA_A,
            events.append,
            Ring(ring_timeout_s=20.0, caller="", caller_name="", headers={}),
        )
        placed.append((call, events))
        network.run(0.2)
        if number % 7 == 0:
            call.cancel()
        elif number > 20:
            placed[number - 20][0].hang_up()
    network.run(100.0)
    for call, _ in placed:
        call.hang_up()
    network.run()
    assert pair.alice.leftovers == 0
    assert pair.bob.leftovers == 0
    assert len(pair.owner.calls) <= count
    for call, events in placed:
        assert call.ended
        assert sum(isinstance(e, ENDINGS) for e in events) <= 1
        assert sum(isinstance(e, Answered) for e in events) <= 1
    for call in pair.owner.calls:
        events = pair.owner.events[call.id]
        assert call.ended
        assert sum(isinstance(e, ENDINGS) for e in events) <= 1


def test_key_events_hide_the_digit():
    assert "5" not in repr(KeyPressed(digit=Private("5")))


def test_shorter_timers_may_be_given(make_network):
    pair = Pair(make_network(), Timers(t1=0.1))
    pair.call("sip:nobody@127.0.0.1:5999")
    pair.network.run(7.0)
    assert pair.heard == [Failed(cause=FailureCause.TIMEOUT)]
