"""A call that needs two people, a nurse and an interpreter, takes both at once or waits."""

import pytest

from acd import AgentConfig, Distributor, EmergencyRules, QueueConfig
from calls.commands import Bridge, CallBack, OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    CallBackAnswered,
    CallBackChosen,
    CallBackMissed,
    CallerHungUp,
    CallQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
)
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement, SkillNeed
from tests.acd.conftest import AGENTS, NURSE_QUEUE, PLAIN, QUEUES, SITE

SPANISH = (SkillNeed(skill="spanish"),)


def of(kind, commands):
    return [(c.call_id, c.agent_id) for c in commands if isinstance(c, kind)]


def by_agent(commands):
    return {c.agent_id: c for c in commands if isinstance(c, OfferCall)}


def pair(clinic, call="one", **more):
    return clinic.wants(call, "nurse", companion=SPANISH, **more)


def test_both_are_rung_at_once(clinic, offered):
    clinic.on_duty("bea", "dot")
    commands = pair(clinic)
    assert offered(commands) == [("one", "bea"), ("one", "dot")]
    assert {c.rule for c in commands} == {"pair"}


def test_while_only_one_is_free_nobody_is_rung(clinic, offered):
    clinic.on_duty("bea")
    assert offered(pair(clinic)) == []
    assert offered(clinic.on_duty("dot")) == [("one", "bea"), ("one", "dot")]


def test_one_person_cannot_be_both(clinic, offered):
    clinic.on_duty("ana")
    assert offered(pair(clinic)) == []
    assert offered(clinic.on_duty("fay")) == [("one", "fay"), ("one", "ana")]


def test_they_are_bridged_when_both_have_answered(clinic):
    clinic.on_duty("bea", "dot")
    offers = by_agent(pair(clinic))
    assert clinic.about(OfferAccepted, offers["dot"]) == []
    bridges = clinic.about(OfferAccepted, offers["bea"])
    assert of(Bridge, bridges) == [("one", "bea"), ("one", "dot")]


@pytest.mark.parametrize("answered", [False, True])
def test_when_one_declines_the_other_is_let_go(clinic, answered, offered):
    clinic.on_duty("bea", "dot")
    offers = by_agent(pair(clinic))
    if answered:
        clinic.about(OfferAccepted, offers["dot"])
    commands = clinic.about(OfferDeclined, offers["bea"])
    kind = ReleaseAgent if answered else RecallOffer
    assert of(kind, commands) == [("one", "dot")]
    assert clinic.agent("dot").work.value == "idle"
    assert offered(clinic.later(10)) == [("one", "bea"), ("one", "dot")]


def refuse(clinic, commands, name="dot"):
    """One of two declines; whoever else is rung for it then."""
    return clinic.about(OfferDeclined, by_agent(commands)[name])


def test_a_pair_of_whom_one_never_comes_rings_the_other_less_and_less(clinic, offered):
    clinic.on_duty("bea", "dot")
    commands = pair(clinic)
    for rest_s in (10, 20, 40, 80, 120, 120, 120):
        assert offered(refuse(clinic, commands)) == []
        assert offered(clinic.later(rest_s - 1)) == []
        commands = clinic.later(1)
        assert offered(commands) == [("one", "bea"), ("one", "dot")]


def test_while_a_pair_rests_its_people_serve_others(clinic, offered):
    clinic.on_duty("bea", "dot")
    refuse(clinic, pair(clinic))
    assert offered(clinic.queue("two", "nurse")) == [("two", "bea")]
    assert offered(clinic.later(10)) == []
    assert clinic.distributor.position("one") == 1


def test_somebody_who_was_not_asked_yet_is_asked_at_once(clinic, offered):
    clinic.on_duty("bea", "dot", "ana")
    assert offered(refuse(clinic, pair(clinic))) == [("one", "bea"), ("one", "ana")]


def test_a_pair_that_rests_becomes_a_red_flags_call_at_once(clinic, offered):
    clinic.on_duty("bea", "dot")
    refuse(clinic, pair(clinic))
    assert offered(clinic.wants("one", "nurse", emergency=True)) == [("one", "bea")]


def test_a_pair_that_was_taken_back_for_a_red_flag_need_not_rest(clinic, offered):
    clinic.on_duty("bea", "dot")
    pair(clinic)
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.on_duty("ana")) == [("one", "ana"), ("one", "dot")]


