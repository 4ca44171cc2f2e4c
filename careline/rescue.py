"""The last way out: the 911 advice and the fallback number, when the flow cannot go on.

Used when an interpreter failed (a bug) and when a new call cannot be journaled (disk full). It is
kept free of everything that could fail: no flow, no speech (DESIGN promise 9). What it does::

    ADVISING -> RINGING -> over
        ^          |
        +- HOLDING <   while there is a place in a queue for the caller

A caller who has a place in a queue keeps it all the while, so that whoever answers first, an agent
or the fallback number, has them. A caller who speaks with an agent hears nothing of all this.
"""

from __future__ import annotations

from enum import Enum, auto

from calls.commands import (
    CancelTransfer,
    Command,
    EndCall,
    Enqueue,
    HangUp,
    OpenTask,
    PlayMusic,
    Say,
    StopListening,
    Transfer,
    Utterance,
)
from calls.facts import (
    CallConnected,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallReleased,
    DigitsCollected,
    Fact,
    PromptFinished,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import CallId, QueueId
from calls.outcome import Outcome
from calls.requirement import Requirement
from ivr.flow import CallRules
from ivr.prompts import in_every_language, limit_s

CALL_BACK = "call-back"
"""The kind of task for a caller whom we could not keep."""

_PROMPT_ID = 1_000_000
"""Above every id that an interpreter gives, so that the end of an older prompt is not mistaken."""

_ADVICE_MAX_S = 60.0
_TRANSFER_MAX_S = 45.0
_AGAIN_AFTER_S = 20.0
"""Music between two attempts at the fallback number."""


class _Stand(Enum):
    ADVISING = auto()
    RINGING = auto()
    HOLDING = auto()
    CONNECTED = auto()
    ENDED = auto()


class Rescue:
    """An engine for one call that only advises and hands over.

    Args:
        call_id: the call.
        rules: the site's rules, for the advice in every language.
        fallback: the number or URI callers are sent to, if there is one.
        outcome: what the call counts as: ``REFUSED`` when it was never let in, ``ERROR`` after a
            failure.
        patience_s: how long a caller whom the fallback number does not take stays on the line,
            because an agent may answer; ``None`` for ever.
        connected: whether they speak with an agent now.

    Attributes:
        let_in: whether the call ever was.
    """

    def __init__(
        self,
        call_id: CallId,
        rules: CallRules,
        fallback: str | None,
        outcome: Outcome,
        *,
        patience_s: float | None = 0.0,
        connected: bool = False,
    ) -> None:
        self._call_id = call_id
        self._rules = rules
        self._fallback = fallback
        self._outcome = Outcome.HANDLED if connected else outcome
        self.let_in = outcome is not Outcome.REFUSED
        self._patience_s = patience_s
        self._stand = _Stand.CONNECTED if connected else _Stand.ADVISING
        self._deadline: float | None = None
        self._waits_since: float | None = None

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self._stand is _Stand.ENDED

    @property
    def was_connected(self) -> bool:
        """Whether an agent has spoken with the caller."""
        return self._outcome is Outcome.HANDLED

    def start(self, now: float) -> list[Command]:
        """Say the advice in every language, whatever plays now; nothing to whoever is connected."""
        if self._stand in (_Stand.CONNECTED, _Stand.ENDED):
            return []
        if self._waits_since is None:
            self._waits_since = now
        self._stand, self._deadline = _Stand.ADVISING, now + _ADVICE_MAX_S
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
                advises_911=True,
            ),
        ]

    def resume(self, now: float) -> list[Command]:
        """Begin again after the driver was restarted."""
        return self.start(now)

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """Take in what happened; what means nothing here is ignored."""
        if self.ended:
            return []
        match fact:
            case CallerHungUp() | CallFailed() | TransferSucceeded():
                return self._end()
            case CallConnected():
                self._stand, self._deadline = _Stand.CONNECTED, None
                self._outcome = Outcome.HANDLED
            case CallReleased() if self._stand is _Stand.CONNECTED:
                return self._released(fact, now)
            case PromptFinished(prompt_id=prompt_id):
                if prompt_id == _PROMPT_ID and self._stand is _Stand.ADVISING:
                    return self._ring(now)
            case TransferFailed() if self._stand is _Stand.RINGING:
                return self._not_reached(now)
            case DigitsCollected(digits=digits):
                if self._rules.keys.emergency in digits.reveal():
                    return self._to_nurse()
            case CallEscalated():
                return self._to_nurse()
        return []

    def tick(self, now: float) -> list[Command]:
        """Go on when it is time to, or when the line did not report what it should have."""
        if self._deadline is None or now < self._deadline:
            return []
        match self._stand:
            case _Stand.ADVISING:
                return self._ring(now)
            case _Stand.RINGING:
                return self._not_reached(now)
            case _:
                return self.start(now)

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do."""
        return self._deadline

    def _ring(self, now: float) -> list[Command]:
        if self._fallback is None:
            return self._not_reached(now)
        asked = self._asked_outside(self._fallback)
        asking_s = limit_s(asked) if asked else 0.0
        self._stand, self._deadline = _Stand.RINGING, now + _TRANSFER_MAX_S + asking_s
        return [
            PlayMusic(call_id=self._call_id),
            Transfer(call_id=self._call_id, destination=self._fallback, utterances=asked),
        ]

    def _asked_outside(self, destination: str) -> tuple[Utterance, ...]:
        """What the number on call is asked. Any other may be a switchboard that presses no key."""
        rules = self._rules
        if rules.on_call is None or rules.outside.get(rules.on_call) != destination:
            return ()
        return in_every_language(rules, rules.on_call_asked)

    def _not_reached(self, now: float) -> list[Command]:
        """The fallback number has not taken the caller: hold them, or let them go."""
        assert self._waits_since is not None
        waited_s = now - self._waits_since
        if self._patience_s is None or waited_s < self._patience_s:
            self._stand, self._deadline = _Stand.HOLDING, now + _AGAIN_AFTER_S
            return [CancelTransfer(call_id=self._call_id), PlayMusic(call_id=self._call_id)]
        task = OpenTask(call_id=self._call_id, kind=CALL_BACK, queue=self._rules.person_queue)
        # Of a call that was not let in nothing is kept that a person could call back.
        tasks = [task] if self.let_in else []
        return [HangUp(call_id=self._call_id), *tasks, *self._end()]

    def _released(self, fact: CallReleased, now: float) -> list[Command]:
        """The agent is gone: the caller waits for another, or has been served."""
        if not fact.requeued:
            return [HangUp(call_id=self._call_id), *self._end()]
        if fact.emergency:
            self._patience_s = None
        self._stand = _Stand.HOLDING
        return self.start(now)

    def _to_nurse(self) -> list[Command]:
        """The emergency key works to the last, for everybody who was let in; an agent's does too.

        Of whoever speaks with somebody the distributor knows.
        """
        if not self.let_in or self._stand is _Stand.CONNECTED:
            return []
        self._patience_s = None
        need = Requirement(queue=QueueId(self._rules.nurse_queue), emergency=True)
        return [Enqueue(call_id=self._call_id, requirement=need)]

    def _end(self) -> list[Command]:
        self._stand, self._deadline = _Stand.ENDED, None
        return [EndCall(call_id=self._call_id, outcome=self._outcome)]
