"""The caller's keys. Some mean the same at every prompt, on hold and in the queue."""

from __future__ import annotations

from ivr import (
    answers,
    asking,
    collection,
    holding,
    nurse,
    opening,
    place,
    queueing,
    walk,
    wishes,
)
from ivr.collection import NO_KEY, YES_KEY
from ivr.course import Course
from ivr.emergency import BY_KEY, confirmed
from ivr.states import State
from ivr.steps import SayStep

KEYS_AHEAD = 20
"""Keys kept for questions still to come; nobody knows more of a menu by heart."""

END_S = 3.0
"""Seconds behind a key in which ``#`` ends what was typed, whatever else it means: who is used to
it presses it behind every answer, and a value that is complete by its length needs none."""

MESSAGE_KEY = "1"
"""The key of the offer that is made after the longest wait."""

CALL_BACK_KEY = "2"
"""The key of the offer of a call-back, to a caller who waits."""


def press(course: Course, keys: str, now: float) -> None:
    """Take in keys in the order they were pressed, but the emergency key before all others.

    Where a value is typed every digit belongs to it: see :mod:`ivr.collection`.

    With an agent keys mean nothing, but for the emergency key on hold. While a message is recorded,
    or somebody outside is rung, only the person and the emergency key do.
    """
    if course.state is State.CONNECTED:
        if course.held_by and course.rules.keys.emergency in keys and not course.lane.entered:
            course.lane.heed(BY_KEY)
            nurse.ask_for_nurse(course)
        return
    for at, key in enumerate(keys):
        if key == asking.END_KEY and _ends_what_was_typed(course, now):
            continue
        course.ends_until = now + END_S if _answers(course, key) else now
        if asking.is_typing(course):
            collection.key(course, key, now)
            continue
        if course.rules.keys.emergency in keys[at:]:
            nurse.to_nurse(course, BY_KEY, now)
            return
        if not _press(course, key, now):
            # It fits nothing. What was typed behind it was typed blindly, a date of birth perhaps:
            # it must not use up the attempts that are left.
            if course.rules.keys.person in keys[at + 1 :]:
                person(course, now)
            return


def _press(course: Course, key: str, now: float) -> bool:
    """Take in one key; whether it fits."""
    keys = course.rules.keys
    if key == keys.person:
        person(course, now)
    elif key == keys.repeat:
        place.say_again(course, now)
    elif key in (keys.slower, keys.louder, keys.language) and wishes.grants(course):
        if key == keys.slower:
            wishes.slower(course, now)
        elif key == keys.louder:
            wishes.louder(course, now)
        else:
            wishes.next_language(course, now)
    elif course.state is State.PLAYING and not isinstance(course.step, SayStep):
        return False
    elif course.state in (State.GREETING, State.PLAYING):
        course.keys_ahead = (course.keys_ahead + key)[:KEYS_AHEAD]
        walk.hasten(course, now)
    elif course.state is State.CONSENT:
        if key not in (YES_KEY, NO_KEY):
            course.keys_ahead = (course.keys_ahead + key)[:KEYS_AHEAD]
        opening.consent_over(course, {YES_KEY: True, NO_KEY: False}.get(key), now)
    elif course.state is State.WAITING and key == MESSAGE_KEY and course.wait.offered:
        queueing.take_message(course, now)
    elif course.state is State.WAITING and key == CALL_BACK_KEY and course.wait.call_back_offered:
        wishes.call_back(course, now)
    elif course.state is State.ANSWERING:
        return answers.key(course, key, now)
    elif course.state is State.QUESTION:
        answers.to_triage(course, {YES_KEY: True, NO_KEY: False}.get(key), now)
    return True


def _answers(course: Course, key: str) -> bool:
    """Whether a key may be an answer, or part of one; a wish to hear it otherwise is none."""
    keys = course.rules.keys
    is_wish = key in (keys.slower, keys.louder) and not asking.is_typing(course)
    return key.isdigit() and not is_wish


def _ends_what_was_typed(course: Course, now: float) -> bool:
    """Whether ``#`` belongs to the key before it and has done its part by that.

    Ahead of a question it is kept: there it tells where a value ends.
    """
    if now >= course.ends_until or (asking.is_typing(course) and course.collection.typed):
        return False
    course.ends_until = now
    if course.keys_ahead and course.state in (State.GREETING, State.PLAYING, State.CONSENT):
        course.keys_ahead = (course.keys_ahead + asking.END_KEY)[:KEYS_AHEAD]
    return True


def person(course: Course, now: float) -> None:
    """Seek a person. In the nurse lane, and instead of answering triage, that is the nurse.

    Where none is signed in a message is the way to one: it is neither begun anew nor left for the
    same news. A caller who waits for somebody else goes on waiting.
    """
    match course.state:
        case State.EMERGENCY:
            place.say_again(course, now)
        case State.QUESTION:
            assert course.question is not None
            nurse.to_nurse(course, confirmed(course.question.verdict, "unclear"), now)
        case State.WAITING if (
            course.keeps_place is None
            and course.queue_step is not None
            and (course.rules.person_queue in {course.queue_step.queue, *course.unstaffed})
        ):
            holding.comfort(course, now)
        case State.PLAYING | State.RECORDING | State.LEAVING if queueing.only_a_message(course):
            pass
        case _:
            queueing.to_person(course, now)
