import asyncio
from pathlib import Path

import pytest

from adapters.speech.pcm import duration_s, to_pcm, to_samples, write_wav
from adapters.speech.prompt_store import PromptStore, Recordings
from adapters.speech.simulated import SimulatedSynthesiser
from calls.commands import Utterance
from calls.ports import SpeechError
from tests.adapters.speech.sound import silence, tone


class CountingSynthesiser(SimulatedSynthesiser):
    """The simulated voice in a version; counts what it renders, and at most how much at once."""

    def __init__(self, version: str = "tones-1", *, slow: bool = False) -> None:
        super().__init__()
        self._version = version
        self._slow = slow
        self.rendered: list[str] = []
        self.at_once = 0
        self.most_at_once = 0

    @property
    def version(self) -> str:
        return self._version

    async def render(self, text: str, language: str) -> bytes:
        self.rendered.append(text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self._slow:
            # Long enough for every other rendering that is allowed to start to have started.
            await asyncio.sleep(0.05)
        self.at_once -= 1
        return await super().render(text, language)


def english(*texts: str) -> list[Utterance]:
    return [Utterance(text=text, language="en") for text in texts]


async def test_a_prompt_is_rendered_once_and_kept_over_a_restart(tmp_path):
    voice = CountingSynthesiser()
    first = await PromptStore(tmp_path, voice).get("welcome", "en")
    again = await PromptStore(tmp_path, voice).get("welcome", "en")
    assert first == again != b""
    assert voice.rendered == ["welcome"]


async def test_a_changed_text_language_or_voice_is_another_prompt(tmp_path):
    voice = CountingSynthesiser()
    store = PromptStore(tmp_path, voice)
    for text, language in (("welcome", "en"), ("welcome!", "en"), ("welcome", "es")):
        await store.get(text, language)
    assert len(voice.rendered) == 3
    newer = CountingSynthesiser("tones-2")
    await PromptStore(tmp_path, newer).get("welcome", "en")
    assert newer.rendered == ["welcome"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[:-2],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
    ],
)
async def test_a_damaged_prompt_is_rendered_anew(tmp_path, damage):
    voice = CountingSynthesiser()
    good = await PromptStore(tmp_path, voice).get("welcome", "en")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    assert await PromptStore(tmp_path, voice).get("welcome", "en") == good
    assert await PromptStore(tmp_path, voice).get("welcome", "en") == good
    assert voice.rendered == ["welcome", "welcome"]


async def test_two_calls_that_need_the_same_words_wait_for_one_rendering(tmp_path):
    voice = CountingSynthesiser()
    store = PromptStore(tmp_path, voice)
    one, other = await asyncio.gather(store.get("welcome", "en"), store.get("welcome", "en"))
    assert one == other
    assert voice.rendered == ["welcome"]


