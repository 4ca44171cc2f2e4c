import asyncio

import pytest

from adapters.speech.pcm import duration_s, level_dbov, to_samples
from adapters.speech.speakable import LONGEST_TEXT, speakable
from adapters.speech.voices import KNOWN_VOICES, Voice, VoiceSynthesiser, detect_voices
from calls.ports import SpeechError


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


async def test_a_rendering_that_is_cancelled_leaves_no_process():
    task = asyncio.create_task(
        VoiceSynthesiser({"en": [voice("tail", "-f", "{text}")]}).render("hello", "en")
    )
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.slow
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


@pytest.mark.slow
async def test_when_the_best_voice_fails_the_next_one_speaks():
    good = detect_voices()["en"][-1]
    assert await VoiceSynthesiser({"en": [voice("false"), good]}).render("hello", "en") != b""
