"""A caller whom a ring could put in danger is never rung by the line, whenever it is understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from acd import RED_FLAG_TASK
from calls.commands import CallBack, OfferCall, OpenTask
from calls.facts import (
    CallArrived,
    CallBackForbidden,
    CallBackOwed,
    CallQueued,
    OfferFailed,
    SpeechStarted,
    WordsAssessed,
)
from calls.private import Private
from calls.verdict import Action, Disposition, Flag, Verdict
from careline.switchboard import Switchboard
from careline.task_requests import MUST_NOT_RING, task_data
from ivr import Interpreter
from tests.careline.rig import CALL, Rig

NUMBER = "+12025550123"
HOURS_S = 6 * 3600.0
HEART = Flag(rule="chest-pain", version=1, disposition=Disposition.NOW_911)
VIOLENCE = Flag(rule="violence", version=2, disposition=Disposition.NURSE_NOW, may_call_back=False)
SAFE = Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911, flags=(HEART,))
UNSAFE = Verdict(action=Action.NURSE, disposition=Disposition.NURSE_NOW, flags=(VIOLENCE,))
BOTH = replace(SAFE, flags=(HEART, VIOLENCE))
ASKS = replace(UNSAFE, action=Action.ASK, question="triage-happening-now")


@pytest.fixture
def rig(clinic) -> Iterator[Rig]:
    rig = Rig(clinic)
    yield rig
    rig.run.close()


def arrive(rig: Rig) -> None:
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=NUMBER))


def heard(rig: Rig, verdict: Verdict) -> None:
    rig.run.tell(
        WordsAssessed(
            site=rig.site.id,
            call_id=CALL,
            words=Private("words"),
            confidence=0.9,
            verdict=verdict,
        )
    )


def leave(rig: Rig) -> None:
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))


def escalate(rig: Rig, ring: OfferCall) -> None:
    """The agent whom that offer rang presses the code."""
    rig.keyed(ring, rig.site.features.escalate)


def never_rung(rig: Rig) -> None:
    """Nobody is asked to ring the caller, and whoever has the task reads why."""
    rig.ready("grace")
    rig.run.advance(HOURS_S)
    assert not rig.of(CallBack)
    assert not [offer for offer in rig.of(OfferCall) if offer.call_back]
    listed = task_data(rig.run.switchboard, rig.run.now)
    assert [(task["kind"], task["do_not_call_back"]) for task in listed] == [
        (RED_FLAG_TASK, MUST_NOT_RING)
    ]


@pytest.mark.parametrize("verdict", [UNSAFE, BOTH])
def test_not_after_they_dropped_out_of_the_nurse_lane(rig, verdict):
    arrive(rig)
    heard(rig, verdict)
    leave(rig)
    never_rung(rig)


@pytest.mark.parametrize("order", [(SAFE, UNSAFE), (UNSAFE, SAFE), (ASKS, SAFE)])
def test_not_where_another_red_flag_comes_with_it(rig, order):
    arrive(rig)
    for verdict in order:
        heard(rig, verdict)
    leave(rig)
    never_rung(rig)


@pytest.mark.parametrize("verdict", [UNSAFE, BOTH])
def test_not_when_the_words_are_understood_after_they_left(rig, verdict):
    arrive(rig)
    rig.run.tell(SpeechStarted(site=rig.site.id, call_id=CALL))
    leave(rig)
    heard(rig, verdict)
    (owed,) = [each for each in rig.records if isinstance(each, CallBackOwed)]
    assert not owed.may_call_back
    never_rung(rig)


def test_not_when_a_call_back_was_agreed_before_they_were_understood(rig):
    arrive(rig)
    rig.press("9")
    leave(rig)
    heard(rig, UNSAFE)
    never_rung(rig)


def test_not_for_an_escalation_that_came_too_late(rig):
    rig.ready("ben")
    arrive(rig)
    heard(rig, ASKS)
    rig.say("no")
    rig.press("0")
    rig.run.advance(5)
    (ring,) = rig.of(OfferCall)
    leave(rig)
    escalate(rig, ring)
    never_rung(rig)


def test_not_where_the_last_words_came_with_an_agent_and_the_escalation_too_late(rig):
    rig.ready("ben")
    arrive(rig)
    rig.press("0")
    rig.run.advance(5)
    (ring,) = rig.of(OfferCall)
    leave(rig)
    heard(rig, UNSAFE)
    escalate(rig, ring)
    never_rung(rig)


def test_not_after_the_phone_of_the_nurse_was_lost(rig):
    rig.ready("grace")
    arrive(rig)
    rig.press("9")
    rig.run.advance(5)
    (ring,) = rig.of(OfferCall)
    assert rig.run.switchboard.distributor.connected(CALL)
    heard(rig, UNSAFE)
    rig.out("grace")
    rig.run.tell(
        OfferFailed(
            site=rig.site.id,
            call_id=CALL,
            offer_id=ring.offer_id,
            agent_id=ring.agent_id,
            reason="unreachable",
        )
    )
    leave(rig)
    never_rung(rig)


def test_not_after_the_key_of_a_symptom_screen_that_stands_for_it(clinic):
    rules = replace(clinic.rules, screens={**clinic.rules.screens, "self-harm": VIOLENCE})
    rig = Rig(replace(clinic, rules=rules))
    arrive(rig)
    rig.run.advance(20)
    rig.press("14")
    assert any(isinstance(each, CallQueued) for each in rig.records)
    leave(rig)
    never_rung(rig)
    rig.run.close()


def test_not_when_the_flow_failed_on_the_words(rig, monkeypatch):
    def broken(self: Interpreter, fact: object, now: float) -> list[object]:
        raise RuntimeError("a bug")

    arrive(rig)
    monkeypatch.setattr(Interpreter, "handle", broken)
    heard(rig, UNSAFE)
    monkeypatch.undo()
    leave(rig)
    never_rung(rig)


def test_every_other_task_of_the_caller_says_so_as_well(rig):
    arrive(rig)
    order = OpenTask(call_id=CALL, kind="message", queue="general")
    rig.run.switchboard.tasks.open(order, rig.run.now)
    heard(rig, UNSAFE)
    leave(rig)
    listed = task_data(rig.run.switchboard, rig.run.now)
    assert [task["do_not_call_back"] for task in listed] == [MUST_NOT_RING] * 2


def test_who_may_be_rung_is_at_once_where_no_advice_was_given_and_the_task_says_nothing(rig):
    rig.ready("grace")
    arrive(rig)
    rig.run.tell(SpeechStarted(site=rig.site.id, call_id=CALL))
    leave(rig)
    heard(rig, SAFE)
    rig.run.advance(30)
    assert [each.answers for each in rig.of(CallBack)] == [CALL]
    (task,) = task_data(rig.run.switchboard, rig.run.now)
    assert task["do_not_call_back"] is None
    assert not [each for each in rig.records if isinstance(each, CallBackForbidden)]


def test_the_sample_protocols_forbid_it_where_there_is_violence_at_home(rig):
    arrive(rig)
    rig.say("my husband beats me and i'm scared")
    leave(rig)
    never_rung(rig)


def test_a_replay_rings_nobody_either(rig):
    arrive(rig)
    rig.press("9")
    leave(rig)
    heard(rig, UNSAFE)
    records = [(at, record) for at, turn in rig.turns for record in turn.records]
    assert any(isinstance(record, CallArrived) for _at, record in records)
    reborn = Switchboard(rig.site)
    reborn.replay(records)
    before = rig.run.switchboard
    assert reborn.distributor.state() == before.distributor.state()
    assert list(reborn.tasks) == list(before.tasks)
