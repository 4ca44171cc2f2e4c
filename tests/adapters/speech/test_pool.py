import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.speech import tone_speech
from adapters.speech.pool import EngineSpec, PoolSettings, RecogniserPool
from calls.ports import SpeechError
from tests.adapters.speech.sound import silence

TONES = EngineSpec(engine="tones")
UNKNOWN = EngineSpec(engine="no-such-engine")
PATIENT = PoolSettings(straggler_s=20, hang_timeout_s=30, saturated_wait_s=1000, shed_wait_s=1000)


@asynccontextmanager
async def running(
    first: EngineSpec = TONES,
    second: EngineSpec | None = TONES,
    settings: PoolSettings = PATIENT,
) -> AsyncIterator[RecogniserPool]:
    pool = RecogniserPool(first, second, settings)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


@pytest.fixture
def gate(tmp_path: Path) -> str:
    path = tmp_path / "gate"
    os.mkfifo(path)
    return str(path)


def gated(gate: str) -> EngineSpec:
    return EngineSpec(engine="tones", options={"gate": gate})


async def open_gate(gate: str) -> None:
    await asyncio.to_thread(Path(gate).write_bytes, b"x")


async def test_two_listeners_in_their_own_processes_hear_the_same_utterance():
    async with running() as pool:
        heard = await pool.recognise(tone_speech.encode("chest pain"), "en")
    assert (heard.words, heard.second) == ("chest pain", "chest pain")
    assert heard.confidence == 1.0


async def test_one_listener_alone_is_trusted_less():
    async with running(second=None) as pool:
        heard = await pool.recognise(tone_speech.encode("chest pain"), "en")
    assert (heard.words, heard.second) == ("chest pain", "")
    assert heard.confidence < 1.0


async def test_silence_has_no_words_and_no_confidence():
    async with running() as pool:
        heard = await pool.recognise(silence(1), "en")
    assert (heard.words, heard.confidence) == ("", 0.0)


async def test_without_any_engine_there_are_no_languages_and_the_reason_is_plain():
    async with running(UNKNOWN, UNKNOWN) as pool:
        assert list(pool.languages) == []
        assert "goes on with digits" in pool.why_unavailable
        assert "no-such-engine" in pool.why_unavailable
        with pytest.raises(SpeechError, match="digits"):
            await pool.recognise(tone_speech.encode("hello"), "en")


async def test_one_missing_engine_leaves_the_other_listening():
    async with running(UNKNOWN, TONES) as pool:
        assert list(pool.languages) == ["en"]
        assert pool.why_unavailable == ""
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"
        assert "no-such-engine" in pool.health.unusable


async def test_another_language_is_refused():
    async with running(second=None) as pool:
        with pytest.raises(SpeechError, match="'es'"):
            await pool.recognise(silence(1), "es")


async def test_an_utterance_of_more_than_six_seconds_is_refused():
    async with running(second=None) as pool:
        with pytest.raises(ValueError, match="at most 6 s"):
            await pool.recognise(silence(7), "en")


async def test_a_worker_that_hangs_is_killed_and_replaced():
    settings = PoolSettings(hang_timeout_s=0.3, straggler_s=20)
    async with running(second=None, settings=settings) as pool:
        with pytest.raises(SpeechError, match="in time"):
            await pool.recognise(tone_speech.encode("hang"), "en")
        assert pool.health.lanes["tones"].hung == 1
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"
        assert pool.health.lanes["tones"].restarts == 1


async def test_a_worker_that_dies_is_replaced():
    async with running(second=None) as pool:
        with pytest.raises(SpeechError, match="in time"):
            await pool.recognise(tone_speech.encode("crash"), "en")
        assert pool.health.lanes["tones"].died == 1
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"


async def test_an_engine_that_fails_on_one_utterance_hears_the_next_in_the_same_process():
    async with running(second=None) as pool:
        with pytest.raises(SpeechError, match="in time"):
            await pool.recognise(tone_speech.encode("fail"), "en")
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"
        assert pool.health.lanes["tones"].failed == 1
        assert pool.health.lanes["tones"].restarts == 0


