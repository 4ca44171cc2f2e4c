"""The on-call number, rung as well when no nurse answers a red flag."""

from calls.commands import (
    CancelTransfer,
    Dequeue,
    OpenTask,
    Say,
    Transfer,
)
from calls.facts import (
    LadderClimbed,
    TransferFailed,
    TransferSucceeded,
)
from calls.outcome import Outcome
from calls.rung import Rung
from ivr import State


def sought_in_vain(call, rung=Rung.ON_CALL):
    """The distributor's ladder has come so far."""
    return call.fact(LadderClimbed, rung=rung)


def test_on_call_number_is_rung_as_well_when_no_nurse_answers(scene):
    call = scene(on_call="doctor").at("9")
    call.finish()
    call.wait(29)
    assert not call.all(Transfer)
    sought_in_vain(call)
    (transfer,) = call.all(Transfer)
    assert transfer.destination == "sip:doctor@example.org"
    # A voicemail that answers must not have the caller.
    assert [each.text for each in transfer.utterances] == ["on-call en", "on-call es"]
    assert not call.all(Dequeue)


def test_on_call_who_answers_takes_the_caller_out_of_the_lane(scene):
    call = scene(on_call="doctor").at("9")
    sought_in_vain(call)
    commands = call.fact(TransferSucceeded)
    assert isinstance(commands[0], Dequeue)
    assert call.outcome is Outcome.TRANSFERRED
    assert not call.all(OpenTask)


def test_on_call_who_does_not_answer_is_tried_again_and_the_place_is_kept(scene):
    call = scene(on_call="doctor").at("9")
    sought_in_vain(call)
    call.fact(TransferFailed, reason="no-answer")
    call.wait(31)
    assert len(call.all(Transfer)) == 2
    assert not call.all(Dequeue)
    assert call.call.state is State.EMERGENCY


def test_failed_attempt_does_not_put_off_the_next(scene):
    call = scene(on_call="doctor").at("9")
    sought_in_vain(call)
    call.wait(20)
    call.fact(TransferFailed, reason="busy")
    call.wait(31)
    assert len(call.all(Transfer)) == 2


def test_lost_report_of_the_on_call_attempt_does_not_stop_the_next(scene):
    call = scene(on_call="doctor").at("9")
    sought_in_vain(call)
    call.wait(90)
    assert len(call.all(Transfer)) == 2


def test_nurse_who_answers_first_stops_the_ringing_outside(scene):
    call = scene(on_call="doctor").at("9")
    sought_in_vain(call)
    assert any(isinstance(each, CancelTransfer) for each in call.connect())


def test_without_an_on_call_number_nobody_outside_is_rung(scene):
    call = scene().at("9")
    sought_in_vain(call)
    call.wait(600)
    assert not call.all(Transfer)


def test_on_call_who_is_being_rung_is_not_rung_twice(scene):
    call = scene(on_call="doctor").at("9")
    sought_in_vain(call)
    sought_in_vain(call)
    assert len(call.all(Transfer)) == 1


def test_a_caller_whom_no_nurse_answers_is_advised_again(scene):
    call = scene().at("9")
    call.finish()
    (said,) = [each for each in sought_in_vain(call, Rung.ADVISE) if isinstance(each, Say)]
    assert said.utterances[0].text == call.rules.prompts["advice-911"]["en"]


def test_a_ladder_means_nothing_to_a_caller_who_is_not_in_the_lane(scene):
    call = scene(on_call="doctor").at("2")
    for rung in Rung:
        assert sought_in_vain(call, rung) == []
