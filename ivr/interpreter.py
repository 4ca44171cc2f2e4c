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

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from calls.commands import Command
from calls.facts import (
    CallArrived,
    CallBackChosen,
    CallConnected,
    CallEscalated,
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
    WordsAssessed,
)
from calls.ids import CallId
from calls.machine import IllegalFact, successor
from calls.verdict import to_nurse
from ivr import (
    answers,
    collection,
    ending,
    holding,
    leaving,
    lookup,
    nurse,
    opening,
    place,
    queueing,
    walk,
)
from ivr.course import Course
from ivr.flow import CallRules, Flow
from ivr.hearing import Hearing
from ivr.keypad import press
from ivr.states import TABLE, State
from ivr.steps import TransferStep
from ivr.timers import Timer
from ivr.view import View

_NOBODY_LISTENS = (State.NEW, State.CONNECTED, State.CLOSING, State.ENDED)
"""Where the flow has nothing to say."""


class Interpreter(View):
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
        super().__init__(Course(call_id, flow, rules, known or {}))
        self._hearing = Hearing(self._course)

    # --- looking ahead --------------------------------------------------------------------------

    def copied(self) -> Interpreter:
        """A copy that goes its own way from here; what is said to one says nothing to the other."""
        twin = Interpreter.__new__(Interpreter)
        View.__init__(twin, self._course.copied())
        twin._hearing = self._hearing.copied(twin._course)  # noqa: SLF001 - another of our own
        return twin

    def stop_typing(self) -> None:
        """A pause behind what was typed, after which every key is pressed by itself."""
        self._course.ends_until = 0.0

    def forget_steps_alone(self) -> None:
        """Count the steps without a word or key anew.

        Their limit helps a caller whom a flow leads in a circle; a flow that needs it is not sound.
        """
        self._course.steps_alone = 0

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
            leaving.heard_after(course, self._hearing, fact)
        elif following is State.CLOSING:
            leaving.left(course, self._hearing, fact, before, now)
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
                self._hear_out(queueing.leave_place, now)
            case State.WAITING | State.EMERGENCY:
                holding.hold(course, now)
            case State.LEAVING:
                self._hear_out(ending.hang_up, now)

    def _hear_out(self, then: Callable[[Course, float], None], now: float) -> None:
        """All is said: leave the caller, once whoever speaks up meanwhile is heard out."""
        speaking_until = self._hearing.speaking_until(now)
        if speaking_until is None:
            then(self._course, now)
        else:
            self._course.timers.set(Timer.SPEECH, speaking_until)

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
                ending.farewell(course, course.rules.goodbye, now)
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
