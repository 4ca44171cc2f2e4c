"""The engine on loopback: real sockets, real time, and nothing waited for but events."""

import asyncio
import itertools

import pytest

from adapters.telephony.media import (
    Clip,
    MediaAddressError,
)
from adapters.telephony.media.g711 import PCMA, PCMU
from adapters.telephony.media.tones import hold_music, key_tone
from tests.adapters.media.far_phone import HOST, LOUD, Phone, until


async def test_a_clip_arrives_whole_and_in_order(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    clip = hold_music()
    done = asyncio.get_running_loop().create_future()
    first, second = (Clip.from_pcm(PCMU.decode(clip.pcmu[at : at + 1600])) for at in (0, 1600))
    leg.play([first, second], done.set_result)
    expected = first.pcmu + second.pcmu
    heard = [await caller.hear() for _ in range(len(expected) // 160)]
    assert b"".join(packet.payload for packet in heard) == expected
    assert [packet.sequence for packet in heard] == [
        (heard[0].sequence + n) & 0xFFFF for n in range(len(heard))
    ]
    # On a machine that was held up the wheel skips rounds, and the timestamps say so.
    skipped = round(leg.counters.skipped_s / 0.02)
    ahead = (heard[-1].timestamp - heard[0].timestamp) & 0xFFFFFFFF
    assert 0 <= len(heard) - 1 + skipped - ahead // 160 <= skipped
    assert heard[0].marker
    assert await done is False
    assert leg.counters.pacing.count >= len(heard)
    assert leg.counters.pacing.quantile_s(0.99) > 0
    assert engine.pacing().count == leg.counters.pacing.count


async def test_two_legs_are_two_streams(engine, phone):
    streams = [(await phone(engine.open()).hear()).ssrc for _ in range(4)]
    assert len(set(streams)) == 4


async def test_what_a_caller_says_reaches_the_sink(engine, phone):
    leg = engine.open()
    caller = phone(leg, payload=8)
    talking = asyncio.create_task(caller.keep_talking(LOUD.pcma[:160], payload=8))
    heard = asyncio.get_running_loop().create_future()

    def sink(pcm):
        if len(pcm) != 320:
            heard.set_exception(AssertionError(len(pcm)))
        if pcm == PCMA.decode(LOUD.pcma[:160]) and not heard.done():
            heard.set_result(None)

    leg.listen(sink)
    await heard
    talking.cancel()


async def test_keys_are_reported_in_order_though_packets_double(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    keys = []
    leg.on_digit(keys.append)
    for key in "911#":
        caller.press(key)
        caller.stream.pause(3)
    await until(leg, lambda: len(keys) == 4)
    assert keys == ["9", "1", "1", "#"]


async def test_keys_in_the_audio_are_reported_where_no_event_was_offered(engine, phone):
    leg = engine.open()
    caller = phone(leg, dtmf_payload=None)
    keys = []
    leg.on_digit(keys.append)
    tone = key_tone("7").pcmu
    frames = [tone[at : at + 160] for at in range(0, len(tone), 160)]
    dialling = asyncio.create_task(caller.keep_talking(*frames))
    await until(leg, lambda: keys)
    dialling.cancel()
    assert keys[0] == "7"


async def test_sent_keys_are_understood_by_another_leg(engine):
    one, two = engine.open(), engine.open()
    keys = []
    two.on_digit(keys.append)
    one.start(HOST, two.local_port, payload=0, dtmf_payload=96)
    two.start(HOST, one.local_port, payload=0, dtmf_payload=96)
    done = asyncio.get_running_loop().create_future()
    one.send_digits("*12", done.set_result)
    assert await done is False
    await until(two, lambda: len(keys) == 3)
    assert keys == ["*", "1", "2"]


async def test_on_hold_nothing_is_sent_and_afterwards_the_same_stream_goes_on(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    before = await caller.hear()
    far = {"payload": 0, "dtmf_payload": 101}
    leg.start("0.0.0.0", caller.port, **far)
    sent = leg.counters.sent
    rounds = itertools.count()
    await until(leg, lambda: next(rounds) == 5)
    assert leg.counters.sent == sent
    leg.start(HOST, caller.port, **far)
    after = await caller.hear_until(lambda packet: packet.marker)
    assert after.ssrc == before.ssrc
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF >= 5 * 160


async def test_media_goes_where_it_comes_from(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    moved = Phone(leg)
    assert moved.port != caller.port
    moved.say()
    assert (await moved.hear()).payload_type == 0
    moved.socket.close()


async def test_silence_of_the_network_is_reported_once_and_armed_again_by_media(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    reports = []
    leg.on_media_timeout(0.1, lambda: reports.append(leg.counters.received))
    await until(leg, lambda: len(reports) == 1)
    caller.say()
    await until(leg, lambda: len(reports) == 2)
    assert reports == [0, 1]


async def test_time_on_hold_is_no_silence_of_the_network(engine, phone):
    leg = engine.open()
    phone(leg, receive=False)
    other = engine.open()
    phone(other)
    held, open_ = [], []
    leg.on_media_timeout(0.1, lambda: held.append(1))
    other.on_media_timeout(0.1, lambda: open_.append(1))
    await until(leg, lambda: open_)
    assert held == []


@pytest.mark.parametrize("port", [0, -1, 65536, 99999])
async def test_a_port_no_packet_can_go_to_is_refused_and_the_wheel_goes_on(engine, phone, port):
    good, bad = engine.open(), engine.open()
    caller = phone(good)
    with pytest.raises(MediaAddressError, match=str(port)):
        bad.start(HOST, port, payload=0, dtmf_payload=101)
    await caller.hear()


async def test_a_refused_re_invite_changes_nothing(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    with pytest.raises(MediaAddressError):
        leg.start("phone.example", 4000, payload=8, dtmf_payload=101)
    packets = [await caller.hear() for _ in range(3)]
    assert {packet.payload_type for packet in packets} == {0}
