"""One caller's ear: frames go in, what was understood comes out.

Joins an :class:`~adapters.speech.endpointing.Endpointer` with a
:class:`~calls.ports.Recogniser`. Recognition begins at an utterance's pause, before its end is
certain, so that the answer is usually there when the end is; if the caller goes on, that answer is
dropped. Utterances are reported in the order in which they were spoken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from adapters.speech.endpointing import (
    Endpointer,
    SpeechStart,
    UtteranceEnd,
    UtterancePause,
    UtteranceResume,
)
from calls.ports import Heard, Recogniser, SpeechError


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
        self._reports: list[asyncio.Task[None]] = []

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
        self._drop_guess()
        pending = list(self._reports)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _recognise(self, pcm: bytes) -> asyncio.Task[Heard]:
        return asyncio.create_task(self._recogniser.recognise(pcm, self._language, self._hints))

    def _drop_guess(self) -> None:
        if self._guess is not None:
            self._guess.cancel()
            # A guess that failed before it was dropped failed for nobody.
            self._guess.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._guess = None

    def _report(self, end: UtteranceEnd) -> None:
        answer, self._guess = self._guess or self._recognise(end.pcm), None
        ended_at = asyncio.get_running_loop().time() - end.ended_ago_ms / 1000
        earlier = self._reports[-1] if self._reports else None
        report = asyncio.create_task(self._deliver(answer, ended_at, earlier))
        self._reports.append(report)
        report.add_done_callback(self._reports.remove)

    async def _deliver(
        self, answer: asyncio.Task[Heard], ended_at: float, earlier: asyncio.Task[None] | None
    ) -> None:
        try:
            if earlier is not None:
                await asyncio.wait([earlier])
            heard = await answer
        except SpeechError as error:
            self._on_unavailable(str(error))
        except asyncio.CancelledError:
            answer.cancel()
            raise
        else:
            self._on_heard(heard, asyncio.get_running_loop().time() - ended_at)
