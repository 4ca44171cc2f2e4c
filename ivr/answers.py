"""What an answer to a question leads to, and the lack of one. Keys and words meet here."""

from __future__ import annotations

from calls.verdict import Verdict, to_nurse
from ivr import matching, nurse, opening, place, question, walk
from ivr.ahead import QUESTIONS
from ivr.course import Course
from ivr.emergency import confirmed
from ivr.steps import AskStep


def in_words(course: Course, words: str, verdict: Verdict, now: float) -> None:
    """Words at a question of the flow, which triage has passed.

    At an optional question those that fit nothing are meant for a later one: they are carried on.
    Where they fit two answers it is worth asking again.
    """
    step, language = course.step, course.voice.language
    assert isinstance(step, AskStep)
    ruled_out = bool(verdict.suppressed)
    choice = matching.choose(words, step.choices, language, ruled_out=ruled_out)
    if choice is not None:
        walk.take(course, choice, now)
    elif (
        step.silent_goto is not None
        and matching.tokens(words)
        and not matching.is_torn(words, step.choices, language, ruled_out=ruled_out)
    ):
        course.words_ahead.keep(words, ruled_out=ruled_out)
        walk.go(course, step.silent_goto, now)
    else:
        no_match(course, now)


def to_consent(course: Course, words: str, verdict: Verdict, now: float) -> None:
    """An answer to the question for consent; what is neither yes nor no is meant for the flow."""
    answer = matching.permission(words)
    if answer is None:
        ahead(course, words, verdict)
    opening.consent_over(course, answer, now)


def ahead(course: Course, words: str, verdict: Verdict) -> None:
    """Clear words before the flow's first question, which is the first they are offered to."""
    course.words_ahead.keep(words, ruled_out=bool(verdict.suppressed), questions=1 + QUESTIONS)


def unclear(course: Course, now: float) -> None:
    """Words too badly heard to be trusted may be a red flag: asked once more, then a nurse."""
    if course.ladder.ask_to_repeat():
        walk.ask_to_repeat(course, now)
    else:
        nurse.to_nurse(course, to_nurse("low-confidence"), now)


def no_match(course: Course, now: float) -> None:
    """An answer that fits nothing: the question again, while there are attempts."""
    assert isinstance(course.step, AskStep)
    if course.ladder.put_again():
        walk.put_again(course, now, course.step.no_match_prompt)
    else:
        walk.go_or_person(course, course.step.otherwise, now)


def silence(course: Course, now: float) -> None:
    """No answer: where the step says, or the question again, while there are attempts."""
    assert isinstance(course.step, AskStep)
    if course.step.silent_goto is not None:
        walk.go(course, course.step.silent_goto, now)
    elif course.ladder.put_again():
        walk.put_again(course, now, course.step.no_input_prompt)
    else:
        walk.go_or_person(course, course.step.otherwise, now)


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
