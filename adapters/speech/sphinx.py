"""PocketSphinx with a small language model of what callers to a clinic say."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from adapters.speech.domain import build_domain, read_dictionary
from adapters.speech.engines import EngineUnusable, Hypothesis
from adapters.speech.pcm import resample, to_pcm, to_samples
from adapters.speech.transcript import plain_words
from calls.ports import SAMPLE_RATE_HZ


class SphinxEngine:
    """Knows only the words of its domain, which is why it hears symptoms where others guess.

    Args:
        phrases: what callers say, counted as given; the built-in everyday phrases are added.
        words: single words that may occur anywhere.

    Raises:
        EngineUnusable: the package or its model is missing.
    """

    def __init__(self, *, phrases: Sequence[str], words: Sequence[str]) -> None:
        try:
            import pocketsphinx
        except ImportError as error:
            raise EngineUnusable("install the Python package pocketsphinx") from error
        model = Path(pocketsphinx.get_model_path("en-us"))
        try:
            pronunciations = read_dictionary((model / "cmudict-en-us.dict").read_text("utf-8"))
        except OSError as error:
            raise EngineUnusable(
                "PocketSphinx has no en-us model; install the package again"
            ) from error
        domain = build_domain(phrases, words, pronunciations)
        self.remarks: Sequence[str] = ()
        if domain.missing:
            unknown = ", ".join(domain.missing)
            self.remarks = (f"words without a pronunciation are not listened for: {unknown}",)
        with tempfile.TemporaryDirectory(prefix="careline-domain-") as folder:
            arpa, dictionary = Path(folder) / "domain.lm", Path(folder) / "domain.dict"
            arpa.write_text(domain.arpa, "utf-8")
            dictionary.write_text(domain.dictionary, "utf-8")
            self._decoder = pocketsphinx.Decoder(
                hmm=str(model / "en-us"),
                lm=str(arpa),
                dict=str(dictionary),
                # The second pass costs a third of the time and saves one word in a hundred.
                fwdflat=False,
                # Its log holds what was said.
                loglevel="FATAL",
            )

    def transcribe(self, pcm: bytes) -> Hypothesis:
        """Understand one utterance."""
        self._decoder.start_utt()
        wide = to_pcm(resample(to_samples(pcm), SAMPLE_RATE_HZ, 16000))
        self._decoder.process_raw(wide, full_utt=True)
        self._decoder.end_utt()
        best = self._decoder.hyp()
        if best is None:
            return Hypothesis(words="", certainty=0.0)
        return Hypothesis(words=plain_words(best.hypstr), certainty=min(1.0, best.prob))
