"""Which answer of a question words choose: by its phrases first, then by what the caller wants."""

from __future__ import annotations

from dataclasses import dataclass

from ivr import matching
from ivr.course import Course
from ivr.intents import Sureness
from ivr.steps import AskStep, Choice
from ivr.tokens import tokens


@dataclass(frozen=True, slots=True)
class Chosen:
    """What words choose at a question.

    Attributes:
        choice: the answer, where there is no doubt.
        meant: one or two answers among which the caller has to be asked.
        torn: two phrases fit equally well.
    """

    choice: Choice | None = None
    meant: tuple[Choice, ...] = ()
    torn: bool = False


def choose(course: Course, words: str, *, ruled_out: bool) -> Chosen:
    """What words choose at the current question.

    Args:
        course: a call at an ask step.
        words: what was heard; triage has passed it.
        ruled_out: triage found a symptom in it that does not count.
    """
    step, language = course.step, course.voice.language
    assert isinstance(step, AskStep)
    choice = matching.choose(words, step.choices, language, ruled_out=ruled_out)
    if choice is not None:
        return Chosen(choice)
    if matching.is_torn(words, step.choices, language, ruled_out=ruled_out):
        return Chosen(torn=True)
    return by_intent(course, words, step.choices)


def by_intent(course: Course, words: str, choices: tuple[Choice, ...]) -> Chosen:
    """What words choose among answers that stand for intents."""
    wanted = {each.intent: each for each in choices if each.intent is not None}
    if not wanted or not tokens(words):
        return Chosen()
    understood = course.rules.intent_model.understand(
        words,
        tuple(wanted),
        course.voice.language,
        margin=course.rules.intent_margin,
        leads_to={intent: each.goto or intent for intent, each in wanted.items()},
    )
    best = wanted[understood.best] if understood.best is not None else None
    second = wanted[understood.second] if understood.second is not None else None
    match understood.sureness:
        case Sureness.SURE:
            return Chosen(best)
        case Sureness.UNSURE if best is not None:
            return Chosen(meant=(best,))
        case Sureness.TORN if best is not None and second is not None:
            return Chosen(meant=(best, second))
        case _:
            return Chosen()
