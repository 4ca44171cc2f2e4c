"""What a caller hears while they wait, in a routine queue or in the nurse lane."""

from __future__ import annotations

from calls.commands import AskPlace
from ivr import announcing, call_backs, waiting
from ivr.course import Course
from ivr.states import State
from ivr.timers import Timer


def hold(course: Course, now: float) -> None:
    """Music, until it is time for a word of comfort, or for the offer of a message."""
    if course.state is State.WAITING and course.wait.due(now, course.longest_wait_s) <= now:
        offer_message(course, now)
        return
    if course.state is State.WAITING and call_back_is_due(course, now):
        offer_call_back(course, now)
        return
    course.do(*course.voice.music())
    if course.state is State.EMERGENCY:
        course.timers.set(Timer.COMFORT, now + course.rules.nurse_wait_every_s)
    elif course.queue_step is not None and waiting.comforts(course.queue_step):
        course.timers.set(Timer.COMFORT, now + course.queue_step.comfort_every_s)


def say(course: Course, now: float, *prompts: str | None, barge_in: bool = True) -> None:
    """Say something in place of the music, which comes back after it.

    A caller who is being promised a call-back hears the promise after it, and to its end: nobody is
    let go who has not heard it.
    """
    course.timers.cancel(Timer.COMFORT)
    if course.keeps_place is not None:
        barge_in, promise = False, course.keeps_place.prompt
        prompts = (*(each for each in prompts if each != promise), promise)
    course.do(*course.voice.tell(now, *prompts, barge_in=barge_in))


def comfort(course: Course, now: float) -> None:
    """A word to a caller who waits, and what they can do."""
    rules, notice = course.rules, course.voice.notice()
    if course.state is State.EMERGENCY:
        say(course, now, *course.lane.comfort(), rules.nurse_wait, notice, barge_in=False)
    else:
        assert course.queue_step is not None
        instead = rules.or_message if course.wait.offered else None
        say(course, now, waiting.comfort(rules, course.queue_step), instead, notice)
        ask_place(course)


def ask_place(course: Course) -> None:
    """Ask what of their place can be told a caller who is being spoken to."""
    step = course.queue_step
    if step is not None and (step.say_position or step.say_wait):
        course.do(AskPlace(call_id=course.call_id))


def say_place(course: Course, position: int | None, wait_s: float | None, now: float) -> None:
    """Add to what is being said what can be told; nothing where there is nothing to tell."""
    prompts = announcing.told(course, position, wait_s)
    if prompts:
        course.timers.cancel(Timer.COMFORT)
        course.do(*course.voice.add(now, *prompts))


def offer_message(course: Course, now: float) -> None:
    """Tell a caller who has waited long that they may leave a message; they keep their place.

    It is said between two other prompts, never in the middle of one.
    """
    if not course.voice.playing:
        course.timers.set(Timer.LONG_WAIT, course.wait.offer(now, course.longest_wait_s))
        say(course, now, course.rules.long_wait)


def call_back_is_due(course: Course, now: float) -> bool:
    """Whether the caller has waited so long that they are to be offered a call-back."""
    step, wait = course.queue_step, course.wait
    if step is None or step.call_back_prompt is None or wait.call_back_offered:
        return False
    may = call_backs.may_be_offered(course, now)
    return may and wait.call_back_due(now, step.call_back_after_s) <= now


def offer_call_back(course: Course, now: float) -> None:
    """Tell a caller who waits that they may be called back instead; between two other prompts."""
    step = course.queue_step
    if not course.voice.playing and step is not None:
        if not call_backs.may_be_offered(course, now):
            return
        course.wait.call_back_offered = True
        say(course, now, step.call_back_prompt)
