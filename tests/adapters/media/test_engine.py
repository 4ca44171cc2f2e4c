"""The engine on loopback: real sockets, real time, and nothing waited for but events."""

import asyncio
import errno
import itertools
import logging
import select
import socket
import threading

import pytest

from adapters.telephony.media import (
    Clip,
    MediaAddressError,
    MediaEngine,
    PortsExhausted,
    request_realtime_priority,
)
from adapters.telephony.media.g711 import PCMA, PCMU, transcode
from adapters.telephony.media.rtp import Packetiser, parse
from adapters.telephony.media.telephone_event import press
from adapters.telephony.media.tones import beep, hold_music, key_tone

HOST = "127.0.0.1"
PATIENCE_S = 20
LOUD_PCM = b"\x10\x20" * 160
LOUD = Clip.from_pcm(LOUD_PCM * 50)


class Phone:
    """A far end: sends what it is told, hears what comes, both without waiting for the clock."""

    def __init__(self, to):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.to = (HOST, to.local_port)
        self.stream = Packetiser(7, 0, 0)

    def say(self, frame=LOUD.pcmu[:160], payload=0):
        self.socket.sendto(self.stream.audio(payload, frame), self.to)

    def press(self, key):
        began = self.stream.timestamp
        for step in press(key):
            if step is not None:
                packet = self.stream.event(101, began, step.body, first=step.first)
                self.socket.sendto(packet, self.to)

    async def hear(self):
        async with asyncio.timeout(PATIENCE_S):
            return parse(await asyncio.get_running_loop().sock_recv(self.socket, 2048))

    async def hear_until(self, wanted):
        while not wanted(packet := await self.hear()):
            pass
        return packet

    async def keep_talking(self, *frames, payload=0):
        """A packet for each one that comes: as many as the line sends, in the line's time."""
        for frame in itertools.cycle(frames or [LOUD.pcmu[:160]]):
            await self.hear()
            self.say(frame, payload)


@pytest.fixture
async def engine():
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.bind((HOST, 0))
    first = min(probe.getsockname()[1], 65000)
    probe.close()
    engine = MediaEngine(HOST, first, first + 500)
    yield engine
    engine.close()
    assert engine.open_legs == 0


@pytest.fixture
def phone():
    phones = []

    def make(leg, **how):
        phones.append(Phone(leg))
        leg.start(HOST, phones[-1].port, **{"payload": 0, "dtmf_payload": 101} | how)
        return phones[-1]

    yield make
    for made in phones:
        made.socket.close()


async def until(leg, condition):
    """Wait for a condition, looked at whenever the leg hears 20 ms; its sink is free after."""
    met = asyncio.get_running_loop().create_future()

    def look(pcm):
        if not met.done() and condition():
            met.set_result(None)

    leg.listen(look)
    async with asyncio.timeout(PATIENCE_S):
        await met
    leg.listen(None)


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


@pytest.mark.parametrize(("ours", "theirs"), [(0, 0), (0, 8), (8, 0)])
async def test_bridged_callers_hear_each_other(engine, phone, ours, theirs):
    frames = {0: LOUD.pcmu[:160], 8: LOUD.pcma[:160]}
    codecs = {0: PCMU, 8: PCMA}
    caller_leg, agent_leg = engine.open(), engine.open()
    caller = phone(caller_leg, payload=ours)
    agent = phone(agent_leg, payload=theirs)
    caller_leg.play_music(hold_music())
    caller_leg.connect(agent_leg)
    assert (caller_leg.peer, agent_leg.peer) == (agent_leg, caller_leg)
    talking = asyncio.create_task(caller.keep_talking(frames[ours], payload=ours))
    expected = transcode(frames[ours], codecs[ours], codecs[theirs])
    packet = await agent.hear_until(lambda packet: packet.payload == expected)
    assert packet.payload_type == theirs
    talking.cancel()


