"""The engine of a call that we placed: somebody is called back by the agent who accepted it.

It begins when the person called has pressed the key to be connected, and does little, for an agent
is there: it keeps them company while they have to wait again, and ends the call. What happened
before, the dialling, is between the distributor and the line.
"""

from __future__ import annotations

from enum import Enum, auto

from calls.commands import Command, EndCall, Enqueue, HangUp, PlayMusic, Say, Utterance
from calls.facts import (
    CallConnected,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallReleased,
    DigitsCollected,
    Fact,
    PromptFinished,
)
from calls.ids import CallId, QueueId
from calls.outcome import Outcome
from calls.requirement import Requirement
from ivr import CallRules

_PATIENCE_S = 60.0
"""Behind an agent who should be bridged at once stands a deadline, as behind everything."""


class _Stand(Enum):
    ANSWERED = auto()
    CONNECTED = auto()
    WAITING = auto()
    ENDED = auto()


class CallBackCall:
    """An engine for one call that we placed.

    Args:
        call_id: the call.
        rules: the site's.
        emergency: whether it is a red flag who is called back.

    Attributes:
        let_in: like every call that we placed.
        for_red_flag: what it began as.
    """

    let_in = True

    def __init__(self, call_id: CallId, rules: CallRules, *, emergency: bool) -> None:
        self._call_id = call_id
        self._rules = rules
        self.for_red_flag = emergency
        self._emergency = emergency
        self._stand = _Stand.ANSWERED
        self._deadline: float | None = None
        self._prompts = 0
        self._spoke = False

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self._stand is _Stand.ENDED

    @property
    def was_connected(self) -> bool:
        """Whether an agent has spoken with them."""
        return self._spoke

    def start(self, now: float) -> list[Command]:
        """They have answered: the agent is bridged at once."""
        self._deadline = now + _PATIENCE_S
        return []

    def resume(self, now: float) -> list[Command]:
        """After the driver was restarted."""
        return self._comfort(now) if self._stand is _Stand.WAITING else []

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """Take in what happened; what means nothing here is ignored."""
        if self.ended:
            return []
        match fact:
            case CallerHungUp() | CallFailed():
                return self._end()
            case CallConnected():
                self._stand, self._deadline, self._spoke = _Stand.CONNECTED, None, True
            case CallReleased(requeued=True, emergency=emergency):
                self._stand = _Stand.WAITING
                self._emergency |= emergency
                return self._comfort(now)
            case CallReleased():
                return [HangUp(call_id=self._call_id), *self._end()]
            case PromptFinished(prompt_id=prompt_id):
                if prompt_id == self._prompts and self._stand is _Stand.WAITING:
                    return [PlayMusic(call_id=self._call_id)]
            case DigitsCollected(digits=digits):
                if self._rules.keys.emergency in digits.reveal():
                    return self._to_nurse()
            case CallEscalated() if self._stand is _Stand.WAITING:
                return self._to_nurse()
        return []

    def tick(self, now: float) -> list[Command]:
        """Say a word to whoever waits; let go of a call that nobody was bridged to."""
        if self._deadline is None or now < self._deadline:
            return []
        if self._stand is _Stand.ANSWERED:
            return [HangUp(call_id=self._call_id), *self._end()]
        return self._comfort(now)

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do."""
        return self._deadline

    def _comfort(self, now: float) -> list[Command]:
        rules = self._rules
        self._prompts += 1
        self._deadline = now + rules.nurse_wait_every_s
        text = rules.prompts[rules.nurse_wait if self._emergency else rules.one_moment]
        language = rules.languages[0]
        said = (Utterance(text=text[language], language=language),)
        return [Say(call_id=self._call_id, prompt_id=self._prompts, utterances=said)]

    def _to_nurse(self) -> list[Command]:
        self._emergency = True
        need = Requirement(queue=QueueId(self._rules.nurse_queue), emergency=True)
        return [Enqueue(call_id=self._call_id, requirement=need)]

    def _end(self) -> list[Command]:
        self._stand, self._deadline = _Stand.ENDED, None
        outcome = Outcome.HANDLED if self._spoke else Outcome.ERROR
        return [EndCall(call_id=self._call_id, outcome=outcome)]
