import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.speech import ScriptedRecogniser, SimulatedSynthesiser, tone_speech
from calls.ports import Heard, SpeechError
from tests.adapters.speech.sound import noise, silence, through_mu_law

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789' ", max_size=60).map(
    lambda text: " ".join(text.split())
)


@given(WORDS, st.integers(0, 999), st.integers(0, 999))
def test_what_is_said_in_tones_is_heard_through_a_telephone(words, before, after):
    sound = b"\0\0" * before + tone_speech.encode(words) + b"\0\0" * after
    assert tone_speech.decode(through_mu_law(sound)) == words


@pytest.mark.parametrize("sound", [b"", silence(1), noise(1, -20), b"\x01"])
def test_sound_that_is_no_tone_speech_has_no_words(sound):
    assert tone_speech.decode(sound) == ""


async def test_a_scripted_recogniser_hears_what_the_simulated_voice_says():
    pcm = await SimulatedSynthesiser().render("I have chest pain!", "en")
    assert await ScriptedRecogniser().recognise(pcm, "en") == Heard(
        words="i have chest pain", confidence=1.0
    )


async def test_a_script_decides_what_was_understood_and_what_fails():
    script = {
        "mumble": Heard(words="", confidence=0.1),
        "full": SpeechError("saturated"),
    }
    recogniser = ScriptedRecogniser(script)
    assert (await recogniser.recognise(tone_speech.encode("mumble"), "en")).confidence == 0.1
    with pytest.raises(SpeechError, match="saturated"):
        await recogniser.recognise(tone_speech.encode("full"), "en")


async def test_languages_that_nobody_speaks_are_refused():
    with pytest.raises(SpeechError, match="'fr'"):
        await SimulatedSynthesiser().render("bonjour", "fr")
    with pytest.raises(SpeechError, match="'es'"):
        await ScriptedRecogniser().recognise(silence(1), "es")
