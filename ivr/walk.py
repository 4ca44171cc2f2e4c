"""A call's walk through its flow, step by step."""

from __future__ import annotations

from typing import assert_never

from ivr import asking, choosing, ending, lookup, nurse, queueing
from ivr.branching import way_out
from ivr.course import Course
from ivr.emergency import by_screen
from ivr.flow import scope_of, within
from ivr.states import State
from ivr.steps import (
    AnswersStep,
    AskStep,
    BranchStep,
    CallBackStep,
    Choice,
    CollectStep,
    ConsentStep,
    HangUpStep,
    LookupStep,
    MessageStep,
    QueueStep,
    ReturnStep,
    SayStep,
    SetStep,
    SubFlowStep,
    SurveyStep,
    TransferStep,
)
from ivr.timers import Timer

STEPS_ALONE = 30
"""Steps taken without a key or a fitting word from the caller before a person is sought."""

_MESSAGE_MARGIN_S = 15.0
"""How much longer than its longest a message is waited for."""


def go(course: Course, name: str, now: float) -> None:
    """Take the call to a step, through branches and settings, until something is said.

    A step that does not exist and a flow that runs on without the caller end at a person.

    Args:
        course: the call.
        name: the step's name, as the current step writes it.
        now: seconds since the epoch.
    """
    path: str | None = within(course.scope, name)
    while True:
        course.steps_alone += 1
        step = course.flow.steps.get(path) if path is not None else None
        if step is None or course.steps_alone > STEPS_ALONE:
            queueing.to_person(course, now)
            return
        assert path is not None
        course.step, course.step_name = step, path
        course.trail.append(path)
        scope = scope_of(path)
        match step:
            case BranchStep():
                way = way_out(step, lambda each: course.value(each, now))
                path = within(scope, way)
                continue
            case SetStep():
                _set(course, step, now)
                path = within(scope, step.next)
                continue
            case SubFlowStep():
                path = _enter(course, step, path, now)
                continue
            case ReturnStep():
                path = _return(course, step, scope, now)
                continue
            case AskStep():
                _ask(course, step, now)
            case CollectStep():
                asking.begin_value(course, now)
            case SurveyStep() | ConsentStep():
                # What was pressed ahead was meant for a question that somebody knows by heart.
                course.keys_ahead = ""
                asking.stand(course, now)
                course.do(*course.voice.listen(()))
                asking.put(course, now)
            case LookupStep():
                lookup.begin(course, now)
            case QueueStep():
                queueing.to_queue(course, step, now)
            case CallBackStep():
                if not queueing.keep_place(course, step, now):
                    path = within(scope, step.no_number)
                    continue
            case HangUpStep():
                ending.farewell(course, step.prompt, now)
            case SayStep() | TransferStep() | MessageStep():
                course.messages.begin()
                play(course, now)
            case AnswersStep():
                # Linked as a question and what is said to it; by itself it is nobody's.
                path = None
                continue
            case _:
                assert_never(step)
        return


# --- variables, and flows within flows ------------------------------------------------------------


def _set(course: Course, step: SetStep, now: float) -> None:
    course.set_variables(step.values)
    for name, expression in step.compute.items():
        value = expression.value(lambda each: course.value(each, now))
        course.set_variable(name, value, course.scope)
    course.do(*course.voice.listen())


def _enter(course: Course, step: SubFlowStep, path: str, now: float) -> str | None:
    """Into another flow, which knows what it is given and nothing else; its first step."""
    given = {
        name: expression.value(lambda each: course.value(each, now))
        for name, expression in step.given.items()
    }
    course.forget_within(path)
    for name, value in given.items():
        course.set_variable(name, value, path)
    start = course.flow.starts.get(step.flow)
    return None if start is None else within(path, start)


def _return(course: Course, step: ReturnStep, scope: str, now: float) -> str | None:
    """Out of a flow that was entered, which forgets what it knew; the step after that."""
    entered = course.flow.steps.get(scope)
    if not isinstance(entered, SubFlowStep):
        return None
    value = None if step.value is None else step.value.value(lambda each: course.value(each, now))
    course.step, course.step_name = entered, scope
    course.forget_within(scope)
    if entered.into is not None:
        course.set_variable(entered.into, value, scope_of(scope))
    return within(scope_of(scope), entered.next)


def go_or_person(course: Course, name: str | None, now: float) -> None:
    """Take the call to a step, or to a person where none is named."""
    if name is None:
        queueing.to_person(course, now)
    else:
        go(course, name, now)


