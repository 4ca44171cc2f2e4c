"""Two legs joined, and what is recorded of them, on loopback."""

import asyncio

import pytest

from adapters.telephony.media.g711 import PCMA, PCMU, transcode
from adapters.telephony.media.tones import beep, hold_music
from tests.adapters.media.far_phone import LOUD, until


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
