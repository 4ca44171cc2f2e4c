"""A call-back instead of waiting: whether it can be promised, and where to call."""

from __future__ import annotations

from ivr.course import Course
from ivr.flow import within
from ivr.steps import CallBackStep


def step_offered(course: Course) -> CallBackStep | None:
    """The step that the queue in which the caller waits would offer; ``None`` if it offers none."""
    waits = course.queue_step
    if waits is None or waits.call_back is None:
        return None
    step = course.flow.steps.get(within(course.scope, waits.call_back))
    return step if isinstance(step, CallBackStep) else None


def may_be_offered(course: Course, now: float) -> bool:
    """Whether the caller waits where a call-back is offered, and could be given one."""
    step, waits = step_offered(course), course.queue_step
    offers = waits is not None and waits.call_back_prompt is not None
    return offers and step is not None and may_be_promised(course, step, now)


def may_be_promised(course: Course, step: CallBackStep, now: float) -> bool:
    """Whether there is a number to call, and nothing forbids it."""
    return course.lane.may_call_back and bool(number(course, step, now))


def number(course: Course, step: CallBackStep, now: float) -> str:
    """Where to call; empty where that is not known."""
    return course.caller.reveal() if step.number is None else given_number(course, step, now)


def given_number(course: Course, step: CallBackStep, now: float) -> str:
    """The number that the caller gave for it; empty where they are called where they ring from."""
    if step.number is None:
        return ""
    value = step.number.value(lambda name: course.value(name, now))
    return value if isinstance(value, str) else ""
