"""The caller's keys. Some mean the same at every prompt, on hold and in the queue."""

from __future__ import annotations

from ivr import answers, holding, nurse, opening, place, queueing, walk
from ivr.course import Course
from ivr.emergency import BY_KEY, confirmed
from ivr.states import State
from ivr.steps import AskStep

KEYS_AHEAD = 20
"""Keys kept for questions still to come; nobody knows more of a menu by heart."""

YES_KEY, NO_KEY = "1", "2"
"""The keys of triage's question, and of the question for consent."""

MESSAGE_KEY = "1"
"""The key of the offer that is made after the longest wait."""


def press(course: Course, keys: str, now: float) -> None:
    """Take in keys in the order they were pressed, but the emergency key before all others.

    With an agent keys mean nothing, but for the emergency key on hold. While a message is recorded,
    or somebody outside is rung, only the person and the emergency key do.
    """
    if course.state is State.CONNECTED:
        if course.held_by and course.rules.keys.emergency in keys and not course.lane.entered:
            course.lane.heed(BY_KEY)
            nurse.ask_for_nurse(course)
        return
    if course.rules.keys.emergency in keys:
        nurse.to_nurse(course, BY_KEY, now)
        return
    for at, key in enumerate(keys):
        if not _press(course, key, now):
            # It fits nothing. What was typed behind it was typed blindly, a date of birth perhaps:
            # it must not use up the attempts that are left.
            if course.rules.keys.person in keys[at + 1 :]:
                _person(course, now)
            return


def _press(course: Course, key: str, now: float) -> bool:
    """Take in one key; whether it fits."""
    if key == course.rules.keys.person:
        _person(course, now)
    elif key == course.rules.keys.repeat:
        place.say_again(course, now)
    elif course.state in (State.GREETING, State.PLAYING):
        course.keys_ahead = (course.keys_ahead + key)[:KEYS_AHEAD]
        walk.hasten(course, now)
    elif course.state is State.CONSENT:
        if key not in (YES_KEY, NO_KEY):
            course.keys_ahead = (course.keys_ahead + key)[:KEYS_AHEAD]
        opening.consent_over(course, {YES_KEY: True, NO_KEY: False}.get(key), now)
    elif course.state is State.WAITING and key == MESSAGE_KEY and course.wait.offered:
        queueing.take_message(course, now)
    elif course.state is State.ANSWERING:
        assert isinstance(course.step, AskStep)
        choice = walk.choice_of(course.step, key)
        if choice is None:
            answers.no_match(course, now)
            return False
        walk.take(course, choice, now)
    elif course.state is State.QUESTION:
        answers.to_triage(course, {YES_KEY: True, NO_KEY: False}.get(key), now)
    return True


def _person(course: Course, now: float) -> None:
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
        case State.WAITING if course.queue_step is not None and (
            course.rules.person_queue in {course.queue_step.queue, *course.unstaffed}
        ):
            holding.comfort(course, now)
        case State.PLAYING | State.RECORDING | State.LEAVING if queueing.only_a_message(course):
            pass
        case _:
            queueing.to_person(course, now)
