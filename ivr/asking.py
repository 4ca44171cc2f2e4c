"""A question of the flow, put to the caller: what is said, and how long an answer is waited for.

Whatever is asked (a choice, a value, which of two things is meant, how it went) is put by these
functions; what an answer leads to stands in :mod:`ivr.answers`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import assert_never

from ivr import matching
from ivr.course import Collection, Course
from ivr.ladder import Ladder
from ivr.states import State
from ivr.steps import AskStep, Collected, CollectStep, ConsentStep, SurveyStep
from ivr.timers import Timer
from ivr.values import Value

Asking = AskStep | CollectStep | SurveyStep | ConsentStep
"""The steps that wait for an answer."""

SURVEY_SILENCE_S = 5.0
CONSENT_SILENCE_S = 4.0
"""Seconds of silence that count as no answer."""

_READ_BACK_SILENCE_S = 6.0
_PHONE_NUMBER = re.compile(r"\+?[0-9]{7,15}", re.ASCII)

_LENGTHS: Mapping[Collected, int] = {
    Collected.DATE_OF_BIRTH: 8,
    Collected.PHONE_NUMBER: 10,
    Collected.ZIP_CODE: 5,
    Collected.YES_NO: 1,
}

END_KEY = "#"
"""Ends what is typed."""


def asked(course: Course) -> Asking:
    """The step whose question is put."""
    step = course.step
    assert isinstance(step, Asking)
    return step


def attempts(step: Asking) -> int:
    """How often a question is put."""
    match step:
        case AskStep() | CollectStep():
            return step.attempts
        case SurveyStep():
            return 2
        case ConsentStep():
            return 1
        case _:
            assert_never(step)


def stand(course: Course, now: float) -> None:
    """Come to a question, which is yet to be put. What was typed ahead for a value is its first."""
    step = asked(course)
    course.move(State.ANSWERING)
    course.ladder = Ladder(attempts(step))
    course.meant = ()
    course.collection = Collection()
    course.survey_at = 0
    if isinstance(step, CollectStep):
        ahead, course.keys_ahead = course.keys_ahead.lstrip(END_KEY), ""
        typed, end, rest = ahead.partition(END_KEY)
        if typed:
            course.collection.typed, course.keys_ahead = typed, rest
            # Without the end key more may follow: the first key of a value is not the value.
            is_whole = end or len(typed) >= most_digits(step, typed)
            pause_s = 0.0 if is_whole else course.voice.patient_s(step.inter_digit_s)
            course.timers.set(Timer.TYPING, now + pause_s)


def most_digits(step: CollectStep, typed: str) -> int:
    """How many digits are awaited at most, once these are typed."""
    match step.what:
        case Collected.DIGITS if step.digits is not None:
            return step.digits
        case Collected.NUMBER:
            return len(str(step.maximum))
        case Collected.PHONE_NUMBER if typed.startswith("1"):
            return 11
        case what:
            return _LENGTHS.get(what, 32)


def begin_value(course: Course, now: float) -> None:
    """Come to a value: read back what is known of it, or ask for it."""
    step = course.step
    assert isinstance(step, CollectStep)
    stand(course, now)
    listen(course)
    known = None if step.known is None else step.known.value(lambda name: course.value(name, now))
    if known is not None and _is_usable(step, known) and not course.collection.typed:
        course.collection.pending, course.collection.is_known = known, True
    put(course, now)


def _is_usable(step: CollectStep, known: Value) -> bool:
    """Whether what is known could be the answer; a line may call a hidden number "anonymous"."""
    match step.what:
        case Collected.PHONE_NUMBER:
            return isinstance(known, str) and _PHONE_NUMBER.fullmatch(known) is not None
        case Collected.NUMBER:
            return isinstance(known, int) and step.minimum <= known <= step.maximum
        case _:
            return True


def listen(course: Course) -> None:
    """Have the line hear what is likely here."""
    step, language = asked(course), course.voice.language
    hints: tuple[str, ...] = ()
    if isinstance(step, AskStep):
        intents = [each.intent for each in step.choices if each.intent is not None]
        hints = (
            *matching.hints(step.choices, language),
            *course.rules.intent_model.hints(intents, language),
        )
    course.do(*course.voice.listen(hints))


def put(course: Course, now: float, *before: str | None) -> None:
    """Say the current question whole, after other prompts, and wait for its answer."""
    _put(course, now, *before, course.voice.digits_only(), _question(course, short=False))


def put_again(course: Course, now: float, why: str | None = None) -> None:
    """Say the current question once more, in short where the flow has words for that.

    Args:
        course: the call.
        now: seconds since the epoch.
        why: the prompt that tells the caller why they are asked again, if there is one.
    """
    _put(course, now, why, course.voice.digits_only(), _question(course, short=True))


def ask_to_repeat(course: Course, now: float) -> None:
    """Ask for clearer words, and wait for the answer to the current question."""
    _put(course, now, course.rules.repeat_please)


def is_typing(course: Course) -> bool:
    """Whether the keys are digits of a value, the ones that mean something everywhere included."""
    step = course.step
    return (
        course.state is State.ANSWERING
        and isinstance(step, CollectStep)
        and step.what is not Collected.YES_NO
        and course.collection.pending is None
    )


def _put(course: Course, now: float, *prompts: str | None) -> None:
    course.turn.begin(course.voice.patient_s(_silence_s(course)))
    course.do(*course.voice.say(now, *prompts))


def _question(course: Course, *, short: bool) -> str | None:
    step, rules = asked(course), course.rules
    match step:
        case AskStep() if course.meant:
            return rules.mean_one if len(course.meant) == 1 else rules.mean_two
        case CollectStep() if course.collection.pending is not None:
            return step.read_back_prompt or rules.read_back
        case AskStep() | CollectStep():
            return (step.again_prompt if short else None) or step.prompt
        case SurveyStep():
            return step.prompt if course.survey_at == 0 else step.resolved_prompt
        case ConsentStep():
            return step.prompt
        case _:
            assert_never(step)


def _silence_s(course: Course) -> float:
    step = asked(course)
    match step:
        case CollectStep() if course.collection.pending is not None:
            return _READ_BACK_SILENCE_S
        case AskStep() | CollectStep():
            return step.no_input_s
        case SurveyStep():
            return SURVEY_SILENCE_S
        case ConsentStep():
            return CONSENT_SILENCE_S
        case _:
            assert_never(step)
