"""The course of a call: every place the flow, a key or triage can take it, and what is said there.

The interpreter decides; this class carries it out, keeps the state, and writes the commands down in
the order in which they are to be done. It never looks at a fact. It is one class, and a long one,
because a call is one machine: from almost anywhere it can go almost anywhere at any moment, and
each move has to leave nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calls.commands import (
    CancelTransfer,
    Command,
    Dequeue,
    EndCall,
    Enqueue,
    HangUp,
    Transfer,
)
from calls.ids import CallId
from calls.outcome import Outcome
from calls.verdict import Verdict
from ivr import matching, waiting
from ivr.ahead import WordsAhead
from ivr.branching import way_out
from ivr.emergency import Lane, by_screen, confirmed
from ivr.flow import CallRules, Flow
from ivr.ladder import Ladder
from ivr.ledger import Ledger
from ivr.messages import Messages
from ivr.states import MOVES, State
from ivr.steps import (
    AskStep,
    BranchStep,
    Choice,
    HangUpStep,
    MessageStep,
    QueueStep,
    SayStep,
    SetStep,
    Step,
    TransferStep,
)
from ivr.timers import Timer, Timers
from ivr.turn import SPEECH_MAX_S, Turn
from ivr.voice import Voice
from ivr.waiting import Wait

STEPS_ALONE = 30
"""Steps taken without a key or a fitting word from the caller before a person is sought."""

QUESTION_SILENCE_S = 5.0
"""Seconds of silence that count as no answer to triage's question."""

CONSENT_SILENCE_S = 4.0
"""Seconds of silence that count as no answer to the question whether the call may be recorded."""

RING_OUTSIDE_S = 30.0
"""How long somebody outside is rung."""

