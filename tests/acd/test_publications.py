"""Another configuration while calls wait: nothing is lost, and nothing is done twice."""

from __future__ import annotations

from dataclasses import replace

from acd import EmergencyRules, LadderStep
from calls.commands import Bridge, ClimbLadder, HangUp, OfferCall, OpenTask, RecallOffer
from calls.facts import (
    AgentHungUp,
    AgentOut,
    CallBackAnswered,
    CallBackChosen,
    CallBackMissed,
    CallerHungUp,
)
from calls.ids import CallId, QueueId
from calls.requirement import Requirement
from calls.rung import Rung
from tests.acd.calling_back import dialled, tasks
from tests.acd.conftest import AGENTS, NURSE_QUEUE, PLAIN, QUEUES, SITE

GENERAL = QueueId("general")


def steps(**after_s):
    kinds = {"ring_all": Rung.RING_ALL, "on_call": Rung.ON_CALL, "advise": Rung.ADVISE}
    ladder = [LadderStep(after_s=at, do=kinds[kind]) for kind, at in after_s.items()]
    return EmergencyRules(keep_ready=0, ladder=tuple(ladder))


LADDER = steps(ring_all=10.0, on_call=30.0, advise=60.0)


def published(clinic, queues=QUEUES, agents=AGENTS, rules=PLAIN, nurse=NURSE_QUEUE):
    return clinic.distributor.reconfigure(queues, agents, nurse, rules, GENERAL, clinic.now)


def without(mapping, *names):
    return {key: value for key, value in mapping.items() if key not in names}


def climbed(commands):
    return [each.rung for each in commands if isinstance(each, ClimbLadder)]


# --- the ladder ---------------------------------------------------------------------------------


def test_a_rung_that_moves_to_the_front_of_the_ladder_is_not_lost(site):
    clinic = site(rules=LADDER)
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(12)
    rules = steps(on_call=5.0, ring_all=10.0, advise=60.0)
    assert climbed(published(clinic, rules=rules)) == [Rung.ON_CALL]
    assert climbed(clinic.later(100)) == [Rung.ADVISE]


def test_a_rung_that_was_climbed_is_not_climbed_again_where_the_ladder_changes(site):
    clinic = site(rules=LADDER)
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(32)
    assert published(clinic, rules=steps(ring_all=10.0, advise=20.0, on_call=90.0)) != []
    assert climbed(clinic.later(100)) == []


def test_a_rung_that_is_left_is_climbed_where_another_is_taken_out_of_the_ladder(site):
    clinic = site(rules=LADDER)
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(32)
    assert published(clinic, rules=steps(ring_all=10.0, advise=60.0)) == []
    said = clinic.later(100)
    assert climbed(said) == [Rung.ADVISE]
    assert [each.kind for each in said if isinstance(each, OpenTask)] == ["red-flag-unanswered"]


# --- a queue that is gone -----------------------------------------------------------------------


def test_visits_to_a_queue_that_is_gone_flow_out_of_it_and_into_the_person_queue(site):
    clinic = site()
    clinic.queue("one", "complaints")
    clinic.queue("two", "complaints")
    clinic.tell(CallBackChosen(site=SITE, call_id=CallId("one")))
    clinic.wants("three", "complaints")
    clinic.tell(CallBackChosen(site=SITE, call_id=CallId("three")))
    published(clinic, queues=without(QUEUES, "complaints"))
    totals = clinic.distributor._ledger.totals()
    assert all(each.balanced for each in totals.values())
    gone, person = totals[QueueId("complaints")], totals[GENERAL]
    assert (gone.entered, gone.flowed_out, gone.waiting) == (3, 3, 0)
    assert (person.entered, person.waiting) == (3, 3)


def test_a_red_flag_is_counted_in_the_nurse_queue_of_another_name(site):
    clinic = site()
    clinic.queue("red", "nurse", emergency=True)
    care = replace(QUEUES[NURSE_QUEUE], id=QueueId("care"))
    queues = {**without(QUEUES, NURSE_QUEUE), care.id: care}
    published(clinic, queues=queues, nurse=care.id)
    totals = clinic.distributor._ledger.totals()
    assert all(each.balanced for each in totals.values())
    assert totals[care.id].waiting == 1


# --- an agent who is gone -----------------------------------------------------------------------


