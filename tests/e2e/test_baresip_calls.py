"""baresip, which was not written here, as a caller and as an agent's phone."""

from __future__ import annotations

import asyncio

import pytest

from adapters.telephony.sip.phone import CallerPhone
from config.secrets import agent_secret, read_secrets
from tests.e2e.baresip import baresip
from tests.e2e.story import eventually, loudness, recording_of, sounding_s, story_of, strength

pytestmark = pytest.mark.alone

NUMBER = "+15555550192"


def has_tone(pcm: bytes) -> bool:
    """Whether the last three seconds are the tone that baresip plays."""
    return len(pcm) > 48000 and strength(pcm[-48000:], 700) > 4000


async def test_baresip_calls_hears_prompts_presses_keys_and_reaches_an_agent(tmp_path, start_stage):
    async with start_stage("fiona") as stage:
        account = f"<sip:{NUMBER}@127.0.0.1;transport=udp>;regint=0;audio_codecs=PCMU"
        async with baresip(tmp_path / "baresip", account) as phone:
            phone.tell("dial", stage.uri)
            await phone.until("CALL_ESTABLISHED")
            phone.tell("sndcode", "153")
            story = await story_of(stage, NUMBER, lambda story: story["answered_by"])
            assert story["answered_by"] == ["fiona"]
            assert any("billing" in line for _at, line in story["lines"])
            phone.tell("ausrc", f"aufile,{phone.folder}/tone.wav")
            agent = stage.phones["fiona"]
            await eventually(lambda: has_tone(agent.heard))
            phone.tell("hangup")
            story = await story_of(stage, NUMBER, lambda story: story["outcome"] is not None)
        assert story["outcome"] == "handled"
        assert sounding_s(phone.heard) > 10
        recording = await recording_of(stage, story)
        assert strength(recording.left[-48000:], 700) > 3000
        assert sounding_s(recording.right) > 1


async def test_baresip_is_an_agents_phone_registers_by_digest_and_answers(tmp_path, start_stage):
    async with start_stage() as stage:
        password = read_secrets(stage.state.secrets).secret(agent_secret("fiona")).reveal()
        account = (
            f"<sip:fiona@{stage.address};transport=udp>;auth_pass={password};regint=60;"
            "answermode=auto;audio_codecs=PCMA"
        )
        async with baresip(tmp_path / "baresip", account) as phone:
            await phone.until("REGISTER_OK")
            phone.tell("dial", f"sip:*11@{stage.address}")
            await phone.until("CALL_CLOSED")
            await stage_says_ready(stage, "fiona")
            caller = CallerPhone(stage.engine, NUMBER)
            try:
                await caller.dial(stage.uri)
                await caller.wait(2)
                for key in "153":
                    await caller.press(key)
                story = await story_of(stage, NUMBER, lambda story: story["answered_by"])
                assert story["answered_by"] == ["fiona"]
                phone.tell("ausrc", f"aufile,{phone.folder}/tone.wav")
                await eventually(lambda: has_tone(caller.heard))
            finally:
                await caller.hang_up()
            story = await story_of(stage, NUMBER, lambda story: story["outcome"] is not None)
        assert story["outcome"] == "handled"
        recording = await recording_of(stage, story)
        assert strength(recording.right[-48000:], 700) > 3000
        assert loudness(recording.left) < 200


async def stage_says_ready(stage, agent: str) -> None:
    async with asyncio.timeout(15):
        while True:
            agents = (await stage.status())["agents"]
            if any(a["agent"] == agent and a["presence"] == "ready" for a in agents):
                return
            await asyncio.sleep(0.1)
