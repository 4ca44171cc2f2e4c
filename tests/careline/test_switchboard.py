"""The whole site: from the first words to whoever answers, in virtual time."""

from __future__ import annotations

import pytest

from adapters.telephony.simulated import Pickup
from calls.commands import (
    Bridge,
    HangUp,
    OfferCall,
    OpenTask,
    Say,
    StartRecording,
)
from calls.facts import (
    AgentKeyed,
    CallQueued,
)
from calls.ids import CallId
from calls.outcome import Outcome
from tests.careline.rig import CALL, SUNDAY_10H, Rig


def test_the_first_words_of_a_call_are_the_911_advice_in_every_language(rig, clinic):
    rig.arrive()
    first = rig.of(Say)[0]
    advice = clinic.rules.prompts[clinic.rules.advice_911]
    assert [u.text for u in first.utterances[:2]] == [advice["en"], advice["es"]]


def test_a_red_flag_rings_the_nurse_before_anything_is_said(rig):
    rig.ready()
    rig.arrive()
    rig.turns.clear()
    rig.say("i have shortness of breath and a sharp pain in my left arm")
    kinds = [type(command) for command in rig.commands if type(command) in (OfferCall, Say)]
    assert kinds[0] is OfferCall
    assert rig.of(OfferCall)[0].emergency


def test_a_red_flag_said_in_the_queue_reaches_a_nurse(rig):
    rig.ready("grace")
    rig.on_break("fiona")
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(60)
    assert not rig.of(OfferCall)
    rig.say("my chest hurts and i can't breathe")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]


def test_the_emergency_key_works_after_hours(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.ready("grace")
    rig.arrive()
    rig.run.advance(60)
    rig.press("9")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]
    rig.run.close()


def test_an_agent_who_does_not_answer_costs_the_caller_no_place(clinic):
    rig = Rig(clinic, fiona=Pickup.LETS_IT_RING)
    rig.ready("fiona", "hannah")
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(40)
    assert [command.agent_id for command in rig.of(OfferCall)] == ["fiona", "hannah"]
    assert [command.agent_id for command in rig.of(Bridge)] == ["hannah"]
    rig.run.close()


def test_an_escalated_call_is_taken_by_a_nurse_and_the_caller_is_never_dropped(rig):
    rig.ready("ben", "grace")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    bridge = rig.of(Bridge)[0]
    assert bridge.agent_id == "ben"
    rig.keyed(bridge, "*9")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben", "grace"]
    assert not rig.of(HangUp)


def test_keys_far_apart_are_no_code(rig):
    rig.ready("ben", "grace")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    bridge = rig.of(Bridge)[0]
    keyed = {
        "site": rig.site.id,
        "call_id": CALL,
        "offer_id": bridge.offer_id,
        "agent_id": bridge.agent_id,
    }
    rig.run.tell(AgentKeyed(**keyed, digits="*"))
    rig.run.advance(10)
    rig.run.tell(AgentKeyed(**keyed, digits="9"))
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben"]


def test_a_red_flag_during_the_greeting_is_recorded_once_the_waiting_caller_heard_the_notice(rig):
    rig.arrive()
    rig.say("i think i am having a heart attack")
    rig.run.advance(20)
    rig.ready("grace")
    rig.run.advance(5)
    assert [command.recording_id for command in rig.of(StartRecording)] == ["one-1"]


def test_a_red_flag_during_the_greeting_waits_for_no_notice(rig):
    rig.ready("grace")
    rig.arrive()
    rig.say("i think i am having a heart attack")
    rig.run.advance(5)
    assert rig.of(Bridge)
    assert not rig.of(StartRecording)


def test_a_red_flag_caller_who_drops_becomes_a_task(rig):
    rig.arrive()
    rig.say("i think i am having a heart attack")
    rig.run.tell(*rig.phones.hang_up(CALL))
    assert [task.order.kind for task in rig.run.switchboard.tasks] == ["red-flag-call-back"]
    assert rig.outcomes() == [Outcome.ADVISED]


def test_every_call_ends_exactly_once_and_the_sums_agree(rig):
    rig.ready("ben", "grace", "lucia")
    for number in range(12):
        call = CallId(f"call-{number}")
        rig.arrive(call)
        rig.run.advance(7)
        rig.press("0" if number % 3 == 0 else "1513", call)
        if number % 4 == 1:
            rig.say("i was bitten by a spider and it is getting redder and swelling", call)
        rig.run.advance(11)
        if number % 2:
            rig.run.tell(*rig.phones.hang_up(call))
    rig.run.advance(30)
    for number in range(12):
        rig.run.tell(*rig.phones.hang_up(CallId(f"call-{number}")))
    rig.run.advance(600)
    board = rig.run.switchboard
    assert not board.calls
    assert len(rig.outcomes()) == sum(board.calls.outcomes.values()) == 12
    totals = board.distributor.totals
    assert totals.balanced
    assert totals.entered > 0


def test_every_task_stands_in_the_records_as_a_decision(rig):
    rig.arrive()
    rig.say("i want to kill myself")
    rig.run.tell(*rig.phones.hang_up(CALL))
    tasks = [record for record in rig.records if isinstance(record, OpenTask)]
    assert [task.call_id for task in tasks] == [CALL]


@pytest.mark.parametrize("step", [None, "language", "symptoms"])
def test_what_is_said_before_the_menu_reaches_its_queue_without_being_said_again(rig, step):
    rig.ready()
    rig.arrive()
    while rig.run.switchboard.calls[CALL].engine.step != step:
        rig.run.step()
    rig.say("i need to refill my prescription")
    rig.run.advance(90)
    assert [r.requirement.queue for r in rig.records if isinstance(r, CallQueued)] == ["refills"]


def test_what_is_said_ahead_after_hours_still_lets_the_caller_hear_that_it_is_closed(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.arrive()
    rig.run.advance(5)
    rig.say("i need to refill my prescription")
    rig.run.advance(120)
    texts = [each.text for command in rig.of(Say) for each in command.utterances]
    assert clinic.rules.prompts["closed"]["en"] in texts
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]
    rig.run.close()
