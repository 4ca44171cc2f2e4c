"""The end of a call, which comes exactly once, and what is owed to the caller at it."""

from __future__ import annotations

from calls.commands import EndCall, HangUp
from ivr.course import Course
from ivr.states import State
from ivr.steps import HangUpStep
from ivr.timers import Timer
from ivr.turn import SPEECH_MAX_S


def farewell(course: Course, prompt: str, now: float) -> None:
    """The last words. They are said to the end: a caller who speaks up is heard out first."""
    course.move(State.LEAVING)
    course.do(*course.voice.say(now, prompt, barge_in=False))


def last_words(course: Course) -> str:
    """The prompt of the farewell."""
    return course.step.prompt if isinstance(course.step, HangUpStep) else course.rules.goodbye


def hang_up(course: Course, now: float, *, words_awaited: bool = False) -> None:
    """End the caller's leg; what they have begun to say is still understood."""
    course.ledger.completed = True
    course.do(HangUp(call_id=course.call_id))
    course.move(State.CLOSING)
    close(course, now, words_awaited=words_awaited)


def close(course: Course, now: float, *, words_awaited: bool) -> None:
    """The caller has left: end the call, once all that the line still owes has come."""
    course.ledger.left_at = now
    course.words_awaited = words_awaited
    course.timers.clear()
    course.timers.set(Timer.CLOSE, now + SPEECH_MAX_S)
    end_if_nothing_is_owed(course)


def end_if_nothing_is_owed(course: Course) -> None:
    """End the call unless words or a message are still to come."""
    if not course.words_awaited and not course.messages.awaited:
        end(course)


def end(course: Course) -> None:
    """The call is over. A caller who began a message, left none and reached nobody is rung."""
    ledger = course.ledger
    course.do(*course.messages.unreported())
    course.move(State.ENDED)
    ledger.message_taken = course.messages.taken
    ledger.needs_nurse = course.lane.entered
    ledger.advised = course.lane.advised
    if ledger.may_be_called_back and not ledger.call_back_owed:
        call_back = course.messages.call_back()
        ledger.call_back_owed = bool(call_back)
        course.do(*call_back)
    course.outcome = ledger.outcome(course.rules.short_abandon_s)
    course.do(EndCall(call_id=course.call_id, outcome=course.outcome))
