"""The caller's turn after a question: how long silence is waited for."""

from __future__ import annotations

from ivr.timers import Timer, Timers

SPEECH_MAX_S = 8.0
"""How long the silence timer stands still for a caller who speaks: an utterance of at most 6 s, and
the time to understand and assess it."""


class Turn:
    """One asking of one question.

    Silence is measured from the end of the prompt. It stands still once, for at most
    :data:`SPEECH_MAX_S`, when the caller begins to speak: a noisy line that reports speech over and
    over without a word must not hold off help.

    Args:
        timers: the call's.
    """

    __slots__ = ("_held", "_no_input_s", "_prompt_over", "_spoke", "_timers")

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._no_input_s = 0.0
        self._prompt_over = False
        self._spoke = False
        self._held = False

    def copied(self, timers: Timers) -> Turn:
        """The same, for a copy of the call."""
        twin = Turn(timers)
        twin._no_input_s, twin._prompt_over = self._no_input_s, self._prompt_over
        twin._spoke, twin._held = self._spoke, self._held
        return twin

    @property
    def stance(self) -> tuple[object, ...]:
        """All of it that makes a difference to what follows."""
        return (self._no_input_s, self._prompt_over, self._spoke, self._held)

    def begin(self, no_input_s: float) -> None:
        """The question is being put."""
        self._no_input_s = no_input_s
        self._prompt_over = self._spoke = self._held = False
        self._timers.cancel(Timer.NO_INPUT, Timer.SPEECH)

    def prompt_over(self, now: float, speaking_until: float | None) -> None:
        """The caller may answer; ``speaking_until`` where they have begun to speak already."""
        self._prompt_over = True
        if speaking_until is not None:
            self.speech_started(speaking_until)
        if not self._held:
            self._timers.set(Timer.NO_INPUT, now + self._no_input_s)

    def typed(self) -> None:
        """The caller types: what ends it is a pause, not silence."""
        self._timers.cancel(Timer.NO_INPUT)

    def speech_started(self, until: float) -> None:
        """The caller speaks: silence stands still, the first time in this turn."""
        if self._spoke:
            return
        self._spoke = self._held = True
        self._timers.cancel(Timer.NO_INPUT)
        self._timers.set(Timer.SPEECH, until)

    def speech_lost(self, now: float) -> None:
        """Nothing came of what was begun: silence is measured anew."""
        self._held = False
        if self._prompt_over:
            self._timers.set(Timer.NO_INPUT, now + self._no_input_s)
