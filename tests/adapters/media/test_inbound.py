"""What a leg makes of datagrams, whatever they are."""

import random
import struct

import numpy as np
import pytest

from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.g711 import PCMA, PCMU, transcode
from adapters.telephony.media.inbound import Inbound
from adapters.telephony.media.latch import Latch
from adapters.telephony.media.rtp import Packetiser
from adapters.telephony.media.telephone_event import press
from adapters.telephony.media.tones import key_tone

PHONE = ("192.0.2.7", 4000)
LOUD = PCMU.encode(b"\x10\x20" * 160)


class Leg:
    """An inbound stream and the phone that sends to it, 20 ms at a time."""

    def __init__(self, *, codec=PCMU, dtmf_payload=101, receiving=True):
        self.counters = LegCounters()
        self.inbound = Inbound(self.counters)
        self.phone = Packetiser(7, 100, 5000)
        self.round = 0
        self.keys = ""
        self.frames = []
        self.configure(codec=codec, dtmf_payload=dtmf_payload, receiving=receiving)

    def configure(self, *, codec=PCMU, dtmf_payload=101, receiving=True):
        self.inbound.configure(
            codec=codec,
            dtmf_payload=dtmf_payload,
            receiving=receiving,
            latch=self.inbound.latch or Latch(*PHONE, any_host=False),
        )

    def turn(self, *datagrams, source=PHONE):
        for datagram in datagrams:
            self.keys += self.inbound.receive(datagram, source, self.round) or ""
        frame, key = self.inbound.frame(self.round)
        self.frames.append(frame)
        self.keys += key or ""
        self.round += 1
        return frame

    def talk(self, frames, payload=LOUD, payload_type=0):
        for _ in range(frames):
            self.turn(self.phone.audio(payload_type, payload))

    def press(self, key):
        began = self.phone.timestamp
        for step in press(key):
            if step is None:
                self.turn(self.phone.audio(0, PCMU.silence))
            else:
                self.turn(self.phone.event(101, began, step.body, first=step.first))


def test_what_was_said_is_heard():
    leg = Leg()
    leg.talk(50)
    assert leg.frames[1:] == [LOUD] * 49
    assert (leg.counters.received, leg.counters.lost) == (50, 0)


def test_the_other_law_is_understood_and_converted():
    leg = Leg(codec=PCMA)
    leg.talk(10)
    assert set(leg.frames[1:]) == {transcode(LOUD, PCMU, PCMA)}


def test_one_lost_frame_is_repeated_and_more_are_silence():
    leg = Leg()
    leg.talk(10)
    for _ in range(3):
        leg.phone.audio(0, LOUD)
    leg.turn()
    leg.turn()
    leg.turn()
    leg.turn()
    assert leg.frames[-4:] == [LOUD, LOUD, None, None]
    leg.talk(1)
    assert leg.counters.lost == 3


def test_a_packet_that_was_only_late_is_no_longer_counted_lost():
    leg = Leg()
    leg.talk(5)
    late = leg.phone.audio(0, LOUD)
    leg.turn(leg.phone.audio(0, LOUD))
    assert leg.counters.lost == 1
    leg.turn(late)
    assert leg.counters.lost == 0


def test_a_new_stream_of_the_far_end_is_followed():
    leg = Leg()
    leg.talk(20)
    leg.phone = Packetiser(8, 60_000, 99)
    other = bytes(160)
    leg.talk(5, other)
    assert leg.frames[-1] == other
    assert leg.counters.lost == 0


def test_a_key_is_reported_and_its_sound_is_not_passed_on():
    leg = Leg()
    leg.talk(10)
    began = leg.phone.timestamp
    leg.frames.clear()
    for step in press("5"):
        if step is not None:
            leg.turn(
                Packetiser(7, 0, began).event(101, began, step.body, first=step.first),
                leg.phone.audio(0, key_tone("5").pcmu[:160]),
            )
    assert leg.keys == "5"
    assert set(leg.frames) == {None}


def test_keys_sent_as_a_stream_of_their_own_do_not_disturb_the_audio():
    leg = Leg()
    leg.talk(10)
    events = Packetiser(99, 0, 0)
    for _, step in zip(range(3), press("4"), strict=False):
        leg.turn(
            events.event(101, 0, step.body, first=step.first), leg.phone.audio(0, PCMU.silence)
        )
    leg.talk(12)
    assert leg.keys == "4"
    assert leg.frames[-1] == LOUD
    assert leg.counters.concealed == 0


def test_a_re_invite_in_the_middle_of_a_press_makes_no_second_key():
    leg = Leg()
    began = leg.phone.timestamp
    for index, step in enumerate(press("9")):
        if step is not None:
            leg.turn(leg.phone.event(101, began, step.body, first=step.first))
        if index == 2:
            leg.configure(codec=PCMA)
    assert leg.keys == "9"


