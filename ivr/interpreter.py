"""The interpreter of one call: facts in, commands out, time passed in.

This module says what each fact means in each state; the modules beside it, one for each part of a
call's life, carry it out on the :class:`~ivr.course.Course`.

Three rules hold throughout. A red flag comes first, whatever the state, and its ``Enqueue`` is the
first command of the list, so that a nurse's phone rings before the advice is over. Behind
everything that a line should report stands a deadline, so that a lost fact never traps a caller.
And silence alone, from anywhere, comes to a person or to the flow's end: steps taken without a word
or key from the caller are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

from calls.commands import Command, Dequeue, OpenTask
from calls.facts import (
    CallArrived,
    CallBackChosen,
    CallConnected,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallHeld,
    CallReleased,
    CallRetrieved,
    DigitsCollected,
    Fact,
    LadderClimbed,
    LookedUp,
    MessageRecorded,
    PlaceTold,
    PromptFinished,
    QueueUnstaffed,
    SpeechStarted,
    SpeechUnavailable,
    TransferFailed,
    TransferSucceeded,
    WordsAssessed,
)
from calls.ids import CallId
from calls.machine import IllegalFact, successor
from calls.outcome import Outcome
from calls.verdict import Verdict, to_nurse
from ivr import (
    answers,
    choosing,
    collection,
    ending,
    holding,
    lookup,
    nurse,
    opening,
    place,
    queueing,
    walk,
)
from ivr.asking import is_typing
from ivr.course import Course
from ivr.emergency import confirmed
from ivr.everywhere import wish_in
from ivr.flow import CallRules, Flow
from ivr.hearing import Hearing
from ivr.keypad import press
from ivr.states import TABLE, State
from ivr.steps import AskStep, SayStep, Step, TransferStep
from ivr.timers import Timer

_NOBODY_LISTENS = (State.NEW, State.CONNECTED, State.CLOSING, State.ENDED)
"""Where the flow has nothing to say."""


class Interpreter:
    """One call, from its arrival to its end.

    Args:
        call_id: the call.
        flow: the flow's version that this call keeps to its end.
        rules: the site's rules.
        known: variables that are set from the beginning, for the flow to branch on.
    """

    def __init__(
        self,
        call_id: CallId,
        flow: Flow,
        rules: CallRules,
        *,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self._rules = rules
        self._course = Course(call_id, flow, rules, known or {})
        self._hearing = Hearing(self._course)

    # --- what can be seen -----------------------------------------------------------------------

    @property
    def call_id(self) -> CallId:
        """The call."""
        return self._course.call_id

    @property
    def flow(self) -> Flow:
        """The version of the flow that this call keeps."""
        return self._course.flow

    @property
    def state(self) -> State:
        """Where the call stands."""
        return self._course.state

    @property
    def step(self) -> str | None:
        """The flow's step at which the call stands, or stood when it left the flow."""
        return self._course.step_name

    @property
    def waits_in(self) -> str | None:
        """The routine queue that the caller waits in; ``None`` while they wait in none."""
        step = self._course.queue_step
        return step.queue if step is not None and self.state is State.WAITING else None

    @property
    def language(self) -> str:
        """The call's language now."""
        return self._course.voice.language

    @property
    def acuity(self) -> Verdict:
        """The worst verdict so far."""
        return self._course.lane.acuity

    @property
    def was_connected(self) -> bool:
        """Whether an agent has spoken with the caller."""
        return self._course.ledger.connected

    @property
    def recording_answer(self) -> Literal["yes", "no", "none"]:
        """The caller's answer to the question for consent; ``none`` where it was not clear."""
        match self._course.may_record:
            case None:
                return "none"
            case permitted:
                return "yes" if permitted else "no"

    @property
    def takes_digits(self) -> bool:
        """Whether a value is being typed: every digit belongs to it, those for help included."""
        return is_typing(self._course)

    @property
    def trail(self) -> tuple[str, ...]:
        """The paths of the steps taken so far, and where the flow was left, in order."""
        return tuple(self._course.trail)

    @property
    def outcome(self) -> Outcome | None:
        """How the call ended; ``None`` while it lasts."""
        return self._course.outcome

    @property
    def site(self) -> str:
        """The site's id."""
        return self._rules.site

    @property
    def prompt_id(self) -> int | None:
        """The prompt that plays; ``None`` while none does."""
        return self._course.voice.prompt_id

    @property
    def asked(self) -> Step | None:
        """The step whose question is put, if one is."""
        return self._course.step if self.state is State.ANSWERING else None

    @property
    def is_confirming(self) -> bool:
        """Whether the caller is asked if they were understood."""
        course = self._course
        asks = self.state is State.ANSWERING
        return asks and (bool(course.meant) or course.collection.pending is not None)

    @property
    def hears_speech(self) -> bool:
        """Whether what the caller says now can be understood by a recogniser."""
        voice = self._course.voice
        return voice.is_understood and not voice.speech_failed

    @property
    def may_press_ahead(self) -> bool:
        """Whether keys for later questions are taken now, and none has been pressed yet."""
        course = self._course
        asks_later = self.state is State.GREETING or isinstance(course.step, SayStep)
        return asks_later and not course.keys_ahead

    @property
    def typing_until(self) -> float | None:
        """When what the caller types counts as whole; ``None`` while they type nothing."""
        return self._course.timers.due(Timer.TYPING)

    @property
    def looks_up(self) -> bool:
        """Whether something is being asked elsewhere."""
        return self.state is State.LOOKING_UP

    @property
    def was_helped(self) -> bool:
        """Whether a message was left, or a call-back is owed."""
        ledger = self._course.ledger
        return ledger.message_taken or ledger.call_back_owed or self._course.messages.taken

    def would_choose(self, words: str) -> bool:
        """Whether words would choose something where the call stands, or mean something at all."""
        course = self._course
        if wish_in(words) is not None:
            return True
        if not isinstance(course.step, AskStep) or self.state is not State.ANSWERING:
            return False
        chosen = choosing.choose(course, words, ruled_out=False)
        return chosen.choice is not None or bool(chosen.meant) or chosen.torn

    # --- looking ahead --------------------------------------------------------------------------

    def copied(self) -> Interpreter:
        """A copy that goes its own way from here; what is said to one says nothing to the other."""
        twin = Interpreter.__new__(Interpreter)
        course = self._course.copied()
        twin._rules, twin._course = self._rules, course  # noqa: SLF001 - another of our own
        twin._hearing = self._hearing.copied(course)  # noqa: SLF001 - another of our own
        return twin

    def stance(
        self, now: float, live: Mapping[str, AbstractSet[str]] | None = None
    ) -> tuple[object, ...]:
        """All that makes a difference to what follows, see :meth:`ivr.course.Course.stance`."""
        return (self._course.stance(now, live), self._hearing.stance(now))

    # --- the engine -----------------------------------------------------------------------------

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """See :class:`calls.engine.Engine`. After the end every fact is taken in without effect."""
        course = self._course
        before = course.state
        following = successor(TABLE, f"call {course.call_id}", before, fact)
        if isinstance(fact, CallConnected) and before is State.QUESTION and not course.queued:
            raise IllegalFact(f"call {course.call_id}", before, fact)
        if before is State.ENDED:
            return []
        course.state = following
        course.heard_ago_s = fact.ended_ago_s if isinstance(fact, WordsAssessed) else 0.0
        if before is State.CLOSING:
            self._heard_after_leaving(fact)
        elif following is State.CLOSING:
            self._caller_left(fact, before, now)
        else:
            self._happened(fact, now)
        return course.taken()

    def tick(self, now: float) -> list[Command]:
        """See :class:`calls.engine.Engine`."""
        while (timer := self._course.timers.pop(now)) is not None:
            self._lapsed(timer, now)
        return self._course.taken()

    def next_deadline(self) -> float | None:
        """See :class:`calls.engine.Engine`."""
        return self._course.timers.next()

    def resume(self, now: float) -> list[Command]:
        """What to tell a line so that it stands where the call stands, after a restart.

        The caller has heard music meanwhile: what was being said is said again, and silence is
        measured anew. A caller who is connected or leaves a message is not disturbed. This moves
        deadlines, so whoever replays a call has to resume it where it was resumed.
        """
        course = self._course
        if course.state is State.CONNECTED and course.held_by:
            return course.voice.listen(anew=True)
        if course.state in _NOBODY_LISTENS:
            return []
        self._hearing.forget()
        course.do(*course.voice.listen(anew=True))
        if course.outside.ringing:
            course.outside.wait(now)
        match course.state:
            case State.TRANSFERRING:
                pass
            case State.RECORDING:
                walk.wait_for_message(course, now)
            case State.LOOKING_UP:
                lookup.again(course, now)
                if course.voice.playing:
                    course.do(*course.voice.again(now))
                walk.looked_up(course, now)
            case State.WAITING | State.EMERGENCY if course.voice.playing:
                course.do(*course.voice.again(now))
            case State.WAITING | State.EMERGENCY:
                holding.hold(course, now)
            case _:
                place.say_again(course, now)
        return course.taken()

    # --- facts ----------------------------------------------------------------------------------

    def _happened(self, fact: Fact, now: float) -> None:
        course = self._course
        match fact:
            case CallArrived(caller=number):
                course.caller, course.dialled = number, fact.dialled
                course.ledger.arrived_at = now
                course.ledger.number_known = bool(number)
                course.do(*course.voice.listen())
                course.do(*course.voice.greet(now))
            case PromptFinished(prompt_id=prompt_id, interrupted=interrupted):
                if course.voice.is_current(prompt_id):
                    self._prompt_over(now, whole=not interrupted)
            case DigitsCollected(digits=digits):
                press(course, digits.reveal(), now)
            case SpeechStarted():
                self._hearing.started(now)
            case WordsAssessed():
                self._hearing.assessed(fact, now)
            case SpeechUnavailable():
                self._hearing.unavailable(now)
            case LookedUp():
                lookup.answered(course, fact)
                walk.looked_up(course, now)
            case CallBackChosen():
                words_awaited = self._hearing.speaking_until(now) is not None
                queueing.place_kept(course, now, words_awaited=words_awaited)
            case MessageRecorded(recording_id=recording_id, duration_s=duration_s):
                self._recorded(recording_id, duration_s, now)
            case TransferFailed():
                if course.outside.ringing:
                    self._not_reached_outside(now)
            case CallConnected():
                queueing.connected(course)
            case CallReleased():
                self._released(fact, now)
            case CallEscalated():
                self._escalated(now)
            case CallHeld(agent_id=agent_id):
                queueing.held(course, agent_id)
            case CallRetrieved(agent_id=agent_id):
                queueing.retrieved(course, agent_id)
            case LadderClimbed(rung=rung):
                nurse.climb(course, rung, now)
            case QueueUnstaffed(queue=queue):
                queueing.nobody_here(course, queue, now)
            case PlaceTold(position=position, wait_s=wait_s):
                holding.say_place(course, position, wait_s, now)
            case _:
                raise AssertionError(f"the table lets {type(fact).__name__} in, nothing handles it")

    def _prompt_over(self, now: float, *, whole: bool = True) -> None:
        """What was being said has been said, or is given up on."""
        course = self._course
        course.voice.finished(whole=whole)
        match course.state:
            case State.GREETING:
                opening.greeted(course, now)
            case State.PLAYING:
                walk.played(course, now)
            case State.CONSENT | State.ANSWERING | State.QUESTION:
                course.turn.prompt_over(now, self._hearing.speaking_until(now))
            case State.LOOKING_UP:
                course.do(*course.voice.music())
                walk.looked_up(course, now)
            case State.WAITING if course.keeps_place is not None:
                self._promised(now)
            case State.WAITING | State.EMERGENCY:
                holding.hold(course, now)
            case State.LEAVING:
                speaking_until = self._hearing.speaking_until(now)
                if speaking_until is None:
                    ending.hang_up(course, now)
                else:
                    course.timers.set(Timer.SPEECH, speaking_until)

    def _promised(self, now: float) -> None:
        """A call-back was promised. Whoever speaks up meanwhile is heard out first."""
        course = self._course
        speaking_until = self._hearing.speaking_until(now)
        if speaking_until is None:
            queueing.leave_place(course, now)
        else:
            course.timers.set(Timer.SPEECH, speaking_until)

    def _released(self, fact: CallReleased, now: float) -> None:
        """The agent is gone, the caller is not."""
        course = self._course
        course.held_by.clear()
        if fact.requeued and (fact.emergency or course.lane.entered):
            if fact.emergency:
                course.lane.heed(to_nurse("clinician"))
            nurse.back_to_lane(course, now)
        elif fact.requeued:
            queueing.back_to_queue(course, now)
        else:
            course.queued = False
            course.lane.entered = False
            following = course.queue_step.next if course.queue_step is not None else None
            course.queue_step = course.former_queue = None
            course.do(*course.voice.listen())
            if following is None:
                ending.farewell(course, self._rules.goodbye, now)
            else:
                walk.go(course, following, now)

    def _escalated(self, now: float) -> None:
        """An agent wants a nurse for this caller; the distributor has moved them already."""
        course = self._course
        verdict = to_nurse("clinician")
        if course.state is State.CONNECTED:
            course.lane.heed(verdict)
            course.lane.entered = True
        elif course.state is State.EMERGENCY:
            course.lane.heed(verdict)
        else:
            nurse.to_nurse(course, verdict, now)

    def _recorded(self, recording_id: str, duration_s: float, now: float) -> None:
        course = self._course
        current = course.messages.is_current(recording_id)
        course.do(*course.messages.recorded(recording_id, duration_s))
        if current and course.state is State.RECORDING:
            walk.message_over(course, now, empty=duration_s <= 0)

    def _not_reached_outside(self, now: float) -> None:
        """Nobody took the caller: on with the flow, or in the lane, later again."""
        course = self._course
        course.outside.failed()
        if course.state is State.TRANSFERRING:
            assert isinstance(course.step, TransferStep)
            walk.go_or_person(course, course.step.on_failure, now)
        elif course.state is State.EMERGENCY:
            nurse.try_again_later(course, now)

    # --- deadlines ------------------------------------------------------------------------------

    def _lapsed(self, timer: Timer, now: float) -> None:
        course = self._course
        match timer:
            case Timer.PROMPT:
                self._prompt_over(now)
            case Timer.SPEECH if course.state is State.LEAVING:
                ending.hang_up(course, now)
            case Timer.SPEECH if course.state is State.WAITING:
                if course.keeps_place is not None and not course.voice.playing:
                    queueing.leave_place(course, now)
            case Timer.SPEECH:
                course.turn.speech_lost(now)
            case Timer.NO_INPUT if course.state is State.QUESTION:
                answers.to_triage(course, None, now)
            case Timer.NO_INPUT if course.state is State.CONSENT:
                opening.consent_over(course, None, now)
            case Timer.NO_INPUT:
                answers.silence(course, now)
            case Timer.TYPING:
                collection.typed_over(course, now)
            case Timer.LOOKUP:
                lookup.lapsed(course)
                walk.looked_up(course, now)
            case Timer.CALL_BACK:
                holding.offer_call_back(course, now)
            case Timer.LONG_WAIT:
                holding.offer_message(course, now)
            case Timer.COMFORT:
                holding.comfort(course, now)
            case Timer.ON_CALL:
                nurse.ring_on_call(course, now)
            case Timer.TRANSFER:
                course.do(*course.outside.stop())
                self._not_reached_outside(now)
            case Timer.MESSAGE:
                course.do(*course.messages.unreported())
                walk.message_over(course, now, empty=False)
            case Timer.CLOSE:
                ending.end(course)

    # --- the end --------------------------------------------------------------------------------

    def _caller_left(self, fact: Fact, before: State, now: float) -> None:
        """The caller is gone, by whatever way."""
        course = self._course
        course.ledger.failed = isinstance(fact, CallFailed)
        course.ledger.completed = before is State.LEAVING
        if before is State.WAITING and isinstance(fact, CallerHungUp):
            queueing.left_early(course)
        if isinstance(fact, TransferSucceeded):
            course.ledger.transferred = True
            if before is State.EMERGENCY and course.outside.ringing:
                course.do(Dequeue(call_id=course.call_id))
            elif before is State.EMERGENCY:
                # Handed to whoever the flow was ringing before the red flag, which a cancelled
                # transfer should have prevented. They may be no help at all.
                self._call_back(course.lane.acuity)
        if before is State.QUESTION and course.question is not None:
            # No answer is a doubt, and doubt is a nurse's to resolve.
            self._call_back(confirmed(course.question.verdict, "unclear"))
        # With an agent or in the nurse lane somebody knows of the caller already.
        known = before in (State.CONNECTED, State.EMERGENCY)
        words_awaited = not known and self._hearing.speaking_until(now) is not None
        ending.close(course, now, words_awaited=words_awaited)

    def _heard_after_leaving(self, fact: Fact) -> None:
        """The last of what the caller said or recorded. A red flag among it becomes a task."""
        course = self._course
        match fact:
            case MessageRecorded(recording_id=recording_id, duration_s=duration_s):
                course.do(*course.messages.recorded(recording_id, duration_s))
            case WordsAssessed():
                verdict = self._hearing.verdict_on(fact)
                course.words_awaited = False
                if verdict.action.is_red_flag and not course.lane.entered:
                    self._call_back(verdict)
            case CallEscalated():
                if not course.lane.entered:
                    self._call_back(to_nurse("clinician"))
            case SpeechUnavailable():
                course.words_awaited = False
            case CallFailed():
                # The line knows the call no more: what it still owed will never come.
                ending.end(course)
                return
            case _:
                return
        ending.end_if_nothing_is_owed(course)

    def _call_back(self, verdict: Verdict) -> None:
        """A red flag that was understood too late to keep the caller: a nurse rings them."""
        self._course.lane.heed(verdict)
        self._course.lane.entered = True
        self._course.do(
            OpenTask(call_id=self.call_id, kind="red-flag-call-back", queue=self._rules.nurse_queue)
        )
