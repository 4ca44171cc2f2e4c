"""Triage's own yes/no question, put from wherever the call stands. Doubt goes to a nurse."""

from __future__ import annotations

from calls.verdict import Verdict
from ivr import nurse
from ivr.course import Course, Question
from ivr.emergency import confirmed
from ivr.states import State

SILENCE_S = 5.0
"""Seconds of silence that count as no answer."""


def ask(course: Course, verdict: Verdict, now: float) -> None:
    """Put the question of a verdict; past the last one that a call may be asked, a nurse."""
    if (
        course.questions_put >= course.rules.max_call_questions
        or verdict.question is None
        or not course.voice.has(verdict.question)
    ):
        nurse.to_nurse(course, confirmed(verdict, "unclear"), now)
        return
    course.questions_put += 1
    back = course.state if course.question is None else course.question.back
    course.question = Question(verdict, back)
    course.do(*course.outside.stop())
    if course.state is not State.QUESTION:
        course.move(State.QUESTION)
    put(course, now)


def put(course: Course, now: float, *before: str | None) -> None:
    """Say the question, after other prompts, and wait for its answer."""
    assert course.question is not None
    course.turn.begin(course.voice.patient_s(SILENCE_S))
    prompts = (*before, course.voice.digits_only(), course.question.verdict.question)
    course.do(*course.voice.say(now, *prompts))


def missed(course: Course, now: float) -> None:
    """The answer was neither yes nor no: once more, then a nurse."""
    assert course.question is not None
    course.question.misses += 1
    if course.question.misses > 1:
        nurse.to_nurse(course, confirmed(course.question.verdict, "unclear"), now)
    else:
        put(course, now)