def test_the_phone_of_an_agent_who_is_gone_rings_no_more(site, offered):
    clinic = site()
    clinic.on_duty("cal", "eli")
    assert offered(clinic.queue("one", "billing")) == [("one", "cal")]
    commands = published(clinic, agents=without(AGENTS, "cal"))
    assert [type(each) for each in commands] == [RecallOffer, OfferCall]
    assert offered(commands) == [("one", "eli")]


def test_where_every_nurse_is_rung_one_who_is_gone_alone_is_rung_no_more(site):
    clinic = site(rules=LADDER)
    clinic.on_duty("ana", "bea", "fay")
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(10)
    commands = published(clinic, agents=without(AGENTS, "ana"), rules=LADDER)
    assert [(type(each), each.agent_id) for each in commands] == [(RecallOffer, "ana")]


def test_who_goes_home_or_is_gone_from_the_site_has_departed(site):
    clinic = site()
    clinic.on_duty("cal", "eli", "dot")
    assert clinic.distributor.departures == 0
    clinic.agents(AgentOut, "cal")
    clinic.agents(AgentOut, "cal")
    assert clinic.distributor.departures == 1
    clinic.queue("one", "billing")
    published(clinic, agents=without(AGENTS, "eli"))
    assert clinic.distributor.departures == 2
    published(clinic, agents=without(AGENTS, "eli"))
    assert clinic.distributor.departures == 2
    # Whoever was not there has not departed.
    published(clinic, agents=without(AGENTS, "eli", "cal", "fay"))
    assert clinic.distributor.departures == 2


def test_who_is_gone_from_the_site_is_not_signed_in_any_more(site):
    clinic = site()
    clinic.on_duty("cal")
    offer = clinic.connect("one", "billing")
    billing = Requirement(queue=QueueId("billing"))
    assert clinic.distributor.signed_in(billing)
    published(clinic, agents=without(AGENTS, "cal"))
    clinic.about(AgentHungUp, offer)
    clinic.later(3600)
    assert not clinic.distributor.signed_in(billing)


def test_a_nurse_who_is_gone_and_still_talks_keeps_no_other_from_routine_calls(site, offered):
    rules = EmergencyRules(keep_ready=1, ladder=())
    clinic = site(rules=rules)
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    assert offered(clinic.queue("two", "nurse")) == []
    assert offered(published(clinic, agents=without(AGENTS, "ana"), rules=rules)) == [
        ("two", "bea")
    ]


def test_a_red_flag_who_is_being_dialled_is_not_dialled_by_another_as_well(site):
    clinic = site()
    clinic.wants("red", "nurse", emergency=True)
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("red")))
    offer, _dial = dialled(clinic, clinic.on_duty("ana"))
    clinic.on_duty("bea")
    no_nurse = {**AGENTS, "ana": replace(AGENTS["ana"], skills={"spanish": 5})}
    assert published(clinic, agents=no_nurse) == []
    assert [c.agent_id for c in clinic.about(CallBackAnswered, offer) if isinstance(c, Bridge)] == [
        "ana"
    ]


def test_whoever_is_being_dialled_is_connected_once_they_answer_and_not_before(site, offered):
    clinic = site()
    clinic.wants("one", "billing")
    clinic.tell(CallBackChosen(site=SITE, call_id=CallId("one")))
    offer, _dial = dialled(clinic, clinic.on_duty("cal"))
    more = {**QUEUES, "billing": replace(QUEUES["billing"], at_once=2)}
    assert published(clinic, queues=more) == []
    missed = clinic.about(CallBackMissed, offer, reason="no-answer")
    assert [type(command) for command in missed] == [HangUp]
    assert offered(clinic.later(3600)) == [("one~2", "cal")]


def test_a_call_back_that_was_tried_often_enough_by_the_new_rules_is_left_to_a_person(site):
    clinic = site()
    clinic.on_duty("cal")
    clinic.wants("one", "billing")
    offer, _ = dialled(clinic, clinic.tell(CallBackChosen(site=SITE, call_id=CallId("one"))))
    assert clinic.about(CallBackMissed, offer, reason="no-answer") != []
    fewer = replace(QUEUES[QueueId("billing")], call_back_attempts=1)
    assert published(clinic, queues={**QUEUES, fewer.id: fewer}) == []
    assert tasks(clinic.later(900)) == [("one", "call-back")]
    assert clinic.distributor.snapshot().tasks == ()
