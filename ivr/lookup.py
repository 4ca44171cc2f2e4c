"""What a flow asks elsewhere, and what it takes from the answer. Nobody is kept waiting for it."""

from __future__ import annotations

import json
from datetime import date

from calls.commands import LookUp
from calls.facts import LookedUp
from calls.private import Private
from calls.way import value_at
from ivr.course import Course, Lookup
from ivr.states import State
from ivr.steps import LookupStep, Saved
from ivr.timers import Timer
from ivr.values import Value, ValueKind, read_value

FOUND, NOT_FOUND, FAILED = "found", "not-found", "failed"

LIMIT_S = 15.0
"""An answer that takes longer does not come."""

_TEXT = 400


def answered(course: Course, fact: LookedUp) -> None:
    """The answer has come; one to an earlier question, or a second one, is dropped."""
    pending = course.lookup
    if fact.lookup_id == pending.lookup_id and pending.outcome is None:
        pending.outcome, pending.answer = fact.outcome, fact.answer


def lapsed(course: Course) -> None:
    """No answer has come in time."""
    if course.lookup.outcome is None:
        course.lookup.outcome = FAILED
    course.voice.hush()


def again(course: Course, now: float) -> None:
    """Come back to it: ask once more where the question may be lost, and wait."""
    wait(course, now)
    if course.lookup.outcome is None:
        ask(course, now)


def wait(course: Course, now: float) -> None:
    """Wait for the answer, as long as for one that is asked for now."""
    course.timers.set(Timer.LOOKUP, now + LIMIT_S)


def ask(course: Course, now: float) -> None:
    """Put the question of the current step; told twice it is the same one.

    What is not known goes with it, empty: left out, a date of birth alone would find somebody.
    """
    step = course.step
    assert isinstance(step, LookupStep)
    given = {
        name: _written(expression.value(lambda each: course.value(each, now)))
        for name, expression in step.given.items()
    }
    course.do(
        LookUp(
            call_id=course.call_id,
            lookup_id=course.lookup.lookup_id,
            source=step.source,
            given=Private(json.dumps(given, ensure_ascii=False)),
        )
    )


def begin(course: Course, now: float) -> None:
    """Ask, and say meanwhile what the flow has to say."""
    step = course.step
    assert isinstance(step, LookupStep)
    course.move(State.LOOKING_UP)
    course.lookup = Lookup(course.lookup.lookup_id + 1)
    wait(course, now)
    ask(course, now)
    if step.prompt is not None:
        course.do(*course.voice.say(now, step.prompt, barge_in=False))
    else:
        course.do(*course.voice.music())


def conclude(course: Course) -> str:
    """Take what is wanted from the answer; the step that follows."""
    step, pending = course.step, course.lookup
    assert isinstance(step, LookupStep)
    document = _read(pending.answer.reveal()) if pending.outcome == FOUND else None
    for name, saved in step.save.items():
        course.set_variable(name, _saved(document, saved), course.scope)
    pending.answer = Private("")
    course.timers.cancel(Timer.LOOKUP)
    if pending.outcome == FOUND:
        return step.next
    if pending.outcome == NOT_FOUND and step.not_found is not None:
        return step.not_found
    return step.on_failure


def _written(value: Value | None) -> str:
    """A value as a source takes it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _read(text: str) -> object:
    """The document, or nothing of it: whoever looked it up has read it before."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _saved(document: object, saved: Saved) -> Value | None:
    """What stands at a place of the answer, if it is of the kind that is wanted."""
    found = value_at(document, saved.at)
    match found:
        case bool():
            return found if saved.kind is ValueKind.YES_NO else None
        case int() | float():
            text = (
                f"{found:.6f}".rstrip("0").rstrip(".") if isinstance(found, float) else str(found)
            )
            return read_value(text, saved.kind)
        case str() if found.strip():
            return read_value(" ".join(found.split())[:_TEXT], saved.kind)
        case _:
            return None