def play(course: Course, now: float) -> None:
    """Say the words of a step that asks nothing.

    A caller who knows what they want may skip what is only said. Where they are handed over or
    recorded afterwards they hear it to the end.
    """
    assert isinstance(course.step, SayStep | TransferStep | MessageStep)
    if not isinstance(course.step, SayStep):
        # What was pressed or said ahead was meant for a question; somebody or a beep comes instead.
        course.keys_ahead = ""
        course.words_ahead.forget()
    course.move(State.PLAYING)
    may_skip = isinstance(course.step, SayStep) and course.step.barge_in
    course.do(*course.voice.say(now, course.step.prompt, barge_in=may_skip))


def played(course: Course, now: float) -> None:
    """The words of a step that asks nothing have been said: do what they announced."""
    match course.step:
        case SayStep(next=following):
            go(course, following, now)
        case TransferStep():
            _hand_over(course, course.step, now)
        case MessageStep():
            course.move(State.RECORDING)
            wait_for_message(course, now)
            course.do(*course.messages.record(course.step))


# --- a red flag ahead -----------------------------------------------------------------------------


def hasten(course: Course, now: float) -> None:
    """Where the keys pressed ahead choose a red flag, leave unsaid what comes before it."""
    while True:
        match course.state, course.step:
            case State.GREETING, _:
                following = course.flow.start
            case State.PLAYING, SayStep(next=following):
                pass
            case _:
                return
        if not _leads_to_red_flag(course, following, now):
            return
        go(course, following, now)


def _leads_to_red_flag(course: Course, following: str, now: float) -> bool:
    """Whether the keys pressed ahead choose a red flag from a step on, and wait for nothing."""
    twin = course.copied()
    go(twin, following, now)
    for _ in range(STEPS_ALONE):
        if twin.state is not State.PLAYING or not isinstance(twin.step, SayStep):
            break
        if not twin.keys_ahead:
            break
        played(twin, now)
    return twin.state is State.EMERGENCY


# --- questions ----------------------------------------------------------------------------------


def _ask(course: Course, step: AskStep, now: float) -> None:
    """Put a question, or take the answer that was pressed or said ahead of it.

    One that fits nothing costs no attempt: it was not meant for this question.
    """
    asking.stand(course, now)
    ahead, course.keys_ahead = course.keys_ahead.lstrip(asking.END_KEY), ""
    choice = choice_of(step, ahead[:1])
    if choice is not None:
        course.keys_ahead = ahead[1:]
    else:
        choice = course.words_ahead.answer(lambda words, ruled_out: fits(course, words, ruled_out))
    if choice is not None:
        take(course, choice, now)
        return
    asking.listen(course)
    asking.put(course, now)


def choice_of(step: AskStep, key: str) -> Choice | None:
    """The choice that a key stands for at a question."""
    return next((each for each in step.choices if key and each.digit == key), None)


def fits(course: Course, words: str, ruled_out: bool) -> Choice | None:
    """The one answer of the current question that words surely choose, if there is one."""
    return choosing.choose(course, words, ruled_out=ruled_out).choice


def take(course: Course, choice: Choice, now: float) -> None:
    """The caller has answered."""
    course.steps_alone = 0
    course.voice.language_known = True
    course.set_variables(choice.set)
    if choice.red_flag is not None:
        nurse.to_nurse(course, by_screen(course.rules, choice.red_flag), now)
    else:
        course.do(*course.voice.listen())
        go_or_person(course, choice.goto, now)


def looked_up(course: Course, now: float) -> None:
    """Go on with the answer from elsewhere, if it is there and nothing is being said."""
    if course.state is State.LOOKING_UP and course.lookup.outcome and not course.voice.playing:
        go(course, lookup.conclude(course), now)


# --- transfers and messages ---------------------------------------------------------------------


def _hand_over(course: Course, step: TransferStep, now: float) -> None:
    """Ring whom the flow names; a name that nobody knows has failed already."""
    destination = course.rules.outside.get(step.destination)
    if destination is None:
        go_or_person(course, step.on_failure, now)
        return
    course.move(State.TRANSFERRING)
    course.do(*course.voice.music(), *course.outside.ring(destination, now))


def wait_for_message(course: Course, now: float) -> None:
    """Wait for the line to report the message, as long as for one that begins now."""
    assert isinstance(course.step, MessageStep)
    course.timers.set(Timer.MESSAGE, now + course.step.max_s + _MESSAGE_MARGIN_S)


def message_over(course: Course, now: float, *, empty: bool) -> None:
    """On with the flow; a message without a word is asked for once more."""
    step = course.step
    assert isinstance(step, MessageStep)
    if empty and course.messages.ask_again():
        play(course, now)
        return
    following = step.silent_goto if empty and step.silent_goto is not None else step.next
    if following is None:
        ending.farewell(course, course.rules.goodbye, now)
    else:
        go(course, following, now)
