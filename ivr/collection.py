"""A value that a caller is asked for: typed or said, read back, and corrected.

A key by itself, with a pause behind it, that means something everywhere and is no value here means
that. So does 911: whoever types it where a date of birth is wanted is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from calls.verdict import Action, Disposition, Verdict
from ivr import asking, collecting, matching, nurse, queueing, walk
from ivr.course import Course
from ivr.emergency import BY_KEY
from ivr.steps import Collected, CollectStep
from ivr.timers import Timer
from ivr.values import Value

END_KEY = "#"
"""Ends what is typed."""

YES_KEY, NO_KEY = "1", "2"

_EMERGENCY = "911"
_CRISIS = "988"
_BY_988 = Verdict(action=Action.CALL_988, disposition=Disposition.NOW_988, reason="digit")

_LENGTHS: Mapping[Collected, int] = {
    Collected.DATE_OF_BIRTH: 8,
    Collected.PHONE_NUMBER: 10,
    Collected.ZIP_CODE: 5,
    Collected.YES_NO: 1,
}


def key(course: Course, pressed: str, now: float) -> bool:
    """A key at a value; whether it fits."""
    step, collection = _asked(course), course.collection
    if collection.pending is not None:
        return _confirmed(course, {YES_KEY: True, NO_KEY: False}.get(pressed), now)
    if pressed == END_KEY:
        typed_over(course, now)
    elif pressed == course.rules.keys.repeat:
        collection.typed = ""
        course.timers.cancel(Timer.TYPING)
        asking.put(course, now)
    elif not pressed.isdigit():
        _missed(course, now)
        return False
    else:
        course.turn.typed()
        collection.typed += pressed
        if len(collection.typed) >= _length(step, collection.typed):
            typed_over(course, now)
        else:
            pause_s = course.voice.patient_s(step.inter_digit_s)
            course.timers.set(Timer.TYPING, now + pause_s)
    return True


def typed_over(course: Course, now: float) -> None:
    """What is typed has come to its end."""
    step, rules = _asked(course), course.rules
    typed, course.collection.typed = course.collection.typed, ""
    course.timers.cancel(Timer.TYPING)
    length = _length(step, typed)
    typed, course.keys_ahead = typed[:length], typed[length:]
    by_itself = set(typed)
    if typed == _EMERGENCY:
        nurse.to_nurse(course, BY_KEY, now)
        return
    if typed == _CRISIS:
        nurse.to_nurse(course, _BY_988, now)
        return
    value = _typed_value(course, step, typed, now)
    if value is not None:
        _understood(course, value, now)
    elif by_itself == {rules.keys.emergency}:
        nurse.to_nurse(course, BY_KEY, now)
    elif by_itself == {rules.keys.person}:
        queueing.to_person(course, now)
    else:
        _missed(course, now)


def words(course: Course, said: str, now: float) -> None:
    """Words at a value, which triage has passed."""
    step, collection = _asked(course), course.collection
    collection.typed = ""
    course.timers.cancel(Timer.TYPING)
    language = course.voice.language
    if collecting.digits_in(said, language).lstrip("0") == _EMERGENCY:
        nurse.to_nurse(course, BY_KEY, now)
        return
    if collection.pending is None:
        value = _said_value(course, step, said, now)
        if value is None:
            _missed(course, now)
        else:
            _understood(course, value, now)
        return
    answer = matching.yes_or_no(said)
    if answer is not True and step.what is not Collected.NAME:
        # "No, it is the sixth": whoever corrects it need not be asked again.
        corrected = _said_value(course, step, said, now)
        if corrected is not None and corrected != collection.pending:
            _understood(course, corrected, now)
            return
    _confirmed(course, answer, now)


def silence(course: Course, now: float) -> None:
    """Nothing was said or typed."""
    if course.collection.typed:
        typed_over(course, now)
    elif course.collection.pending is not None:
        _confirmed(course, None, now)
    else:
        _missed(course, now, silent=True)


def no_match(course: Course, now: float) -> None:
    """An answer that cannot be used."""
    if course.collection.pending is not None:
        _confirmed(course, None, now)
    else:
        _missed(course, now)


def _asked(course: Course) -> CollectStep:
    step = course.step
    assert isinstance(step, CollectStep)
    return step


def _understood(course: Course, value: Value, now: float) -> None:
    step = _asked(course)
    if step.read_back and step.what is not Collected.YES_NO:
        course.collection.pending = value
        course.collection.misses = 0
        asking.put(course, now)
    else:
        _take(course, value, now)


def _confirmed(course: Course, answer: bool | None, now: float) -> bool:
    """An answer to the reading back; whether it is one. Twice none counts as a no."""
    collection = course.collection
    if answer is True:
        assert collection.pending is not None
        _take(course, collection.pending, now)
        return True
    collection.misses += 1
    if answer is None and collection.misses < 2:
        asking.put(course, now)
        return False
    collection.pending = None
    _missed(course, now, silent=True)
    return answer is not None


def _take(course: Course, value: Value, now: float) -> None:
    step = _asked(course)
    course.steps_alone = 0
    course.voice.language_known = True
    course.collection.pending = None
    course.set_variable(step.into, value, course.scope)
    walk.go(course, step.next, now)


def _missed(course: Course, now: float, *, silent: bool = False) -> None:
    """Ask again while there are attempts; then where the step says, or a person."""
    step = _asked(course)
    if course.ladder.put_again():
        asking.put_again(course, now, step.no_input_prompt if silent else step.no_match_prompt)
    else:
        walk.go_or_person(course, step.otherwise, now)


# --- what was typed or said -----------------------------------------------------------------------


def _length(step: CollectStep, typed: str) -> int:
    """How many digits are awaited at most."""
    match step.what:
        case Collected.DIGITS if step.digits is not None:
            return step.digits
        case Collected.NUMBER:
            return len(str(step.maximum))
        case Collected.PHONE_NUMBER if typed.startswith("1"):
            return 11
        case what:
            return _LENGTHS.get(what, 32)


def _typed_value(course: Course, step: CollectStep, typed: str, now: float) -> Value | None:
    if not typed:
        return None
    match step.what:
        case Collected.DATE_OF_BIRTH:
            today = datetime.fromtimestamp(now, course.rules.zone).date()
            return collecting.date_from_keys(typed, course.voice.language, today=today)
        case Collected.PHONE_NUMBER:
            return collecting.phone_from_keys(typed)
        case Collected.NUMBER:
            return _in_range(step, int(typed))
        case Collected.DIGITS:
            return typed if len(typed) == step.digits or step.digits is None else None
        case Collected.ZIP_CODE:
            return typed if len(typed) == _LENGTHS[Collected.ZIP_CODE] else None
        case Collected.YES_NO:
            return {YES_KEY: True, NO_KEY: False}.get(typed)
        case Collected.NAME:
            return None


def _said_value(course: Course, step: CollectStep, said: str, now: float) -> Value | None:
    language = course.voice.language
    match step.what:
        case Collected.DATE_OF_BIRTH:
            today = datetime.fromtimestamp(now, course.rules.zone).date()
            return collecting.date_in(said, language, today=today)
        case Collected.NUMBER:
            number = collecting.number_in(said, language)
            return None if number is None else _in_range(step, number)
        case Collected.DIGITS:
            digits = collecting.digits_in(said, language)
            return digits if digits and step.digits in (None, len(digits)) else None
        case Collected.YES_NO:
            return matching.yes_or_no(said)
        case what:
            return _IN_WORDS[what](said, language)


_IN_WORDS: Mapping[Collected, Callable[[str, str], Value | None]] = {
    Collected.PHONE_NUMBER: collecting.phone_in,
    Collected.ZIP_CODE: collecting.zip_in,
    Collected.NAME: collecting.name_in,
}


def _in_range(step: CollectStep, number: int) -> int | None:
    return number if step.minimum <= number <= step.maximum else None
