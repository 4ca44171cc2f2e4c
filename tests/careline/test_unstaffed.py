"""Nobody is trapped in a queue where nobody is signed in."""

from __future__ import annotations

from calls.commands import (
    Bridge,
    Command,
    OfferCall,
    Say,
    Transfer,
)
from calls.facts import Fact, PhoneUnregistered, QueueUnstaffed
from calls.ids import AgentId
from calls.outcome import Outcome
from careline.switchboard import Switchboard
from tests.careline.rig import CALL, SUNDAY_10H, Rig


def test_a_caller_who_presses_0_where_nobody_is_signed_in_leaves_a_message(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.ready("grace")
    rig.arrive()
    rig.run.advance(60)
    rig.press("0")
    said = rig.of(Say)[-1].utterances
    assert [each.text for each in said] == [
        clinic.rules.prompts[name][language]
        for language in clinic.rules.languages
        for name in ("nobody-here", "leave-message")
    ]
    rig.run.advance(120)
    assert [(task.order.kind, task.order.queue) for task in rig.run.switchboard.tasks] == [
        ("message", "general")
    ]
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]
    assert rig.run.switchboard.distributor.totals.balanced
    rig.run.close()


def test_what_is_said_where_nobody_is_here_comes_after_what_is_said_on_entering_the_queue(rig):
    rig.arrive()
    rig.press("0")
    prompt_ids = [command.prompt_id for command in rig.of(Say)]
    assert prompt_ids == sorted(prompt_ids)
    assert len(prompt_ids) == 3


def test_a_spanish_caller_whom_nobody_signed_in_understands_leaves_a_message(rig, clinic):
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(20)
    rig.press("20")
    said = rig.of(Say)[-1].utterances
    assert said[0].text == clinic.rules.prompts["nobody-here"]["es"]
    assert not rig.of(OfferCall)


def test_an_agent_on_a_break_is_waited_for(rig):
    rig.on_break("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(60)
    assert not [record for record in rig.records if isinstance(record, QueueUnstaffed)]
    rig.ready("ben")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben"]


def nobody_here(rig):
    said = [each.text for command in rig.of(Say) for each in command.utterances]
    return rig.site.rules.prompts["nobody-here"]["en"] in said


def test_a_caller_whose_last_agent_goes_home_leaves_a_message(rig):
    rig.on_break("ben")
    rig.arrive()
    rig.press("0")
    rig.out("ben")
    rig.run.advance(50)
    assert not nobody_here(rig)
    rig.run.advance(20)
    assert nobody_here(rig)
    rig.run.advance(120)
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]


def test_a_caller_whose_last_agent_is_relieved_in_time_waits_for_the_next(rig):
    rig.on_break("ben")
    rig.arrive()
    rig.press("0")
    rig.out("ben")
    rig.run.advance(30)
    rig.on_break("hannah")
    rig.run.advance(60)
    assert not nobody_here(rig)
    assert rig.run.switchboard.distributor.position(CALL) == 1


def test_a_clerk_who_forgot_to_sign_out_keeps_nobody_waiting_once_the_phone_is_off(rig):
    rig.on_break("ben")
    rig.run.tell(PhoneUnregistered(site=rig.site.id, agent_id=AgentId("ben")))
    rig.arrive()
    rig.press("0")
    assert not nobody_here(rig), "phones that are lost for a moment come back"
    rig.run.advance(70)
    assert nobody_here(rig)


def test_a_waiting_caller_asks_in_vain_for_a_person_and_keeps_place_and_time(rig):
    rig.on_break("fiona")
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(60)
    rig.press("0")
    rig.run.advance(30)
    distributor = rig.run.switchboard.distributor
    assert distributor.waited_s(CALL, rig.run.now) == 90
    rig.ready("fiona")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["fiona"]


def test_a_red_flag_waits_for_a_nurse_and_for_the_on_call_number_with_nobody_signed_in(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.arrive()
    rig.press("9")
    rig.run.advance(clinic.emergency.ladder[-1].after_s)
    assert not [record for record in rig.records if isinstance(record, QueueUnstaffed)]
    assert rig.of(Transfer)
    rig.run.close()


def test_a_replay_finds_the_same_queues_unstaffed(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.arrive()
    rig.press("0")
    rig.run.advance(120)
    again: list[Fact | Command] = []
    told = [(at, record) for at, turn in rig.turns for record in turn.records]
    Switchboard(clinic).replay(told, lambda _at, turn: again.extend(turn.records))
    assert any(isinstance(record, QueueUnstaffed) for record in again)
    assert [record for _at, record in told] == again
    rig.run.close()
