"""Agents' phones on the line: ringing, answering, talking, holding, leaving."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.events import Lost, LostReason
from adapters.telephony.sip.phone import PhoneProblem, Pickup
from adapters.telephony.sip.sdp import Direction
from calls.commands import Bridge, HangUp, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    AgentKeyed,
    CallArrived,
    CallerHungUp,
    DigitsCollected,
    FeatureDialled,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneUnregistered,
)
from tests.adapters.sip.line_house import (
    AGENTS,
    eventually,
    hears,
    house,
    loudness,
    strength,
)

pytestmark = pytest.mark.alone

ANA, BEN = AGENTS


def bridge(call_id, offer_id, agent=ANA):
    return Bridge(call_id=call_id, offer_id=offer_id, agent_id=agent)


@pytest.mark.parametrize(
    ("pickup", "fact"), [(Pickup.BUSY, OfferDeclined), (Pickup.DECLINES, OfferDeclined)]
)
async def test_a_busy_or_declining_agent_is_no_rona(tmp_path, pickup, fact):
    async with house(tmp_path) as it:
        await it.seat(ANA, pickup)
        _caller, call_id = await it.call()
        it.offer(call_id, ANA)
        assert (await it.fact(OfferDeclined)).agent_id == ANA
        assert it.line.live_calls()[0].ringing_offers == ()
        assert it.media.open_legs == 1


async def test_an_agent_who_lets_it_ring_is_a_rona_and_the_caller_hears_on(tmp_path):
    async with house(tmp_path) as it:
        await it.seat(ANA, Pickup.RINGS)
        caller, call_id = await it.call()
        it.music(call_id)
        it.offer(call_id, ANA, ring_s=0.3)
        await it.fact(OfferUnanswered)
        await hears(caller, lambda pcm: loudness(pcm) > 200)


async def test_a_phone_that_is_not_registered_fails_the_offer(tmp_path):
    async with house(tmp_path) as it:
        _caller, call_id = await it.call()
        it.offer(call_id, BEN)
        assert (await it.fact(OfferFailed)).reason == "not-registered"
        assert it.media.open_legs == 1


async def test_an_offer_told_twice_rings_once(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA, Pickup.DECLINES)
        _caller, call_id = await it.call()
        it.offer(call_id, ANA)
        it.offer(call_id, ANA)
        await it.fact(OfferDeclined)
        it.offer(call_id, ANA)
        assert len(agent.rang) == 1
        assert it.line.live_calls()[0].ringing_offers == ()


async def test_a_recalled_offer_stops_ringing_and_nothing_more_is_said_of_it(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA, Pickup.RINGS)
        _caller, call_id = await it.call()
        offer_id = it.offer(call_id, ANA)
        await it.fact(OfferRinging)
        it.do(RecallOffer(call_id=call_id, offer_id=offer_id, agent_id=ANA))
        await eventually(lambda: not agent._live)
        assert it.media.open_legs == 1
        assert not it.of(OfferUnanswered) + it.of(OfferFailed) + it.of(AgentHungUp)


async def test_the_agents_keys_are_told_once_they_talk_and_the_callers_are_not(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        await agent.press("*9")
        await it.fact(AgentKeyed, lambda fact: fact.digits == "9")
        assert "".join(fact.digits for fact in it.of(AgentKeyed)) == "*9"
        await caller.press("1")
        assert not it.of(DigitsCollected)


async def test_an_agent_whose_caller_has_just_left_can_still_dial_the_code_for_a_nurse(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        await agent.press("*")
        await it.fact(AgentKeyed)
        await caller.hang_up()
        await it.fact(CallerHungUp)
        # Their phone is hung up with the caller: what is pressed now is dialled.
        await eventually(lambda: not agent.talking)
        await agent.dial_code("*9")
        dialled = await it.fact(FeatureDialled)
        assert (dialled.agent_id, dialled.code) == (ANA, "*9")
        assert not it.of(CallArrived)[1:]


async def test_an_agent_who_hangs_up_leaves_the_caller_with_music(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, call_id = await it.connected()
        agent.hang_up()
        assert (await it.fact(AgentHungUp)).offer_id == "o1"
        await hears(caller, lambda pcm: loudness(pcm) > 200 and strength(pcm, 500) < 1000)
        assert it.line.live_calls()[0].connected_offers == ()
        it.say(call_id, "goodbye now")
        it.do(HangUp(call_id=call_id))
        await eventually(lambda: caller.over)


async def test_an_agent_who_leaves_before_the_bridge_has_spoken_with_nobody(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA)
        _caller, call_id = await it.call()
        offer_id = it.offer(call_id, ANA)
        await it.fact(OfferAccepted)
        agent.hang_up()
        await it.fact(OfferFailed)
        it.do(bridge(call_id, offer_id))
        assert len(it.of(OfferFailed)) == 2
        assert not it.of(AgentHungUp)
        assert it.line.live_calls()[0].connected_offers == ()


async def test_a_released_agent_leaves_and_the_caller_stays(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, call_id = await it.connected()
        it.do(ReleaseAgent(call_id=call_id, offer_id="o1", agent_id=ANA))
        await eventually(lambda: not agent.talking)
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        assert not it.of(AgentHungUp)
        assert it.media.open_legs == 1


async def test_a_caller_who_hangs_up_while_it_rings_ends_the_ringing(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA, Pickup.RINGS)
        caller, call_id = await it.call()
        it.offer(call_id, ANA)
        await it.fact(OfferRinging)
        await caller.hang_up()
        await it.fact(CallerHungUp)
        await eventually(lambda: not agent._live)
        assert it.media.open_legs == 0


async def test_a_caller_who_hangs_up_in_the_conversation_ends_the_agents_call(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        await caller.hang_up()
        await it.fact(CallerHungUp)
        await eventually(lambda: not agent.talking)
        assert it.media.open_legs == 0
        assert not it.of(AgentHungUp)


@pytest.mark.parametrize("direction", [Direction.SENDONLY, Direction.INACTIVE])
async def test_a_caller_whom_the_agent_puts_on_hold_hears_music_until_they_are_back(
    tmp_path, direction
):
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        await hears(caller, lambda pcm: strength(pcm, 500) > 3000)
        agent.hold(direction)
        await hears(caller, lambda pcm: loudness(pcm) > 200 and strength(pcm, 500) < 1000)
        agent.hold(Direction.SENDRECV)
        await hears(caller, lambda pcm: strength(pcm, 500) > 3000)


async def test_an_agent_whom_the_caller_puts_on_hold_hears_music_until_they_are_back(tmp_path):
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        caller.hold(Direction.INACTIVE)
        await hears(agent, lambda pcm: loudness(pcm) > 200)
        caller.hold(Direction.SENDRECV)
        await hears(agent, lambda pcm: loudness(pcm) < 50)


async def test_an_agents_phone_that_dies_in_mid_call_is_a_lost_phone_not_a_hang_up(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("adapters.telephony.sip.agent_leg.MEDIA_TIMEOUT_S", 0.4)
    async with house(tmp_path) as it:
        caller, agent, _call_id = await it.connected()
        for _call, leg in agent._live.values():
            leg.close()
        assert (await it.fact(OfferFailed)).reason == "unreachable"
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        assert not it.of(AgentHungUp)


async def test_an_agents_dialog_that_breaks_is_a_lost_phone_too(tmp_path):
    async with house(tmp_path) as it:
        caller, _agent, _call_id = await it.connected()
        (leg,) = it.line._legs
        leg.offers["o1"].hear(Lost(reason=LostReason.NO_REPLY))
        assert (await it.fact(OfferFailed)).reason == "unreachable"
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        assert not it.of(AgentHungUp)


async def test_a_feature_code_is_for_agents_only(tmp_path):
    async with house(tmp_path) as it:
        stranger = it.phone()
        with pytest.raises(PhoneProblem):
            await stranger.dial(f"sip:*11@{it.address}")
        assert not it.facts


async def test_a_phone_that_goes_is_told_of(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA)
        assert it.line.reachable() == (ANA,)
        await agent.stop()
        assert (await it.fact(PhoneUnregistered)).agent_id == ANA
        assert it.line.reachable() == ()