def test_a_pair_rests_on_after_a_restart(clinic, offered):
    clinic.on_duty("bea", "dot")
    refuse(clinic, pair(clinic))
    state = clinic.distributor.state()
    clinic.distributor = Distributor.from_state(state, QUEUES, AGENTS, NURSE_QUEUE, PLAIN)
    assert clinic.distributor.state() == state
    assert offered(clinic.later(9)) == []
    assert offered(clinic.later(1)) == [("one", "bea"), ("one", "dot")]


def test_a_pair_that_rests_leaves_nothing_behind_when_its_caller_goes(clinic):
    clinic.on_duty("bea", "dot")
    refuse(clinic, pair(clinic))
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("one")))
    assert clinic.later(5) == []
    assert clinic.distributor.next_deadline() is None


def test_who_answered_and_left_before_the_other_answered_leaves_nobody_bridged(clinic):
    clinic.on_duty("bea", "dot")
    offers = by_agent(pair(clinic))
    clinic.about(OfferAccepted, offers["bea"])
    commands = clinic.about(AgentHungUp, offers["bea"])
    assert of(RecallOffer, commands) == [("one", "dot")]
    assert clinic.distributor.position("one") == 1


@pytest.mark.parametrize("how", [AgentHungUp, OfferFailed])
def test_when_the_interpreter_leaves_the_nurse_stays(clinic, how):
    clinic.on_duty("bea", "dot")
    commands = pair(clinic)
    clinic.accept(commands)
    more = {"reason": "unreachable"} if how is OfferFailed else {}
    assert clinic.about(how, by_agent(commands)["dot"], **more) == []
    assert clinic.agent("bea").work.value == "talking"
    assert clinic.agent("dot").work.value == "wrap-up"


def test_when_the_nurse_hangs_up_both_are_let_go_and_wrap_up(clinic):
    clinic.on_duty("bea", "dot")
    commands = pair(clinic)
    clinic.accept(commands)
    assert of(ReleaseAgent, clinic.about(AgentHungUp, by_agent(commands)["bea"])) == [
        ("one", "dot")
    ]
    assert {clinic.agent(name).work.value for name in ("bea", "dot")} == {"wrap-up"}


def test_when_the_caller_leaves_while_it_rings_both_are_free(clinic, offered):
    clinic.on_duty("bea", "dot")
    pair(clinic)
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("one")))
    assert offered(pair(clinic, "two")) == [("two", "bea"), ("two", "dot")]


def test_two_who_come_free_at_once_take_the_pair_before_a_later_call_for_one_of_them(
    clinic, offered
):
    clinic.on_duty("bea", "dot")
    pair(clinic, "one")
    pair(clinic, "two")
    clinic.later(1)
    clinic.queue("three", "nurse")
    commands = clinic.tell(CallerHungUp(site=SITE, call_id=CallId("one")))
    assert offered(commands) == [("two", "bea"), ("two", "dot")]


def test_two_who_come_free_at_once_take_a_call_for_one_of_them_before_a_later_pair(clinic, offered):
    clinic.on_duty("bea", "dot")
    pair(clinic, "one")
    clinic.queue("two", "billing")
    clinic.later(1)
    pair(clinic, "three")
    # Neither of them is good enough for it any more.
    commands = clinic.wants("one", "nurse", SkillNeed(skill="nurse", level=4), companion=SPANISH)
    assert offered(commands) == [("two", "dot")]


def test_the_pair_waits_its_turn(clinic, offered):
    pair(clinic, "one")
    clinic.later(1)
    clinic.queue("two", "nurse")
    clinic.on_duty("dot")
    assert offered(clinic.on_duty("bea")) == [("one", "bea"), ("one", "dot")]


def test_an_emergency_needs_one_nurse_only(clinic, offered):
    clinic.on_duty("bea", "dot")
    assert offered(pair(clinic, emergency=True)) == [("one", "bea")]


@pytest.mark.parametrize("interpreter_answered", [False, True])
def test_a_nurse_who_has_answered_keeps_who_turns_out_to_be_in_danger(clinic, interpreter_answered):
    clinic.on_duty("bea", "dot", "fay")
    offers = by_agent(pair(clinic))
    clinic.about(OfferAccepted, offers["bea"])
    if not interpreter_answered:
        commands = pair(clinic, emergency=True)
        assert of(Bridge, commands) == [("one", "bea")]
        assert of(RecallOffer, commands) == [("one", "dot")]
        assert of(OfferCall, commands) == of(ReleaseAgent, commands) == []
    else:
        clinic.about(OfferAccepted, offers["dot"])
        assert pair(clinic, emergency=True) == []
    assert clinic.agent("bea").work.value == "talking"
    assert clinic.distributor.totals.answered == 1
    assert clinic.later(100) == []