async def test_a_bridge_does_not_double_or_halve_what_is_sent(engine, phone):
    caller_leg, agent_leg = engine.open(), engine.open()
    caller, agent = phone(caller_leg), phone(agent_leg)
    caller_leg.connect(agent_leg)
    ticks = 0

    def count(pcm):
        nonlocal ticks
        ticks += 1

    agent_leg.listen(count)
    before = agent_leg.counters.sent
    await until(caller_leg, lambda: ticks >= 15)
    assert abs(agent_leg.counters.sent - before - ticks) <= 1
    assert caller is not agent


async def test_keys_of_a_bridged_caller_are_reported_and_not_passed_on(engine, phone):
    caller_leg, agent_leg = engine.open(), engine.open()
    caller, agent = phone(caller_leg), phone(agent_leg)
    caller_leg.connect(agent_leg)
    pressed = asyncio.get_running_loop().create_future()
    caller_leg.on_digit(pressed.set_result)
    caller.press("3")
    assert await pressed == "3"
    heard = [await agent.hear() for _ in range(10)]
    assert {packet.payload_type for packet in heard} == {0}
    assert {packet.payload for packet in heard} == {PCMU.silence}


async def test_a_clip_on_a_bridged_leg_is_heard_before_the_other_side(engine, phone):
    caller_leg, agent_leg = engine.open(), engine.open()
    phone(caller_leg)
    agent = phone(agent_leg)
    caller_leg.connect(agent_leg)
    agent_leg.play([beep()])
    await agent.hear_until(lambda packet: packet.payload == beep().pcmu[160:320])


async def test_connecting_ends_what_plays_and_an_earlier_bridge(engine, phone):
    one, two, three = engine.open(), engine.open(), engine.open()
    one.connect(two)
    done = asyncio.get_running_loop().create_future()
    three.play([LOUD], done.set_result)
    one.connect(three)
    assert (one.peer, two.peer, three.peer) == (three, None, one)
    assert await done is True
    three.disconnect()
    three.disconnect()
    assert one.peer is None


async def test_a_leg_cannot_be_bridged_with_itself(engine):
    leg = engine.open()
    with pytest.raises(ValueError, match="itself"):
        leg.connect(leg)


async def test_a_recording_keeps_both_sides_apart_and_equally_long(engine, phone):
    caller_leg, agent_leg = engine.open(), engine.open()
    caller, agent = phone(caller_leg), phone(agent_leg, payload=8)
    caller_leg.connect(agent_leg)
    left, right = bytearray(), bytearray()

    def tap(caller_pcm, agent_pcm):
        left.extend(caller_pcm)
        right.extend(agent_pcm)

    caller_leg.record(tap)
    quiet = bytes(160)
    tasks = [
        asyncio.create_task(caller.keep_talking()),
        asyncio.create_task(agent.keep_talking(quiet, payload=8)),
    ]
    await until(caller_leg, lambda: len(left) >= 320 * 20)
    caller_leg.record(None)
    for task in tasks:
        task.cancel()
    assert len(left) == len(right)
    assert PCMU.decode(LOUD.pcmu[:160]) in bytes(left)
    assert PCMA.decode(quiet) in bytes(right)
    assert PCMU.decode(LOUD.pcmu[:160]) not in bytes(right)


