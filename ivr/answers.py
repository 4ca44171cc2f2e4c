"""What an answer to a question leads to, and the lack of one. Keys and words meet here."""

from __future__ import annotations

from typing import assert_never

from calls.verdict import Verdict, to_nurse
from ivr import (
    asking,
    choosing,
    collection,
    matching,
    nurse,
    opening,
    place,
    question,
    survey,
    walk,
)
from ivr.ahead import QUESTIONS
from ivr.collection import NO_KEY, YES_KEY
from ivr.course import Course
from ivr.emergency import confirmed
from ivr.steps import AskStep, Choice, CollectStep, ConsentStep, SurveyStep
from ivr.tokens import tokens
from ivr.yes_no import permission, right_or_wrong


def key(course: Course, pressed: str, now: float) -> bool:
    """A key at a question of the flow; whether it fits."""
    step = asking.asked(course)
    match step:
        case CollectStep():
            return collection.key(course, pressed, now)
        case SurveyStep():
            return survey.key(course, pressed, now)
        case ConsentStep():
            _consent(course, {YES_KEY: True, NO_KEY: False}.get(pressed), now)
            return pressed in (YES_KEY, NO_KEY)
        case AskStep() if course.meant:
            return _which(course, pressed, now)
        case AskStep():
            choice = walk.choice_of(step, pressed)
            if choice is not None:
                walk.take(course, choice, now)
            else:
                no_match(course, now)
            return choice is not None
        case _:
            assert_never(step)


def in_words(course: Course, words: str, verdict: Verdict, now: float) -> None:
    """Words at a question of the flow, which triage has passed."""
    step = asking.asked(course)
    match step:
        case CollectStep():
            collection.words(course, words, now)
        case SurveyStep():
            survey.words(course, words, now)
        case ConsentStep():
            _consent(course, permission(words), now)
        case AskStep() if course.meant:
            _which_in_words(course, words, now)
        case AskStep():
            _choice_in_words(course, step, words, verdict, now)
        case _:
            assert_never(step)


def _choice_in_words(
    course: Course, step: AskStep, words: str, verdict: Verdict, now: float
) -> None:
    """Words at a choice.

    At an optional question those that fit nothing are meant for a later one: they are carried on.
    Where they fit two answers it is worth asking again.
    """
    ruled_out = bool(verdict.suppressed)
    chosen = choosing.choose(course, words, ruled_out=ruled_out)
    if chosen.choice is not None:
        walk.take(course, chosen.choice, now)
    elif (
        (onward := step.words_goto or step.silent_goto) is not None
        and tokens(words)
        and not chosen.torn
    ):
        course.words_ahead.keep(words, ruled_out=ruled_out)
        walk.go(course, onward, now)
    elif chosen.meant:
        course.meant = chosen.meant
        asking.put(course, now)
    else:
        no_match(course, now)


def has_answer(course: Course, words: str) -> bool:
    """Whether a phrase of the current question stands in the words."""
    step, language = course.step, course.voice.language
    return isinstance(step, AskStep) and (
        matching.choose(words, step.choices, language) is not None
    )


# --- which of two is meant ------------------------------------------------------------------------


def _which(course: Course, pressed: str, now: float) -> bool:
    """A key where the caller is asked which answer they mean: the last key is for none of them."""
    meant, course.meant = course.meant, ()
    place = int(pressed) - 1 if pressed.isdigit() else -1
    if 0 <= place < len(meant):
        walk.take(course, meant[place], now)
        return True
    is_none = place == len(meant)
    _neither(course, now) if is_none else no_match(course, now)
    return is_none


def _which_in_words(course: Course, words: str, now: float) -> None:
    meant, course.meant = course.meant, ()
    if len(meant) == 1:
        answer = right_or_wrong(words)
        choice = meant[0] if answer is True else None
    else:
        choice = _ordinal(words, meant)
    is_no = choice is None and right_or_wrong(words) is False
    if choice is None and len(meant) > 1 and not is_no:
        choice = choosing.by_intent(course, words, meant).choice
    if choice is not None:
        walk.take(course, choice, now)
    elif is_no:
        _neither(course, now)
    else:
        no_match(course, now)