@pytest.mark.parametrize("who", ["cal", "ana"])
def test_who_is_in_danger_is_not_left_with_a_clerk_when_the_nurse_beside_is_lost(
    clinic, offered, who
):
    clinic.on_duty("cal", "ana")
    both = clinic.wants("one", "billing", companion=SPANISH)
    clinic.accept(both)
    assert clinic.wants("one", "nurse", emergency=True) == []
    clinic.on_duty("bea")
    commands = clinic.about(OfferFailed, by_agent(both)[who], reason="lost")
    assert offered(commands) == [("one", "bea")]
    assert clinic.distributor.on_emergency_call("one")
    assert clinic.distributor.totals.balanced


def test_a_clerk_goes_on_with_who_is_in_no_danger_when_the_nurse_beside_is_lost(clinic):
    clinic.on_duty("cal", "ana", "bea")
    both = clinic.wants("one", "billing", companion=SPANISH)
    clinic.accept(both)
    assert clinic.about(OfferFailed, by_agent(both)["ana"], reason="lost") == []
    assert clinic.agent("cal").work.value == "talking"


def test_a_nurse_who_is_rung_alone_is_told_when_the_caller_turns_out_to_be_in_danger(clinic):
    clinic.on_duty("bea", "dot")
    offers = by_agent(pair(clinic))
    clinic.about(OfferAccepted, offers["dot"])
    commands = pair(clinic, emergency=True)
    assert of(ReleaseAgent, commands) == [("one", "dot")]
    assert of(OfferCall, commands) == of(RecallOffer, commands) == [("one", "bea")]
    offer = by_agent(commands)["bea"]
    assert offer.emergency
    assert of(Bridge, clinic.about(OfferAccepted, offer)) == [("one", "bea")]


def test_an_interpreter_who_is_the_only_nurse_of_the_two_keeps_who_is_in_danger(clinic):
    clinic.on_duty("ana", "cal")
    offers = by_agent(clinic.wants("one", "billing", companion=SPANISH))
    assert list(offers) == ["cal", "ana"]
    clinic.about(OfferAccepted, offers["ana"])
    commands = clinic.wants("one", "billing", emergency=True)
    assert of(Bridge, commands) == [("one", "ana")]
    assert of(RecallOffer, commands) == [("one", "cal")]