async def test_a_caller_who_hangs_up_does_not_take_the_prompt_from_another(tmp_path):
    store = PromptStore(tmp_path, CountingSynthesiser())
    leaving = asyncio.create_task(store.get("welcome", "en"))
    staying = asyncio.create_task(store.get("welcome", "en"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying != b""


async def test_preparing_renders_each_text_once_and_tells_how_far_it_is(tmp_path):
    voice = CountingSynthesiser(slow=True)
    told: list[tuple[int, int]] = []
    store = PromptStore(tmp_path, voice, at_once=2)
    failures = await store.prepare(
        english("one", "two", "three", "one"), lambda ready, total: told.append((ready, total))
    )
    assert failures == ()
    assert sorted(voice.rendered) == ["one", "three", "two"]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert voice.most_at_once == 2


async def test_a_prompt_that_cannot_be_made_is_named_and_the_others_are_ready(tmp_path):
    voice = CountingSynthesiser()
    store = PromptStore(tmp_path, voice)
    failures = await store.prepare([*english("one"), Utterance(text="deux", language="fr")])
    assert len(failures) == 1
    assert "'deux' (fr)" in failures[0]
    assert await store.get("one", "en") != b""
    with pytest.raises(SpeechError):
        await store.get("deux", "fr")


async def test_a_folder_that_cannot_be_written_costs_no_prompt(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert await PromptStore(blocked, CountingSynthesiser()).get("welcome", "en") != b""


async def test_no_half_written_prompt_is_left_behind(tmp_path):
    store = PromptStore(tmp_path, CountingSynthesiser())
    await store.prepare(english("one", "two"))
    assert all(path.suffix == ".pcm" for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 2


def recordings(folder: Path) -> Recordings:
    folder.mkdir(exist_ok=True)
    return Recordings(folder=folder, texts={"welcome": {"en": "Welcome!", "es": "Hola."}})


async def test_a_recording_replaces_the_voice_for_its_prompt_and_language_only(tmp_path):
    theirs = recordings(tmp_path / "recordings")
    (theirs.folder / "welcome.en.wav").write_bytes(
        write_wav(silence(0.5) + tone(1.0) + silence(0.5))
    )
    voice = CountingSynthesiser()
    store = PromptStore(tmp_path / "kept", voice, theirs)
    sound = await store.get("Welcome!", "en")
    assert 1.0 <= duration_s(sound) <= 1.1
    assert voice.rendered == []
    await store.get("Hola.", "es")
    assert voice.rendered == ["Hola."]


async def test_a_recording_may_be_replaced_while_the_line_runs(tmp_path):
    theirs = recordings(tmp_path / "recordings")
    store = PromptStore(tmp_path / "kept", CountingSynthesiser(), theirs)
    before = await store.get("Welcome!", "en")
    (theirs.folder / "welcome.en.wav").write_bytes(write_wav(tone(2.0)))
    after = await store.get("Welcome!", "en")
    assert duration_s(before) != duration_s(after) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("content", [b"", b"MP3 or so", write_wav(silence(1))])
async def test_a_recording_that_cannot_be_used_is_reported_and_the_voice_stands_in(
    tmp_path, content
):
    theirs = recordings(tmp_path / "recordings")
    (theirs.folder / "welcome.en.wav").write_bytes(content)
    store = PromptStore(tmp_path / "kept", CountingSynthesiser(), theirs)
    assert await store.get("Welcome!", "en") != b""
    await store.get("Welcome!", "en")
    assert len(store.problems) == 1
    assert "welcome.en.wav" in store.problems[0]


async def test_a_prompt_id_cannot_lead_out_of_the_recordings(tmp_path):
    (tmp_path / "secret.en.wav").write_bytes(write_wav(tone(1)))
    folder = tmp_path / "recordings"
    folder.mkdir()
    theirs = Recordings(folder=folder, texts={"../secret": {"en": "Welcome!"}})
    assert theirs.path("Welcome!", "en") is None


async def test_a_recording_of_another_rate_and_two_channels_is_converted(tmp_path):
    import struct

    theirs = recordings(tmp_path / "recordings")
    stereo = to_samples(tone(3.0)).repeat(2)
    body = to_pcm(stereo)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(body),
        b"WAVE",
        b"fmt ",
        16,
        1,
        2,
        16000,
        64000,
        4,
        16,
        b"data",
        len(body),
    )
    (theirs.folder / "welcome.en.wav").write_bytes(head + body)
    store = PromptStore(tmp_path / "kept", CountingSynthesiser(), theirs)
    assert duration_s(await store.get("Welcome!", "en")) == pytest.approx(1.5, abs=0.1)


PRIVATE = Utterance(text="Your date of birth is March 5th, 1960.", language="en", private=True)


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_private_words_are_rendered_when_they_are_said_and_nothing_is_kept(tmp_path):
    voice = CountingSynthesiser()
    store = PromptStore(tmp_path, voice, recordings(tmp_path / "recordings"))
    first, second = await asyncio.gather(store.sound_of(PRIVATE), store.sound_of(PRIVATE))
    assert first == second != b""
    assert voice.rendered == [PRIVATE.text] * 2, "nothing was kept in memory either"
    assert not store._under_way
    assert files_under(tmp_path) == []


async def test_the_same_words_as_a_prompt_are_kept(tmp_path):
    """What the test above looks for can be found."""
    store = PromptStore(tmp_path, CountingSynthesiser())
    public = Utterance(text=PRIVATE.text, language="en")
    assert await store.sound_of(public) == await store.sound_of(PRIVATE)
    assert len(files_under(tmp_path)) == 1


async def test_private_words_are_never_prepared(tmp_path):
    voice = CountingSynthesiser()
    store = PromptStore(tmp_path, voice)
    unspeakable = Utterance(text="un secret", language="fr", private=True)
    assert await store.prepare([PRIVATE, unspeakable, *english("welcome")]) == ()
    assert voice.rendered == ["welcome"]
    assert len(files_under(tmp_path)) == 1


async def test_private_words_that_no_voice_can_say_are_in_no_error(tmp_path):
    store = PromptStore(tmp_path, CountingSynthesiser())
    for text, language in (("un secret", "fr"), ("", "fr")):
        with pytest.raises(SpeechError) as failure:
            await store.sound_of(Utterance(text=text, language=language, private=True))
        assert "secret" not in str(failure.value)
    assert store.problems == ()


class Slow(CountingSynthesiser):
    """A voice that ends when it is let, with a quicker one beside it."""

    def __init__(self, quicker: SimulatedSynthesiser) -> None:
        super().__init__()
        self.ends = asyncio.Event()
        self._quicker = quicker

    @property
    def quicker(self) -> SimulatedSynthesiser:
        return self._quicker

    async def render(self, text: str, language: str) -> bytes:
        self.rendered.append(text)
        await self.ends.wait()
        return await SimulatedSynthesiser.render(self, text, language)


async def test_private_words_are_said_by_the_best_voice_while_there_is_room_then_by_a_quicker_one(
    tmp_path,
):
    quick = CountingSynthesiser()
    best = Slow(quick)
    store = PromptStore(tmp_path, best, at_once=2)
    callers = [asyncio.create_task(store.sound_of(PRIVATE)) for _ in range(5)]
    await asyncio.sleep(0)
    best.ends.set()
    assert b"" not in await asyncio.gather(*callers)
    assert (len(best.rendered), len(quick.rendered)) == (2, 3)
    assert quick.most_at_once <= 2
    assert files_under(tmp_path) == []


async def test_a_voice_that_takes_too_long_for_private_words_is_followed_by_a_quicker_one(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("adapters.speech.prompt_store._LIVE_TIMEOUT_S", 0.01)
    quick = CountingSynthesiser()
    store = PromptStore(tmp_path, Slow(quick))
    assert await store.sound_of(PRIVATE) != b""
    assert quick.rendered == [PRIVATE.text]


async def test_a_caller_does_not_wait_long_for_private_words_and_their_place_is_free_again(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("adapters.speech.prompt_store._LIVE_TIMEOUT_S", 0.01)
    store = PromptStore(tmp_path, Slow(Slow(CountingSynthesiser())), at_once=1)
    for _ in range(3):
        with pytest.raises(SpeechError, match="not rendered in time"):
            await store.sound_of(PRIVATE)
    assert not store._room.locked()
