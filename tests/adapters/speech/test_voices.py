import asyncio
import tempfile
from pathlib import Path

import pytest

from adapters.speech.pcm import duration_s, level_dbov, to_samples, write_wav
from adapters.speech.speakable import LONGEST_TEXT, speakable
from adapters.speech.voices import KNOWN_VOICES, Voice, VoiceSynthesiser, detect_voices
from calls.ports import SpeechError
from tests.adapters.speech.sound import tone


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Call 911 now.", "Call 9 1 1 now."),
        ("Dial 988.", "Dial 9 8 8."),
        ("Our number is 555-123-4567.", "Our number is 5 5 5, 1 2 3, 4 5 6 7."),
        ("You waited 120 minutes.", "You waited 120 minutes."),
        ("It costs 1,911 dollars.", "It costs 1,911 dollars."),
        ("Doctor\u2019s \u2014 office\n\topen", "Doctor's , office open"),
        ("a\x00b\x1b[0m c", "a b [0m c"),
    ],
)
def test_text_is_read_the_way_people_say_it(text, said):
    assert speakable(text, ascii_only=False) == said


def test_accents_stay_for_voices_that_know_them():
    assert speakable("Oprima uno, señora.", ascii_only=False) == "Oprima uno, señora."
    assert speakable("Señora Peña", ascii_only=True) == "Senora Pena"


@pytest.mark.parametrize("text", ["", " \n", "...", "\x00", "a" * (LONGEST_TEXT + 1)])
def test_text_that_cannot_be_spoken_is_refused(text):
    with pytest.raises(SpeechError):
        speakable(text, ascii_only=True)


def voice(*arguments: str) -> Voice:
    return Voice(name="test", language="en", arguments=arguments, packages="flite", ascii_only=True)


async def test_without_a_voice_the_debian_packages_to_install_are_named():
    with pytest.raises(SpeechError, match="apt-get install festival festvox-us-slt-hts"):
        await VoiceSynthesiser({}).render("hello", "en")
    with pytest.raises(SpeechError, match="apt-get install espeak-ng"):
        await VoiceSynthesiser({}).render("hola", "es")
    with pytest.raises(SpeechError, match="no voice for language 'fr'"):
        await VoiceSynthesiser({}).render("bonjour", "fr")


async def test_a_voice_that_does_not_end_is_stopped():
    # ``tail -f`` reads for ever.
    stuck = voice("tail", "-f", "{text}")
    with pytest.raises(SpeechError, match="TimeoutError"):
        await VoiceSynthesiser({"en": [stuck]}, timeout_s=0.2).render("hello", "en")


@pytest.mark.parametrize(
    "broken",
    [voice("false"), voice("no-such-program-here"), voice("true"), voice("cp", "{text}", "{wav}")],
)
async def test_a_voice_that_fails_is_an_error_that_names_it_and_not_the_text(broken):
    with pytest.raises(SpeechError, match="test: ") as failure:
        await VoiceSynthesiser({"en": [broken]}).render("secret words", "en")
    assert "secret" not in str(failure.value)


async def test_text_never_becomes_an_argument_of_the_program(tmp_path):
    kept = tmp_path / "arguments"
    spy = voice("sh", "-c", f'echo "$@" > {kept}; false', "sh", "{text}", "{wav}")
    with pytest.raises(SpeechError):
        await VoiceSynthesiser({"en": [spy]}).render("$(reboot); secret", "en")
    assert "secret" not in kept.read_text()


async def test_words_and_sound_are_in_memory_only_while_a_voice_speaks(tmp_path, monkeypatch):
    """The program itself looks where its input and output are, and what lies on the disk."""
    seen, scratch, wav = tmp_path / "seen", tmp_path / "scratch", tmp_path / "said.wav"
    seen.mkdir()
    scratch.mkdir()
    wav.write_bytes(write_wav(tone(0.5)))
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    spy = voice(
        "sh",
        "-c",
        'ends=$(readlink /proc/$$/fd/0 /proc/$$/fd/1); echo "$ends" > "$3/ends";'
        ' cat "$1" > "$3/words"; find "$4" > "$3/scratch"; cat "$5" > "$2"',
        "sh",
        "{text}",
        "{wav}",
        *map(str, (seen, scratch, wav)),
    )
    sound = await VoiceSynthesiser({"en": [spy]}).render("born on March 5th, 1960", "en")
    assert duration_s(sound) > 0.4
    assert (seen / "words").read_text() == "born on March 5th, 1960\n"
    ends = (seen / "ends").read_text().splitlines()
    assert len(ends) == 2
    assert all(end.startswith("/memfd:") for end in ends), ends
    assert (seen / "scratch").read_text().splitlines() == [str(scratch)]
    assert not list(scratch.iterdir())


async def test_no_descriptor_is_left_open_by_a_voice_however_it_ends():
    before = len(list(Path("/proc/self/fd").iterdir()))
    for broken in (voice("false"), voice("no-such-program-here"), voice("tail", "-f", "{text}")):
        with pytest.raises(SpeechError):
            await VoiceSynthesiser({"en": [broken]}, timeout_s=0.2).render("hello", "en")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_a_rendering_that_is_cancelled_leaves_no_process():
    task = asyncio.create_task(
        VoiceSynthesiser({"en": [voice("tail", "-f", "{text}")]}).render("hello", "en")
    )
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.alone
@pytest.mark.parametrize("known", KNOWN_VOICES, ids=lambda known: known.name)
async def test_every_voice_speaks_at_telephone_level_without_silence_around(known):
    installed = detect_voices().get(known.language, ())
    assert known in installed, f"apt-get install {known.packages}"
    text = "Gracias por llamar." if known.language == "es" else "Thank you for calling."
    pcm = await VoiceSynthesiser({known.language: [known]}).render(text, known.language)
    assert 0.8 < duration_s(pcm) < 3
    samples = to_samples(pcm)
    assert -24 < level_dbov(samples) < -18
    assert level_dbov(samples[800:1600]) > -50


async def test_the_quicker_voices_are_the_others_of_each_language_or_its_only_one():
    best, other, only = voice("best"), voice("other"), voice("only")
    quicker = VoiceSynthesiser({"en": [best, other], "es": [only]}, timeout_s=0.2).quicker
    assert quicker._voices == {"en": [other], "es": [only]}
    assert quicker._timeout_s == 0.2


@pytest.mark.alone
async def test_when_the_best_voice_fails_the_next_one_speaks():
    good = detect_voices()["en"][-1]
    assert await VoiceSynthesiser({"en": [voice("false"), good]}).render("hello", "en") != b""
