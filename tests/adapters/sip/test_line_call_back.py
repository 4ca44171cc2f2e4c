"""Calling people back: the agent first, then the person, and nobody without a key.

It is long because it goes through all that either end may do while the other rings, answers,
listens, holds or is gone.
"""

from __future__ import annotations

import numpy as np
import pytest

from adapters.telephony.sip.events import KeyPressed, Lost, LostReason
from adapters.telephony.sip.phone import Pickup
from adapters.telephony.sip.ringer import shown_name
from adapters.telephony.sip.sdp import Direction
from calls.commands import (
    CallBack,
    HangUp,
    OfferCall,
    RecallOffer,
    ReleaseAgent,
    Utterance,
)
from calls.facts import (
    AgentHungUp,
    CallBackAnswered,
    CallBackMissed,
    CallerHungUp,
    CallHeld,
    DigitsCollected,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    PromptFinished,
    SpeechHeard,
)
from calls.ids import AgentId, CallId, OfferId
from calls.private import Private
from tests.adapters.sip.line_house import (
    AGENTS,
    eventually,
    hears,
    house,
    loudness,
    strength,
    words,
)
from tests.adapters.sip.outside_party import OutsideParty

pytestmark = pytest.mark.alone

ANA, BEN = AGENTS
CALL, EARLIER = CallId("a-call-back"), CallId("the-call-it-answers")
ASKED = (Utterance(text="the clinic calls back press one", language="en"),)
ANA_HZ, PERSON_HZ = 500, 1100


@pytest.fixture
async def party():
    somebody = OutsideParty()
    await somebody.start()
    yield somebody
    await somebody.stop()


@pytest.fixture(autouse=True)
def an_impatient_line(monkeypatch):
    monkeypatch.setattr("adapters.telephony.sip.called_person._SAID_AGAIN_AFTER_S", 0.5)
    monkeypatch.setattr("adapters.telephony.sip.called_person._MISSED_AFTER_S", 0.7)


def outside(tmp_path, **settings):
    return house(tmp_path, outbound=("sip:help@127.0.0.1:*",), **settings)


def call_back(destination, offer="o1", agent=ANA, *, ring_s=15.0, utterances=ASKED):
    return CallBack(
        call_id=CALL,
        answers=EARLIER,
        offer_id=OfferId(offer),
        agent_id=agent,
        destination=Private(destination),
        utterances=utterances,
        ring_timeout_s=ring_s,
    )


async def accepted(it, agent=ANA, offer="o1"):
    """An agent who has accepted to call back."""
    phone = await it.seat(agent)
    it.offer(CALL, agent, offer, call_back=True)
    await it.fact(OfferAccepted, lambda fact: fact.offer_id == offer)
    return phone


async def asked(it, party):
    """The agent waits, and the person hears the words."""
    agent = await accepted(it)
    it.do(call_back(party.uri))
    await eventually(lambda: loudness(party.heard[-5000:]) > 500)
    return agent


async def there(it, party):
    """The person has pressed the key."""
    agent = await asked(it, party)
    party.press("1")
    await it.fact(CallBackAnswered)
    return agent


def music(pcm):
    return loudness(pcm) > 200 and strength(pcm, PERSON_HZ) < 1000


