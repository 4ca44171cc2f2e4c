"""The line in short: a call answered, heard, understood, put through, recorded, never left alone.

The whole of it is in the test_line_* modules, which take longer.
"""

from __future__ import annotations

import pytest

from adapters.telephony.sip.phone import PhoneProblem
from calls.commands import Bridge, StartRecording, StopRecording
from calls.facts import (
    CallArrived,
    CallerHungUp,
    CallFailed,
    DigitsCollected,
    FeatureDialled,
    OfferAccepted,
    OfferRinging,
    PhoneRegistered,
    PromptFinished,
    RecordingSealed,
    SpeechHeard,
    SpeechStarted,
)
from calls.ports import Heard
from calls.private import Private
from tests.adapters.sip.line_house import (
    AGENTS,
    eventually,
    hears,
    house,
    loudness,
    strength,
    tone,
    words,
)
from tests.adapters.sip.outside_party import OutsideParty

ANA = AGENTS[0]
LONG = "this is a prompt that goes on for quite a while because it has a lot of words in it " * 3


@pytest.fixture
async def party():
    somebody = OutsideParty()
    await somebody.start()
    yield somebody
    await somebody.stop()


def outside(tmp_path, party, **settings):
    return house(
        tmp_path,
        outbound=("sip:help@127.0.0.1:*",),
        fallback=party.uri,
        unattended_s=0.05,
        **settings,
    )


def bridge(call_id, offer_id, agent=ANA):
    return Bridge(call_id=call_id, offer_id=offer_id, agent_id=agent)


def pressed(facts):
    return "".join(f.digits.reveal() for f in facts if isinstance(f, DigitsCollected))


class Everything:
    """A recogniser for whom every sound is one word."""

    languages = ("en",)

    async def recognise(self, pcm, language, hints=()):
        return Heard(words="understood", confidence=0.9)


async def test_a_caller_is_answered_and_told_of_with_number_and_what_they_dialled(tmp_path):
    async with house(tmp_path) as it:
        _caller, call_id = await it.call("5550001")
        arrived = it.facts[0]
        assert (arrived.dialled, arrived.line) == ("clinic", "sip")
        (picture,) = it.line.live_calls()
        assert (picture.call_id, picture.arrived_at) == (call_id, 5.0)


async def test_a_key_cuts_a_prompt_short_and_is_reported_after_its_end(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.say(call_id, LONG)
        await hears(caller, lambda pcm: loudness(pcm) > 500)
        await caller.press("5")
        finished = await it.fact(PromptFinished)
        assert finished.interrupted
        assert (await it.fact(DigitsCollected)).digits == Private("5")
        await hears(caller, lambda pcm: loudness(pcm) < 50)


async def test_what_a_caller_says_is_heard(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.listen(call_id)
        it.speaks(caller, words("my arm hurts"))
        await it.fact(SpeechStarted)
        heard = await it.fact(SpeechHeard)
        assert heard.words == Private("my arm hurts")
        assert (heard.language, heard.confidence) == ("en", 1.0)
        assert "arm" not in repr(heard)


async def test_the_last_words_of_a_caller_who_hangs_up_in_mid_sentence_are_understood(tmp_path):
    async with house(tmp_path, recogniser=Everything()) as it:
        caller, call_id = await it.call()
        it.listen(call_id)
        it.speaks(caller, words("there is a pain in my chest and " * 4))
        await it.fact(SpeechStarted)
        await caller.hang_up()
        await it.fact(CallerHungUp)
        heard = await it.fact(SpeechHeard)
        assert heard.call_id == call_id
        assert heard.words == Private("understood")


async def test_numbers_words_and_keys_are_in_no_log(tmp_path, caplog):
    caplog.set_level("DEBUG")
    async with house(tmp_path) as it:
        caller, call_id = await it.call("5559876543")
        it.listen(call_id)
        it.speaks(caller, words("crushing"))
        await it.fact(SpeechHeard)
        await caller.press("*#")
        await eventually(lambda: pressed(it.facts) == "*#")
    for secret in ("5559876543", "crushing", "*#"):
        assert secret not in caplog.text


async def test_an_agent_rings_answers_and_hears_and_is_heard(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA, greeting=tone(500))
        assert (await it.fact(PhoneRegistered)).agent_id == ANA
        caller, call_id = await it.call()
        offer_id = it.offer(call_id, ANA)
        await it.fact(OfferRinging)
        await it.fact(OfferAccepted)
        assert it.line.live_calls()[0].ringing_offers == (offer_id,)
        it.do(bridge(call_id, offer_id))
        assert it.line.live_calls()[0].connected_offers == (offer_id,)
        await hears(caller, lambda pcm: strength(pcm, 500) > 3000)
        it.speaks(caller, tone(900, 2.0))
        await hears(agent, lambda pcm: strength(pcm, 900) > 3000)
        assert strength(agent.heard, 500) < 300


async def test_a_feature_code_is_taken_confirmed_in_words_and_hung_up(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA)
        await agent.dial_code("*11")
        dialled = await it.fact(FeatureDialled)
        assert (dialled.agent_id, dialled.code) == (ANA, "*11")
        assert it.media.open_legs == 0


async def test_a_code_mistyped_at_an_agents_phone_is_refused_and_is_no_caller(tmp_path):
    async with house(tmp_path) as it:
        agent = await it.seat(ANA)
        with pytest.raises(PhoneProblem):
            await agent.dial_code("*99")
        assert not it.of(CallArrived)
        assert not it.of(FeatureDialled)
        assert it.media.open_legs == 0


async def test_a_recording_is_reported_only_once_it_is_sealed_for_good(tmp_path):
    async with house(tmp_path) as it:
        _caller, _agent, call_id = await it.connected()
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        it.do(StopRecording(call_id=call_id, recording_id="r1"))
        assert not it.of(RecordingSealed)
        await it.fact(RecordingSealed)
        assert not it.opened("r1").report.findings


async def test_a_brain_that_comes_back_takes_over_from_the_advice_and_from_the_ringing(
    tmp_path, party
):
    party.status = None
    async with outside(tmp_path, party) as it:
        _caller, call_id = await it.call()
        it.line.undriven()
        await eventually(lambda: party.calls)
        it.line.driven()
        it.music(call_id)
        await eventually(lambda: party.over)
        assert it.line.live_calls()[0].call_id == call_id
        it.line.undriven()
        await eventually(lambda: it.line._attendance.forsaken)
        it.line.driven()
        it.music(call_id)
        it.say(call_id, "hello again", prompt_id=9)
        assert (await it.fact(PromptFinished)).prompt_id == 9
        assert len(party.calls) == 1
        assert not it.of(CallFailed)


async def test_without_a_fallback_the_advised_caller_is_let_go_and_to_be_called_back(tmp_path):
    async with house(tmp_path, unattended_s=0.05) as it:
        caller, call_id = await it.call()
        it.line.undriven()
        failed = await it.fact(CallFailed)
        assert (failed.call_id, failed.reason) == (call_id, "unattended")
        await eventually(lambda: caller.over)
        assert loudness(caller.heard) > 200
