"""The line under load and under fire: nothing is left over, nobody is hurt."""

from __future__ import annotations

import asyncio
import socket
from random import Random

import pytest

from calls.commands import Bridge, HangUp, StartRecording
from calls.facts import CallerHungUp, OfferAccepted, PromptFinished, RecordingSealed
from calls.ids import OfferId
from tests.adapters.sip.line_house import AGENTS, eventually, hears, house, strength

pytestmark = pytest.mark.alone

CALLS = 30


async def test_thirty_calls_at_once_are_served_and_leave_nothing(tmp_path):
    async with house(tmp_path) as it:
        callers = [it.phone(f"55500{number:02}") for number in range(CALLS)]
        await asyncio.gather(*(phone.dial(f"sip:clinic@{it.address}") for phone in callers))
        await eventually(lambda: len(it.line.live_calls()) == CALLS)
        for live in it.line.live_calls():
            it.say(live.call_id, "thank you for calling")
            it.listen(live.call_id)
            it.music(live.call_id)
        await eventually(lambda: len(it.of(PromptFinished)) == CALLS)
        for index, live in enumerate(it.line.live_calls()):
            if index % 2:
                it.do(HangUp(call_id=live.call_id))
        await asyncio.gather(*(phone.hang_up() for phone in callers))
        await eventually(lambda: it.line.live_calls() == ())
        await eventually(lambda: len(it.of(CallerHungUp)) == CALLS // 2)
        assert it.media.open_legs == 0


async def test_a_hundred_calls_one_after_the_other_to_one_agent_leave_nothing(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(AGENTS[0])
        agent.behaviour.after_s = 0.0
        for number in range(100):
            caller, call_id = await it.call(f"55500{number:02}")
            offer_id = it.offer(call_id, AGENTS[0], f"o{number}")
            await it.fact(OfferAccepted)
            it.do(
                Bridge(call_id=call_id, offer_id=OfferId(offer_id), agent_id=AGENTS[0]),
                StartRecording(call_id=call_id, recording_id=f"r{number}"),
            )
            await caller.hang_up()
            await it.fact(RecordingSealed)
            it.callers.remove(caller)
        await eventually(lambda: it.media.open_legs == 0)
        await eventually(lambda: not it.line._background._tasks)


async def test_garbage_at_the_media_ports_reaches_nobody(tmp_path):
    random = Random(7)
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        await hears(caller, lambda pcm: strength(pcm, 500) > 3000)
        ports = [leg.local_port for leg in it.media._legs.values()]
        assert len(ports) == 2
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
            attacker.bind(("127.0.0.1", 0))
            for _ in range(150):
                for port in ports:
                    noise = bytearray(random.randbytes(random.choice((0, 3, 12, 172, 1400))))
                    if len(noise) > 12 and random.random() < 0.7:
                        noise[0], noise[1] = 0x80, random.choice((0, 8, 101))
                    attacker.sendto(noise, ("127.0.0.1", port))
                await asyncio.sleep(0)
            await hears(caller, lambda pcm: strength(pcm, 500) > 3000)
            assert agent.talking
            refused = sum(
                leg.counters.foreign + leg.counters.malformed + leg.counters.unknown_payload
                for leg in it.media._legs.values()
            )
            assert refused > 100