async def test_what_a_lost_worker_had_is_answered_by_the_other_listener(gate):
    settings = PoolSettings(straggler_s=0.2, hang_timeout_s=30)
    async with running(gated(gate), TONES, settings) as pool:
        heard = await pool.recognise(tone_speech.encode("wait chest pain"), "en")
        assert (heard.words, heard.second) == ("wait chest pain", "")
        await open_gate(gate)


async def test_when_utterances_queue_the_second_listener_is_shed_first(gate):
    settings = PoolSettings(
        straggler_s=20, hang_timeout_s=30, shed_wait_s=0.01, saturated_wait_s=1000
    )
    async with running(gated(gate), TONES, settings) as pool:
        held = asyncio.create_task(pool.recognise(tone_speech.encode("wait a"), "en"))
        await asyncio.sleep(0)
        later = asyncio.create_task(pool.recognise(tone_speech.encode("hello"), "en"))
        await asyncio.sleep(0)
        await open_gate(gate)
        assert (await held).second == "wait a"
        assert (await later).words == "hello"
        assert (await later).second == ""
        assert pool.health.shed == 1
        assert pool.health.refused == 0


async def test_when_the_wait_is_too_long_an_utterance_is_refused_at_once_and_later_not(gate):
    settings = PoolSettings(straggler_s=20, hang_timeout_s=30, saturated_wait_s=0.05)
    async with running(gated(gate), None, settings) as pool:
        held = asyncio.create_task(pool.recognise(tone_speech.encode("wait a"), "en"))
        await asyncio.sleep(0)
        with pytest.raises(SpeechError, match="saturated"):
            await pool.recognise(tone_speech.encode("hello"), "en")
        assert pool.health.refused == 1
        await open_gate(gate)
        assert (await held).words == "wait a"
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"


async def test_utterances_that_arrive_in_the_same_instant_see_each_other_wait():
    settings = PoolSettings(straggler_s=20, shed_wait_s=0.2, saturated_wait_s=0.6)
    pcm = tone_speech.encode("a sentence that takes about a second")
    async with running(settings=settings) as pool:
        answers = await asyncio.gather(
            *(pool.recognise(pcm, "en") for _ in range(6)), return_exceptions=True
        )
        assert pool.health.shed >= 1
        assert pool.health.refused >= 1
        assert sum(isinstance(answer, SpeechError) for answer in answers) == pool.health.refused


async def test_an_utterance_nobody_wants_any_more_leaves_the_queue(gate):
    async with running(gated(gate), None) as pool:
        held = asyncio.create_task(pool.recognise(tone_speech.encode("wait a"), "en"))
        dropped = asyncio.create_task(pool.recognise(tone_speech.encode("crash"), "en"))
        await asyncio.sleep(0)
        dropped.cancel()
        await asyncio.gather(dropped, return_exceptions=True)
        await open_gate(gate)
        assert (await held).words == "wait a"
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"
        assert pool.health.lanes["tones"].died == 0


async def test_several_workers_hear_several_callers_at_once(gate):
    settings = PoolSettings(
        workers=2, straggler_s=20, hang_timeout_s=30, saturated_wait_s=1000, shed_wait_s=1000
    )
    async with running(gated(gate), None, settings) as pool:
        held = asyncio.create_task(pool.recognise(tone_speech.encode("wait a"), "en"))
        await asyncio.sleep(0)
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"
        assert not held.done()
        await open_gate(gate)
        assert (await held).words == "wait a"


async def test_closing_ends_every_process_and_answers_who_waits(gate):
    async with running(gated(gate), None) as pool:
        held = asyncio.create_task(pool.recognise(tone_speech.encode("wait a"), "en"))
        queued = asyncio.create_task(pool.recognise(tone_speech.encode("hello"), "en"))
        await asyncio.sleep(0)
    for task in (held, queued):
        with pytest.raises(SpeechError):
            await task
    assert list(pool.languages) == []


