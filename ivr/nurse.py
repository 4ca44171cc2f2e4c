"""A caller's way into the nurse lane, which leads nowhere but to help. See :mod:`ivr.emergency`."""

from __future__ import annotations

from calls.commands import Enqueue
from calls.rung import Rung
from calls.verdict import Action, Verdict
from ivr import holding
from ivr.course import TO_NURSE, Course
from ivr.prompts import in_every_language
from ivr.states import State
from ivr.timers import Timer


def to_nurse(course: Course, verdict: Verdict, now: float) -> None:
    """Ask for a nurse at once, then tell the caller. Said anew only where it is news."""
    course.lane.heed(verdict)
    course.lane.entered = True
    course.trail.append(TO_NURSE)
    # Before all that an earlier key of the same burst may have led to.
    earlier = course.taken()
    ask_for_nurse(course)
    course.do(*earlier)
    course.queued, course.queue_step, course.question = True, None, None
    course.keeps_place = None
    advice = course.lane.advice(verdict.action)
    if course.state is not State.EMERGENCY:
        course.do(*course.outside.stop())
        course.move(State.EMERGENCY)
        course.do(*course.voice.listen(()))
    elif not advice:
        return
    _tell(course, advice, now)


def ask_for_nurse(course: Course) -> None:
    """Ask the distributor for a nurse, wherever the call stands.

    From a caller who speaks with an agent it takes the agent off, and reports them as released,
    unless the agent is a nurse.
    """
    acuity = course.lane.acuity
    course.do(
        Enqueue(
            call_id=course.call_id,
            requirement=course.lane.requirement(course.voice.language),
            heard_ago_s=course.heard_ago_s,
            advised_911=acuity.action is Action.CALL_911,
            may_call_back=course.lane.may_call_back,
        )
    )


def back_to_lane(course: Course, now: float) -> None:
    """The distributor holds the call in the nurse lane already: tell the caller."""
    course.lane.entered = True
    course.queue_step = None
    advice = course.lane.advice(course.lane.acuity.action)
    course.move(State.EMERGENCY)
    course.do(*course.voice.listen())
    _tell(course, advice, now)


def climb(course: Course, rung: Rung, now: float) -> None:
    """No nurse has answered for so long that more is done. The nurses are the distributor's."""
    if course.state is not State.EMERGENCY:
        return
    if rung is Rung.ON_CALL and not course.outside.ringing:
        ring_on_call(course, now)
    elif rung is Rung.ADVISE:
        holding.say(course, now, course.lane.again(), course.rules.nurse_wait, barge_in=False)


def ring_on_call(course: Course, now: float) -> None:
    """Ring the on-call number as well; the caller keeps their place in the lane."""
    if course.lane.on_call is not None:
        asked = in_every_language(course.rules, course.rules.on_call_asked)
        course.do(*course.outside.ring(course.lane.on_call, now, asked))


def try_again_later(course: Course, now: float) -> None:
    """The on-call number did not take the caller: it is rung again after a while."""
    if course.lane.on_call is not None:
        course.timers.set(Timer.ON_CALL, now + course.rules.on_call_again_s)


def _tell(course: Course, advice: tuple[str, ...], now: float) -> None:
    """The advice, that a nurse is sought, and what the call's beginning owes the caller.

    A red flag cuts the greeting short, and the recording notice with it. It is said last, and a
    nurse who answers cuts that short too: it never holds anybody up.
    """
    wait = course.rules.nurse_wait
    holding.say(course, now, *advice, wait, course.voice.notice(), barge_in=False)
