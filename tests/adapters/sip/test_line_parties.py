"""More than one agent for one caller: rung at once, waiting, joined, parted."""

from __future__ import annotations

import contextlib

import pytest

from adapters.telephony.sip.phone import Pickup
from adapters.telephony.sip.sdp import Direction
from calls.commands import RecallOffer, ReleaseAgent, StartRecording, StopRecording
from calls.facts import (
    AgentHungUp,
    AgentKeyed,
    CallerHungUp,
    CallHeld,
    CallRetrieved,
    OfferAccepted,
    OfferFailed,
    OfferRinging,
    RecordingSealed,
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
)

pytestmark = pytest.mark.alone

ANA, BEN = AGENTS
ANA_HZ, BEN_HZ, CALLER_HZ = 500, 1300, 900


def sounds(*wanted):
    """Whether these voices, and no other, are in it."""

    def test(pcm):
        heard = {hz for hz in (ANA_HZ, BEN_HZ, CALLER_HZ) if strength(pcm, hz) > 2000}
        quiet = {hz for hz in (ANA_HZ, BEN_HZ, CALLER_HZ) if strength(pcm, hz) < 500}
        return heard == set(wanted) and len(heard) + len(quiet) == 3

    return test


def music(pcm):
    return loudness(pcm) > 200 and sounds()(pcm)


async def accepted(it, call_id, agent, offer):
    it.offer(call_id, agent, offer)
    await it.fact(OfferAccepted, lambda fact: fact.offer_id == offer)


@contextlib.asynccontextmanager
async def three(tmp_path):
    """A caller who talks with Ana and Ben, for as long as a test takes."""
    async with house(tmp_path) as it:
        ana = await it.seat(ANA, greeting=tone(ANA_HZ))
        ben = await it.seat(BEN, greeting=tone(BEN_HZ))
        caller, call_id = await it.call()
        await accepted(it, call_id, ANA, "o1")
        it.bridge(call_id, ANA, "o1")
        await accepted(it, call_id, BEN, "o2")
        it.bridge(call_id, BEN, "o2")
        yield it, caller, ana, ben, call_id


async def test_each_of_three_hears_the_other_two_and_not_themselves(tmp_path):
    async with three(tmp_path) as (it, caller, ana, ben, call_id):
        it.speaks(caller, tone(CALLER_HZ, 6.0))
        await hears(caller, sounds(ANA_HZ, BEN_HZ))
        await hears(ana, sounds(CALLER_HZ, BEN_HZ))
        await hears(ben, sounds(CALLER_HZ, ANA_HZ))
        assert it.picture(call_id).connected_offers == ("o1", "o2")
        assert it.picture(call_id).ringing_offers == ()
        it.bridge(call_id, BEN, "o2")
        assert it.picture(call_id).connected_offers == ("o1", "o2")


async def test_the_recording_of_three_has_the_caller_left_and_both_agents_right(tmp_path):
    async with three(tmp_path) as (it, caller, _ana, _ben, call_id):
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        await caller.speak(tone(CALLER_HZ, 2.0))
        it.do(StopRecording(call_id=call_id, recording_id="r1"))
        await it.fact(RecordingSealed)
        recording = it.opened("r1")
        middle = slice(8000, -8000)
        assert sounds(CALLER_HZ)(recording.left[middle])
        assert sounds(ANA_HZ, BEN_HZ)(recording.right[middle])


async def test_one_of_two_agents_who_hangs_up_leaves_the_caller_with_the_other(tmp_path):
    async with three(tmp_path) as (it, caller, ana, ben, call_id):
        ana.hang_up()
        gone = await it.fact(AgentHungUp)
        assert (gone.offer_id, gone.agent_id) == ("o1", ANA)
        assert it.picture(call_id).connected_offers == ("o2",)
        await hears(caller, sounds(BEN_HZ))
        it.speaks(caller, tone(CALLER_HZ, 4.0))
        await hears(ben, sounds(CALLER_HZ))
        ben.hang_up()
        assert (await it.fact(AgentHungUp)).offer_id == "o2"
        await hears(caller, music)


async def test_the_first_agent_may_be_released_once_the_second_is_there(tmp_path):
    async with three(tmp_path) as (it, caller, ana, ben, call_id):
        it.do(ReleaseAgent(call_id=call_id, offer_id="o1", agent_id=ANA))
        await eventually(lambda: not ana.talking)
        await hears(caller, sounds(BEN_HZ))
        assert ben.talking
        assert it.picture(call_id).connected_offers == ("o2",)
        assert not it.of(AgentHungUp) + it.of(OfferFailed)


async def test_the_keys_of_both_agents_are_told_apart(tmp_path):
    async with three(tmp_path) as (it, _caller, ana, ben, _call_id):
        await ana.press("4")
        await it.fact(AgentKeyed, lambda fact: (fact.agent_id, fact.digits) == (ANA, "4"))
        await ben.press("5")
        await it.fact(AgentKeyed, lambda fact: (fact.agent_id, fact.digits) == (BEN, "5"))


