"""What runs in a recogniser's worker process: one engine, one utterance at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What one engine understood.

    Attributes:
        words: plain words, see :func:`~adapters.speech.transcript.plain_words`.
        certainty: the engine's own figure, 0 to 1; ``None`` where it has none.
    """

    words: str
    certainty: float | None = None


class EngineUnusable(Exception):
    """Ops: the engine is not installed or does not load. The message says what to do."""


class Engine(Protocol):
    """Sound to text, blocking."""

    @property
    def remarks(self) -> Sequence[str]:
        """What an operator should know of how it was loaded; no spoken words."""
        ...

    def transcribe(self, pcm: bytes) -> Hypothesis:
        """Understand one utterance of 8 kHz PCM."""
        ...


def load_engine(name: str, options: Mapping[str, Any]) -> Engine:
    """Make the engine called ``moonshine``, ``pocketsphinx`` or ``tones``.

    Engines are imported only here, so that a worker carries no other engine's libraries.

    Raises:
        EngineUnusable: it is not installed, does not load, or is unknown.
    """
    if name == "moonshine":
        from adapters.speech.moonshine import MoonshineEngine

        return MoonshineEngine()
    if name == "pocketsphinx":
        from adapters.speech.sphinx import SphinxEngine

        return SphinxEngine(
            phrases=tuple(options.get("phrases", ())), words=tuple(options.get("words", ()))
        )
    if name == "tones":
        from adapters.speech.tone_engine import ToneEngine

        return ToneEngine(gate=options.get("gate"))
    raise EngineUnusable(f"unknown recogniser {name!r}; there are moonshine, pocketsphinx, tones")
