"""Where one call stands: all that is remembered of it, and what is to be done for it.

The interpreter decides what a fact means; the modules around it (:mod:`ivr.walk`,
:mod:`ivr.queueing`, :mod:`ivr.nurse`, :mod:`ivr.question`, :mod:`ivr.ending` and others) each know
one part of a call's life and carry the decision out on this one object. Commands are written down
here in the order in which they are to be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calls.commands import Command
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from calls.verdict import Verdict
from ivr.ahead import WordsAhead
from ivr.emergency import Lane
from ivr.flow import CallRules, Flow
from ivr.ladder import Ladder
from ivr.ledger import Ledger
from ivr.messages import Messages
from ivr.outside import Outside
from ivr.states import MOVES, State
from ivr.steps import QueueStep, Step
from ivr.timers import Timers
from ivr.turn import Turn
from ivr.voice import Voice
from ivr.waiting import Wait

LANGUAGE = "language"
"""The variable that is the call's language."""


@dataclass(slots=True)
class Question:
    """Triage's yes/no question while it is open.

    Attributes:
        verdict: asks it.
        back: where the call stood.
        misses: answers that were neither yes nor no, silence among them.
    """

    verdict: Verdict
    back: State
    misses: int = 0


class Course:
    """One call, as far as it has come.

    Args:
        call_id: the call.
        flow: the flow's version that this call keeps to its end.
        rules: the site's rules.
        known: variables that are set from the beginning.

    Attributes:
        step: where the call stands in the flow, or stood when it left it; also a message that no
            step of the flow takes.
        step_name: the name of the flow's step.
        steps_alone: steps taken since the caller last pressed or said anything that fits.
        queue_step: what the caller waits for in a routine queue; also while an agent speaks with
            them.
        former_queue: what the caller waited for before they asked for somebody else.
        queued: whether the distributor holds the call.
        unstaffed: queues in which nobody was signed in when this caller asked.
        may_record: the answer to the question for consent, ``None`` while there is no clear one.
        question: triage's, while it is open.
        held_by: agents who have put the caller on hold.
        questions_put: how many of triage's questions this caller was asked.
        words_awaited: the caller has left, and what they said last is still being understood.
        outcome: how the call ended; ``None`` while it lasts.
    """

    def __init__(
        self, call_id: CallId, flow: Flow, rules: CallRules, known: Mapping[str, str]
    ) -> None:
        self.call_id = call_id
        self.flow = flow
        self.rules = rules
        self.state = State.NEW
        self.timers = Timers()
        self.voice = Voice(call_id, rules, self.timers)
        self.turn = Turn(self.timers)
        self.lane = Lane(rules)
        self.outside = Outside(call_id, self.timers)
        self.messages = Messages(call_id)
        self.ledger = Ledger()
        self.ladder = Ladder(1)
        self.wait = Wait()
        self.words_ahead = WordsAhead()
        self.keys_ahead = ""
        self.heard_ago_s = 0.0
        self.step: Step | None = None
        self.step_name: str | None = None
        self.steps_alone = 0
        self.queue_step: QueueStep | None = None
        self.former_queue: QueueStep | None = None
        self.queued = False
        self.unstaffed: set[str] = set()
        self.may_record: bool | None = None
        self.question: Question | None = None
        self.held_by: set[AgentId] = set()
        self.questions_put = 0
        self.words_awaited = False
        self.outcome: Outcome | None = None
        self.variables = {LANGUAGE: self.voice.language}
        self._out: list[Command] = []
        self.set_variables(known)

    @property
    def longest_wait_s(self) -> float:
        """Seconds of waiting after which a message is offered, where the caller waits."""
        step, rules = self.queue_step, self.rules
        if step is None:
            return rules.longest_wait_s
        return rules.longest_waits.get(step.queue, rules.longest_wait_s)

    def do(self, *commands: Command) -> None:
        """Write commands down, to be carried out in this order."""
        self._out += commands

    def taken(self) -> list[Command]:
        """Everything written down since the last time."""
        out, self._out = self._out, []
        return out

    def move(self, state: State) -> None:
        """Take the call elsewhere; nothing that it waited for where it stood is waited for now."""
        assert state in MOVES[self.state], f"{self.state.name} never leads to {state.name}"
        self.state = state
        self.timers.clear()
        self.voice.hush()

    def set_variables(self, values: Mapping[str, str]) -> None:
        """Set variables; a language that the site does not speak leaves the call's as it is."""
        for name, value in values.items():
            if name != LANGUAGE:
                self.variables[name] = value
            elif value in self.rules.languages:
                if value != self.voice.language:
                    self.words_ahead.forget()
                self.variables[name] = self.voice.language = value
                self.voice.language_known = True