MARGIN_S = 15.0
"""How much longer than it should take a transfer or a message is waited for."""

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
    """Where one call stands and how it gets from there to anywhere else.

    Args:
        call_id: the call.
        flow: the flow's version that this call keeps to its end.
        rules: the site's rules.
        known: variables that are set from the beginning.
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
        self.messages = Messages(call_id)
        self.ledger = Ledger()
        self.ladder = Ladder(1)
        self.step: Step | None = None
        self.step_name: str | None = None
        self.queue_step: QueueStep | None = None
        self.wait = Wait(rules.longest_wait_s)
        self.unstaffed: set[str] = set()
        self.may_record: bool | None = None
        self.question: Question | None = None
        self.keys_ahead = ""
        self.words_ahead = WordsAhead()
        self.queued = False
        self.ringing_outside = False
        self.words_awaited = False
        self.outcome: Outcome | None = None
        self._variables = {LANGUAGE: self.voice.language}
        self._steps_alone = 0
        self._questions_put = 0
        self._empty_messages = 0
        self._former_queue: QueueStep | None = None
        self._out: list[Command] = []
        self._set(known)

    def do(self, *commands: Command) -> None:
        """Write commands down, to be carried out in this order."""
        self._out += commands

    def taken(self) -> list[Command]:
        """Everything written down since the last time."""
        out, self._out = self._out, []
        return out

    def _move(self, state: State) -> None:
        """Take the call elsewhere; nothing that it waited for where it stood is waited for now."""
        assert state in MOVES[self.state], f"{self.state.name} never leads to {state.name}"
        self.state = state
        self.timers.clear()
        self.voice.hush()

    # --- before the flow ------------------------------------------------------------------------

    def greeted(self, now: float) -> None:
        """The first words were said: ask for consent where the site asks, and on to the flow."""
        if self.voice.has(self.rules.recording_question):
            self._move(State.CONSENT)
            self.put_consent_question(now)
        else:
            self.go(self.flow.start, now)

    def put_consent_question(self, now: float) -> None:
        """Ask whether the call may be recorded, and wait a moment for the answer."""
        self.turn.begin(CONSENT_SILENCE_S)
        self.do(*self.voice.ask_consent(now))

    def consent_over(self, answer: bool | None, now: float) -> None:
        """Yes, no or neither: on to the flow, for nobody is held up by this question."""
        self.may_record = answer
        self.go(self.flow.start, now)

    # --- the flow -------------------------------------------------------------------------------

    def go(self, name: str, now: float) -> None:
        """Take the call to a step, through branches and settings, until something is said.

        A step that does not exist and a flow that runs on without the caller end at a person.
        """
        while True:
            self._steps_alone += 1
            step = self.flow.steps.get(name)
            if step is None or self._steps_alone > STEPS_ALONE:
                self.to_person(now)
                return
            self.step, self.step_name = step, name
            match step:
                case BranchStep():
                    name = way_out(step, self._variables, self.rules.calendars, now)
                    continue
                case SetStep(values=values):
                    self._set(values)
                    self.do(*self.voice.listen())
                    name = step.next
                    continue
                case AskStep():
                    self._ask(step, now)
                case QueueStep():
                    self.to_queue(step, now)
                case HangUpStep():
                    self.farewell(step.prompt, now)
                case SayStep() | TransferStep() | MessageStep():
                    self._empty_messages = 0
                    self.play(now)
            return

    def go_or_person(self, name: str | None, now: float) -> None:
        """Take the call to a step, or to a person where none is named."""
        if name is None:
            self.to_person(now)
        else:
            self.go(name, now)

    def play(self, now: float) -> None:
        """Say the words of a step that asks nothing.

        A caller who knows what they want may skip what is only said. Where they are handed over or
        recorded afterwards they hear it to the end.
        """
        assert isinstance(self.step, SayStep | TransferStep | MessageStep)
        self._move(State.PLAYING)
        may_skip = isinstance(self.step, SayStep)
        self.do(*self.voice.say(now, self.step.prompt, barge_in=may_skip))

    def _set(self, values: Mapping[str, str]) -> None:
        """Set variables; a language that the site does not speak leaves the call's as it is."""
        for name, value in values.items():
            if name != LANGUAGE:
                self._variables[name] = value
            elif value in self.rules.languages:
                if value != self.voice.language:
                    self.words_ahead.forget()
                self._variables[name] = self.voice.language = value

    # --- questions of the flow ------------------------------------------------------------------

    def _ask(self, step: AskStep, now: float) -> None:
        """Put a question, or take the answer that was pressed or said ahead of it.

        One that fits nothing costs no attempt: it was not meant for this question.
        """
        self._move(State.ANSWERING)
        self.ladder = Ladder(step.attempts)
        ahead, self.keys_ahead = self.keys_ahead, ""
        choice = self.choice_of(ahead[:1])
        if choice is not None:
            self.keys_ahead = ahead[1:]
        else:
            choice = self.words_ahead.answer(step.choices, self.voice.language)
        if choice is not None:
            self.take(choice, now)
            return
        self.do(*self.voice.listen(matching.hints(step.choices, self.voice.language)))
        self.put(now)

    def choice_of(self, key: str) -> Choice | None:
        """The choice that a key stands for at the current question."""
        assert isinstance(self.step, AskStep)
        return next((each for each in self.step.choices if key and each.digit == key), None)

    def put(self, now: float, *before: str | None) -> None:
        """Say the current question, after other prompts, and wait for its answer."""
        assert isinstance(self.step, AskStep)
        self.turn.begin(self.step.no_input_s)
        self.do(*self.voice.say(now, *before, self.voice.digits_only(), self.step.prompt))

    def say_and_wait(self, now: float, prompt: str) -> None:
        """Say something else at a question and wait for its answer."""
        assert isinstance(self.step, AskStep)
        self.turn.begin(self.step.no_input_s)
        self.do(*self.voice.say(now, prompt))

    def take(self, choice: Choice, now: float) -> None:
        """The caller has answered."""
        self._steps_alone = 0
        self._set(choice.set)
        if choice.red_flag is not None:
            self.to_nurse(by_screen(self.rules, choice.red_flag), now)
        else:
            self.do(*self.voice.listen())
            self.go_or_person(choice.goto, now)

    # --- triage's question ----------------------------------------------------------------------

    def ask_triage_question(self, verdict: Verdict, now: float) -> None:
        """Put triage's question, from wherever the call stands; past the last one, a nurse."""
        if (
            self._questions_put >= self.rules.max_call_questions
            or verdict.question is None
            or not self.voice.has(verdict.question)
        ):
            self.to_nurse(confirmed(verdict, "unclear"), now)
            return
        self._questions_put += 1
        if self.question is None:
            self.question = Question(verdict, self.state)
        else:
            self.question = Question(verdict, self.question.back)
        self.stop_ringing_outside()
        if self.state is not State.QUESTION:
            self._move(State.QUESTION)
        self.put_triage_question(now)

    def put_triage_question(self, now: float, *before: str | None) -> None:
        """Say triage's question and wait for its answer."""
        assert self.question is not None
        self.turn.begin(QUESTION_SILENCE_S)
        prompts = (*before, self.voice.digits_only(), self.question.verdict.question)
        self.do(*self.voice.say(now, *prompts))

    def missed_triage_question(self, now: float) -> None:
        """The answer was neither yes nor no: once more, then a nurse."""
        assert self.question is not None
        self.question.misses += 1
        if self.question.misses > 1:
            self.to_nurse(confirmed(self.question.verdict, "unclear"), now)
        else:
            self.put_triage_question(now)

    def back_from_question(self, now: float) -> None:
        """The answer was no: go on where the call stood."""
        assert self.question is not None
        back, self.question = self.question.back, None
        if back in (State.PLAYING, State.TRANSFERRING, State.RECORDING):
            self.play(now)
            return
        if back is State.WAITING:
            self._stand_in_queue(now)
            self.hold(now)
            return
        self._move(back)
        if back is State.LEAVING:
            self.do(*self.voice.say(now, self._last_words(), barge_in=False))
        else:
            self.say_where_it_stands(now)

    def say_where_it_stands(self, now: float) -> None:
        """Say again what belongs to this place."""
        match self.state:
            case State.GREETING:
                self.do(*self.voice.greet(now))
            case State.CONSENT:
                self.put_consent_question(now)
            case State.PLAYING | State.LEAVING:
                self.timers.cancel(Timer.SPEECH)
                self.do(*self.voice.again(now))
            case State.ANSWERING:
                self.put(now)
            case State.QUESTION:
                self.put_triage_question(now)
            case State.WAITING if self.wait.offered:
                self.say_while_waiting(now, self.rules.long_wait)
            case State.WAITING:
                self.comfort(now)
            case State.EMERGENCY if not self.voice.playing:
                self.do(*self.voice.again(now))
            case _:
                pass

    # --- waiting --------------------------------------------------------------------------------

    def to_person(self, now: float) -> None:
        """Seek a person, by key or at the end of a ladder."""
        self.to_queue(waiting.person(self.rules), now)

    def to_queue(self, step: QueueStep, now: float) -> None:
        """Wait in a routine queue; a caller who waits already keeps the time they have waited."""
        requirement = waiting.requirement(self.rules, step, self.voice.language)
        self.do(Enqueue(call_id=self.call_id, requirement=requirement))
        self.do(*self.voice.listen(()))
        self.stop_ringing_outside()
        self._former_queue = self.queue_step if self.state is State.WAITING else None
        self.queued, self.queue_step, self.question = True, step, None
        self.words_ahead.forget()
        self._stand_in_queue(now)
        if step.prompt is None:
            self.hold(now)
        else:
            self.do(*self.voice.say(now, step.prompt))

    def back_to_queue(self, now: float) -> None:
        """The agent was lost and the caller waits again, in the place they had."""
        self._stand_in_queue(now)
        self.do(*self.voice.listen())
        self.hold(now)

    def hold(self, now: float) -> None:
        """Music, until it is time for a word of comfort, or for the offer of a message."""
        if self.state is State.WAITING and self.wait.due(now) <= now:
            self.offer_message(now)
            return
        self.do(*self.voice.music())
        if self.state is State.EMERGENCY:
            self.timers.set(Timer.COMFORT, now + self.rules.nurse_wait_every_s)
        elif self.queue_step is not None and self.queue_step.comfort_prompt is not None:
            self.timers.set(Timer.COMFORT, now + self.queue_step.comfort_every_s)

    def comfort(self, now: float) -> None:
        """A word to a caller who waits."""
        self.timers.cancel(Timer.COMFORT)
        if self.state is State.EMERGENCY:
            self.do(*self.voice.say(now, self.rules.nurse_wait, barge_in=False))
        else:
            assert self.queue_step is not None
            self.do(*self.voice.say(now, waiting.comfort(self.rules, self.queue_step)))

    def say_while_waiting(self, now: float, prompt: str) -> None:
        """Say something in place of the music, which comes back after it."""
        self.timers.cancel(Timer.COMFORT)
        self.do(*self.voice.say(now, prompt))

    def _stand_in_queue(self, now: float) -> None:
        """Wait; the longest wait goes on from where it stood."""
        self._move(State.WAITING)
        self.timers.set(Timer.LONG_WAIT, self.wait.due(now))

    def offer_message(self, now: float) -> None:
        """Tell a caller who has waited long that they may leave a message; they keep their place.

        It is said between two other prompts, never in the middle of one.
        """
        if not self.voice.playing:
            self.timers.set(Timer.LONG_WAIT, self.wait.offer(now))
            self.say_while_waiting(now, self.rules.long_wait)

    def nobody_here(self, queue: str, now: float) -> None:
        """Nobody is signed in who could answer in ``queue``: back to where they waited, or on.

        A caller who asked for a person while they waited for somebody else loses nothing by it.
        """
        assert self.queue_step is not None
        self.unstaffed.add(queue)
        former = self._former_queue
        if former is not None and former.queue not in self.unstaffed:
            self.to_queue(former, now)
        else:
            self.take_message(now, self.rules.nobody_here)

    def take_message(self, now: float, *before: str) -> None:
        """Out of the queue, and a message for its people; a farewell follows it."""
        assert self.queue_step is not None
        self.do(Dequeue(call_id=self.call_id))
        self.step = message = waiting.message(self.rules, self.queue_step)
        self.queued, self.queue_step = False, None
        self.wait.over()
        self._empty_messages = 0
        self._move(State.PLAYING)
        self.do(*self.voice.say(now, *before, message.prompt, barge_in=False))

    @property
    def has_nobody_but_a_message(self) -> bool:
        """Whether the caller is taken a message from because no person is here to be asked for."""
        return isinstance(self.step, MessageStep) and self.rules.person_queue in self.unstaffed

    def connected(self) -> None:
        """An agent speaks with the caller."""
        self.timers.clear()
        self.voice.hush()
        self.stop_ringing_outside()
        self.question = None
        self.keys_ahead = ""
        self.words_ahead.forget()
        self.wait.over()
        self.unstaffed.clear()
        self._steps_alone = 0
        self.ledger.connected = True
        self.do(*self.voice.stop_listening())

    # --- the nurse lane -------------------------------------------------------------------------

    def to_nurse(self, verdict: Verdict, now: float) -> None:
        """Ask for a nurse at once, then tell the caller. Said anew only where it is news."""
        self.lane.heed(verdict)
        self.lane.entered = True
        requirement = self.lane.requirement(self.voice.language)
        # Before all that an earlier key of the same burst may have led to.
        earlier = [each for each in self.taken() if not isinstance(each, Enqueue)]
        self.do(Enqueue(call_id=self.call_id, requirement=requirement), *earlier)
        self.queued, self.queue_step, self.question = True, None, None
        self.keys_ahead = ""
        self.words_ahead.forget()
        advice = self.lane.advice(verdict.action)
        if self.state is not State.EMERGENCY:
            self.stop_ringing_outside()
            self._enter_lane(now)
            self.do(*self.voice.listen(()))
        elif not advice:
            return
        self.timers.cancel(Timer.COMFORT)
        self.do(*self.voice.say(now, *advice, self.rules.nurse_wait, barge_in=False))

    def nurse_instead(self) -> None:
        """Ask for a nurse for a caller who speaks with an agent, said before the agent answered.

        The distributor takes the agent off and reports the caller as released, unless the agent is
        a nurse.
        """
        requirement = self.lane.requirement(self.voice.language)
        self.do(Enqueue(call_id=self.call_id, requirement=requirement))

    def back_to_lane(self, now: float) -> None:
        """The distributor holds the call in the nurse lane already: tell the caller."""
        self.lane.entered = True
        self.queue_step = None
        advice = self.lane.advice(self.lane.acuity.action)
        self._enter_lane(now)
        self.do(*self.voice.listen())
        self.do(*self.voice.say(now, *advice, self.rules.nurse_wait, barge_in=False))

    def _enter_lane(self, now: float) -> None:
        self._move(State.EMERGENCY)
        if self.lane.on_call is not None:
            self.timers.set(Timer.ON_CALL, now + self.rules.on_call_after_s)

    # --- somebody outside -----------------------------------------------------------------------

    def ring_on_call(self, now: float) -> None:
        """Ring the on-call number as well; the caller keeps their place in the lane."""
        if self.lane.on_call is not None:
            self._ring_outside(self.lane.on_call, now)

    def ring_destination(self, step: TransferStep, now: float) -> None:
        """Ring whom the flow names; a name that nobody knows has failed already."""
        destination = self.rules.outside.get(step.destination)
        if destination is None:
            self.go_or_person(step.on_failure, now)
            return
        self._move(State.TRANSFERRING)
        self.do(*self.voice.music())
        self._ring_outside(destination, now)

    def _ring_outside(self, destination: str, now: float) -> None:
        self.ringing_outside = True
        self.timers.set(Timer.TRANSFER, now + RING_OUTSIDE_S + MARGIN_S)
        self.do(
            Transfer(call_id=self.call_id, destination=destination, ring_timeout_s=RING_OUTSIDE_S)
        )

    def stop_ringing_outside(self) -> None:
        """Let nobody outside take the caller any more."""
        if self.ringing_outside:
            self.ringing_outside = False
            self.timers.cancel(Timer.TRANSFER)
            self.do(CancelTransfer(call_id=self.call_id))

    def not_reached_outside(self, now: float) -> None:
        """Nobody took the caller: on with the flow, or in the lane, later again."""
        self.ringing_outside = False
        self.timers.cancel(Timer.TRANSFER)
        if self.state is State.TRANSFERRING:
            assert isinstance(self.step, TransferStep)
            self.go_or_person(self.step.on_failure, now)
        elif self.state is State.EMERGENCY:
            self.timers.set(Timer.ON_CALL, now + self.rules.on_call_after_s)

    # --- messages -------------------------------------------------------------------------------

    def record(self, step: MessageStep, now: float) -> None:
        """Take the message."""
        self._move(State.RECORDING)
        self.timers.set(Timer.MESSAGE, now + step.max_s + MARGIN_S)
        self.do(*self.messages.record(step))

    def message_over(self, now: float, *, empty: bool) -> None:
        """On with the flow; a message without a word is asked for once more."""
        assert isinstance(self.step, MessageStep)
        if empty and self._empty_messages == 0:
            self._empty_messages += 1
            self.play(now)
        elif self.step.next is None:
            self.farewell(self.rules.goodbye, now)
        else:
            self.go(self.step.next, now)

    # --- the end --------------------------------------------------------------------------------

    def farewell(self, prompt: str, now: float) -> None:
        """The last words. They are said to the end: a caller who speaks up is heard out first."""
        self._move(State.LEAVING)
        self.do(*self.voice.say(now, prompt, barge_in=False))

    def _last_words(self) -> str:
        return self.step.prompt if isinstance(self.step, HangUpStep) else self.rules.goodbye

    def hang_up(self, now: float) -> None:
        """End the caller's leg."""
        self.ledger.completed = True
        self.do(HangUp(call_id=self.call_id))
        self._move(State.CLOSING)
        self.close(now, words_awaited=False)

    def close(self, now: float, *, words_awaited: bool) -> None:
        """The caller has left: end the call, once all that the line still owes has come."""
        self.ledger.left_at = now
        self.words_awaited = words_awaited
        self.timers.clear()
        self.voice.hush()
        self.timers.set(Timer.CLOSE, now + SPEECH_MAX_S)
        self.end_if_nothing_is_owed()

    def end_if_nothing_is_owed(self) -> None:
        """End the call unless words or a message are still to come."""
        if not self.words_awaited and not self.messages.awaited:
            self.end()

    def end(self) -> None:
        """The call is over, exactly once."""
        self.do(*self.messages.unreported())
        self._move(State.ENDED)
        self.ledger.message_taken = self.messages.taken
        self.ledger.needs_nurse = self.lane.entered
        self.ledger.advised = self.lane.advised
        self.outcome = self.ledger.outcome(self.rules.short_abandon_s)
        self.do(EndCall(call_id=self.call_id, outcome=self.outcome))
