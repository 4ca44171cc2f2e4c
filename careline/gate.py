"""The gate every spoken word passes before anything else may look at it: triage, in bounded time.

What comes out is ``WordsAssessed``, the only form in which words reach a flow. A triage that fails
or takes too long gives a verdict all the same: a nurse.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from calls.facts import SpeechHeard, WordsAssessed
from calls.faults import where
from calls.ids import CallId
from calls.verdict import Verdict, to_nurse
from config.opinion import second_opinion
from config.site import Site
from triage import CallMemory, ProtocolSet, TriageEngine

log = logging.getLogger(__name__)

TRIAGE_TIMEOUT_S = 0.05
"""An utterance is assessed in a few milliseconds; this is for the day when it is not."""


_KEPT_ENGINES = 4
_compiled: deque[tuple[ProtocolSet, TriageEngine]] = deque(maxlen=_KEPT_ENGINES)
_engines: deque[tuple[str, TriageEngine]] = deque(maxlen=_KEPT_ENGINES)


def engine_of(site: Site) -> TriageEngine:
    """The engine of a version, made once; what its protocols compile to also for the next one."""
    for version, engine in tuple(_engines):
        if version == site.version:
            return engine
    engine = _compiled_of(site).offering(site.offered)
    _engines.append((site.version, engine))
    return engine


def _compiled_of(site: Site) -> TriageEngine:
    """The engine of a site's protocols, which takes a part of a second to make."""
    for protocols, engine in tuple(_compiled):
        if protocols == site.protocols:
            return engine
    engine = TriageEngine(site.protocols, second_opinion())
    _compiled.append((site.protocols, engine))
    return engine


def compile_site(site: Site) -> None:
    """Make now what would else be made while the first caller waits: a part of a second."""
    engine_of(site)
    for language in site.rules.listen_languages:
        site.rules.intent_model.learn(language)


class TriageGate:
    """Turns what was heard into what was assessed.

    Args:
        engine: the triage engine.
        timeout_s: how long one assessment may take.
    """

    def __init__(self, engine: TriageEngine, timeout_s: float = TRIAGE_TIMEOUT_S) -> None:
        self._engine = engine
        self._memories: dict[CallId, CallMemory] = {}
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="triage")
        self.timed_out = 0
        self.failed = 0

    def assess_now(
        self, heard: SpeechHeard, rings_again_about: frozenset[str] = frozenset()
    ) -> WordsAssessed:
        """Assess without a time-out, for drivers in virtual time.

        Args:
            heard: the utterance.
            rings_again_about: rules that matched in other calls of this caller within a day.
        """
        try:
            memory = self._memories.setdefault(heard.call_id, CallMemory())
            memory.rings_again_about = rings_again_about
            verdict = self._engine.assess_heard(heard, memory)
        except Exception as error:
            # Whatever is wrong with triage, the caller must not pay for it.
            self.failed += 1
            log.error("call %s: triage failed (%s); a nurse is asked", heard.call_id, where(error))
            verdict = to_nurse("failed")
        return _assessed(heard, verdict)

    async def assess(
        self, heard: SpeechHeard, rings_again_about: frozenset[str] = frozenset()
    ) -> WordsAssessed:
        """Assess on a thread, as :meth:`assess_now`; after ``timeout_s`` the answer is a nurse."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self.assess_now, heard, rings_again_about)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await work
        except TimeoutError:
            self.timed_out += 1
            log.error("call %s: triage took too long; a nurse is asked", heard.call_id)
            return _assessed(heard, to_nurse("timed-out"))

    def use(self, engine: TriageEngine) -> None:
        """Assess with other protocols from now on."""
        self._engine = engine

    def recall(self, assessed: WordsAssessed) -> None:
        """Remember what was said before a restart; the verdict of then stands."""
        self.assess_now(
            SpeechHeard(
                site=assessed.site,
                call_id=assessed.call_id,
                words=assessed.words,
                confidence=assessed.confidence,
            )
        )

    def forget(self, call_id: CallId) -> None:
        """The call is over."""
        self._memories.pop(call_id, None)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _assessed(heard: SpeechHeard, verdict: Verdict) -> WordsAssessed:
    return WordsAssessed(
        site=heard.site,
        call_id=heard.call_id,
        words=heard.words,
        confidence=heard.confidence,
        verdict=verdict,
        ended_ago_s=heard.ended_ago_s,
    )
