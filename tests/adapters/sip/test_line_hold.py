"""Holds: who hears music, and what the brain is told."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.sdp import Direction, LocalMedia
from calls.commands import StartRecording, StopRecording
from calls.facts import (
    AgentHungUp,
    CallHeld,
    CallRetrieved,
    DigitsCollected,
    OfferAccepted,
    RecordingSealed,
    SpeechHeard,
)
from tests.adapters.sip.line_house import (
    AGENTS,
    eventually,
    hears,
    house,
    loudness,
    strength,
    tone,
    up,
    words,
)

pytestmark = pytest.mark.alone

ANA, _BEN = AGENTS


def music(pcm):
    return loudness(pcm) > 200 and strength(pcm, 500) < 1000


def the_agent(pcm):
    return strength(pcm, 500) > 3000


def hold_as_in_rfc_2543(agent):
    """By an address that nothing can be sent to; a stack of ours would not write it."""
    ((call, leg),) = agent._live.values()
    descriptions = call._descriptions
    ours, theirs = b"c=IN IP4 127.0.0.1", b"c=IN IP4 0.0.0.0"
    offer = descriptions.offer
    descriptions.offer = lambda local: offer(local).replace(ours, theirs)
    call.reoffer(LocalMedia(port=leg.local_port))
    descriptions.offer = offer


@pytest.mark.parametrize(
    "hold",
    [
        lambda agent: agent.hold(Direction.SENDONLY),
        lambda agent: agent.hold(Direction.INACTIVE),
        hold_as_in_rfc_2543,
    ],
    ids=["sendonly", "inactive", "0.0.0.0"],
)
async def test_a_hold_is_told_once_and_so_is_its_end(tmp_path, hold):
    async with house(tmp_path) as it:
        caller, agent, call_id = await it.connected()
        await hears(caller, the_agent)
        hold(agent)
        held = await it.fact(CallHeld)
        assert (held.call_id, held.offer_id, held.agent_id) == (call_id, "o1", ANA)
        await hears(caller, music)
        assert it.picture(call_id).connected_offers == ("o1",)
        agent.hold(Direction.SENDRECV)
        retrieved = await it.fact(CallRetrieved)
        assert (retrieved.call_id, retrieved.offer_id, retrieved.agent_id) == (call_id, "o1", ANA)
        await hears(caller, the_agent)
        assert len(it.of(CallHeld)) == len(it.of(CallRetrieved)) == 1


async def test_a_caller_on_hold_is_heard_and_nobody_who_talks(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, call_id = await it.connected()
        await hears(caller, the_agent)
        it.listen(call_id)
        await caller.press("1")
        agent.hold(Direction.SENDONLY)
        await it.fact(CallHeld)
        it.listen(call_id)
        await caller.press("9")
        assert (await it.fact(DigitsCollected)).digits.reveal() == "9"
        it.speaks(caller, words("my arm hurts"))
        assert (await it.fact(SpeechHeard)).words.reveal() == "my arm hurts"
        agent.hold(Direction.SENDRECV)
        await it.fact(CallRetrieved)
        # The line does not wait for the brain to say so.
        assert not it.line._legs.driven(call_id)._ear.open
        await caller.press("2")
        await hears(caller, the_agent)
        assert [fact.digits.reveal() for fact in it.of(DigitsCollected)] == ["9"]


async def test_a_hold_that_changes_its_kind_is_still_one_hold(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        agent.hold(Direction.SENDONLY)
        await it.fact(CallHeld)
        await hears(caller, music)
        agent.hold(Direction.INACTIVE)
        await hears(caller, music)
        assert len(it.of(CallHeld)) == 1
        assert not it.of(CallRetrieved)


async def test_an_agent_who_held_before_the_bridge_is_told_of_with_it(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA)
        caller, call_id = await it.call()
        offer_id = it.offer(call_id, ANA)
        await it.fact(OfferAccepted)
        await up(agent)
        agent.hold(Direction.SENDONLY)
        await eventually(lambda: it.line._legs.driven(call_id).offers[offer_id].held)
        assert not it.of(CallHeld)
        it.bridge(call_id, ANA)
        await it.fact(CallHeld)
        await hears(caller, music)
        agent.hold(Direction.SENDRECV)
        await hears(caller, the_agent)


async def test_an_agent_who_hangs_up_during_a_hold_leaves_the_caller_with_music(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, call_id = await it.connected()
        agent.hold(Direction.SENDONLY)
        await it.fact(CallHeld)
        agent.hang_up()
        await it.fact(AgentHungUp)
        await hears(caller, music)
        assert it.picture(call_id).connected_offers == ()
        assert not it.of(CallRetrieved)


async def test_a_hold_longer_than_any_silence_is_allowed_loses_nobody(tmp_path, monkeypatch):
    for module in ("agent_leg", "caller_leg"):
        monkeypatch.setattr(f"adapters.telephony.sip.{module}.MEDIA_TIMEOUT_S", 1.0)
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        it.speaks(caller, tone(900, 8.0))
        agent.hold(Direction.SENDONLY)
        await it.fact(CallHeld)
        for _call, leg in agent._live.values():
            leg._outbound.sending = False  # sendonly, and yet it sends nothing, as many phones do
        mark = len(caller.heard)
        await eventually(lambda: len(caller.heard) - mark > 2 * 16000)
        agent.hold(Direction.SENDRECV)
        await it.fact(CallRetrieved)


async def test_the_callers_own_hold_is_no_fact_and_their_music_is_not_for_the_agent(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, call_id = await it.connected()
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        caller.hold(Direction.SENDONLY)
        it.speaks(caller, tone(900, 3.0))
        await hears(agent, lambda pcm: loudness(pcm) > 200 and strength(pcm, 900) < 500)
        await eventually(lambda: not caller._leg.playing)
        it.do(StopRecording(call_id=call_id, recording_id="r1"))
        await it.fact(RecordingSealed)
        assert strength(it.opened("r1").left[-16000:], 900) < 100
        caller.hold(Direction.SENDRECV)
        await hears(agent, lambda pcm: loudness(pcm) < 50)
        assert not it.of(CallHeld) + it.of(CallRetrieved)
