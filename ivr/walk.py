"""A call's walk through its flow, step by step."""

from __future__ import annotations

from typing import assert_never

from ivr import ending, matching, nurse, queueing
from ivr.branching import way_out
from ivr.course import Course
from ivr.emergency import by_screen
from ivr.ladder import Ladder
from ivr.states import State
from ivr.steps import (
    AskStep,
    BranchStep,
    Choice,
    HangUpStep,
    MessageStep,
    QueueStep,
    SayStep,
    SetStep,
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
    """
    while True:
        course.steps_alone += 1
        step = course.flow.steps.get(name)
        if step is None or course.steps_alone > STEPS_ALONE:
            queueing.to_person(course, now)
            return
        course.step, course.step_name = step, name
        match step:
            case BranchStep():
                name = way_out(step, course.variables, course.rules.calendars, now)
                continue
            case SetStep(values=values):
                course.set_variables(values)
                course.do(*course.voice.listen())
                name = step.next
                continue
            case AskStep():
                _ask(course, step, now)
            case QueueStep():
                queueing.to_queue(course, step, now)
            case HangUpStep():
                ending.farewell(course, step.prompt, now)
            case SayStep() | TransferStep() | MessageStep():
                course.messages.begin()
                play(course, now)
            case _:
                assert_never(step)
        return


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
    course.move(State.PLAYING)
    may_skip = isinstance(course.step, SayStep)
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
        if not _choose_red_flag(course, following, now):
            return
        go(course, following, now)


def _choose_red_flag(course: Course, name: str, now: float) -> bool:
    """Whether the keys pressed ahead lead from a step to a red flag without anything else."""
    keys, variables = course.keys_ahead, dict(course.variables)
    for _ in range(STEPS_ALONE):
        match course.flow.steps.get(name):
            case BranchStep() as step:
                name = way_out(step, variables, course.rules.calendars, now)
            case SetStep(values=values, next=name):
                variables |= values
            case SayStep(next=name):
                pass
            case AskStep() as step:
                choice = choice_of(step, keys[:1])
                if choice is None or choice.goto is None:
                    return choice is not None and choice.red_flag is not None
                keys, name = keys[1:], choice.goto
                variables |= choice.set
            case _:
                return False
    return False


# --- questions ----------------------------------------------------------------------------------


def _ask(course: Course, step: AskStep, now: float) -> None:
    """Put a question, or take the answer that was pressed or said ahead of it.

    One that fits nothing costs no attempt: it was not meant for this question.
    """
    course.move(State.ANSWERING)
    course.ladder = Ladder(step.attempts)
    language = course.voice.language
    ahead, course.keys_ahead = course.keys_ahead, ""
    choice = choice_of(step, ahead[:1])
    if choice is not None:
        course.keys_ahead = ahead[1:]
    else:
        choice = course.words_ahead.answer(step.choices, language)
    if choice is not None:
        take(course, choice, now)
        return
    course.do(*course.voice.listen(matching.hints(step.choices, language)))
    put(course, now)


def choice_of(step: AskStep, key: str) -> Choice | None:
    """The choice that a key stands for at a question."""
    return next((each for each in step.choices if key and each.digit == key), None)


def put(course: Course, now: float, *before: str | None) -> None:
    """Say the current question whole, after other prompts, and wait for its answer."""
    assert isinstance(course.step, AskStep)
    _put(course, course.step, now, *before, course.voice.digits_only(), course.step.prompt)


def put_again(course: Course, now: float, why: str | None) -> None:
    """Say the current question once more, in short where the flow has words for that.

    Args:
        course: the call.
        now: seconds since the epoch.
        why: the prompt that tells the caller why they are asked again, if there is one.
    """
    step = course.step
    assert isinstance(step, AskStep)
    _put(course, step, now, why, course.voice.digits_only(), step.again_prompt or step.prompt)


def ask_to_repeat(course: Course, now: float) -> None:
    """Ask for clearer words, and wait for the answer to the current question."""
    assert isinstance(course.step, AskStep)
    _put(course, course.step, now, course.rules.repeat_please)


def _put(course: Course, step: AskStep, now: float, *prompts: str | None) -> None:
    course.turn.begin(step.no_input_s)
    course.do(*course.voice.say(now, *prompts))


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
