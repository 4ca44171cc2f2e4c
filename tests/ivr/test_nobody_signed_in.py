"""A queue whose people are all out: a message is taken, and nobody is trapped."""

import pytest

from calls.commands import (
    Dequeue,
    HangUp,
    OpenTask,
    RecordMessage,
    Say,
)
from calls.machine import IllegalFact
from calls.outcome import Outcome
from ivr import State


def test_caller_whom_nobody_could_answer_is_told_so_and_leaves_a_message(scene):
    call = scene(message_promised_s=7200.0).at("2")
    commands = call.unstaffed("billing")
    assert [type(each) for each in commands] == [Dequeue, Say]
    assert call.heard == ["nobody-here en", "leave-message en"]
    call.finish()
    assert call.all(RecordMessage)
    call.recorded(8.0)
    (task,) = call.all(OpenTask)
    assert (task.kind, task.queue, task.promised_s) == ("message", "billing", 7200.0)
    assert call.heard == ["goodbye en"]
    call.finish()
    assert call.all(HangUp)
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_silent_caller_whom_nobody_could_answer_is_asked_twice_and_called_back(scene):
    call = scene(message_promised_s=7200.0).at("2")
    call.unstaffed("billing")
    for number in (1, 2):
        call.finish()
        call.recorded(0.0, number=number)
    assert call.heard == ["goodbye en"]
    call.finish()
    (task,) = call.all(OpenTask)
    assert (task.kind, task.queue, task.promised_s) == ("call-back", "billing", 7200.0)


def test_spanish_caller_hears_in_spanish_that_nobody_is_here(scene):
    call = scene().at("72")
    call.unstaffed("billing")
    assert call.heard == ["nobody-here es", "leave-message es"]


def test_person_may_be_asked_for_instead_of_the_message_for_somebody_else(scene):
    call = scene().at("2")
    call.unstaffed("billing")
    call.press("0")
    assert call.queues == ["billing", "general"]
    call.connect()
    assert call.call.state is State.CONNECTED


@pytest.mark.parametrize("finished", [0, 1], ids=["told", "recording"])
def test_person_key_where_no_person_is_does_not_go_round(scene, finished):
    call = scene().at("0")
    call.unstaffed("general")
    for _ in range(finished):
        call.finish()
    before = call.call.state
    for _ in range(5):
        assert call.press("0") == []
    assert call.call.state is before
    assert call.queues == ["general"]


def test_person_key_after_the_message_does_not_go_round_either(scene):
    call = scene().at("0")
    call.unstaffed("general")
    call.finish()
    call.recorded(4.0)
    assert call.press("0") == []
    call.finish()
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_person_asked_for_in_vain_costs_a_waiting_caller_nothing(scene):
    call = scene().at("2")
    call.press("0")
    call.unstaffed("general")
    assert call.queues == ["billing", "general", "billing"]
    assert not call.all(Dequeue)
    call.press("0")
    assert call.queues == ["billing", "general", "billing"]
    assert call.heard == ["still-here en"]


def test_person_may_be_asked_for_anew_after_an_agent(scene):
    call = scene().at("1")
    call.press("0")
    call.unstaffed("general")
    call.connect()
    call.release()
    call.press("1")
    call.press("0")
    assert call.queues == ["scheduling", "general", "scheduling", "scheduling", "general"]


def test_caller_comes_to_a_message_when_their_queue_has_emptied_meanwhile(scene):
    call = scene().at("2")
    call.press("0")
    call.unstaffed("general")
    call.unstaffed("billing")
    assert call.heard == ["nobody-here en", "leave-message en"]


def test_news_of_a_queue_the_caller_has_left_changes_nothing(scene):
    call = scene().at("2")
    assert call.unstaffed("general") == []
    call.connect()
    assert call.unstaffed("billing") == []


@pytest.mark.parametrize("finished", [0, 1, 2], ids=["told", "recording", "farewell"])
def test_red_flag_interrupts_the_message_of_a_caller_whom_nobody_could_answer(
    scene, verdicts, finished
):
    call = scene().at("2")
    call.unstaffed("billing")
    if finished:
        call.finish()
    if finished == 2:
        call.recorded(3.0)
    first, *_ = call.speak("my chest hurts", verdicts["911"])
    assert first.requirement.emergency
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_emergency_key_works_where_nobody_is_signed_in(scene):
    call = scene().at("2")
    call.unstaffed("billing")
    assert call.press("9")[0].requirement.emergency


def test_caller_who_was_taken_out_of_the_queue_cannot_be_answered_from_it(scene, verdicts):
    call = scene().at("2")
    call.unstaffed("billing")
    call.speak("I feel dizzy", verdicts["ask"])
    with pytest.raises(IllegalFact):
        call.connect()


def test_red_flag_never_comes_to_a_message_whoever_is_signed_in(scene):
    call = scene().at("9")
    assert call.unstaffed("nurse") == []
    assert call.call.state is State.EMERGENCY
