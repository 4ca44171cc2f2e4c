"""Where a call stands, said again: to who asks for it, after a restart, and after triage's no."""

from __future__ import annotations

from ivr import (
    asking,
    collection,
    ending,
    holding,
    lookup,
    opening,
    question,
    queueing,
    walk,
)
from ivr.course import Course
from ivr.states import State
from ivr.timers import Timer


def say_again(course: Course, now: float) -> None:
    """Say again what belongs to this place."""
    match course.state:
        case State.GREETING:
            course.do(*course.voice.greet(now))
        case State.CONSENT:
            opening.put_consent_question(course, now)
        case State.PLAYING | State.LEAVING:
            course.timers.cancel(Timer.SPEECH)
            course.do(*course.voice.again(now))
        case State.ANSWERING:
            # Whoever is asked anew begins anew.
            collection.forget_typed(course)
            asking.put(course, now)
        case State.QUESTION:
            question.put(course, now)
        case State.WAITING if course.keeps_place is not None:
            course.do(*course.voice.again(now))
        case State.WAITING if course.wait.offered:
            holding.say(course, now, course.rules.long_wait)
        case State.WAITING:
            holding.comfort(course, now)
        case State.EMERGENCY if not course.voice.playing:
            course.do(*course.voice.again(now))
        case _:
            pass


def back_from_question(course: Course, now: float) -> None:
    """The answer to triage's question was no: go on where the call stood."""
    assert course.question is not None
    back, course.question = course.question.back, None
    if back in (State.PLAYING, State.TRANSFERRING, State.RECORDING):
        walk.play(course, now)
    elif back is State.WAITING:
        queueing.stand(course, now)
        if course.keeps_place is None:
            holding.hold(course, now)
        else:
            holding.say(course, now, course.keeps_place.prompt)
    elif back is State.LEAVING:
        ending.farewell(course, ending.last_words(course), now)
    elif back is State.LOOKING_UP:
        course.move(back)
        lookup.wait(course, now)
        course.do(*course.voice.music())
        walk.looked_up(course, now)
    else:
        course.move(back)
        say_again(course, now)
