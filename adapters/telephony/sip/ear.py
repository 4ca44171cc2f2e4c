"""What is heard of one caller: listening goes on and off, languages change, no word is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from adapters.speech.endpointing import Endpointer
from adapters.speech.hearing import Hearing
from adapters.telephony.sip.background import Background
from calls.commands import Listen
from calls.ports import Heard, Recogniser, SpeechError

log = logging.getLogger(__name__)

OnHeard = Callable[[str, Heard, float], None]
"""Told the language that was listened for, what was understood, and how many seconds ago it ended.
"""


class Ear:
    """Listens to one caller in one language at a time.

    An utterance that has begun is understood and reported whatever happens meanwhile: another
    language, the end of listening, a bridge, the caller's hang-up. It may be a red flag.

    Args:
        name: of the call, for logs.
        recogniser: the shared recogniser.
        background: looks after what is still being recognised.
        on_start: the caller began to speak.
        on_heard: an utterance was understood.
        on_unavailable: speech cannot be used; a short fixed word says why.
    """

    def __init__(
        self,
        name: str,
        recogniser: Recogniser,
        background: Background,
        *,
        on_start: Callable[[], None],
        on_heard: OnHeard,
        on_unavailable: Callable[[str], None],
    ) -> None:
        self._name = name
        self._recogniser = recogniser
        self._background = background
        self._on_start = on_start
        self._on_heard = on_heard
        self._on_unavailable = on_unavailable
        self._hearing: Hearing | None = None
        self._language = ""

    @property
    def open(self) -> bool:
        """Whether it listens."""
        return self._hearing is not None

    def listen(self, command: Listen) -> None:
        """Listen from now on. In the language of before, an utterance under way is not cut."""
        language = command.language
        if self._hearing is not None and language == self._language:
            self._hearing.expect(command.hints)
            return
        self.close()
        if language not in self._recogniser.languages:
            self._on_unavailable("language")
            return
        try:
            endpointer = Endpointer()
        except SpeechError as error:
            log.warning("call %s: speech cannot be used: %s", self._name, error)
            self._on_unavailable("missing")
            return
        self._language = language
        self._hearing = Hearing(
            self._recogniser,
            endpointer,
            language=language,
            hints=command.hints,
            on_start=self._on_start,
            on_heard=lambda heard, ended_ago_s: self._on_heard(language, heard, ended_ago_s),
            on_unavailable=self._failed,
        )

    def push(self, frame: bytes, playing_dbov: float | None) -> None:
        """Take in the next 20 ms; see :meth:`adapters.speech.Hearing.push`."""
        if self._hearing is not None:
            self._hearing.push(frame, playing_dbov)

    def close(self) -> None:
        """Listen no more; what was being said is still understood."""
        hearing, self._hearing = self._hearing, None
        if hearing is None:
            return
        hearing.flush()

        async def finish() -> None:
            try:
                await hearing.finish()
            finally:
                await hearing.close()

        self._background.start(finish())

    def _failed(self, reason: str) -> None:
        log.warning("call %s: %s", self._name, reason)
        self._on_unavailable("recogniser")
