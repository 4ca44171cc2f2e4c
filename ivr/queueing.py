"""A caller's way into a routine queue, and out of it."""

from __future__ import annotations

from dataclasses import replace

from calls.commands import Dequeue, Enqueue, KeepPlace, OpenTask
from calls.ids import AgentId
from calls.private import Private
from ivr import call_backs, ending, holding, waiting
from ivr.course import TO_PERSON, Course
from ivr.states import State
from ivr.steps import CallBackStep, MessageStep, QueueStep
from ivr.timers import Timer


def to_person(course: Course, now: float) -> None:
    """Seek a person, by key or at the end of a ladder."""
    course.trail.append(TO_PERSON)
    to_queue(course, waiting.person(course.rules), now)


def to_queue(
    course: Course, step: QueueStep, now: float, *, keeps_place: CallBackStep | None = None
) -> None:
    """Wait in a routine queue; a caller who waits already keeps the time they have waited.

    Args:
        course: the call.
        step: the queue.
        now: seconds since the epoch.
        keeps_place: the caller is to be called back, once they have been told so.
    """
    requirement = waiting.requirement(course.rules, step, course.voice.language)
    elsewhere = keeps_place is not None and keeps_place.number is not None
    course.do(Enqueue(call_id=course.call_id, requirement=requirement, number_given=elsewhere))
    former = course.queue_step if course.state is State.WAITING else None
    if former is not None and course.keeps_place is not None:
        former = replace(former, prompt=None)  # Its promise is not kept.
    course.former_queue, course.keeps_place = former, keeps_place
    course.do(*course.voice.listen(()), *course.outside.stop())
    if course.queue_step is None or course.queue_step.queue != step.queue:
        course.wait.elsewhere()
    course.queued, course.queue_step, course.question = True, step, None
    stand(course, now)
    notice = course.voice.notice()
    if step.prompt is None and notice is None and keeps_place is None:
        holding.hold(course, now)
    else:
        holding.say(course, now, step.prompt, notice)
    holding.ask_place(course)


def back_to_queue(course: Course, now: float) -> None:
    """The agent was lost and the caller waits again, in the place they had."""
    stand(course, now)
    course.do(*course.voice.listen())
    holding.hold(course, now)


def stand(course: Course, now: float) -> None:
    """Wait; the longest wait goes on from where it stood."""
    course.move(State.WAITING)
    course.timers.set(Timer.LONG_WAIT, course.wait.due(now, course.longest_wait_s))
    step = course.queue_step
    if call_backs.may_be_offered(course, now) and not course.wait.call_back_offered:
        assert step is not None
        due = course.wait.call_back_due(now, step.call_back_after_s)
        course.timers.set(Timer.CALL_BACK, max(now, due))


def keep_place(course: Course, step: CallBackStep, now: float) -> bool:
    """Promise to call back; whether there is a number, and nothing forbids it.

    The caller stands in the queue from the first word of the promise on: an agent who is free then
    takes them at once.
    """
    if not call_backs.may_be_promised(course, step, now):
        return False
    queue = QueueStep(queue=step.queue, skills=step.skills, prompt=step.prompt)
    to_queue(course, queue, now, keeps_place=step)
    return True


def leave_place(course: Course, now: float) -> None:
    """The promise was said: the place is to be kept. The caller is let go once it is.

    Where it is not they wait on, and what was promised is not said again.
    """
    step, course.keeps_place = course.keeps_place, None
    assert step is not None
    if course.queue_step is not None:
        course.queue_step = replace(course.queue_step, prompt=None)
    number = call_backs.given_number(course, step, now)
    holding.hold(course, now)
    course.do(KeepPlace(call_id=course.call_id, number=Private(number)))


def place_kept(course: Course, now: float, *, words_awaited: bool) -> None:
    """The caller's place is kept: they may go."""
    if course.state is State.WAITING:
        course.ledger.call_back_owed = True
        ending.hang_up(course, now, words_awaited=words_awaited)


def left_early(course: Course, now: float) -> None:
    """The caller hung up while they were promised a call-back: a person owes it to them."""
    step = course.keeps_place
    if step is not None and call_backs.may_be_promised(course, step, now):
        course.ledger.call_back_owed = True
        course.do(
            OpenTask(
                call_id=course.call_id,
                kind="call-back",
                queue=step.queue,
                number=Private(call_backs.given_number(course, step, now)),
            )
        )


def connected(course: Course) -> None:
    """An agent speaks with the caller. What was said or pressed ahead of that is over."""
    course.timers.clear()
    course.voice.hush()
    course.do(*course.outside.stop())
    course.question = course.keeps_place = None
    course.keys_ahead = ""
    course.words_ahead.forget()
    course.wait.over()
    course.unstaffed.clear()
    course.steps_alone = 0
    course.ledger.connected = True
    course.held_by.clear()
    course.do(*course.voice.stop_listening())


def held(course: Course, agent_id: AgentId) -> None:
    """An agent has put the caller on hold: whoever feels worse meanwhile must be heard."""
    if course.state is State.CONNECTED:
        course.held_by.add(agent_id)
        course.do(*course.voice.listen((), anew=True))


def retrieved(course: Course, agent_id: AgentId) -> None:
    """An agent listens again."""
    course.held_by.discard(agent_id)
    if course.state is State.CONNECTED and not course.held_by:
        course.do(*course.voice.stop_listening())


def nobody_here(course: Course, queue: str, now: float) -> None:
    """Nobody is signed in who could answer in ``queue``: back to where they waited, or on.

    A caller who asked for a person while they waited for somebody else loses nothing by it. News of
    a queue in which this caller does not wait changes nothing.
    """
    if course.state is not State.WAITING or course.queue_step is None:
        return
    if course.queue_step.queue != queue:
        return
    course.unstaffed.add(queue)
    former = course.former_queue
    if former is not None and former.queue not in course.unstaffed:
        to_queue(course, former, now)
    else:
        take_message(course, now, course.rules.nobody_here)


def take_message(course: Course, now: float, *before: str) -> None:
    """Out of the queue, and a message for its people; a farewell follows it."""
    assert course.queue_step is not None
    course.do(Dequeue(call_id=course.call_id))
    course.step = message = waiting.message(course.rules, course.queue_step)
    course.queued, course.queue_step = False, None
    course.wait.over()
    course.keeps_place = None
    course.messages.begin()
    course.move(State.PLAYING)
    course.do(*course.voice.tell(now, *before, message.prompt, barge_in=False))


def only_a_message(course: Course) -> bool:
    """Whether the caller is taken a message from because no person is here to be asked for."""
    return isinstance(course.step, MessageStep) and course.rules.person_queue in course.unstaffed
