"""The beginning of a call, before its flow: the first words, and the question for consent."""

from __future__ import annotations

from ivr import walk
from ivr.asking import CONSENT_SILENCE_S
from ivr.course import Course
from ivr.states import State


def greeted(course: Course, now: float) -> None:
    """The first words were said: ask for consent where the site asks, and on to the flow."""
    if course.voice.has(course.rules.recording_question):
        course.move(State.CONSENT)
        put_consent_question(course, now)
    else:
        walk.go(course, course.flow.start, now)


def put_consent_question(course: Course, now: float) -> None:
    """Ask whether the call may be recorded, and wait a moment for the answer."""
    course.turn.begin(course.voice.patient_s(CONSENT_SILENCE_S))
    course.do(*course.voice.ask_consent(now))


def consent_over(course: Course, answer: bool | None, now: float) -> None:
    """Yes, no or neither: on to the flow, for nobody is held up by this question."""
    course.may_record = answer
    walk.go(course, course.flow.start, now)