async def test_a_caller_alone_is_recorded_against_silence(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    stretches = []
    leg.record(lambda left, right: stretches.append((left, right)))
    talking = asyncio.create_task(caller.keep_talking())
    await until(leg, lambda: any(any(left) for left, _ in stretches))
    talking.cancel()
    assert not any(any(right) for _, right in stretches)
    leg.close()
    assert sum(len(left) for left, _ in stretches) == sum(len(right) for _, right in stretches)


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


async def test_callbacks_that_raise_are_counted_and_harm_nobody(engine, phone, caplog):
    def fail(*_):
        raise RuntimeError("123 Elm Street")

    bad, good = engine.open(), engine.open()
    caller, other = phone(bad), phone(good)
    for arm in (bad.listen, bad.record, bad.on_digit):
        arm(fail)
    bad.on_media_timeout(0.02, fail)
    bad.play([], fail)
    caller.press("1")
    with caplog.at_level(logging.ERROR):
        await until(good, lambda: bad.counters.failures > 12)
    await caller.hear()
    await other.hear()
    assert good.counters.failures == 0
    assert engine.failures == bad.counters.failures
    assert len(caplog.records) == 1
    assert "Elm" not in caplog.text
    bad.close()


async def test_a_network_that_refuses_packets_is_counted_and_the_wheel_goes_on(engine, phone):
    leg, good = engine.open(), engine.open()
    phone(good)
    # The broadcast address is a valid literal that the kernel does not let a plain socket send to.
    leg.start("255.255.255.255", 9, payload=0, dtmf_payload=101)
    await until(good, lambda: leg.counters.send_errors >= 5)
    assert leg.counters.sent == 0
    assert leg.counters.failures == 0


async def test_garbage_on_the_socket_is_counted_and_the_call_goes_on(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    for size in (0, 1, 11, 12, 172, 1501, 9000):
        caller.socket.sendto(b"\xff" * size, caller.to)
    await until(leg, lambda: leg.counters.malformed >= 7)
    talking = asyncio.create_task(caller.keep_talking())
    await until(leg, lambda: leg.counters.received > 5)
    talking.cancel()
    assert leg.counters.failures == 0


async def test_a_leg_may_be_closed_from_any_callback(engine, phone):
    legs = [engine.open() for _ in range(4)]
    callers = [phone(leg) for leg in legs]
    legs[0].listen(lambda pcm: legs[0].close())
    legs[1].record(lambda left, right: legs[1].close())
    legs[2].on_digit(lambda key: legs[2].close())
    callers[2].press("1")
    await until(legs[3], lambda: engine.open_legs == 1)
    assert engine.failures == 0


async def test_closing_reports_what_was_cut_short_and_ends_the_bridge(engine, phone):
    one, two = engine.open(), engine.open()
    one.connect(two)
    done = asyncio.Queue()
    one.play([LOUD], done.put_nowait)
    one.send_digits("1", done.put_nowait)
    one.close()
    one.close()
    assert [await done.get(), await done.get()] == [True, True]
    assert two.peer is None


async def test_a_closed_leg_does_nothing(engine, phone):
    leg = engine.open()
    other = engine.open()
    leg.close()
    leg.start(HOST, 4000, payload=0, dtmf_payload=None)
    leg.play([LOUD])
    leg.play_music(LOUD)
    leg.send_digits("1")
    leg.connect(other)
    other.connect(leg)
    leg.record(lambda left, right: None)
    leg.stop_playing()
    assert (leg.playing, leg.peer, other.peer) == (False, None, None)


async def test_ports_run_out_with_a_declared_error_and_come_back(engine):
    legs = []
    try:
        while True:
            legs.append(engine.open())
    except PortsExhausted:
        pass
    assert len({leg.local_port for leg in legs}) == len(legs) > 0
    freed = legs[0].local_port
    legs[0].close()
    assert engine.open().local_port == freed


async def test_an_engine_that_cannot_begin_gives_its_port_back_and_can_begin_later(
    engine, phone, monkeypatch
):
    def refuse():
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as broken:
        broken.setattr(select, "epoll", refuse)
        for _ in range(300):
            with pytest.raises(OSError, match="too many"):
                engine.open()
        assert engine.open_legs == 0
    caller = phone(engine.open())
    await caller.hear()


async def test_without_legs_nothing_is_left_running_and_the_engine_can_begin_again(engine, phone):
    for _ in range(3):
        leg = engine.open()
        caller = phone(leg)
        await caller.hear()
        leg.close()
        assert engine.open_legs == 0
    assert engine.pacing().count >= 3


def test_real_time_priority_is_asked_for_and_the_answer_can_be_shown():
    answers = []
    # Of a thread of its own, which takes the priority with it when it ends.
    thread = threading.Thread(target=lambda: answers.append(request_realtime_priority(1)))
    thread.start()
    thread.join()
    assert answers[0].granted == answers[0].detail.startswith("real-time priority")
    assert "\n" not in answers[0].detail
