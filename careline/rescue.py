"""The last way out: the 911 advice and the fallback number, when the flow cannot go on.

Used when an interpreter failed (a bug) and when a new call cannot be journaled (disk full). It is
kept free of everything that could fail: no flow, no queue, no speech (DESIGN promise 9).
"""

from __future__ import annotations

from calls.commands import (
    Command,
    EndCall,
    HangUp,
    Say,
    StopListening,
    Transfer,
    Utterance,
)
from calls.facts import (
    CallerHungUp,
    CallFailed,
    Fact,
    PromptFinished,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import CallId
from calls.outcome import Outcome
from ivr.flow import CallRules

_PROMPT_ID = 1_000_000
"""Above every id that an interpreter gives, so that the end of an older prompt is not mistaken."""

_ADVICE_MAX_S = 60.0
_TRANSFER_MAX_S = 45.0


class Rescue:
    """An engine for one call that only advises and hands over.

    Args:
        call_id: the call.
        rules: the site's rules, for the advice in every language.
        fallback: the number or URI callers are sent to; ``None`` ends the call after the advice.
        outcome: what the call counts as: ``REFUSED`` when it was never let in, ``ERROR`` after a
            failure.
    """

    def __init__(
        self, call_id: CallId, rules: CallRules, fallback: str | None, outcome: Outcome
    ) -> None:
        self._call_id = call_id
        self._rules = rules
        self._fallback = fallback
        self._outcome = outcome
        self._deadline: float | None = None
        self._transferring = False
        self.ended = False

    def start(self, now: float) -> list[Command]:
        """Say the advice in every language, whatever plays now."""
        self._deadline = now + _ADVICE_MAX_S
        self._transferring = False
        advice = self._rules.prompts[self._rules.advice_911]
        return [
            StopListening(call_id=self._call_id),
            Say(
                call_id=self._call_id,
                prompt_id=_PROMPT_ID,
                utterances=tuple(
                    Utterance(text=advice[language], language=language)
                    for language in self._rules.languages
                ),
                barge_in=False,
            ),
        ]

    def resume(self, now: float) -> list[Command]:
        """Begin again after the driver was restarted."""
        return [] if self.ended else self.start(now)

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """React to the end of the advice, of the transfer or of the call; ignore all else."""
        if self.ended:
            return []
        match fact:
            case PromptFinished(prompt_id=prompt_id) if prompt_id == _PROMPT_ID:
                return self._hand_over(now)
            case TransferSucceeded():
                return self._end()
            case CallerHungUp() | CallFailed():
                return self._end()
            case TransferFailed() if self._transferring:
                return [HangUp(call_id=self._call_id), *self._end()]
            case _:
                return []

    def tick(self, now: float) -> list[Command]:
        """Go on when the line did not report the end of the advice or of the transfer."""
        if self.ended or self._deadline is None or now < self._deadline:
            return []
        if self._transferring:
            return [HangUp(call_id=self._call_id), *self._end()]
        return self._hand_over(now)

    def next_deadline(self) -> float | None:
        """When the line is no longer waited for."""
        return None if self.ended else self._deadline

    def _hand_over(self, now: float) -> list[Command]:
        if self._transferring:
            return []
        if self._fallback is None:
            return [HangUp(call_id=self._call_id), *self._end()]
        self._transferring = True
        self._deadline = now + _TRANSFER_MAX_S
        return [Transfer(call_id=self._call_id, destination=self._fallback)]

    def _end(self) -> list[Command]:
        self.ended = True
        self._deadline = None
        return [EndCall(call_id=self._call_id, outcome=self._outcome)]
