"""Where one call stands: all that is remembered of it, and what is to be done for it.

The interpreter decides what a fact means; the modules around it (:mod:`ivr.walk`,
:mod:`ivr.queueing`, :mod:`ivr.nurse`, :mod:`ivr.question`, :mod:`ivr.ending` and others) each know
one part of a call's life and carry the decision out on this one object. Commands are written down
here in the order in which they are to be done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from weakref import ref

from calls.commands import Command
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from calls.private import Private
from calls.verdict import Verdict
from ivr import names
from ivr.ahead import WordsAhead
from ivr.emergency import Lane
from ivr.flow import CallRules, Flow, scope_of, within
from ivr.ladder import Ladder
from ivr.ledger import Ledger
from ivr.messages import Messages
from ivr.outside import Outside
from ivr.states import MOVES, State
from ivr.steps import CallBackStep, Choice, QueueStep, Step
from ivr.timers import Timers
from ivr.turn import Turn
from ivr.values import Value, ValueKind, read_value
from ivr.voice import Voice
from ivr.waiting import Wait

_TRAIL = 1000
"""So many steps of a call are remembered; nobody takes as many."""

TO_NURSE, TO_PERSON = "!nurse", "!person"
"""In the trail: where the call left the flow."""


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


@dataclass(slots=True)
class Collection:
    """A value while it is asked for.

    Attributes:
        typed: the digits so far.
        pending: what was understood and is being read back.
        misses: answers to the reading back that were neither yes nor no.
        is_known: what is read back was known before; the caller has not been asked yet.
    """

    typed: str = field(default="", repr=False)
    pending: Value | None = field(default=None, repr=False)
    misses: int = 0
    is_known: bool = False


@dataclass(slots=True)
class Lookup:
    """What is asked elsewhere.

    Attributes:
        lookup_id: the question's; 0 where none was asked yet.
        outcome: ``found``, ``not-found`` or ``failed``, once it has come.
        answer: what was found, as JSON.
    """

    lookup_id: int = 0
    outcome: str | None = None
    answer: Private = Private("")


def _looking(course: Course) -> Callable[[str, float], Value | None]:
    """Gives the values of a call's names to its voice without holding the call.

    So a call is cleared away at the moment it is over, not when cycles are next looked for.
    """
    held = ref(course)

    def look(name: str, now: float) -> Value | None:
        found = held()
        return None if found is None else found.value(name, now)

    return look


def _name(variable: tuple[str, Value]) -> str:
    return variable[0]


class Course:
    """One call, as far as it has come.

    Args:
        call_id: the call.
        flow: the flow's version that this call keeps to its end.
        rules: the site's rules.
        known: variables that are set from the beginning.

    Attributes:
        caller: the caller's number; empty where it is not known.
        dialled: what they dialled.
        variables: by path, see :mod:`ivr.flow`.
        told: the values that the caller was asked for and gave, by the variable's own name, the
            last one where they were asked twice; for whoever speaks with them.
        ends_until: until then, in seconds since the epoch, ``#`` ends what was typed.
        meant: the answers among which the caller is asked which one they mean.
        collection: the value that is asked for now.
        lookup: what is asked elsewhere, or was asked last.
        survey_at: the question of a survey that is asked, from 0.
        keeps_place: the caller hangs up, and is called back when it is their turn.
        trail: the paths of the steps taken, and where the flow was left, in order.
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
        self.voice = Voice(call_id, rules, self.timers, _looking(self))
        self.turn = Turn(self.timers)
        self.lane = Lane(rules)
        self.outside = Outside(call_id, self.timers)
        self.messages = Messages(call_id)
        self.ledger = Ledger()
        self.ladder = Ladder(1)
        self.wait = Wait()
        self.words_ahead = WordsAhead()
        self.keys_ahead = ""
        self.ends_until = 0.0
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
        self.caller = Private("")
        self.dialled = ""
        self.variables: dict[str, Value] = {}
        self.told: dict[str, Value] = {}
        self.meant: tuple[Choice, ...] = ()
        self.collection = Collection()
        self.lookup = Lookup()
        self.survey_at = 0
        self.keeps_place: CallBackStep | None = None
        self.trail: deque[str] = deque(maxlen=_TRAIL)
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

    # --- a copy, for whoever looks ahead --------------------------------------------------------

    def copied(self) -> Course:
        """A copy that goes its own way; the flow and the rules are the same."""
        twin = Course.__new__(Course)
        twin.__dict__.update(self.__dict__)
        twin.timers = self.timers.copied()
        twin.voice = self.voice.copied(twin.timers, _looking(twin))
        twin.turn = self.turn.copied(twin.timers)
        twin.outside = self.outside.copied(twin.timers)
        twin.lane = self.lane.copied()
        twin.messages = self.messages.copied()
        twin.words_ahead = self.words_ahead.copied()
        twin.ledger, twin.ladder = self.ledger.copied(), self.ladder.copied()
        twin.wait = self.wait.copied()
        question, lookup, collection = self.question, self.lookup, self.collection
        if question is not None:
            twin.question = Question(question.verdict, question.back, question.misses)
        twin.lookup = Lookup(lookup.lookup_id, lookup.outcome, lookup.answer)
        twin.collection = Collection(
            collection.typed, collection.pending, collection.misses, collection.is_known
        )
        twin.unstaffed, twin.held_by = self.unstaffed.copy(), self.held_by.copy()
        twin.variables, twin.trail = self.variables.copy(), self.trail.copy()
        twin.told = self.told.copy()
        twin._out = self._out.copy()  # noqa: SLF001 - another of our own
        return twin

    def stance(
        self, now: float, live: Mapping[str, AbstractSet[str]] | None = None
    ) -> tuple[object, ...]:
        """All that makes a difference to what follows: two calls of one stance go the same ways.

        Only for how long they have waited in a queue they may differ.

        Args:
            now: seconds since the epoch.
            live: by step, the variables that make a difference there; all do if not given. With
                it, how many of triage's questions were put is left out too: who was asked fewer
                comes to a nurse later, and was here before.
        """
        variables = self.variables
        heeded = None if live is None else live.get(self.step_name or "")
        if heeded is not None:
            variables = {name: value for name, value in variables.items() if name in heeded}
        question = self.question
        return (
            self.state.name,
            self.step_name,
            # A message that no step of the flow takes is made anew each time.
            None if self.step is self.flow.steps.get(self.step_name or "") else self.step,
            self.voice.stance,
            self._asking() if self._is_asked() else None,
            self.lane.stance,
            self.messages.stance,
            self.words_ahead.stance,
            self.wait.stance,
            self.timers.stance(now),
            self.outside.ringing,
            self.keys_ahead,
            now < self.ends_until,
            self.steps_alone,
            self.queue_step and self.queue_step.queue,
            self.former_queue and self.former_queue.queue,
            self.queued,
            tuple(sorted(self.unstaffed)),
            self.may_record,
            question and (question.verdict.question, question.back.name, question.misses),
            self.questions_put if live is None else 0,
            len(self.held_by),
            (self.lookup.outcome, self.lookup.answer.reveal()) if self._looks_up() else None,
            self.keeps_place is None,
            self.ledger.connected,
            tuple(sorted(variables.items(), key=_name)),
        )

    def _looks_up(self) -> bool:
        """Whether an answer is waited for, or will be again once triage's question is answered."""
        return self._stood() is State.LOOKING_UP

    def _stood(self) -> State:
        """Where the call stands, but for triage's question."""
        return self.state if self.question is None else self.question.back

    def _is_asked(self) -> bool:
        """Whether a question is put, or will be again once triage's is answered."""
        asks = (State.ANSWERING, State.CONSENT, State.QUESTION)
        return self.state in asks

    def _asking(self) -> tuple[object, ...]:
        if self._stood() is not State.ANSWERING:
            return (self.turn.stance,)
        collection = self.collection
        return (
            self.turn.stance,
            self.ladder.stance,
            tuple(id(choice) for choice in self.meant),
            (collection.typed, collection.pending, collection.misses, collection.is_known),
            self.survey_at,
        )

    # --- values -----------------------------------------------------------------------------------

    @property
    def scope(self) -> str:
        """Where the names of the current step are looked for."""
        return scope_of(self.step_name)

    def value(self, name: str, now: float) -> Value | None:
        """What a name of the current step, or of a prompt said at it, stands for.

        Args:
            name: as written.
            now: seconds since the epoch.
        """
        asks = self.state is State.ANSWERING
        if name == names.VALUE and asks and self.collection.pending is not None:
            return self.collection.pending
        if name in (names.FIRST, names.SECOND) and asks and self.meant:
            at = 0 if name == names.FIRST else len(self.meant) - 1
            return self._title(self.meant[at])
        return names.value_of(self, name, now, self.scope)

    def set_variables(self, values: Mapping[str, str]) -> None:
        """Set variables as a file writes them, each in the kind that it has."""
        for name, text in values.items():
            self.set_variable(name, self._read(name, text, self.scope), self.scope)

    def read(self, values: Mapping[str, str], scope: str) -> dict[str, Value]:
        """The variables, by path, that these settings of a scope would set."""
        read = {within(scope, name): self._read(name, values[name], scope) for name in values}
        return {path: value for path, value in read.items() if value is not None}

    def _read(self, name: str, text: str, scope: str) -> Value | None:
        return read_value(text, self.flow.kinds.get(within(scope, name), ValueKind.TEXT))

    def set_variable(self, name: str, value: Value | None, scope: str) -> None:
        """Set a variable, or unset it; a language that the site does not speak changes nothing."""
        if name == names.LANGUAGE:
            if isinstance(value, str):
                self.speak(value)
        elif value is None:
            self.variables.pop(within(scope, name), None)
        else:
            self.variables[within(scope, name)] = value

    def forget_within(self, scope: str) -> None:
        """Unset all variables of a flow that was entered, and of those that it entered."""
        within_it = within(scope, "")
        for name in [name for name in self.variables if name.startswith(within_it)]:
            del self.variables[name]

    def speak(self, language: str) -> None:
        """Go on in a language, if the site speaks it. Words said ahead in another are forgotten."""
        if language in self.rules.languages:
            if language != self.voice.language:
                self.words_ahead.forget()
            self.voice.language = language
            self.voice.language_known = True

    def _title(self, choice: Choice) -> str:
        """What an answer is called when the caller is asked whether they mean it."""
        intent = self.rules.intents.get(choice.intent or "")
        titles = {} if intent is None else intent.title
        return titles.get(self.voice.language) or next(iter(titles.values()), "")
