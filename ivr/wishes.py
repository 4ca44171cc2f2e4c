"""What a caller wishes for at any moment, carried out: slower, louder, another language, a call."""

from __future__ import annotations

from dataclasses import replace

from ivr import call_backs, ending, holding, place, queueing, walk
from ivr.course import Course
from ivr.states import State
from ivr.voice import MOST_LOUDER

_WHERE = (
    State.GREETING,
    State.CONSENT,
    State.PLAYING,
    State.ANSWERING,
    State.LOOKING_UP,
    State.QUESTION,
    State.WAITING,
    State.EMERGENCY,
    State.LEAVING,
)


def grants(course: Course) -> bool:
    """Whether anything is being said that could be said otherwise."""
    return course.state in _WHERE


def slower(course: Course, now: float) -> None:
    """Speak more slowly and wait longer from here on."""
    course.voice.slow = True
    _again(course, now)


def louder(course: Course, now: float) -> None:
    """Speak louder from here on; past the loudest it is only said again."""
    course.voice.louder = min(course.voice.louder + 1, MOST_LOUDER)
    _again(course, now)


def next_language(course: Course, now: float) -> None:
    """Go on in the next of the site's languages."""
    languages = course.rules.languages
    at = languages.index(course.voice.language) if course.voice.language in languages else -1
    in_language(course, languages[(at + 1) % len(languages)], now)


def in_language(course: Course, language: str, now: float) -> None:
    """Go on in a language that the site speaks."""
    before = course.voice.language
    course.speak(language)
    if course.state not in (State.GREETING, State.CONSENT):
        course.do(*course.voice.listen())
    match course.state:
        case State.PLAYING:
            walk.play(course, now)
        case State.LEAVING:
            course.do(*course.voice.say(now, ending.last_words(course), barge_in=False))
        case State.EMERGENCY:
            holding.comfort(course, now)
        case State.WAITING if course.keeps_place is None and before != course.voice.language:
            # Whoever answers has to speak it too. The time they have waited stays theirs.
            assert course.queue_step is not None
            queueing.to_queue(course, replace(course.queue_step, prompt=None), now)
        case _:
            place.say_again(course, now)


def call_back(course: Course, now: float) -> None:
    """A caller who waits would rather be called back; who cannot be waits on where they are."""
    waits, step = course.queue_step, call_backs.step_offered(course)
    if waits is None or waits.call_back is None:
        return
    if step is not None and call_backs.may_be_promised(course, step, now):
        course.steps_alone = 0
        walk.go(course, waits.call_back, now)
    else:
        holding.comfort(course, now)


def _again(course: Course, now: float) -> None:
    if course.state is State.EMERGENCY:
        course.do(*course.voice.again(now))
    else:
        place.say_again(course, now)
