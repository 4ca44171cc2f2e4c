"""How it went, asked once the agent has left. Nobody is kept by it."""

from __future__ import annotations

from calls.commands import RecordAnswer
from ivr import asking, collecting, ending, walk
from ivr.course import Course
from ivr.ladder import Ladder
from ivr.steps import SurveyStep
from ivr.yes_no import plain_answer

SATISFACTION, RESOLVED = "satisfaction", "resolved"
BEST = 5


def key(course: Course, pressed: str, now: float) -> bool:
    """A key at a question of the survey; whether it fits."""
    score = int(pressed) if pressed.isdigit() else None
    if course.survey_at == 0:
        fits = score is not None and 1 <= score <= BEST
    else:
        score = {"1": 1, "2": 0}.get(pressed)
        fits = score is not None
    _answered(course, score if fits else None, now)
    return fits


def words(course: Course, said: str, now: float) -> None:
    """Words at a question of the survey, which triage has passed."""
    if course.survey_at == 0:
        score = collecting.number_in(said, course.voice.language)
        _answered(course, score if score is not None and 1 <= score <= BEST else None, now)
    else:
        answer = plain_answer(said)
        _answered(course, None if answer is None else int(answer), now)


def no_match(course: Course, now: float) -> None:
    """No answer, or none that can be used: once more, then on."""
    _answered(course, None, now)


def _answered(course: Course, score: int | None, now: float) -> None:
    step = course.step
    assert isinstance(step, SurveyStep)
    if score is None and course.ladder.put_again():
        asking.put_again(course, now)
        return
    if score is not None:
        course.steps_alone = 0
        question = SATISFACTION if course.survey_at == 0 else RESOLVED
        course.do(RecordAnswer(call_id=course.call_id, question=question, score=score))
    if course.survey_at == 0 and step.resolved_prompt is not None:
        course.survey_at = 1
        course.ladder = Ladder(asking.attempts(step))
        asking.put(course, now)
    elif step.next is not None:
        walk.go(course, step.next, now)
    else:
        ending.farewell(course, course.rules.goodbye, now)