async def test_a_caller_who_hangs_up_ends_both_agents_calls(tmp_path):
    async with three(tmp_path) as (it, caller, ana, ben, _call_id):
        await caller.hang_up()
        await it.fact(CallerHungUp)
        await eventually(lambda: not ana.talking and not ben.talking)
        assert it.media.open_legs == 0
        assert not it.of(AgentHungUp)


async def test_one_agent_on_hold_leaves_the_caller_with_the_other_and_two_with_music(tmp_path):
    async with three(tmp_path) as (it, caller, ana, ben, _call_id):
        ana.hold(Direction.SENDONLY)
        assert (await it.fact(CallHeld)).offer_id == "o1"
        await hears(caller, sounds(BEN_HZ))
        ben.hold(Direction.SENDONLY)
        assert (await it.fact(CallHeld)).offer_id == "o2"
        await hears(caller, music)
        ana.hold(Direction.SENDRECV)
        assert (await it.fact(CallRetrieved)).offer_id == "o1"
        await hears(caller, sounds(ANA_HZ))
        ben.hold(Direction.SENDRECV)
        await it.fact(CallRetrieved)
        await hears(caller, sounds(ANA_HZ, BEN_HZ))


async def test_two_agents_whom_the_caller_put_on_hold_hear_each_other(tmp_path):
    async with three(tmp_path) as (_it, caller, ana, ben, _call_id):
        caller.hold(Direction.INACTIVE)
        await hears(ana, sounds(BEN_HZ))
        ben.hang_up()
        await hears(ana, music)


async def test_an_agent_who_joins_an_agent_on_hold_ends_the_callers_music(tmp_path):
    async with house(tmp_path) as it:
        caller, ana, call_id = await it.connected()
        ana.hold(Direction.SENDONLY)
        await it.fact(CallHeld)
        await hears(caller, music)
        await it.seat(BEN, greeting=tone(BEN_HZ))
        await accepted(it, call_id, BEN, "o2")
        it.bridge(call_id, BEN, "o2")
        await hears(caller, sounds(BEN_HZ))


async def test_a_second_agent_who_is_on_hold_already_leaves_the_caller_with_music(tmp_path):
    async with house(tmp_path) as it:
        caller, ana, call_id = await it.connected()
        ana.hold(Direction.SENDONLY)
        await it.fact(CallHeld)
        ben = await it.seat(BEN, greeting=tone(BEN_HZ))
        await accepted(it, call_id, BEN, "o2")
        await up(ben)
        ben.hold(Direction.SENDONLY)
        await eventually(lambda: it.line._legs.driven(call_id).offers["o2"].held)
        it.bridge(call_id, BEN, "o2")
        assert (await it.fact(CallHeld)).offer_id == "o2"
        await hears(caller, music)
        await hears(caller, music)  # and not only the rest of what played before


# --- before the bridge --------------------------------------------------------------------------


async def test_two_phones_may_ring_for_one_caller_and_the_second_to_answer_waits_with_music(
    tmp_path,
):
    async with house(tmp_path) as it:
        await it.seat(ANA, greeting=tone(ANA_HZ))
        ben = await it.seat(BEN, greeting=tone(BEN_HZ))
        caller, call_id = await it.call()
        it.offer(call_id, ANA, "o1")
        it.offer(call_id, BEN, "o2")
        assert it.picture(call_id).ringing_offers == ("o1", "o2")
        await it.fact(OfferAccepted)
        await it.fact(OfferAccepted)
        it.bridge(call_id, ANA, "o1")
        assert it.picture(call_id).connected_offers == ("o1",)
        assert it.picture(call_id).ringing_offers == ("o2",)
        await hears(ben, music)
        await hears(caller, sounds(ANA_HZ))


async def test_an_accepted_agent_who_is_recalled_is_hung_up_and_nothing_is_said_of_it(tmp_path):
    async with house(tmp_path) as it:
        await it.seat(ANA, greeting=tone(ANA_HZ))
        ben = await it.seat(BEN)
        caller, call_id = await it.call()
        await accepted(it, call_id, ANA, "o1")
        await accepted(it, call_id, BEN, "o2")
        it.bridge(call_id, ANA, "o1")
        it.do(RecallOffer(call_id=call_id, offer_id="o2", agent_id=BEN))
        await eventually(lambda: not ben._live)
        await hears(caller, sounds(ANA_HZ))
        assert it.media.open_legs == 2
        assert not it.of(AgentHungUp) + it.of(OfferFailed)
        it.bridge(call_id, BEN, "o2")
        assert (await it.fact(OfferFailed)).offer_id == "o2"


async def test_an_answer_that_crosses_the_recall_is_hung_up_and_never_told(tmp_path):
    async with house(tmp_path) as it:
        ben = await it.seat(BEN, Pickup.RINGS)
        _caller, call_id = await it.call()
        it.offer(call_id, BEN)
        await it.fact(OfferRinging)
        ((call, _leg),) = ben._live.values()
        ben._answer(call)
        it.do(RecallOffer(call_id=call_id, offer_id="o1", agent_id=BEN))
        await eventually(lambda: not ben._live)
        await eventually(lambda: it.endpoint._running.pending == 0)
        assert it.media.open_legs == 1
        assert not it.of(OfferAccepted) + it.of(OfferFailed) + it.of(AgentHungUp)