def test_a_pair_of_two_nurses_leaves_the_reserve_alone(site, offered):
    clinic = site(rules=EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("ana", "bea")
    assert offered(pair(clinic)) == []
    assert offered(clinic.on_duty("fay")) == [("one", "bea"), ("one", "ana")]


def test_a_nurse_is_paired_with_who_is_no_nurse_where_two_would_be_too_many(site, offered):
    clinic = site(rules=EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("ana", "bea", "dot")
    assert offered(pair(clinic)) == [("one", "ana"), ("one", "dot")]


def test_the_first_may_not_become_the_second_when_the_needs_change(clinic, offered):
    clinic.on_duty("bea", "dot")
    pair(clinic)
    changed = clinic.wants("one", "billing", companion=(SkillNeed(skill="nurse"),))
    assert sorted(of(RecallOffer, changed)) == [("one", "bea"), ("one", "dot")]
    assert offered(changed) == [("one", "dot"), ("one", "bea")]


def test_an_interpreter_who_becomes_free_completes_a_pair_with_a_wanted_nurse(clinic, offered):
    clinic.on_duty("bea")
    assert offered(pair(clinic, agent=AgentId("bea"), agent_wait_s=60.0)) == []
    assert offered(clinic.on_duty("dot")) == [("one", "bea"), ("one", "dot")]


def called_back(clinic):
    """Let a caller who needs two choose a call-back, and both accept to make it."""
    pair(clinic)
    clinic.tell(CallBackChosen(site=SITE, call_id=CallId("one")))
    clinic.on_duty("bea")
    offers = clinic.on_duty("dot")
    assert len(by_agent(offers)) == 2
    return by_agent(offers), clinic.accept(offers)


def test_a_pair_calls_back_once(clinic):
    offers, commands = called_back(clinic)
    assert of(CallBack, commands) == [("one~1", "bea")]
    bridged = clinic.about(CallBackAnswered, offers["bea"])
    assert of(Bridge, bridged) == [("one~1", "bea"), ("one~1", "dot")]
    assert clinic.distributor.totals.called_back == 1


def test_a_pair_that_reached_nobody_is_let_go_together(clinic):
    offers, _commands = called_back(clinic)
    commands = clinic.about(CallBackMissed, offers["bea"], reason="no-answer")
    assert of(ReleaseAgent, commands) == [("one~1", "dot")]
    assert clinic.distributor.live_offers() == ()


def test_when_one_of_a_pair_leaves_while_it_dials_both_begin_again_at_the_next_attempt(clinic):
    offers, _commands = called_back(clinic)
    commands = clinic.about(AgentHungUp, offers["dot"])
    assert of(ReleaseAgent, commands) == [("one~1", "bea")]
    assert by_agent(clinic.later(899)) == {}
    assert set(by_agent(clinic.later(1))) == {"bea", "dot"}
    assert clinic.distributor.position("one~2") == 1


def test_two_chats_of_a_pair_fill_the_same_two_people(site, offered):
    queues = {
        QueueId("nurse"): QueueConfig(id=QueueId("nurse"), title="Nurse"),
        QueueId("chat"): QueueConfig(
            id=QueueId("chat"), title="Chat", at_once=2, skills=(SkillNeed(skill="chat"),)
        ),
    }
    agents = {
        AgentId(name): AgentConfig(id=AgentId(name), name=name, skills=skills)
        for name, skills in (("bea", {"nurse": 1}), ("dot", {"chat": 1}))
    }
    clinic = site(queues, agents)
    clinic.on_duty("bea", "dot")
    needs = Requirement(queue=QueueId("chat"), companion=(SkillNeed(skill="nurse"),))
    for call in ("one", "two", "three"):
        fact = CallQueued(site=SITE, call_id=CallId(call), requirement=needs)
        rung = offered(clinic.tell(fact))
        assert rung == ([] if call == "three" else [(call, "dot"), (call, "bea")])


def test_a_pair_that_another_nurse_sets_free_takes_the_call_that_stood_first(site, offered):
    clinic = site(rules=EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("fay")
    clinic.accept(clinic.queue("busy", "nurse"))
    clinic.on_duty("ana", "dot")
    assert offered(clinic.wants("first", "nurse", *SPANISH, companion=SPANISH)) == []
    assert offered(pair(clinic, "second")) == []
    assert offered(clinic.on_duty("bea")) == [("first", "ana"), ("first", "dot")]


def test_a_nurse_who_comes_back_does_not_take_a_call_that_stands_behind_a_pair_of_others(
    site, offered
):
    clinic = site(rules=EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("ana")
    clinic.accept(clinic.queue("busy", "nurse"))
    clinic.on_duty("bea", "dot")
    assert offered(pair(clinic, "first")) == []
    assert offered(clinic.queue("second", "nurse")) == []
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("busy")))
    assert offered(clinic.later(20)) == [("first", "bea"), ("first", "dot")]


def test_who_is_freed_takes_the_older_chat_before_pairing_with_a_nurse_for_a_later_one(
    site, offered
):
    chat = (SkillNeed(skill="chat"),)
    queues = {
        QueueId(queue.id): queue
        for queue in (
            QueueConfig(id=QueueId("nurse"), title="Nurse", skills=(SkillNeed(skill="nurse"),)),
            QueueConfig(id=QueueId("chat"), title="Chat", at_once=3, skills=chat),
        )
    }
    agents = {
        AgentId(name): AgentConfig(id=AgentId(name), name=name, skills=skills)
        for name, skills in (
            ("ana", {"nurse": 1, "spanish": 1}),
            ("bea", {"nurse": 1}),
            ("dot", {"chat": 1}),
        )
    }
    clinic = site(queues, agents, EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("ana", "bea")
    for call, companion in (("one", SPANISH), ("two", ()), ("three", SPANISH)):
        assert offered(clinic.wants(call, "chat", companion=companion)) == []
        clinic.later(1)
    assert offered(clinic.on_duty("dot")) == [
        ("one", "dot"),
        ("one", "ana"),
        ("two", "dot"),
        ("three", "dot"),
        ("three", "ana"),
    ]