async def test_an_error_names_no_words_of_the_caller():
    async with running(second=None) as pool:
        with pytest.raises(SpeechError) as failure:
            await pool.recognise(tone_speech.encode("crash my secret illness"), "en")
    assert "illness" not in str(failure.value)


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize("first_line", ["hello", "[]", '{"remarks": [}', ""])
async def test_a_worker_that_does_not_speak_our_language_is_an_engine_that_does_not_work(
    tmp_path, monkeypatch, first_line
):
    monkeypatch.setattr(sys, "executable", program(tmp_path / "odd", f"echo '{first_line}'"))
    async with running(second=None) as pool:
        assert "does not start" in pool.why_unavailable


@pytest.mark.parametrize(
    "answer",
    [
        "hello",
        *(
            pytest.param(answer, marks=pytest.mark.alone)
            for answer in ("[]", "{}", '{"words": 3, "certainty": 1}')
        ),
    ],
)
async def test_an_answer_that_is_none_counts_as_a_worker_that_died_and_listening_goes_on(
    tmp_path, monkeypatch, answer
):
    script = f"echo '{{}}'; read head; read request; echo '{answer}'; cat > /dev/null"
    monkeypatch.setattr(sys, "executable", program(tmp_path / "odd", script))
    async with running(second=None) as pool:
        monkeypatch.undo()
        with pytest.raises(SpeechError, match="in time"):
            await pool.recognise(tone_speech.encode("hello"), "en")
        assert pool.health.lanes["tones"].died == 1
        assert (await pool.recognise(tone_speech.encode("hello"), "en")).words == "hello"


async def test_a_worker_that_does_not_come_back_does_not_take_the_others_out_of_service(
    tmp_path, monkeypatch, gate
):
    settings = PoolSettings(
        workers=2, straggler_s=20, hang_timeout_s=30, saturated_wait_s=1000, shed_wait_s=1000
    )
    async with running(gated(gate), None, settings) as pool:
        held = asyncio.create_task(pool.recognise(tone_speech.encode("wait a"), "en"))
        await asyncio.sleep(0)
        tried = tmp_path / "tried"
        os.mkfifo(tried)
        monkeypatch.setattr(sys, "executable", program(tmp_path / "odd", f"echo > {tried}"))
        with pytest.raises(SpeechError, match="in time"):
            await pool.recognise(tone_speech.encode("crash"), "en")
        # Tried a second time, it has failed a first time.
        for _ in range(2):
            await asyncio.to_thread(tried.read_bytes)
        queued = asyncio.create_task(pool.recognise(tone_speech.encode("hello"), "en"))
        await asyncio.sleep(0)
        assert list(pool.languages) == ["en"]
        await open_gate(gate)
        assert (await held).words == "wait a"
        assert (await queued).words == "hello"


async def test_a_worker_that_has_heard_enough_is_replaced_and_nobody_is_lost():
    settings = PoolSettings(
        renew_after=2, straggler_s=20, hang_timeout_s=30, saturated_wait_s=1000, shed_wait_s=1000
    )
    async with running(TONES, None, settings) as pool:
        for words in ("one", "two", "three"):
            assert (await pool.recognise(tone_speech.encode(words), "en")).words == words
        counts = pool.health.lanes["tones"]
        assert (counts.renewed, counts.restarts, counts.died) == (1, 0, 0)


async def test_a_worker_is_not_replaced_while_callers_wait_for_it_until_it_must_be():
    settings = PoolSettings(
        renew_after=2, straggler_s=20, hang_timeout_s=30, saturated_wait_s=1000, shed_wait_s=1000
    )
    async with running(TONES, None, settings) as pool:
        said = ["a", "b", "c", "d", "e"]
        heard = await asyncio.gather(
            *(pool.recognise(tone_speech.encode(words), "en") for words in said)
        )
        assert [each.words for each in heard] == said
        assert pool.health.lanes["tones"].renewed == 1
