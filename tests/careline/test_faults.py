"""A bug costs one call its flow, and no caller help."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd import Distributor
from calls.commands import Bridge, Command, HangUp, OfferCall, Say, Transfer
from calls.facts import (
    CallEnded,
    CallerHungUp,
    CallQueued,
    DigitsCollected,
    Fact,
    OfferAccepted,
    OfferRinging,
    PromptFinished,
    WordsAssessed,
)
from calls.ids import AgentId, CallId
from calls.machine import IllegalFact
from calls.outcome import Outcome
from careline.switchboard import Switchboard
from config.site import Site
from ivr import Interpreter, State
from tests.careline.rig import CALL, OTHER, SUNDAY_10H, Rig


def test_a_bug_in_a_flow_costs_no_caller_the_advice_and_the_fallback(clinic):
    flow = clinic.flows[clinic.entry_flow]
    # What no loaded site can hold: a step that is none. An interpreter fails on it as on a bug.
    steps = {**flow.steps, "symptoms": object()}
    broken = replace(clinic, flows={clinic.entry_flow: replace(flow, steps=steps)})
    rig = Rig(broken)
    rig.arrive()
    rig.run.advance(20)
    rig.turns.clear()
    rig.press("1")
    rig.run.advance(60)
    assert rig.run.switchboard.faults == 1
    said = rig.of(Say)[0].utterances
    assert said[0].text == clinic.rules.prompts[clinic.rules.advice_911]["en"]
    assert [command.destination for command in rig.of(Transfer)] == [clinic.fallback_number]
    assert rig.outcomes() == [Outcome.ERROR]
    rig.run.close()


def test_a_call_that_cannot_be_let_in_hears_the_advice_and_goes_to_the_fallback(rig, clinic):
    rig.run.switchboard.accepting = False
    rig.arrive()
    rig.run.advance(60)
    assert [command.destination for command in rig.of(Transfer)] == [clinic.fallback_number]
    assert rig.outcomes() == [Outcome.REFUSED]


# --- a bug is injected: a handler that raises, with words in its message --------------------------


SECRET = "my knee hurts"


def break_on(monkeypatch: pytest.MonkeyPatch, engine: type, kind: type, *calls: CallId) -> None:
    """Let ``engine`` fail on every fact of this kind about these calls; about all, if none."""
    handle = engine.handle

    def failing(self, fact, now):
        if isinstance(fact, kind) and (not calls or fact.call_id in calls):
            raise RuntimeError(SECRET)
        return handle(self, fact, now)

    monkeypatch.setattr(engine, "handle", failing)


def test_a_bug_while_an_agent_speaks_with_the_caller_disturbs_neither(rig, monkeypatch):
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    assert rig.of(Bridge)
    rig.turns.clear()
    break_on(monkeypatch, Interpreter, DigitsCollected)
    rig.press("5")
    rig.run.advance(300)
    assert rig.run.switchboard.faults == 1
    assert rig.commands == []
    rig.run.tell(*rig.phones.agent_hangs_up(CALL, AgentId("ben")))
    assert rig.outcomes() == [Outcome.HANDLED]


def test_red_flag_words_on_which_the_flow_fails_reach_a_nurse_first_of_all(rig, monkeypatch):
    rig.ready("ben", "grace")
    rig.arrive()
    rig.turns.clear()
    break_on(monkeypatch, Interpreter, WordsAssessed)
    rig.say("chest pain and i cannot breathe")
    first = rig.commands[0]
    assert isinstance(first, OfferCall)
    assert (first.agent_id, first.emergency) == ("grace", True)
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]


def test_a_red_flag_caller_whose_flow_fails_is_never_let_go(clinic, monkeypatch):
    rig = Rig(clinic, SUNDAY_10H)
    rig.phones.outside_answers = False
    rig.arrive()
    rig.press("9")
    break_on(monkeypatch, Interpreter, PromptFinished)
    rig.run.advance(3600)
    assert not rig.of(HangUp)
    on_call = clinic.rules.outside[clinic.rules.on_call]
    assert {command.destination for command in rig.of(Transfer)} == {on_call}
    rig.ready("grace")
    rig.run.advance(60)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]
    rig.run.close()


def test_a_waiting_caller_whose_flow_fails_keeps_place_and_time(rig, monkeypatch):
    rig.phones.outside_answers = False
    rig.on_break("fiona")
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(60)
    break_on(monkeypatch, Interpreter, DigitsCollected)
    rig.press("5")
    rig.run.advance(30)
    assert rig.run.switchboard.distributor.waited_s(CALL, rig.run.now) == 90
    rig.ready("fiona")
    rig.run.advance(60)
    assert [command.agent_id for command in rig.of(Bridge)] == ["fiona"]


def test_a_caller_whose_flow_fails_comes_to_a_person_who_is_signed_in(rig, monkeypatch):
    rig.phones.outside_answers = False
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(20)
    break_on(monkeypatch, Interpreter, DigitsCollected)
    rig.press("1")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben"]


def test_a_caller_nobody_can_take_after_a_bug_becomes_a_task(rig, monkeypatch):
    rig.phones.outside_answers = False
    rig.arrive()
    break_on(monkeypatch, Interpreter, DigitsCollected)
    rig.press("1")
    rig.run.advance(600)
    assert rig.outcomes() == [Outcome.ERROR]
    assert [task.order.kind for task in rig.run.switchboard.tasks] == ["call-back"]


@pytest.mark.parametrize(("key", "kinds"), [("1", ["call-back"]), ("9", ["red-flag-call-back"])])
def test_a_bug_as_the_caller_leaves_ends_the_call_once_with_a_task(rig, monkeypatch, key, kinds):
    rig.arrive()
    rig.press(key)
    break_on(monkeypatch, Interpreter, CallerHungUp)
    rig.run.tell(*rig.phones.hang_up(CALL))
    rig.run.advance(600)
    assert rig.outcomes() == [Outcome.ERROR]
    assert [task.order.kind for task in rig.run.switchboard.tasks] == kinds


@pytest.mark.parametrize("kind", [CallQueued, OfferAccepted, CallEnded])
def test_a_bug_in_the_distributor_costs_no_other_call_anything(rig, monkeypatch, kind):
    break_on(monkeypatch, Distributor, kind, CALL)
    rig.ready("ben", "lucia")
    for call_id in (CALL, OTHER):
        rig.arrive(call_id)
        rig.press("0", call_id)
        rig.run.advance(60)
    assert OTHER in {command.call_id for command in rig.of(Bridge)}
    for call_id in (CALL, OTHER):
        rig.run.tell(*rig.phones.hang_up(call_id))
    rig.run.advance(600)
    ended = [record.call_id for record in rig.records if isinstance(record, CallEnded)]
    assert sorted(ended) == [CALL, OTHER]
    assert not rig.run.switchboard.calls
    assert rig.run.switchboard.faults


def test_deadlines_of_the_distributor_that_fail_are_tried_again_and_not_at_once(rig, monkeypatch):
    board = rig.run.switchboard
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    rig.run.tell(*rig.phones.agent_hangs_up(CALL, AgentId("ben")))
    due = board.distributor.next_deadline()
    tick = Distributor.tick

    def failing(self, now):
        raise RuntimeError(SECRET)

    monkeypatch.setattr(Distributor, "tick", failing)
    board.tick(due)
    assert board.faults == 1
    assert board.next_deadline() > due
    monkeypatch.setattr(Distributor, "tick", tick)
    rig.run.advance(60)
    assert board.faults == 1


def test_a_fact_that_an_agents_state_has_no_answer_to_changes_nothing(rig, monkeypatch):
    handle = Distributor.handle

    def failing(self, fact, now):
        if isinstance(fact, OfferRinging):
            raise IllegalFact("agent ben", State.NEW, fact)
        return handle(self, fact, now)

    monkeypatch.setattr(Distributor, "handle", failing)
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.turns.clear()
    rig.run.step()
    assert rig.run.switchboard.faults == 1
    assert rig.commands == []
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben"]


def test_a_replay_over_a_bug_comes_to_the_same(rig, clinic, monkeypatch):
    break_on(monkeypatch, Interpreter, DigitsCollected)
    rig.ready("ben")
    rig.arrive()
    rig.press("1")
    rig.run.advance(30)
    told = [(at, record) for at, turn in rig.turns for record in turn.records]
    again: list[Fact | Command] = []
    Switchboard(clinic).replay(told, lambda _at, turn: again.extend(turn.records))
    assert [record for _at, record in told] == again


def test_the_log_names_a_bug_without_what_it_was_about(rig, monkeypatch, caplog):
    break_on(monkeypatch, Interpreter, DigitsCollected)
    rig.arrive()
    rig.press("1")
    assert "RuntimeError at" in caplog.text
    assert SECRET not in caplog.text


# --- queues that came or went -------------------------------------------------------------------


def without_billing(clinic: Site) -> Site:
    queues = {name: queue for name, queue in clinic.queues.items() if name != "billing"}
    return replace(clinic, version="without billing", queues=queues)


def test_a_call_for_a_queue_that_is_new_since_the_start_comes_to_a_person(clinic, caplog):
    rig = Rig(without_billing(clinic))
    rig.ready("ben", "lucia")
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(30)
    queued = [r.requirement.queue for r in rig.records if isinstance(r, CallQueued)]
    assert queued == [clinic.rules.person_queue]
    assert rig.of(Bridge)
    assert rig.run.switchboard.faults == 0
    assert "queue billing is not among" in caplog.text
    rig.run.close()


def test_where_nobody_is_signed_in_for_a_queue_that_is_not_there_a_message_is_taken(clinic):
    rig = Rig(without_billing(clinic))
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(120)
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]
    rig.run.close()


def test_a_journal_of_queues_that_are_gone_can_be_replayed(rig, clinic):
    rig.on_break("fiona", "ben")
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(30)
    told = [(at, record) for at, turn in rig.turns for record in turn.records]
    reborn = Switchboard(without_billing(clinic))
    reborn.site = clinic
    assert reborn.replay(told)
    assert list(reborn.calls) == [CALL]
    assert reborn.distributor.waited_s(CALL, rig.run.now) == 30
