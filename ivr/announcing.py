"""What a caller who waits is told of their place: one of a few prompts, so that all can be ready.

A wait is rounded up, and told as a bound: nine callers of ten are answered within it. So it is
never more precise than what is known, however far the possible waits lie apart.
"""

from __future__ import annotations

from ivr.course import Course
from ivr.states import State
from ivr.steps import QueueStep

LAST_POSITION = 10
"""Those behind are told that there are more."""

POSITIONS = tuple(f"position-{number}" for number in range(1, LAST_POSITION + 1))
POSITION_BEYOND = "position-more"
POSITION_PROMPTS = (*POSITIONS, POSITION_BEYOND)
"""What a site needs whose flows tell positions."""

WAITS_S = (120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0)
WAITS = tuple(f"wait-{bound_s / 60:.0f}" for bound_s in WAITS_S)
WAIT_BEYOND = "wait-more"
WAIT_PROMPTS = (*WAITS, WAIT_BEYOND)
"""What a site needs whose flows tell waits."""


def prompts_of(step: QueueStep) -> tuple[str, ...]:
    """The prompts that a step may say of a caller's place."""
    return (
        *(POSITION_PROMPTS if step.say_position else ()),
        *(WAIT_PROMPTS if step.say_wait else ()),
    )


def position_prompt(position: int) -> str:
    """The prompt for a place in the queue, from 1."""
    return POSITIONS[position - 1] if position <= LAST_POSITION else POSITION_BEYOND


def wait_prompt(wait_s: float) -> str:
    """The prompt for a wait in seconds, rounded up to what a person would say."""
    for bound_s, prompt in zip(WAITS_S, WAITS, strict=True):
        if wait_s <= bound_s:
            return prompt
    return WAIT_BEYOND


def told(course: Course, position: int | None, wait_s: float | None) -> tuple[str, ...]:
    """What of a caller's place is said now.

    A place that has become worse, because somebody with more right to it went ahead, is passed over
    in silence: it would sound like an injustice, and there is nothing the caller could do.

    Args:
        course: a caller who waits.
        position: the place, if there is something to tell.
        wait_s: seconds, if something is known.
    """
    step = course.queue_step
    if course.state is not State.WAITING or step is None:
        return ()
    prompts = []
    if step.say_position and position is not None and course.wait.improves(position):
        prompts.append(position_prompt(position))
    if step.say_wait and wait_s is not None:
        prompts.append(wait_prompt(wait_s))
    return tuple(prompts)
