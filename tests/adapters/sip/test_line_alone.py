"""The line by itself: no brain, a full line, callers handed over to the outside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.telephony.sip.phone import Pickup
from calls.commands import CancelTransfer, RecordMessage, Transfer, Utterance
from calls.facts import (
    AgentHungUp,
    CallArrived,
    CallerHungUp,
    CallFailed,
    DigitsCollected,
    MessageRecorded,
    OfferAccepted,
    OfferRinging,
    PromptFinished,
    TransferFailed,
    TransferSucceeded,
)
from tests.adapters.sip.line_house import (
    AGENTS,
    eventually,
    hears,
    house,
    loudness,
    strength,
    tone,
)
from tests.adapters.sip.outside_party import OutsideParty

pytestmark = pytest.mark.alone

ANA = AGENTS[0]


def outside(tmp_path, party, **settings):
    return house(
        tmp_path,
        outbound=("sip:help@127.0.0.1:*",),
        fallback=party.uri,
        unattended_s=0.3,
        **settings,
    )


@pytest.fixture
async def party():
    somebody = OutsideParty()
    await somebody.start()
    yield somebody
    await somebody.stop()


def transfer(call_id, destination, ring_s=15.0):
    return Transfer(call_id=call_id, destination=destination, ring_timeout_s=ring_s)


# --- transfers the brain orders -----------------------------------------------------------------


async def test_a_permitted_transfer_connects_the_caller_and_their_keys_go_through(tmp_path, party):
    async with outside(tmp_path, party) as it:
        caller, call_id = await it.call()
        it.music(call_id)
        it.do(transfer(call_id, party.uri))
        await it.fact(TransferSucceeded)
        await hears(caller, lambda pcm: strength(pcm, 1100) > 3000)
        await caller.speak(tone(900, 1.0))
        assert strength(party.heard, 900) > 300
        await caller.press("7")
        await eventually(lambda: party.keys == "7")
        assert not it.of(DigitsCollected)
        assert it.line.live_calls() == ()
        await caller.hang_up()
        await eventually(lambda: party.over)
        assert not it.of(CallerHungUp)


async def test_the_outside_party_who_hangs_up_ends_the_call(tmp_path, party):
    async with outside(tmp_path, party) as it:
        caller, call_id = await it.call()
        it.do(transfer(call_id, party.uri))
        await it.fact(TransferSucceeded)
        party.hang_up()
        await eventually(lambda: caller.over)
        await eventually(lambda: it.media.open_legs == 0)


async def test_an_outside_party_of_whom_nothing_is_heard_any_more_ends_the_call(
    tmp_path, party, monkeypatch
):
    monkeypatch.setattr("adapters.telephony.sip.outside_call.MEDIA_TIMEOUT_S", 0.4)
    async with outside(tmp_path, party) as it:
        caller, call_id = await it.call()
        it.do(transfer(call_id, party.uri))
        await it.fact(TransferSucceeded)
        party.fall_silent()
        await eventually(lambda: caller.over and party.over)


async def test_a_transfer_that_the_plan_does_not_permit_dials_nothing(tmp_path, party, caplog):
    async with outside(tmp_path, party) as it:
        _caller, call_id = await it.call()
        it.do(transfer(call_id, party.uri.replace("help", "premium")))
        assert (await it.fact(TransferFailed)).reason == "not-permitted"
        assert not party.calls
        assert "premium" not in caplog.text


async def test_why_the_outside_cannot_be_dialled_is_told_once_for_each_caller(
    tmp_path, party, caplog
):
    async with outside(tmp_path, party) as it:
        for _caller in range(2):
            _phone, call_id = await it.call()
            for _attempt in range(3):
                it.do(transfer(call_id, party.uri.replace("help", "premium")))
                await it.fact(TransferFailed)
    told = [record.getMessage() for record in caplog.records if "cannot be dialled" in record.msg]
    assert len(told) == len(set(told)) == 2
    assert all("sip.outbound" in line for line in told)


def asking(call_id, destination):
    words = (Utterance(text="to speak with them press one", language="en"),)
    return replace(transfer(call_id, destination), utterances=words)


async def test_whoever_is_asked_has_the_caller_only_once_they_press_the_key(tmp_path, party):
    async with outside(tmp_path, party) as it:
        agent = await it.seat(ANA, Pickup.RINGS)
        caller, call_id = await it.call()
        it.music(call_id)
        it.offer(call_id, ANA, ring_s=100.0)
        await it.fact(OfferRinging)
        it.do(asking(call_id, party.uri))
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        party.press("2")
        await hears(caller, lambda pcm: loudness(pcm) > 200 and strength(pcm, 1100) < 1000)
        assert agent._live, "nurses are rung on"
        assert not it.of(TransferSucceeded)
        party.press("1")
        await it.fact(TransferSucceeded)
        await hears(caller, lambda pcm: strength(pcm, 1100) > 3000)
        await eventually(lambda: not agent._live)
        await caller.press("7")
        await eventually(lambda: party.keys == "7")
        party.hang_up()
        await eventually(lambda: caller.over)


async def test_a_voicemail_gets_no_caller(tmp_path, party, monkeypatch):
    monkeypatch.setattr("adapters.telephony.sip.called_person._MISSED_AFTER_S", 0.1)
    monkeypatch.setattr("adapters.telephony.sip.called_person._SAID_AGAIN_AFTER_S", 0.1)
    async with outside(tmp_path, party) as it:
        caller, call_id = await it.call()
        it.music(call_id)
        it.do(asking(call_id, party.uri))
        assert (await it.fact(TransferFailed)).reason == "not-confirmed"
        await eventually(lambda: party.over)
        await hears(caller, lambda pcm: loudness(pcm) > 200 and strength(pcm, 1100) < 1000)
        assert it.media.open_legs == 1


async def test_who_is_being_asked_is_let_go_when_a_nurse_answers(tmp_path, party):
    async with outside(tmp_path, party) as it:
        _caller, call_id = await it.call()
        it.do(asking(call_id, party.uri))
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        it.do(CancelTransfer(call_id=call_id))
        await eventually(lambda: party.over)
        assert it.media.open_legs == 1
        assert not it.of(TransferFailed)


@pytest.mark.parametrize(
    ("status", "reason"), [(486, "busy"), (603, "refused"), (404, "unreachable")]
)
async def test_a_transfer_that_is_not_taken_leaves_the_caller_where_they_were(
    tmp_path, party, status, reason
):
    party.status = status
    async with outside(tmp_path, party) as it:
        caller, call_id = await it.call()
        it.music(call_id)
        it.do(transfer(call_id, party.uri))
        assert (await it.fact(TransferFailed)).reason == reason
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        assert it.media.open_legs == 1


async def test_a_transfer_that_nobody_answers_fails_after_its_time(tmp_path, party):
    party.status = None
    async with outside(tmp_path, party) as it:
        _caller, call_id = await it.call()
        it.do(transfer(call_id, party.uri, ring_s=0.3))
        assert (await it.fact(TransferFailed)).reason == "no-answer"


async def test_a_cancelled_transfer_stops_ringing_and_says_nothing(tmp_path, party):
    party.status = None
    async with outside(tmp_path, party) as it:
        _caller, call_id = await it.call()
        it.do(transfer(call_id, party.uri))
        await eventually(lambda: party.calls)
        it.do(CancelTransfer(call_id=call_id))
        await eventually(lambda: party.over)
        assert it.media.open_legs == 1
        assert not it.of(TransferFailed)


async def test_a_transfer_goes_on_over_a_change_of_brains(tmp_path, party):
    party.status = None
    async with outside(tmp_path, party) as it:
        _caller, call_id = await it.call()
        it.do(transfer(call_id, party.uri))
        await eventually(lambda: party.calls)
        it.line.undriven()
        it.line.driven()
        party.answer()
        await it.fact(TransferSucceeded)


async def test_agents_who_ring_are_recalled_when_the_outside_answers_first(tmp_path, party):
    async with outside(tmp_path, party) as it:
        agent = await it.seat(ANA, Pickup.RINGS)
        _caller, call_id = await it.call()
        it.offer(call_id, ANA, ring_s=100.0)
        await it.fact(OfferRinging)
        it.do(transfer(call_id, party.uri))
        await it.fact(TransferSucceeded)
        await eventually(lambda: not agent._live)


# --- without a brain ----------------------------------------------------------------------------


async def test_a_caller_hears_music_while_the_brain_is_away_and_is_told_on_when_it_is_back(
    tmp_path,
):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.say(call_id, "a prompt that the brain never hears the end of " * 3)
        await hears(caller, lambda pcm: loudness(pcm) > 500)
        it.line.undriven()
        await hears(caller, lambda pcm: loudness(pcm) > 100)
        await caller.press("4")
        assert (await it.fact(DigitsCollected)).call_id == call_id
        it.line.driven()
        it.say(call_id, "welcome back", prompt_id=2)
        assert (await it.fact(PromptFinished)).prompt_id == 2
        assert it.line.live_calls()[0].call_id == call_id


async def test_without_a_brain_callers_are_advised_and_handed_over(tmp_path, party):
    async with outside(tmp_path, party) as it:
        caller, call_id = await it.call()
        it.line.undriven()
        failed = await it.fact(CallFailed)
        assert (failed.call_id, failed.reason) == (call_id, "handed-over")
        await hears(caller, lambda pcm: strength(pcm, 1100) > 3000)
        assert loudness(caller.heard) > 200
        assert it.line.live_calls() == ()
        assert not it.of(PromptFinished)


async def test_a_fallback_that_does_not_answer_is_tried_again_after_the_advice(tmp_path, party):
    party.status = 486
    async with outside(tmp_path, party) as it:
        caller, _call_id = await it.call()
        it.line.undriven()
        await eventually(lambda: len(party.calls) >= 2)
        party.status = 200
        await hears(caller, lambda pcm: strength(pcm, 1100) > 3000)


async def test_an_advice_that_still_plays_when_the_brain_is_back_leads_to_no_hand_over(
    tmp_path, party
):
    async with outside(tmp_path, party) as it:
        caller, call_id = await it.call()
        it.line.undriven()
        await eventually(lambda: it.line._attendance.forsaken)
        await hears(caller, lambda pcm: loudness(pcm) > 1500)
        (leg,) = it.line._legs
        assert leg._announcer.saying
        it.line.driven()
        it.music(call_id)
        await eventually(lambda: leg._announcer.saying is None)
        await hears(caller, lambda pcm: loudness(pcm) > 200)
        assert not party.calls
        assert not it.of(PromptFinished)
        assert it.line.live_calls()[0].call_id == call_id


async def test_a_call_that_comes_in_without_a_brain_is_advised_first_and_kept(tmp_path):
    async with house(tmp_path, unattended_s=60.0) as it:
        it.line.undriven()
        caller, call_id = await it.call()
        await hears(caller, lambda pcm: loudness(pcm) > 500)
        it.line.driven()
        it.say(call_id, "now you are served", prompt_id=1)
        assert (await it.fact(PromptFinished)).prompt_id == 1


async def test_a_call_that_comes_in_long_after_the_brain_went_is_handed_over_at_once(
    tmp_path, party
):
    async with outside(tmp_path, party) as it:
        it.line.undriven()
        await eventually(lambda: it.line._attendance.forsaken)
        caller, call_id = await it.call()
        assert (await it.fact(CallFailed)).call_id == call_id
        await hears(caller, lambda pcm: strength(pcm, 1100) > 3000)


async def test_a_conversation_outlives_the_brain_and_its_caller_is_handed_over_after_it(
    tmp_path, party
):
    async with outside(tmp_path, party) as it:
        caller, agent, _call_id = await it.connected()
        it.line.undriven()
        await eventually(lambda: it.line._attendance.forsaken)
        await hears(caller, lambda pcm: strength(pcm, 500) > 3000)
        agent.hang_up()
        await it.fact(AgentHungUp)
        await hears(caller, lambda pcm: strength(pcm, 1100) > 3000)


async def test_a_message_is_not_cut_short_when_the_brain_dies(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(RecordMessage(call_id=call_id, recording_id="m1", max_s=20.0))
        await hears(caller, lambda pcm: strength(pcm, 1000) > 500)
        it.line.undriven()
        await caller.speak(tone(700, 1.0))
        assert not it.of(MessageRecorded)
        await caller.press("#")
        assert (await it.fact(MessageRecorded)).duration_s > 0.5
        await hears(caller, lambda pcm: loudness(pcm) > 200)


async def test_an_agent_who_answers_while_the_brain_is_away_is_connected_at_once(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA)
        agent.behaviour.after_s = 0.3
        caller, call_id = await it.call()
        offer_id = it.offer(call_id, ANA)
        it.line.undriven()
        await it.fact(OfferAccepted)
        await hears(caller, lambda pcm: strength(pcm, 500) > 3000)
        assert it.line.live_calls()[0].connected_offers == (offer_id,)


# --- the full line ------------------------------------------------------------------------------


async def test_beyond_its_capacity_the_line_advises_hands_over_and_only_then_refuses(
    tmp_path, party
):
    async with outside(tmp_path, party, capacity=1, reserved=1) as it:
        first, call_id = await it.call("5550001")
        second = it.phone("5550002")
        await second.dial(f"sip:clinic@{it.address}")
        third = await party.place(f"sip:clinic@{it.address}")
        # Short: a Retry-After keeps every other caller of that provider away, too.
        assert (third.status, third.retry_after_s) == (503, 2)
        assert it.line.refused == 1
        await hears(second, lambda pcm: strength(pcm, 1100) > 3000)
        assert [live.call_id for live in it.line.live_calls()] == [call_id]
        await second.hang_up()
        await eventually(lambda: party.over)
        # The brain knows of the first caller only.
        assert [fact.call_id for fact in it.facts] == [call_id]
        assert isinstance(it.facts[0], CallArrived)
        await first.hang_up()
        _fourth, _call_id = await it.call("5550004")


async def test_a_reserved_channel_is_given_free_when_the_fallback_stays_out_of_reach(
    tmp_path, party
):
    party.status = 486
    async with outside(tmp_path, party, capacity=0, reserved=1) as it:
        caller = it.phone()
        await caller.dial(f"sip:clinic@{it.address}")
        await eventually(lambda: caller.over)
        assert len(party.calls) == 2
        assert not it.facts
        assert it.media.open_legs == 0


async def test_a_line_that_stops_gives_every_caller_up_for_a_call_back(tmp_path, party):
    async with house(tmp_path) as it:
        caller, agent, call_id = await it.connected()
        await it.line.stop()
        failed = await it.fact(CallFailed)
        assert (failed.call_id, failed.reason) == (call_id, "line-stopped")
        await eventually(lambda: caller.over and not agent.talking)
        late = await party.place(f"sip:clinic@{it.address}")
        assert (late.status, late.retry_after_s) == (503, 30)
