"""A value that a caller is asked for: typed or said, read back, and corrected.

A key by itself, with a pause behind it, that means something everywhere and is no value here means
that. So does 911: whoever types it where a date of birth is wanted is not asked again. Where fewer
digits are wanted than that, what may become 911 is waited for. Where a number may be nought, ``0#``
is that; 0 with a pause behind it is for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from calls.verdict import Action, Disposition, Verdict
from ivr import asking, collecting, nurse, queueing, walk
from ivr.course import Course
from ivr.emergency import BY_KEY
from ivr.steps import Collected, CollectStep
from ivr.timers import Timer
from ivr.tokens import tokens
from ivr.values import Value
from ivr.yes_no import plain_answer, right_or_wrong

YES_KEY, NO_KEY = "1", "2"
_BY_NUMBER: Mapping[tuple[str, ...], bool] = {
    ("one",): True,
    ("uno",): True,
    ("two",): False,
    ("dos",): False,
}
"""Who says the key instead of pressing it."""

_EMERGENCY = "911"
_CRISIS = "988"
_BEGUN = ("9", "91", "98")
"""What may become one of them."""
_BY_988 = Verdict(action=Action.CALL_988, disposition=Disposition.NOW_988, reason="digit")


def key(course: Course, pressed: str, now: float) -> bool:
    """A key at a value; whether it fits."""
    step, collection = _asked(course), course.collection
    if collection.pending is not None:
        return _confirmed(course, {YES_KEY: True, NO_KEY: False}.get(pressed), now)
    if pressed == asking.END_KEY:
        typed_over(course, now, ended=True)
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
        typed = collection.typed
        if len(typed) >= asking.most_digits(step, typed) and not _may_be_for_help(course, step):
            return typed_over(course, now)
        pause_s = course.voice.patient_s(step.inter_digit_s)
        course.timers.set(Timer.TYPING, now + pause_s)
    return True


def typed_over(course: Course, now: float, *, ended: bool = False) -> bool:
    """What is typed has come to its end; whether it fits.

    Args:
        course: the call.
        now: seconds since the epoch.
        ended: by the end key, and not by a pause or because it is complete.
    """
    step, rules = _asked(course), course.rules
    typed, course.collection.typed = course.collection.typed, ""
    course.timers.cancel(Timer.TYPING)
    if _is_only(typed, _EMERGENCY):
        nurse.to_nurse(course, BY_KEY, now)
        return True
    if _is_only(typed, _CRISIS):
        nurse.to_nurse(course, _BY_988, now)
        return True
    length = asking.most_digits(step, typed)
    typed, course.keys_ahead = typed[:length], typed[length:] + course.keys_ahead
    by_itself = set(typed)
    value = _typed_value(course, step, typed, now)
    if step.what is Collected.NUMBER and by_itself == {rules.keys.person} and not ended:
        queueing.to_person(course, now)
    elif value is not None:
        _understood(course, value, now)
    elif by_itself == {rules.keys.emergency} or _is_frantic(typed):
        nurse.to_nurse(course, BY_KEY, now)
    elif by_itself == {rules.keys.person}:
        queueing.to_person(course, now)
    else:
        _missed(course, now)
        return False
    return True


def words(course: Course, said: str, now: float) -> None:
    """Words at a value, which triage has passed."""
    step, collection = _asked(course), course.collection
    language = course.voice.language
    digits = collecting.digits_in(said, language).lstrip("0")
    if _is_only(digits, _EMERGENCY):
        nurse.to_nurse(course, BY_KEY, now)
        return
    if _is_only(digits, _CRISIS):
        nurse.to_nurse(course, _BY_988, now)
        return
    if collection.pending is None:
        value = _said_value(course, step, said, now)
        if value is None and collection.typed:
            return  # Somebody else in the room: what is typed goes on, and a pause ends it.
        forget_typed(course)
        if value is None:
            _missed(course, now)
        else:
            _understood(course, value, now)
        return
    answer = _BY_NUMBER.get(tokens(said), right_or_wrong(said))
    if answer is not True and step.what is not Collected.NAME:
        # "No, it is the sixth": whoever corrects it need not be asked again.
        corrected = _said_value(course, step, said, now)
        if corrected is not None and corrected != collection.pending:
            _understood(course, corrected, now)
            return
    _confirmed(course, answer, now)


def silence(course: Course, now: float) -> None:
    """Nothing was said or typed."""
    if course.timers.due(Timer.TYPING) is not None:
        pass  # A pause ends what is typed, and nothing else.
    elif course.collection.typed:
        typed_over(course, now)
    elif course.collection.pending is not None:
        _confirmed(course, None, now, silent=True)
    else:
        _missed(course, now, silent=True)


def no_match(course: Course, now: float) -> None:
    """An answer that cannot be used."""
    if course.collection.pending is not None:
        _confirmed(course, None, now)
    else:
        _missed(course, now)


def forget_typed(course: Course) -> None:
    """What was typed so far counts no more: the caller begins anew."""
    course.collection.typed = ""
    course.timers.cancel(Timer.TYPING)


def _may_be_for_help(course: Course, step: CollectStep) -> bool:
    """Whether what is typed so far may become 911 or 988, or asks for a person by itself.

    At a yes or no the keys mean what they mean everywhere.
    """
    typed = course.collection.typed
    if step.what is Collected.NUMBER and typed == course.rules.keys.person:
        return True
    return step.what is not Collected.YES_NO and typed in _BEGUN


def _is_only(typed: str, number: str) -> bool:
    """Whether a number was dialled, once or again and again."""
    return bool(typed) and typed.replace(number, "") == ""


def _is_frantic(typed: str) -> bool:
    """Whether 911 was dialled with a finger that slipped."""
    return _EMERGENCY in typed and set(typed) == set(_EMERGENCY)


def _asked(course: Course) -> CollectStep:
    step = course.step
    assert isinstance(step, CollectStep)
    return step


def _understood(course: Course, value: Value, now: float) -> None:
    step = _asked(course)
    if step.read_back and step.what is not Collected.YES_NO:
        course.collection.pending = value
        course.collection.misses = 0
        course.collection.is_known = False
        # What was typed ahead answers what was asked, and not what nobody has heard yet.
        course.keys_ahead = ""
        asking.put(course, now)
    else:
        _take(course, value, now)


def _confirmed(course: Course, answer: bool | None, now: float, *, silent: bool = False) -> bool:
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
    if collection.is_known:
        # They are yet to be asked, and have used no attempt.
        collection.is_known = False
        asking.put(course, now)
    else:
        _missed(course, now, silent=None if answer is False else silent)
    return answer is not None


def _take(course: Course, value: Value, now: float) -> None:
    step = _asked(course)
    course.told[step.into] = value
    course.steps_alone = 0
    course.voice.language_known = True
    course.collection.pending = None
    course.set_variable(step.into, value, course.scope)
    walk.go(course, step.next, now)


def _missed(course: Course, now: float, *, silent: bool | None = False) -> None:
    """Ask again while there are attempts; then where the step says, or a person.

    Args:
        course: the call.
        now: seconds since the epoch.
        silent: nothing was said or typed; ``None`` where a value was wrong, which they know.
    """
    step = _asked(course)
    if course.ladder.put_again():
        why = {True: step.no_input_prompt, False: step.no_match_prompt, None: None}[silent]
        asking.put_again(course, now, why)
    else:
        walk.go_or_person(course, step.otherwise, now)


# --- what was typed or said -----------------------------------------------------------------------


def _typed_value(course: Course, step: CollectStep, typed: str, now: float) -> Value | None:
    if not typed.isascii() or not typed.isdigit():
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
            return typed if len(typed) == asking.most_digits(step, typed) else None
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
            return collecting.dictated_in(said, language, step.digits)
        case Collected.YES_NO:
            return plain_answer(said)
        case what:
            return _IN_WORDS[what](said, language)


_IN_WORDS: Mapping[Collected, Callable[[str, str], Value | None]] = {
    Collected.PHONE_NUMBER: collecting.phone_in,
    Collected.ZIP_CODE: collecting.zip_in,
    Collected.NAME: collecting.name_in,
}


def _in_range(step: CollectStep, number: int) -> int | None:
    return number if step.minimum <= number <= step.maximum else None
