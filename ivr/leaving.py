"""The caller is gone, by whatever way: who has to know of it, and what they still said."""

from __future__ import annotations

from calls.commands import Dequeue, OpenTask
from calls.facts import (
    CallerHungUp,
    CallEscalated,
    CallFailed,
    Fact,
    MessageRecorded,
    SpeechUnavailable,
    TransferSucceeded,
    WordsAssessed,
)
from calls.verdict import Action, Verdict, to_nurse
from ivr import ending, queueing
from ivr.course import Course
from ivr.emergency import confirmed
from ivr.hearing import Hearing
from ivr.states import State


def left(course: Course, hearing: Hearing, fact: Fact, before: State, now: float) -> None:
    """The caller has left.

    Args:
        course: their call.
        hearing: what was heard of them.
        fact: how they left.
        before: where the call stood.
        now: seconds since the epoch.
    """
    course.ledger.failed = isinstance(fact, CallFailed)
    course.ledger.completed = before is State.LEAVING
    if before is State.WAITING and isinstance(fact, CallerHungUp):
        queueing.left_early(course, now)
    if isinstance(fact, TransferSucceeded):
        course.ledger.transferred = True
        if before is State.EMERGENCY and course.outside.ringing:
            course.do(Dequeue(call_id=course.call_id))
        elif before is State.EMERGENCY:
            # Handed to whoever the flow was ringing before the red flag, which a cancelled
            # transfer should have prevented. They may be no help at all.
            _call_back(course, course.lane.acuity)
    if before is State.QUESTION and course.question is not None:
        # No answer is a doubt, and doubt is a nurse's to resolve.
        _call_back(course, confirmed(course.question.verdict, "unclear"))
    # In the nurse lane, or with an agent who listens, somebody knows of the caller already.
    listened_to = before is State.CONNECTED and not course.held_by
    known = before is State.EMERGENCY or listened_to
    words_awaited = not known and hearing.speaking_until(now) is not None
    ending.close(course, now, words_awaited=words_awaited)


def heard_after(course: Course, hearing: Hearing, fact: Fact) -> None:
    """The last of what the caller said or recorded. A red flag among it becomes a task."""
    match fact:
        case MessageRecorded(recording_id=recording_id, duration_s=duration_s):
            course.do(*course.messages.recorded(recording_id, duration_s))
        case WordsAssessed():
            verdict = hearing.verdict_on(fact)
            course.words_awaited = False
            if verdict.action is Action.ASK:
                # Nobody is left to answer the question.
                verdict = confirmed(verdict, "unclear")
            if verdict.action.is_red_flag and not course.lane.entered:
                _call_back(course, verdict)
        case CallEscalated():
            if not course.lane.entered:
                _call_back(course, to_nurse("clinician"))
        case SpeechUnavailable():
            course.words_awaited = False
        case CallFailed():
            # The line knows the call no more: what it still owed will never come.
            ending.end(course)
            return
        case _:
            return
    ending.end_if_nothing_is_owed(course)


def _call_back(course: Course, verdict: Verdict) -> None:
    """A red flag that was understood too late to keep the caller: a nurse rings them."""
    course.lane.heed(verdict)
    course.lane.entered = True
    course.do(
        OpenTask(call_id=course.call_id, kind="red-flag-call-back", queue=course.rules.nurse_queue)
    )
