"""What a leg sends, packet by packet."""

import pytest

from adapters.telephony.media.clip import Clip
from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.g711 import PCMA, PCMU
from adapters.telephony.media.inband import ToneDetector
from adapters.telephony.media.outbound import Outbound
from adapters.telephony.media.rtp import Packetiser, parse
from adapters.telephony.media.telephone_event import EventReceiver
from adapters.telephony.media.tones import key_tone

LOUD = Clip.from_pcm(b"\x10\x20" * 160)
BRIDGED = b"b" * 160


def outbound(dtmf_payload=101):
    stream = Outbound(Packetiser(7, 0, 0), PCMU, lambda callback, *arguments: callback(*arguments))
    stream.dtmf_payload = dtmf_payload
    stream.sending = True
    return stream


def packets(stream, count, bridged=None):
    return [parse(stream.packet(bridged)) for _ in range(count)]


def test_with_nothing_to_say_silence_is_sent():
    stream = outbound()
    assert parse(stream.packet(None)).payload == PCMU.silence
    stream.codec = PCMA
    packet = parse(stream.packet(None))
    assert (packet.payload_type, packet.payload) == (8, PCMA.silence)


def test_a_clip_comes_before_bridged_audio_and_bridged_audio_before_silence():
    stream = outbound()
    stream.playlist.play([LOUD], None)
    payloads = [packet.payload for packet in packets(stream, 2, BRIDGED)]
    assert payloads == [LOUD.pcmu, BRIDGED]


def test_on_hold_nothing_is_sent_and_time_goes_on():
    stream = outbound()
    stream.packet(None)
    stream.sending = False
    stream.playlist.play([LOUD, LOUD], None)
    assert [stream.packet(None) for _ in range(3)] == [None] * 3
    assert not stream.playlist.playing
    stream.sending = True
    packet = parse(stream.packet(None))
    assert (packet.sequence, packet.timestamp, packet.marker) == (1, 640, True)


def test_keys_are_sent_as_events_in_one_unbroken_stream():
    stream = outbound()
    done = []
    stream.send_digits("12", done.append)
    found = packets(stream, 16, BRIDGED)
    assert done == []
    after = parse(stream.packet(BRIDGED))
    assert (done, after.payload) == ([False], BRIDGED)
    assert [packet.sequence for packet in found] == list(range(16))
    events = [packet for packet in found if packet.payload_type == 101]
    assert [packet.timestamp for packet in events] == [0] * 7 + [1280] * 7
    assert [packet.marker for packet in events] == [True, *[False] * 6] * 2
    silent = [packet.payload for packet in found if packet.payload_type == 0]
    assert silent == [PCMU.silence] * 2
    assert after.timestamp == 2560


def test_keys_sent_as_events_are_understood_by_the_receiver():
    stream = outbound()
    stream.send_digits("0123456789*#55", None)
    receiver = EventReceiver(LegCounters())
    heard = [
        receiver.receive(packet.timestamp, packet.payload, round_, marker=packet.marker)
        for round_, packet in enumerate(packets(stream, 14 * 8))
        if packet.payload_type == 101
    ]
    assert "".join(key for key in heard if key) == "0123456789*#55"


def test_without_telephone_event_keys_are_sent_as_tones():
    stream = outbound(dtmf_payload=None)
    done = []
    stream.send_digits("159*#", done.append)
    found = packets(stream, 50, BRIDGED)
    detector = ToneDetector()
    heard = [detector.feed(PCMU.samples(packet.payload)).key for packet in found]
    assert "".join(key for key in heard if key) == "159*#"
    assert {packet.payload_type for packet in found} == {0}
    assert done == [False]


def test_keys_wait_while_on_hold():
    stream = outbound()
    stream.sending = False
    stream.send_digits("7", None)
    stream.packet(None)
    stream.sending = True
    assert parse(stream.packet(None)).payload_type == 101


def test_a_re_invite_without_telephone_event_in_the_middle_of_a_key_sends_no_event():
    stream = outbound()
    stream.send_digits("7", None)
    stream.packet(None)
    stream.dtmf_payload = None
    assert {packet.payload_type for packet in packets(stream, 10)} == {0}


@pytest.mark.parametrize("keys", ["12a", "A55", "7 7", "१"])
def test_what_is_no_key_is_refused_without_repeating_it(keys):
    stream = outbound()
    with pytest.raises(ValueError, match="wanted only 0-9") as refused:
        stream.send_digits(keys, None)
    assert keys not in str(refused.value)
    assert parse(stream.packet(None)).payload_type == 0


def test_stopping_tells_who_waits_that_the_keys_were_cut_short():
    stream = outbound()
    done = []
    stream.send_digits("1", done.append)
    stream.send_digits("2", done.append)
    stream.packet(None)
    stream.stop()
    assert done == [True, True]
    assert parse(stream.packet(None)).payload_type == 0


def test_a_re_invite_with_the_other_law_in_the_middle_of_a_tone_goes_on_in_that_law():
    stream = outbound(dtmf_payload=None)
    stream.send_digits("5", None)
    before = packets(stream, 3)
    stream.codec = PCMA
    after = packets(stream, 5)
    assert [packet.payload_type for packet in (*before, *after)] == [0] * 3 + [8] * 5
    tone = key_tone("5")
    assert b"".join(packet.payload for packet in before) == tone.pcmu[:480]
    assert b"".join(packet.payload for packet in after) == tone.pcma[480:]
