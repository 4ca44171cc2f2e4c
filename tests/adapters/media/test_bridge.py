"""Two legs joined, and what is recorded of them, on loopback."""

import asyncio

import pytest

from adapters.telephony.media.g711 import PCMA, PCMU, transcode
from adapters.telephony.media.mixer import mix
from adapters.telephony.media.tones import beep, hold_music
from tests.adapters.media.far_phone import LOUD, PATIENCE_S, until


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
    leg, other = engine.open(), engine.open()
    for others in ((leg,), (other, leg), (other, other)):
        with pytest.raises(ValueError, match="itself"):
            leg.connect(*others)


THREE_VOICES = [bytes([code]) * 160 for code in (0x90, 0xA5, 0x2B)]


@pytest.mark.parametrize("payloads", [(0, 0, 0), (0, 8, 0)])
async def test_of_three_each_hears_the_sum_of_the_other_two(engine, phone, payloads):
    codecs = [{0: PCMU, 8: PCMA}[payload] for payload in payloads]
    legs = [engine.open() for _ in range(3)]
    phones = [phone(leg, payload=payload) for leg, payload in zip(legs, payloads, strict=True)]
    legs[0].connect(*legs[1:])
    assert [leg.peer for leg in legs] == [None] * 3
    said = list(zip(THREE_VOICES, codecs, strict=True))
    hears = [
        (mix([other for other in said if other is not own], own[1]), payload)
        for own, payload in zip(said, payloads, strict=True)
    ]
    heard = [asyncio.Event() for _ in phones]

    async def talk(far, frame, payload, expected, met):
        while True:
            if (await far.hear()).payload == expected:
                met.set()
            far.say(frame, payload)

    talking = [
        asyncio.create_task(talk(far, frame, payload, expected, met))
        for far, frame, (expected, payload), met in zip(
            phones, THREE_VOICES, hears, heard, strict=True
        )
    ]
    async with asyncio.timeout(PATIENCE_S):
        for met in heard:
            await met.wait()
    for task in talking:
        task.cancel()


async def test_two_who_remain_of_three_stay_bridged(engine, phone):
    one, two, three = engine.open(), engine.open(), engine.open()
    one.connect(two, three)
    three.close()
    assert (one.peer, two.peer) == (two, one)
    four = engine.open()
    one.connect(two, four)
    one.disconnect()
    assert (one.peer, two.peer, four.peer) == (None, four, two)


async def test_a_bridge_with_a_leg_that_is_closed_changes_nothing(engine):
    one, two, three = engine.open(), engine.open(), engine.open()
    one.connect(two)
    three.close()
    one.connect(two, three)
    assert (one.peer, two.peer) == (two, one)


async def test_three_are_sent_no_more_and_no_fewer_packets_than_two(engine, phone):
    legs = [engine.open() for _ in range(3)]
    for leg in legs:
        phone(leg)
    legs[0].connect(*legs[1:])
    ticks = 0

    def count(pcm):
        nonlocal ticks
        ticks += 1

    legs[1].listen(count)
    before = legs[1].counters.sent
    await until(legs[0], lambda: ticks >= 15)
    assert abs(legs[1].counters.sent - before - ticks) <= 1


async def test_the_right_of_a_recording_is_the_mix_of_both_agents(engine, phone):
    legs = [engine.open() for _ in range(3)]
    phones = [phone(leg) for leg in legs]
    legs[0].connect(*legs[1:])
    left, right = bytearray(), bytearray()

    def tap(caller_pcm, agents_pcm):
        left.extend(caller_pcm)
        right.extend(agents_pcm)

    legs[0].record(tap)
    talking = [
        asyncio.create_task(far.keep_talking(frame))
        for far, frame in zip(phones, THREE_VOICES, strict=True)
    ]
    both = PCMU.decode(mix([(frame, PCMU) for frame in THREE_VOICES[1:]], PCMU))
    await until(legs[0], lambda: both in bytes(right))
    legs[0].record(None)
    for task in talking:
        task.cancel()
    assert len(left) == len(right)
    assert PCMU.decode(THREE_VOICES[0]) in bytes(left)
    assert PCMU.decode(THREE_VOICES[0]) not in bytes(right)


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
