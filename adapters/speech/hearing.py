"""One caller's ear: frames go in, what was understood comes out.

Joins an :class:`~adapters.speech.endpointing.Endpointer` with a
:class:`~calls.ports.Recogniser`. Recognition begins at an utterance's pause, before its end is
certain, so that the answer is usually there when the end is; if the caller goes on, that answer is
dropped. Utterances are reported in the order in which they were spoken, and each of them is: as
heard, or as one that could not be.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from adapters.speech.endpointing import (
    Endpointer,
    SpeechStart,
    UtteranceEnd,
    UtterancePause,
    UtteranceResume,
)
from calls.faults import where
from calls.ports import Heard, Recogniser, SpeechError

log = logging.getLogger(__name__)


class Hearing:
    """Listens to one caller, from construction to :meth:`close`.

    Lives on an event loop; :meth:`push` never blocks it.

    Args:
        recogniser: understands utterances.
        endpointer: finds them.
        language: what is listened for.
        hints: phrases that are likely here.
        on_start: the caller began to speak.
        on_heard: an utterance was understood; the number is the seconds since its last voice.
        on_unavailable: it could not be; the text says why and holds no words.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        endpointer: Endpointer,
        *,
        language: str,
        hints: Sequence[str] = (),
        on_start: Callable[[], None],
        on_heard: Callable[[Heard, float], None],
        on_unavailable: Callable[[str], None],
    ) -> None:
        self._recogniser = recogniser
        self._endpointer = endpointer
        self._language = language
        self._hints = tuple(hints)
        self._on_start = on_start
        self._on_heard = on_heard
        self._on_unavailable = on_unavailable
        self._guess: asyncio.Task[Heard] | None = None
        self._reports: dict[asyncio.Task[None], asyncio.Task[Heard]] = {}

    def push(self, frame: bytes, playing_dbov: float | None = None) -> None:
        """Take in the next 20 ms; see :meth:`Endpointer.push`."""
        for event in self._endpointer.push(frame, playing_dbov):
            match event:
                case SpeechStart():
                    self._on_start()
                case UtterancePause(pcm=pcm):
                    self._guess = self._recognise(pcm)
                case UtteranceResume():
                    self._drop_guess()
                case UtteranceEnd():
                    self._report(event)

    def expect(self, hints: Sequence[str]) -> None:
        """Other phrases are likely from now on; an utterance under way goes on."""
        self._hints = tuple(hints)

    def flush(self) -> None:
        """Listening stops here: what was being said is still understood and reported."""
        for event in self._endpointer.flush():
            if isinstance(event, UtteranceEnd):
                self._report(event)

    async def finish(self) -> None:
        """Wait until every utterance that has ended is reported."""
        while self._reports:
            await asyncio.wait(self._reports)

    async def close(self) -> None:
        """Stop; nothing is reported any more."""
        guess = self._drop_guess()
        pending = [*self._reports, *self._reports.values(), *guess]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _recognise(self, pcm: bytes) -> asyncio.Task[Heard]:
        return asyncio.create_task(self._recogniser.recognise(pcm, self._language, self._hints))

    def _drop_guess(self) -> list[asyncio.Task[Heard]]:
        """Nobody waits for the guess any more."""
        guess, self._guess = self._guess, None
        if guess is None:
            return []
        guess.cancel()
        # A guess that failed before it was dropped failed for nobody.
        guess.add_done_callback(lambda task: task.cancelled() or task.exception())
        return [guess]

    def _report(self, end: UtteranceEnd) -> None:
        answer, self._guess = self._guess, None
        if answer is None or _has_failed(answer):
            # The guess came to nothing (no room then, a worker lost): by now there may be another.
            answer = self._recognise(end.pcm)
        ended_at = asyncio.get_running_loop().time() - end.ended_ago_ms / 1000
        earlier = next(reversed(self._reports), None)
        report = asyncio.create_task(self._deliver(answer, ended_at, earlier))
        self._reports[report] = answer
        report.add_done_callback(self._reports.pop)

    async def _deliver(
        self, answer: asyncio.Task[Heard], ended_at: float, earlier: asyncio.Task[None] | None
    ) -> None:
        if earlier is not None:
            await asyncio.wait([earlier])
        try:
            heard = await answer
        except SpeechError as error:
            self._on_unavailable(str(error))
        except Exception as error:
            # A bug in a recogniser must not be a caller to whom nobody listens.
            log.error("a recogniser failed: %s", where(error))
            self._on_unavailable(f"the recogniser failed ({type(error).__name__})")
        else:
            self._on_heard(heard, asyncio.get_running_loop().time() - ended_at)


def _has_failed(task: asyncio.Task[Heard]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