def test_without_telephone_event_keys_are_heard_in_the_audio_and_muted():
    leg = Leg(dtmf_payload=None)
    leg.talk(10)
    leg.frames.clear()
    for key in "31#":
        tone = key_tone(key).pcmu
        for at in range(0, len(tone), 160):
            leg.turn(leg.phone.audio(0, tone[at : at + 160]))
    assert leg.keys == "31#"
    passed = np.concatenate([PCMU.samples(frame or PCMU.silence) for frame in leg.frames[3:]])
    assert abs(passed).max() == 0


def test_without_telephone_event_speech_is_passed_on_whole():
    leg = Leg(dtmf_payload=None)
    leg.talk(50)
    assert leg.frames[2:] == [LOUD] * 48


def test_on_hold_packets_are_counted_and_not_heard():
    leg = Leg(receiving=False)
    leg.talk(10)
    assert set(leg.frames) == {None}
    assert (leg.counters.ignored, leg.counters.received) == (10, 0)


def test_before_the_start_nothing_is_heard():
    counters = LegCounters()
    inbound = Inbound(counters)
    assert inbound.receive(Packetiser(7, 0, 0).audio(0, LOUD), PHONE, 0) is None
    assert inbound.frame(0) == (None, None)
    assert counters.ignored == 1


def test_a_stranger_is_not_heard():
    leg = Leg()
    leg.talk(5)
    for _ in range(100):
        leg.turn(Packetiser(7, 105, 5800).audio(0, bytes(160)), source=("203.0.113.66", 4000))
    assert leg.counters.foreign == 100
    assert bytes(160) not in leg.frames


@pytest.mark.parametrize(
    ("datagram", "counter"),
    [
        (b"", "malformed"),
        (b"\x80\x00", "malformed"),
        (b"\x00" * 172, "malformed"),
        (b"\x80" + bytes(3000), "malformed"),
        (b"\x80\x00" + bytes(10), "malformed"),
        (b"\x80\x12" + bytes(170), "unknown_payload"),
        (b"\x80\xc8" + bytes(50), "control"),
    ],
)
def test_each_kind_of_bad_datagram_is_counted_where_it_belongs(datagram, counter):
    leg = Leg()
    leg.turn(datagram)
    assert getattr(leg.counters, counter) == 1
    assert leg.counters.received == 0


@pytest.mark.parametrize("dtmf_payload", [None, 101])
def test_ten_thousand_garbage_datagrams_harm_nothing(dtmf_payload):
    chance = random.Random(4733)
    leg = Leg(dtmf_payload=dtmf_payload)
    header = struct.Struct("!BBHII")
    for _ in range(10_000):
        kind = chance.randrange(4)
        if kind == 0:
            datagram = chance.randbytes(chance.randrange(2000))
        elif kind == 1:
            datagram = b"\x80" + chance.randbytes(chance.randrange(300))
        else:
            second = chance.choice([0, 8, 101, 229])
            fields = [chance.getrandbits(16), chance.getrandbits(32), chance.getrandbits(2)]
            if kind == 2:
                fields[1] = leg.round * 160
            datagram = header.pack(0x80, second, *fields) + chance.randbytes(chance.randrange(400))
        frame = leg.turn(datagram)
        assert frame is None or len(frame) == 160
    leg.phone = Packetiser(4_000_000_000, 0, 0)
    leg.frames.clear()
    leg.talk(40)
    assert leg.frames[-1] == LOUD


@pytest.mark.parametrize(
    "datagram",
    [Packetiser(7, 0, 0).audio(13, b"\x40"), Packetiser(7, 0, 0).audio(0, b"")],
    ids=["comfort noise", "keep-alive"],
)
def test_a_far_end_that_only_says_that_it_is_there_is_there(datagram):
    leg = Leg()
    leg.talk(5)
    for _ in range(95):
        leg.turn()
    leg.turn(datagram)
    assert leg.inbound.last_round == 100
    leg.turn(datagram, source=("203.0.113.66", 4000))
    assert leg.inbound.last_round == 100
    assert leg.counters.received == 5


def test_a_key_held_over_a_change_of_the_stream_is_one_key_and_its_audio_stays_muted():
    leg = Leg()
    began = leg.phone.timestamp
    steps = [step for step in press("8") if step is not None]
    for step in steps[:3]:
        leg.turn(leg.phone.event(101, began, step.body, first=step.first))
    leg.phone = Packetiser(8, 60_000, 99)
    for step in steps[3:]:
        leg.turn(leg.phone.event(101, 99, step.body, first=step.first))
    assert leg.keys == "8"
    assert set(leg.frames) == {None}
