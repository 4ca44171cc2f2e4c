"""baresip on the line itself: as an agent who holds, and as somebody who is called back."""

from __future__ import annotations

import pytest

from calls.commands import CallBack, Utterance
from calls.facts import (
    CallBackAnswered,
    CallerHungUp,
    CallHeld,
    CallRetrieved,
    OfferAccepted,
    PhoneRegistered,
)
from calls.ids import CallId, OfferId
from calls.private import Private
from tests.adapters.sip.line_house import AGENTS, eventually, hears, house, loudness, strength
from tests.e2e.baresip import baresip, free_port

pytestmark = pytest.mark.alone

ANA = AGENTS[0]
CALL, EARLIER = CallId("a-call-back"), CallId("the-call-it-answers")


def their_tone(pcm):
    return strength(pcm, 700) > 3000


async def test_baresip_as_an_agent_holds_and_retrieves_the_caller(tmp_path):
    async with house(tmp_path) as it:
        account = (
            f"<sip:{ANA}@{it.address};transport=udp>;auth_pass=secret;regint=60;"
            "answermode=auto;audio_codecs=PCMU"
        )
        async with baresip(tmp_path / "baresip", account) as phone:
            await it.fact(PhoneRegistered)
            caller, call_id = await it.call()
            it.offer(call_id, ANA)
            await it.fact(OfferAccepted)
            it.bridge(call_id, ANA)
            phone.tell("ausrc", f"aufile,{phone.folder}/tone.wav")
            await hears(caller, their_tone)
            phone.tell("hold")
            held = await it.fact(CallHeld)
            assert (held.call_id, held.agent_id) == (call_id, ANA)
            await hears(caller, lambda pcm: loudness(pcm) > 200 and strength(pcm, 700) < 500)
            phone.tell("resume")
            await it.fact(CallRetrieved)
            await hears(caller, their_tone)
            assert len(it.of(CallHeld)) == len(it.of(CallRetrieved)) == 1


async def test_baresip_is_called_back_presses_the_key_and_talks_with_the_agent(tmp_path):
    port = free_port()
    async with house(tmp_path, outbound=("sip:patient@127.0.0.1:*",)) as it:
        account = "<sip:patient@127.0.0.1;transport=udp>;regint=0;answermode=auto;audio_codecs=PCMU"
        async with baresip(tmp_path / "baresip", account, port) as phone:
            agent = await it.seat(ANA)
            it.offer(CALL, ANA, call_back=True)
            await it.fact(OfferAccepted)
            it.do(
                CallBack(
                    call_id=CALL,
                    answers=EARLIER,
                    offer_id=OfferId("o1"),
                    agent_id=ANA,
                    destination=Private(f"sip:patient@127.0.0.1:{port}"),
                    utterances=(Utterance(text="the clinic calls back press one", language="en"),),
                )
            )
            await eventually(lambda: loudness(phone.heard) > 50)
            phone.tell("sndcode", "1")
            assert (await it.fact(CallBackAnswered)).call_id == CALL
            it.bridge(CALL, ANA)
            phone.tell("ausrc", f"aufile,{phone.folder}/tone.wav")
            await hears(agent, their_tone)
            phone.tell("hangup")
            assert (await it.fact(CallerHungUp)).call_id == CALL
            await eventually(lambda: not agent.talking)
