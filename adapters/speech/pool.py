"""Two independent recognisers side by side, each in worker processes of its own.

Both hear every utterance while there is room. When utterances queue, the second listener is shed
first; when even one listener would keep the caller waiting too long, the utterance is refused and
the line goes on with digits. A worker that hangs or dies is replaced, and what it had is answered
by the other listener.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.speech.confidence import confidence
from adapters.speech.engines import Hypothesis
from adapters.speech.lane import EngineSpec, Lane, LaneCounts, WorkerLost
from adapters.speech.pcm import duration_s
from calls.ports import Heard, SpeechError

_LONGEST_UTTERANCE_S = 6.5
_LANGUAGES = ("en",)

__all__ = ["EngineSpec", "PoolHealth", "PoolSettings", "RecogniserPool", "clinic_pool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """When there is too much to listen to.

    Attributes:
        workers: processes for each of the two engines.
        shed_wait_s: expected wait from which the second listener is left out.
        saturated_wait_s: expected wait from which an utterance is refused.
        straggler_s: how much longer than expected either listener may take before the other's
            answer stands alone.
        hang_timeout_s: a worker that has had an utterance for this long is killed.
        nice: how far workers stand back behind the line's media.
        renew_after: utterances after which a worker is replaced by a fresh one when nobody waits.
            Moonshine 0.0.49 keeps about a megabyte of each.
    """

    workers: int = 1
    shed_wait_s: float = 0.4
    saturated_wait_s: float = 1.5
    straggler_s: float = 1.0
    hang_timeout_s: float = 4.0
    nice: int = 5
    renew_after: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolHealth:
    """How the pool fares, for the operator; numbers and plain sentences, no words of callers.

    Attributes:
        lanes: counts by engine.
        real_time_factor: by engine, as lately measured.
        shed: utterances that only one listener heard because there was no room for two.
        refused: utterances turned away.
        unusable: by engine, why it does not work.
        remarks: what the engines said of how they were loaded.
    """

    lanes: dict[str, LaneCounts] = field(default_factory=dict)
    real_time_factor: dict[str, float] = field(default_factory=dict)
    shed: int = 0
    refused: int = 0
    unusable: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


class RecogniserPool:
    """Implements :class:`~calls.ports.Recogniser`.

    Args:
        first: the engine whose words are the best hypothesis.
        second: the engine that gives a second opinion, ``None`` for none.
        settings: limits.
    """

    def __init__(
        self, first: EngineSpec, second: EngineSpec | None, settings: PoolSettings | None = None
    ) -> None:
        self._settings = settings or PoolSettings()
        self._lanes = [
            Lane(
                spec,
                workers=self._settings.workers,
                nice=self._settings.nice,
                hang_timeout_s=self._settings.hang_timeout_s,
                renew_after=self._settings.renew_after,
            )
            for spec in (first, second)
            if spec is not None
        ]
        self._shed = 0
        self._refused = 0

    async def start(self) -> None:
        """Start the workers; returns when each engine has a worker or is known not to work.

        Never raises for an engine that does not work: see :attr:`why_unavailable`. Such an engine
        is tried again from time to time, so one that is installed later is found.
        """
        await asyncio.gather(*(lane.start() for lane in self._lanes))

    async def close(self) -> None:
        """End every worker process."""
        await asyncio.gather(*(lane.close() for lane in self._lanes))

    @property
    def languages(self) -> Sequence[str]:
        """``("en",)``, or nothing while no engine works."""
        return _LANGUAGES if any(lane.available for lane in self._lanes) else ()

    @property
    def why_unavailable(self) -> str:
        """A sentence for the operator, empty while at least one engine works."""
        if self.languages:
            return ""
        reasons = "; ".join(lane.unusable for lane in self._lanes)
        return f"speech is not understood, the line goes on with digits: {reasons}"

    @property
    def health(self) -> PoolHealth:
        """How it fares now."""
        return PoolHealth(
            lanes={lane.spec.engine: lane.counts for lane in self._lanes},
            real_time_factor={lane.spec.engine: lane.real_time_factor for lane in self._lanes},
            shed=self._shed,
            refused=self._refused,
            unusable={lane.spec.engine: lane.unusable for lane in self._lanes if lane.unusable},
            remarks=tuple(remark for lane in self._lanes for remark in lane.remarks),
        )

    async def recognise(
        self,
        pcm: bytes,
        language: str,
        hints: Sequence[str] = (),  # noqa: ARG002 - the port's
    ) -> Heard:
        """Let both engines hear one utterance.

        Args:
            pcm: at most 6 s.
            language: ``en``.
            hints: not used; the phrases of a site are in the language model from the start.

        Raises:
            SpeechError: saturated, failed or missing.
            ValueError: the utterance is longer than 6.5 s.
        """
        audio_s = duration_s(pcm)
        if audio_s > _LONGEST_UTTERANCE_S:
            raise ValueError(f"an utterance is at most 6 s, not {audio_s:.1f} s")
        if language not in _LANGUAGES:
            raise SpeechError(f"speech is not understood in language {language!r}")
        # Chosen and queued without a pause between: those who come next must see this one wait.
        asked = [
            (lane.expected_wait_s + audio_s * lane.real_time_factor, lane.submit(pcm))
            for lane in self._chosen()
        ]
        try:
            answers = await asyncio.gather(
                *(
                    _within(answer, expected_s + self._settings.straggler_s)
                    for expected_s, answer in asked
                )
            )
        finally:
            for _, answer in asked:
                answer.cancel()
        heard = [hypothesis for hypothesis in answers if hypothesis is not None]
        if not heard:
            raise SpeechError("no recogniser answered in time")
        first, second = heard[0], heard[1] if len(heard) > 1 else None
        if not first.words and second is not None and second.words:
            first, second = second, first
        return Heard(
            words=first.words,
            confidence=confidence(first, second, audio_s),
            second=second.words if second else "",
        )

    def _chosen(self) -> list[Lane]:
        usable = [lane for lane in self._lanes if lane.available]
        if not usable:
            raise SpeechError(self.why_unavailable)
        s = self._settings
        if usable[0].expected_wait_s > s.saturated_wait_s:
            self._refused += 1
            raise SpeechError("saturated: more callers speak than can be listened to")
        if len(usable) > 1 and max(lane.expected_wait_s for lane in usable) > s.shed_wait_s:
            self._shed += 1
            return usable[:1]
        return usable


async def _within(answer: asyncio.Future[Hypothesis], limit_s: float) -> Hypothesis | None:
    try:
        async with asyncio.timeout(limit_s):
            return await answer
    except (TimeoutError, WorkerLost):
        return None


def clinic_pool(
    phrases: Sequence[str], words: Sequence[str] = (), settings: PoolSettings | None = None
) -> RecogniserPool:
    """Moonshine first, PocketSphinx with a language model of this clinic second.

    Args:
        phrases: what its callers say: symptoms of the protocols, examples and hints of the flows.
        words: names of people and places that may be said.
        settings: limits.
    """
    return RecogniserPool(
        EngineSpec(engine="moonshine"),
        EngineSpec(engine="pocketsphinx", options={"phrases": list(phrases), "words": list(words)}),
        settings,
    )
