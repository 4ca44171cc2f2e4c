"""Speech without engines: instant, deterministic, and shipped.

What a :class:`SimulatedSynthesiser` says, a :class:`ScriptedRecogniser` hears, also through a
telephone codec and a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.speech import tone_speech
from calls.ports import Heard, SpeechError


class SimulatedSynthesiser:
    """Implements :class:`~calls.ports.Synthesiser` with tones.

    Args:
        languages: what it speaks.
    """

    def __init__(self, languages: Sequence[str] = ("en", "es")) -> None:
        self._languages = tuple(languages)

    @property
    def version(self) -> str:
        """Part of a stored prompt's identity."""
        return "tones-1"

    @property
    def quicker(self) -> SimulatedSynthesiser:
        """Itself: it takes no time."""
        return self

    async def render(self, text: str, language: str) -> bytes:
        """The text as tones, see :mod:`adapters.speech.tone_speech`.

        Raises:
            SpeechError: another language.
        """
        if language not in self._languages:
            raise SpeechError(f"no simulated voice for language {language!r}")
        return tone_speech.encode(text)


class ScriptedRecogniser:
    """Implements :class:`~calls.ports.Recogniser` for tones.

    Args:
        script: what to answer for words that were said; other words are heard as they are, with
            confidence 1. An error is raised.
        languages: what it understands.
    """

    def __init__(
        self,
        script: Mapping[str, Heard | SpeechError] | None = None,
        languages: Sequence[str] = ("en",),
    ) -> None:
        self._script = dict(script or {})
        self._languages = tuple(languages)

    @property
    def languages(self) -> Sequence[str]:
        """What it understands."""
        return self._languages

    async def recognise(
        self,
        pcm: bytes,
        language: str,
        hints: Sequence[str] = (),  # noqa: ARG002 - the port's
    ) -> Heard:
        """The words of the tones; nothing, with confidence 0, for any other sound.

        Raises:
            SpeechError: another language, or the script says so.
        """
        if language not in self._languages:
            raise SpeechError(f"no simulated recogniser for language {language!r}")
        words = tone_speech.decode(pcm)
        answer = self._script.get(words)
        if isinstance(answer, SpeechError):
            raise answer
        return answer or Heard(words=words, confidence=1.0 if words else 0.0)
