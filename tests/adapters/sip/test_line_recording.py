"""What the line records: conversations with a side each, and messages."""

from __future__ import annotations

import asyncio

import pytest

from calls.commands import RecordMessage, StartRecording, StopRecording
from calls.facts import (
    CallerHungUp,
    DigitsCollected,
    MessageRecorded,
    PromptFinished,
    RecordingSealed,
)
from calls.ports import VaultError
from tests.adapters.sip.line_house import eventually, hears, house, loudness, strength, tone

pytestmark = pytest.mark.alone

SILENCE = "adapters.telephony.sip.message_recorder._SILENCE_ENDS_S"


async def test_the_caller_is_left_and_the_agent_right_in_what_was_sealed(tmp_path):
    async with house(tmp_path) as it:
        caller, _agent, call_id = await it.connected()
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        assert it.line.live_calls()[0].recording_id == "r1"
        await caller.speak(tone(900, 2.0))
        it.do(StopRecording(call_id=call_id, recording_id="r1"))
        sealed = await it.fact(RecordingSealed)
        recording = it.opened("r1")
        assert not recording.report.findings
        assert sealed.duration_s == pytest.approx(recording.report.duration_s)
        middle = slice(8000, -8000)
        assert strength(recording.left[middle], 900) > 3000
        assert strength(recording.left[middle], 500) < 300
        assert strength(recording.right[middle], 500) > 3000
        assert strength(recording.right[middle], 900) < 300


async def test_a_recording_told_to_stop_by_another_name_goes_on(tmp_path):
    async with house(tmp_path) as it:
        _caller, _agent, call_id = await it.connected()
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        it.do(StopRecording(call_id=call_id, recording_id="r0"))
        assert it.line.live_calls()[0].recording_id == "r1"


async def test_the_recording_of_a_call_that_ends_is_sealed(tmp_path):
    async with house(tmp_path) as it:
        caller, _agent, call_id = await it.connected()
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        await caller.speak(tone(900))
        await caller.hang_up()
        await it.fact(CallerHungUp)
        assert (await it.fact(RecordingSealed)).recording_id == "r1"
        assert strength(it.opened("r1").left, 900) > 1000


async def test_a_vault_that_cannot_be_written_costs_the_recording_and_not_the_call(tmp_path):
    async with house(tmp_path) as it:
        caller, _agent, call_id = await it.connected()

        def refuse(_recording_id, _call_id):
            raise VaultError("the vault is full")

        it.vault.create = refuse
        it.do(StartRecording(call_id=call_id, recording_id="r1"))
        await hears(caller, lambda pcm: strength(pcm, 500) > 3000)
        assert it.line.live_calls()[0].recording_id is None
        it.do(StopRecording(call_id=call_id, recording_id="r1"))
        assert not it.of(RecordingSealed)


def message(call_id, recording_id="m1", max_s=20.0):
    return RecordMessage(call_id=call_id, recording_id=recording_id, max_s=max_s)


async def beep(caller):
    await hears(caller, lambda pcm: strength(pcm, 1000) > 500)


async def test_a_message_ends_with_the_hash_key_which_is_no_answer(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(message(call_id))
        await beep(caller)
        await caller.speak(tone(700, 1.5))
        await caller.press("#")
        recorded = await it.fact(MessageRecorded)
        assert recorded.recording_id == "m1"
        assert recorded.duration_s > 1.0
        assert strength(it.opened("m1").left, 700) > 1500
        assert not it.of(DigitsCollected)
        await caller.press("#")
        await it.fact(DigitsCollected)


async def test_a_message_ends_when_the_caller_falls_silent(tmp_path, monkeypatch):
    monkeypatch.setattr(SILENCE, 0.6)
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(message(call_id))
        speaking = asyncio.create_task(caller.speak(tone(700, 1.5)))
        assert (await it.fact(MessageRecorded)).duration_s > 1.0
        await speaking


async def test_a_message_without_a_word_counts_as_none(tmp_path, monkeypatch):
    monkeypatch.setattr(SILENCE, 0.6)
    async with house(tmp_path) as it:
        _caller, call_id = await it.call()
        it.do(message(call_id))
        assert (await it.fact(MessageRecorded)).duration_s == 0.0


async def test_a_message_ends_at_its_longest(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(message(call_id, max_s=1.0))
        speaking = asyncio.create_task(caller.speak(tone(700, 3.0)))
        assert (await it.fact(MessageRecorded)).duration_s == pytest.approx(1.0, abs=0.3)
        await speaking


async def test_the_message_of_a_caller_who_hangs_up_is_kept(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(message(call_id))
        await beep(caller)
        await caller.speak(tone(700, 1.0))
        await caller.hang_up()
        recorded = await it.fact(MessageRecorded)
        assert recorded.duration_s > 0.5
        assert it.of(CallerHungUp)


async def test_the_next_prompt_ends_a_message(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(message(call_id))
        await beep(caller)
        await caller.speak(tone(700, 1.0))
        it.say(call_id, "thank you")
        await it.fact(MessageRecorded)
        await eventually(lambda: it.of(PromptFinished))


async def test_a_message_told_twice_is_taken_once(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()
        it.do(message(call_id), message(call_id))
        await beep(caller)
        await caller.speak(tone(700, 1.0))
        await caller.press("#")
        assert (await it.fact(MessageRecorded)).duration_s > 0.5
        it.do(message(call_id))
        assert len(it.of(MessageRecorded)) == 1


async def test_where_no_message_can_be_taken_it_counts_as_none_and_the_call_goes_on(tmp_path):
    async with house(tmp_path) as it:
        caller, call_id = await it.call()

        def refuse(_recording_id, _call_id):
            raise VaultError("the vault is full")

        it.vault.create = refuse
        it.do(message(call_id))
        assert (await it.fact(MessageRecorded)).duration_s == 0.0
        it.say(call_id, "please call again")
        await it.fact(PromptFinished)
        assert loudness(caller.heard) > 200
