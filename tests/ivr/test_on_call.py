"""The on-call number, rung as well when no nurse answers a red flag."""

from calls.commands import (
    CancelTransfer,
    Dequeue,
    OpenTask,
    Transfer,
)
from calls.facts import (
    TransferFailed,
    TransferSucceeded,
)
from calls.outcome import Outcome
from ivr import State


def test_on_call_number_is_rung_as_well_when_no_nurse_answers(scene):
    call = scene(on_call="doctor").at("9")
    call.finish()
    call.wait(29)
    assert not call.all(Transfer)
    call.wait(1)
    (transfer,) = call.all(Transfer)
    assert transfer.destination == "sip:doctor@example.org"
    assert not call.all(Dequeue)


def test_on_call_who_answers_takes_the_caller_out_of_the_lane(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(40)
    commands = call.fact(TransferSucceeded)
    assert isinstance(commands[0], Dequeue)
    assert call.outcome is Outcome.TRANSFERRED
    assert not call.all(OpenTask)


def test_on_call_who_does_not_answer_is_tried_again_and_the_place_is_kept(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(31)
    call.fact(TransferFailed, reason="no-answer")
    call.wait(31)
    assert len(call.all(Transfer)) == 2
    assert not call.all(Dequeue)
    assert call.call.state is State.EMERGENCY


def test_failed_attempt_does_not_put_off_the_next(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(50)
    call.fact(TransferFailed, reason="busy")
    call.wait(31)
    assert len(call.all(Transfer)) == 2


def test_lost_report_of_the_on_call_attempt_does_not_stop_the_next(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(120)
    assert len(call.all(Transfer)) == 2


def test_nurse_who_answers_first_stops_the_ringing_outside(scene):
    call = scene(on_call="doctor").at("9")
    call.wait(35)
    assert any(isinstance(each, CancelTransfer) for each in call.connect())


def test_without_an_on_call_number_nobody_outside_is_rung(scene):
    call = scene().at("9")
    call.wait(600)
    assert not call.all(Transfer)
