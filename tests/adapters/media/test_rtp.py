import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telephony.media.rtp import BadPacket, ControlPacket, Packetiser, parse

HEADER = struct.Struct("!BBHII")


def test_what_the_packetiser_makes_the_parser_reads():
    packet = parse(Packetiser(7, 65535, 4_294_967_295).audio(8, b"a" * 160))
    assert packet == (8, True, 65535, 4_294_967_295, 7, b"a" * 160)


def test_sequence_and_timestamp_wrap_round():
    stream = Packetiser(7, 65535, 2**32 - 160)
    stream.audio(0, b"a")
    packet = parse(stream.audio(0, b"b"))
    assert (packet.sequence, packet.timestamp) == (0, 0)


def test_only_the_first_packet_of_a_spurt_is_marked():
    stream = Packetiser(7, 0, 0)
    packets = [parse(stream.audio(0, b"a")) for _ in range(2)]
    stream.pause(3)
    packets += [parse(stream.audio(0, b"a")) for _ in range(2)]
    assert [packet.marker for packet in packets] == [True, False, True, False]
    assert [packet.sequence for packet in packets] == [0, 1, 2, 3]
    assert [packet.timestamp for packet in packets] == [0, 160, 800, 960]


def test_an_event_keeps_its_timestamp_while_the_stream_goes_on():
    stream = Packetiser(7, 0, 1000)
    first = parse(stream.event(101, 1000, b"body", first=True))
    second = parse(stream.event(101, 1000, b"body", first=False))
    audio = parse(stream.audio(0, b"a"))
    assert (first.payload_type, first.marker, second.marker) == (101, True, False)
    assert (first.timestamp, second.timestamp, audio.timestamp) == (1000, 1000, 1320)


def test_contributing_sources_extension_and_padding_are_taken_off():
    head = HEADER.pack(0x80 | 0x20 | 0x10 | 2, 0, 1, 2, 3)
    data = head + bytes(8) + b"\xbe\xde\x00\x01" + bytes(4) + b"audio" + b"\x00\x00\x03"
    assert parse(data).payload == b"audio"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "too short"),
        (HEADER.pack(0x80, 0, 1, 2, 3)[:11], "too short"),
        (HEADER.pack(0x80, 0, 1, 2, 3) + bytes(1500), "too long"),
        (HEADER.pack(0x40, 0, 1, 2, 3), "not version 2"),
        (HEADER.pack(0x8F, 0, 1, 2, 3) + bytes(8), "header cut off"),
        (HEADER.pack(0x90, 0, 1, 2, 3) + b"\x00\x00\x00", "header extension cut off"),
        (HEADER.pack(0x90, 0, 1, 2, 3) + b"\x00\x00\xff\xff", "header cut off"),
        (HEADER.pack(0xA0, 0, 1, 2, 3) + b"abc\x00", "padding longer"),
        (HEADER.pack(0xA0, 0, 1, 2, 3) + b"abc\x05", "padding longer"),
    ],
)
def test_what_is_no_packet_is_refused_with_the_reason(data, why):
    with pytest.raises(BadPacket, match=why):
        parse(data)


def test_rtcp_on_the_same_port_is_recognised():
    with pytest.raises(ControlPacket):
        parse(HEADER.pack(0x80, 200, 6, 2, 3) + bytes(16))


@given(st.binary(max_size=1600))
def test_the_parser_raises_only_what_it_declares(data):
    try:
        packet = parse(data)
    except (BadPacket, ControlPacket):
        return
    assert len(packet.payload) <= len(data) - 12


def test_no_mutation_of_a_packet_breaks_the_parser():
    chance = random.Random(2833)
    whole = HEADER.pack(0x80, 0, 1, 2, 3) + bytes(160)
    read = 0
    for _ in range(10_000):
        data = bytearray(whole[: chance.randrange(len(whole) + 1)])
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(min(len(data), 20))] = chance.randrange(256)
        try:
            parse(bytes(data))
            read += 1
        except (BadPacket, ControlPacket):
            pass
    assert 0 < read < 10_000