def _neither(course: Course, now: float) -> None:
    """They meant something else: the question again, without a word of blame."""
    step = asking.asked(course)
    assert isinstance(step, AskStep)
    _again(course, step, None, now)


def _ordinal(words: str, meant: tuple[Choice, ...]) -> Choice | None:
    """The first or the second, where one of them is named and nothing else is said.

    "The second one" is no first, and "I need to see someone first" no answer.
    """
    said = frozenset(tokens(words))
    if not said <= _ORDINAL_WORDS:
        return None
    for ordinals in _ORDINALS:
        named = [place for place, names in enumerate(ordinals) if said & names]
        if named:
            return meant[named[0]] if len(named) == 1 else None
    return None


_ORDINALS = (
    (
        frozenset({"first", "former", "primero", "primera"}),
        frozenset({"second", "latter", "segundo", "segunda"}),
    ),
    (frozenset({"one", "1", "uno"}), frozenset({"two", "2", "dos"})),
)
_ORDINAL_WORDS = frozenset(
    {
        *(word for ordinals in _ORDINALS for names in ordinals for word in names),
        *("the", "that", "number", "option", "please", "um", "uh", "yes"),
        *("el", "la", "numero", "opcion", "por", "favor", "si"),
    }
)

# --- consent --------------------------------------------------------------------------------------


def _consent(course: Course, answer: bool | None, now: float) -> None:
    """An answer to the flow's own question for consent; none leaves it as it was."""
    step = course.step
    assert isinstance(step, ConsentStep)
    if answer is not None:
        course.steps_alone = 0
        course.may_record = answer
    walk.go(course, step.next, now)


def to_consent(course: Course, words: str, verdict: Verdict, now: float) -> None:
    """An answer to the question for consent; what is neither yes nor no is meant for the flow."""
    answer = permission(words)
    if answer is None:
        ahead(course, words, verdict)
    opening.consent_over(course, answer, now)


def ahead(course: Course, words: str, verdict: Verdict) -> None:
    """Clear words before the flow's first question, which is the first they are offered to."""
    course.words_ahead.keep(words, ruled_out=bool(verdict.suppressed), questions=1 + QUESTIONS)


def unclear(course: Course, now: float) -> None:
    """Words too badly heard to be trusted may be a red flag: asked once more, then a nurse."""
    if course.ladder.ask_to_repeat():
        asking.ask_to_repeat(course, now)
    else:
        nurse.to_nurse(course, to_nurse("low-confidence"), now)


def no_match(course: Course, now: float) -> None:
    """An answer that fits nothing: the question again, while there are attempts."""
    step = asking.asked(course)
    match step:
        case CollectStep():
            collection.no_match(course, now)
        case SurveyStep():
            survey.no_match(course, now)
        case ConsentStep():
            _consent(course, None, now)
        case AskStep():
            _again(course, step, step.no_match_prompt, now)
        case _:
            assert_never(step)


def silence(course: Course, now: float) -> None:
    """No answer: where the step says, or the question again, while there are attempts."""
    step = asking.asked(course)
    match step:
        case CollectStep():
            collection.silence(course, now)
        case AskStep() if step.silent_goto is not None and not course.meant:
            walk.go(course, step.silent_goto, now)
        case AskStep():
            course.meant = ()
            _again(course, step, step.no_input_prompt, now)
        case _:
            no_match(course, now)


def _again(course: Course, step: AskStep, why: str | None, now: float) -> None:
    if course.ladder.put_again():
        asking.put_again(course, now, why)
    else:
        walk.go_or_person(course, step.otherwise, now)


def to_triage(course: Course, answer: bool | None, now: float) -> None:
    """An answer to triage's question: yes, no, or ``None`` for neither and for silence."""
    assert course.question is not None
    if answer is True:
        asked = course.question.verdict
        nurse.to_nurse(course, confirmed(asked, asked.reason), now)
    elif answer is False:
        place.back_from_question(course, now)
    else:
        question.missed(course, now)