def spoken(pcm):
    """How many times something was said, with half a second of silence between."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    frames = samples[: samples.size // 160 * 160].reshape(-1, 160)
    loud = np.flatnonzero(np.sqrt(np.mean(frames**2, axis=1)) > 200)
    return 0 if not loud.size else 1 + int(np.sum(np.diff(loud) > 20))


# --- the agent ----------------------------------------------------------------------------------


async def test_an_agent_rings_for_a_call_that_nobody_placed_and_waits_with_music(tmp_path):
    async with outside(tmp_path) as it:
        agent = await it.seat(ANA)
        it.offer(CALL, ANA, call_back=True)
        picture = it.picture(CALL)
        assert (picture.call_back, picture.arrived_at) == (True, 5.0)
        assert (picture.ringing_offers, picture.connected_offers) == (("o1",), ())
        await it.fact(OfferRinging)
        await it.fact(OfferAccepted)
        await hears(agent, music)
        assert it.picture(CALL).ringing_offers == ("o1",)
        assert it.media.open_legs == 1


def test_the_phone_shows_that_it_is_a_call_back_and_whether_to_ask_for_a_number():
    def shown(**more):
        order = {"emergency": False, **more}
        return shown_name(
            OfferCall(
                call_id=CALL,
                offer_id=OfferId("o1"),
                agent_id=ANA,
                ring_timeout_s=15.0,
                queue="general",
                rule="",
                **order,
            )
        )

    assert shown() == "general"
    assert shown(call_back=True) == "CALL BACK general"
    assert shown(emergency=True, call_back=True) == "RED FLAG CALL BACK general"
    assert shown(emergency=True, ask_number=True) == "RED FLAG ASK NUMBER general"


async def test_an_offer_that_is_declined_leaves_no_call(tmp_path):
    async with outside(tmp_path) as it:
        agent = await it.seat(ANA, Pickup.DECLINES)
        it.offer(CALL, ANA, call_back=True)
        await it.fact(OfferDeclined)
        assert it.line.live_calls() == ()
        it.offer(CALL, ANA, call_back=True)
        assert len(agent.rang) == 1, "told twice it is one offer, also when it is over"
        assert it.line.live_calls() == ()
        it.offer(CALL, BEN, "o2", call_back=True)
        assert (await it.fact(OfferFailed)).reason == "not-registered"
        assert it.line.live_calls() == ()
        assert it.media.open_legs == 0


async def test_an_offer_of_a_call_that_is_unknown_and_no_call_back_rings_nobody(tmp_path):
    async with outside(tmp_path) as it:
        await it.seat(ANA)
        it.offer(CALL, ANA)
        assert it.line.live_calls() == ()


async def test_an_agent_who_hangs_up_before_anybody_was_called_is_told_of(tmp_path):
    async with outside(tmp_path) as it:
        agent = await accepted(it)
        agent.hang_up()
        gone = await it.fact(AgentHungUp)
        assert (gone.call_id, gone.offer_id, gone.agent_id) == (CALL, "o1", ANA)
        assert it.line.live_calls() == ()


async def test_of_two_agents_who_are_rung_one_may_be_recalled(tmp_path, party):
    async with outside(tmp_path) as it:
        await accepted(it)
        ben = await accepted(it, BEN, "o2")
        assert it.picture(CALL).ringing_offers == ("o1", "o2")
        it.do(call_back(party.uri))
        it.do(RecallOffer(call_id=CALL, offer_id=OfferId("o2"), agent_id=BEN))
        await eventually(lambda: not ben._live)
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        assert it.picture(CALL).ringing_offers == ("o1",)


# --- the person ---------------------------------------------------------------------------------


async def test_a_person_who_presses_the_key_is_a_caller_from_then_on(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await there(it, party)
        (answered,) = it.of(CallBackAnswered)
        assert (answered.call_id, answered.offer_id, answered.agent_id) == (CALL, "o1", ANA)
        picture = it.picture(CALL)
        assert (picture.call_back, picture.ringing_offers) == (False, ("o1",))
        mark = len(party.heard)
        await eventually(lambda: music(party.heard[mark:][-5000:]))
        await hears(agent, music)
        it.bridge(CALL, ANA)
        assert it.picture(CALL).connected_offers == ("o1",)
        await hears(agent, lambda pcm: strength(pcm, PERSON_HZ) > 3000)
        await eventually(lambda: strength(party.heard[-5000:], ANA_HZ) > 3000)
        party.hang_up()
        assert (await it.fact(CallerHungUp)).call_id == CALL
        await eventually(lambda: not agent.talking)
        assert it.line.live_calls() == ()
        assert it.media.open_legs == 0
        assert not it.of(DigitsCollected) + it.of(AgentHungUp) + it.of(CallBackMissed)


async def test_a_person_whom_the_agent_puts_on_hold_hears_music(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await there(it, party)
        it.bridge(CALL, ANA)
        await eventually(lambda: strength(party.heard[-5000:], ANA_HZ) > 3000)
        agent.hold(Direction.SENDONLY)
        await it.fact(CallHeld)
        mark = len(party.heard)
        await eventually(lambda: len(party.heard) - mark > 8000 and music(party.heard[-5000:]))
        assert strength(party.heard[-5000:], ANA_HZ) < 1000


async def test_prompts_keys_and_speech_work_as_if_the_person_had_called(tmp_path, party):
    async with outside(tmp_path) as it:
        await there(it, party)
        party.press("7")
        assert (await it.fact(DigitsCollected)).digits == Private("7")
        party._legs[-1].stop_playing()
        it.say(CALL, "one moment please", prompt_id=4)
        assert (await it.fact(PromptFinished)).prompt_id == 4
        it.listen(CALL)
        party._legs[-1].play([words("it hurts")])
        assert (await it.fact(SpeechHeard)).words == Private("it hurts")
        it.do(HangUp(call_id=CALL))
        await eventually(lambda: party.over and not it.agents[ANA].talking)
        assert it.media.open_legs == 0
        assert not it.of(CallerHungUp)


async def test_an_agent_who_hangs_up_leaves_the_person_who_was_reached_with_music(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await there(it, party)
        agent.hang_up()
        assert (await it.fact(AgentHungUp)).offer_id == "o1"
        assert it.picture(CALL).ringing_offers == ()
        assert not party.over
        await it.seat(BEN)
        it.offer(CALL, BEN, "o2", call_back=True)
        await it.fact(OfferAccepted, lambda fact: fact.offer_id == "o2")
        it.bridge(CALL, BEN, "o2")
        await eventually(lambda: strength(party.heard[-5000:], ANA_HZ) > 3000)


async def test_the_key_may_come_by_info_and_before_the_words_are_over(tmp_path, party):
    async with outside(tmp_path) as it:
        await accepted(it)
        it.do(call_back(party.uri, utterances=ASKED * 20))
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        (call,) = it.line._wired.call_backs._calls.values()
        call._person._hear(KeyPressed(digit=Private("1")))
        await it.fact(CallBackAnswered)


async def test_a_voicemail_presses_no_key_and_hears_the_words_twice(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await asked(it, party)
        missed = await it.fact(CallBackMissed)
        assert (missed.call_id, missed.offer_id, missed.agent_id) == (CALL, "o1", ANA)
        assert missed.reason == "not-confirmed"
        await eventually(lambda: party.over)
        assert spoken(party.heard) == 2
        it.do(call_back(party.uri))
        await hears(agent, music)
        assert len(party.calls) == 1, "told twice it is one call"
        assert it.media.open_legs == 1
        it.do(ReleaseAgent(call_id=CALL, offer_id=OfferId("o1"), agent_id=ANA))
        await eventually(lambda: not agent.talking)
        assert it.line.live_calls() == ()
        assert not it.of(AgentHungUp)


async def test_another_key_is_not_the_one_and_means_nothing(tmp_path, party):
    async with outside(tmp_path) as it:
        await asked(it, party)
        party.press("2#")
        assert (await it.fact(CallBackMissed)).reason == "not-confirmed"
        assert not it.of(DigitsCollected)


async def test_a_person_who_hangs_up_without_a_key_was_not_reached(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await asked(it, party)
        party.hang_up()
        assert (await it.fact(CallBackMissed)).reason == "not-confirmed"
        await hears(agent, music)
        assert not it.of(CallerHungUp)


async def test_a_person_whose_call_breaks_was_not_reached(tmp_path, party):
    async with outside(tmp_path) as it:
        await asked(it, party)
        (call,) = it.line._wired.call_backs._calls.values()
        call._person._hear(Lost(reason=LostReason.NO_REPLY))
        assert (await it.fact(CallBackMissed)).reason == "unreachable"


async def test_nothing_of_the_person_is_heard_before_the_key(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await asked(it, party)  # who plays a tone from their answer on
        await it.fact(CallBackMissed)
        assert strength(agent.heard, PERSON_HZ) < 100


@pytest.mark.parametrize(
    ("status", "reason"), [(486, "busy"), (603, "refused"), (404, "unreachable")]
)
async def test_a_call_that_is_not_taken_is_missed_for_a_reason(tmp_path, party, status, reason):
    party.status = status
    async with outside(tmp_path) as it:
        agent = await accepted(it)
        it.do(call_back(party.uri))
        assert (await it.fact(CallBackMissed)).reason == reason
        await hears(agent, music)
        assert it.media.open_legs == 1


async def test_a_call_that_nobody_answers_is_missed_after_its_time(tmp_path, party):
    party.status = None
    async with outside(tmp_path) as it:
        await accepted(it)
        it.do(call_back(party.uri, ring_s=0.3))
        assert (await it.fact(CallBackMissed)).reason == "no-answer"
        await eventually(lambda: party.over)


@pytest.mark.parametrize("destination", ["sip:premium@127.0.0.1:9", "+19005550100", ""])
async def test_only_what_the_plan_permits_is_dialled_and_no_log_holds_it(
    tmp_path, party, caplog, destination
):
    async with outside(tmp_path) as it:
        await accepted(it)
        it.do(call_back(destination))
        assert (await it.fact(CallBackMissed)).reason == "not-permitted"
        assert it.media.open_legs == 1
    assert "sip.outbound" in caplog.text
    assert "9005550100" not in caplog.text
    assert "premium" not in caplog.text


async def test_a_number_without_a_trunk_cannot_be_reached(tmp_path):
    async with house(tmp_path, outbound=("+1*",)) as it:
        await accepted(it)
        it.do(call_back("+15550100"))
        assert (await it.fact(CallBackMissed)).reason == "unreachable"


# --- what ends it -------------------------------------------------------------------------------


async def test_an_agent_who_hangs_up_stops_the_dialling(tmp_path, party):
    party.status = None
    async with outside(tmp_path) as it:
        agent = await accepted(it)
        it.do(call_back(party.uri))
        await eventually(lambda: party.calls)
        agent.hang_up()
        await it.fact(AgentHungUp)
        await eventually(lambda: party.over)
        assert it.line.live_calls() == ()
        assert it.media.open_legs == 0
        assert not it.of(CallBackMissed)


@pytest.mark.parametrize(
    "ended",
    [
        HangUp(call_id=CALL),
        RecallOffer(call_id=CALL, offer_id=OfferId("o1"), agent_id=ANA),
        ReleaseAgent(call_id=CALL, offer_id=OfferId("o1"), agent_id=AgentId("")),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_what_the_brain_ends_is_over_without_a_word(tmp_path, party, ended):
    async with outside(tmp_path) as it:
        agent = await asked(it, party)
        it.do(ended)
        await eventually(lambda: party.over and not agent.talking)
        assert it.line.live_calls() == ()
        assert it.media.open_legs == 0
        assert [type(fact) for fact in it.facts[-2:]] == [OfferRinging, OfferAccepted]


async def test_told_twice_the_line_dials_once(tmp_path, party):
    party.status = None
    async with outside(tmp_path) as it:
        await accepted(it)
        it.do(call_back(party.uri), call_back(party.uri))
        await eventually(lambda: party.calls)
        party.answer()
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        assert len(party.calls) == 1
        assert not it.of(CallBackMissed)


async def test_a_call_back_for_an_agent_who_is_not_there_is_reported(tmp_path, party):
    async with outside(tmp_path) as it:
        await accepted(it)
        it.do(call_back(party.uri, "o9", BEN))
        failed = await it.fact(OfferFailed)
        assert (failed.offer_id, failed.agent_id) == ("o9", BEN)
        await accepted(it, BEN, "o2")
        it.do(call_back(party.uri), call_back(party.uri, "o2", BEN))
        missed = await it.fact(CallBackMissed)
        assert (missed.offer_id, missed.reason) == ("o2", "busy")
        it.do(
            CallBack(
                call_id=CallId("unknown"), answers=EARLIER, offer_id=OfferId("o1"), agent_id=ANA
            )
        )
        assert len(party.calls) <= 1


async def test_a_line_that_stops_reports_whom_it_could_not_reach(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await asked(it, party)
        await it.line.stop()
        assert (await it.fact(CallBackMissed)).reason == "not-confirmed"
        assert (await it.fact(OfferFailed)).offer_id == "o1"
        await eventually(lambda: party.over and not agent.talking)
        it.offer(CallId("another"), ANA, call_back=True)
        assert it.line.live_calls() == ()
        assert len(agent.rang) == 1


# --- without a brain ----------------------------------------------------------------------------


async def test_without_a_brain_who_has_not_pressed_the_key_is_missed_and_never_advised(
    tmp_path, party
):
    fallback = OutsideParty()
    await fallback.start()
    async with outside(tmp_path, unattended_s=0.3, fallback=fallback.uri) as it:
        agent = await accepted(it)
        it.do(call_back(party.uri, utterances=ASKED * 20))
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        it.line.undriven()
        assert (await it.fact(CallBackMissed)).reason == "not-confirmed"
        assert (await it.fact(OfferFailed)).offer_id == "o1"
        await eventually(lambda: party.over and not agent.talking)
        assert it.line.live_calls() == ()
        assert it.media.open_legs == 0
        assert not fallback.calls
    await fallback.stop()


async def test_without_a_brain_a_phone_that_only_rings_is_missed_too(tmp_path, party):
    party.status = None
    async with outside(tmp_path, unattended_s=0.3) as it:
        await accepted(it)
        it.do(call_back(party.uri))
        await eventually(lambda: party.calls)
        it.line.undriven()
        assert (await it.fact(CallBackMissed)).reason == "no-answer"
        await eventually(lambda: party.over)


async def test_a_brain_that_is_back_in_time_finds_the_call_back_where_it_stood(tmp_path, party):
    party.status = None
    async with outside(tmp_path) as it:
        await accepted(it)
        it.do(call_back(party.uri))
        await eventually(lambda: party.calls)
        it.line.undriven()
        it.line.driven()
        picture = it.picture(CALL)
        assert (picture.call_back, picture.ringing_offers) == (True, ("o1",))
        it.do(call_back(party.uri))
        party.answer()
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        party.press("1")
        await it.fact(CallBackAnswered)
        assert len(party.calls) == 1


async def test_who_presses_the_key_while_the_brain_is_away_is_connected_at_once(tmp_path, party):
    async with outside(tmp_path) as it:
        agent = await asked(it, party)
        it.line.undriven()
        party.press("1")
        await it.fact(CallBackAnswered)
        await hears(agent, lambda pcm: strength(pcm, PERSON_HZ) > 3000)
        assert it.picture(CALL).connected_offers == ("o1",)


@pytest.mark.parametrize("before_the_key", [True, False])
async def test_a_person_who_holds_when_they_are_bridged_gives_the_agent_music(
    tmp_path, party, before_the_key
):
    async with outside(tmp_path) as it:
        agent = await accepted(it)
        it.do(call_back(party.uri, utterances=ASKED * 20))
        await eventually(lambda: loudness(party.heard[-5000:]) > 500)
        if before_the_key:
            party.hold(Direction.SENDONLY)
            (call,) = it.line._wired.call_backs._calls.values()
            await eventually(lambda: call._person.held)
        party.press("1")
        await it.fact(CallBackAnswered)
        if not before_the_key:
            party.hold(Direction.SENDONLY)
        it.bridge(CALL, ANA)
        mark = len(agent.heard)
        await eventually(lambda: loudness(agent.heard[mark:][-5000:]) > 200)
        await hears(agent, music)
