"""One leg turned by hand: time is the number of the round."""

import socket

import pytest

from adapters.telephony.media.clip import Clip
from adapters.telephony.media.leg import MediaLeg
from adapters.telephony.media.rtp import Packetiser, parse

HOST = "127.0.0.1"
PCM = b"\x10\x20" * 160
LOUD = Clip.from_pcm(PCM * 50)


class Hand:
    """Turns legs as the engine does, whenever the test says so."""

    def __init__(self):
        self.forgotten = []

    def now(self):
        return 0.0

    def post(self, leg, callback, *arguments):
        callback(*arguments)

    def failed(self, leg, error):
        raise error

    def forget(self, leg, endpoint):
        self.forgotten.append(leg)
        endpoint.close()


def udp():
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.bind((HOST, 0))
    endpoint.settimeout(5)
    return endpoint


@pytest.fixture
def far():
    with udp() as endpoint:
        yield endpoint


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def leg(far, hand):
    endpoint = udp()
    leg = MediaLeg(endpoint, endpoint.getsockname()[1], 4, Packetiser(7, 0, 0), hand)
    leg.start(HOST, far.getsockname()[1], payload=0, dtmf_payload=101)
    yield leg
    leg.close()


def sent(far):
    return parse(far.recv(2048))


def test_a_line_that_was_held_up_skips_time_instead_of_flooding(leg, far):
    leg.play([LOUD])
    leg.tick(0, 0.0)
    leg.tick(11, 0.22)
    before, after = sent(far), sent(far)
    assert (after.sequence - before.sequence, after.timestamp - before.timestamp) == (1, 11 * 160)
    assert after.marker
    assert leg.counters.skipped_s == pytest.approx(0.2)
    assert (leg.counters.sent, leg.counters.pacing.count) == (2, 2)


def test_a_recording_stays_in_time_over_what_was_skipped(leg, far):
    taken = []
    leg.record(lambda left, right: taken.append((len(left), len(right))))
    leg.tick(0, 0.0)
    leg.tick(1000, 20.0)
    leg.record(None)
    assert sum(left for left, _ in taken) == 1001 * 320
    assert all(left == right for left, right in taken)


def test_the_network_is_not_blamed_for_silence_before_the_start():
    endpoint = udp()
    leg = MediaLeg(endpoint, endpoint.getsockname()[1], 4, Packetiser(7, 0, 0), Hand())
    reports = []
    leg.on_media_timeout(1.0, lambda: reports.append(1))
    for round_ in range(200):
        leg.tick(round_, 0.0)
    assert reports == []
    leg.start(HOST, 9, payload=0, dtmf_payload=101)
    for round_ in range(200, 400):
        leg.tick(round_, 0.0)
    assert reports == [1]
    leg.close()


def test_a_re_invite_keeps_the_address_that_was_learnt_and_a_new_one_replaces_it(leg, far):
    with udp() as moved, udp() as new:
        packet = Packetiser(9, 0, 0).audio(0, LOUD.pcmu[:160])
        moved.sendto(packet, (HOST, leg.local_port))
        leg.read(0)
        leg.tick(0, 0.0)
        assert sent(moved).payload_type == 0
        leg.start(HOST, far.getsockname()[1], payload=8, dtmf_payload=101)
        leg.tick(1, 0.02)
        assert sent(moved).payload_type == 8
        leg.start(HOST, new.getsockname()[1], payload=0, dtmf_payload=101)
        leg.tick(2, 0.04)
        assert sent(new).payload_type == 0


def test_closing_twice_gives_the_port_back_once(leg, hand):
    leg.close()
    leg.close()
    assert hand.forgotten == [leg]


def test_a_leg_that_is_opened_late_waits_for_media_as_long_as_any_other(leg):
    reports = []
    leg.on_media_timeout(1.0, lambda: reports.append(1))
    for round_ in range(1_000_000, 1_000_049):
        leg.tick(round_, 0.0)
    assert reports == []
    leg.tick(1_000_051, 0.0)
    assert reports == [1]


def receive(leg, far, stream, round_):
    far.sendto(stream.audio(0, LOUD.pcmu[:160]), (HOST, leg.local_port))
    leg.read(round_)
    leg.tick(round_, 0.0)


def test_what_a_far_end_on_hold_sends_is_heard_by_nobody(leg, far):
    stream = Packetiser(9, 0, 0)
    heard, recorded = [], []
    leg.listen(heard.append)
    leg.record(lambda left, _right: recorded.append(left))
    leg.start(HOST, far.getsockname()[1], payload=0, dtmf_payload=101, send=False)
    for round_ in range(20):
        receive(leg, far, stream, round_)
    assert leg.counters.received == 20
    assert not any(any(frame) for frame in heard)
    leg.record(None)
    assert not any(any(stretch) for stretch in recorded)
    leg.start(HOST, far.getsockname()[1], payload=0, dtmf_payload=101)
    for round_ in range(20, 40):
        receive(leg, far, stream, round_)
    assert any(any(frame) for frame in heard)


def test_the_keys_of_a_far_end_on_hold_are_heard(leg, far):
    pressed = []
    leg.on_digit(pressed.append)
    leg.start(HOST, far.getsockname()[1], payload=0, dtmf_payload=101, send=False)
    packet = Packetiser(9, 0, 0).event(101, 0, bytes([5, 10, 0, 160]), first=True)
    far.sendto(packet, (HOST, leg.local_port))
    leg.read(0)
    assert pressed == ["5"]


@pytest.mark.parametrize("receive", [True, False])
def test_a_far_end_that_sends_nothing_while_on_hold_is_not_gone(leg, far, receive):
    reports = []
    leg.on_media_timeout(1.0, lambda: reports.append(1))
    port = far.getsockname()[1]
    leg.start(HOST, port, payload=0, dtmf_payload=101, send=False, receive=receive)
    for round_ in range(200):
        leg.tick(round_, 0.0)
    assert reports == []
    leg.start(HOST, port, payload=0, dtmf_payload=101)
    for round_ in range(200, 300):
        leg.tick(round_, 0.0)
    assert reports == [1]
