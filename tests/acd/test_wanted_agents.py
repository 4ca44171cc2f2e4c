"""A caller may ask for an agent, or for the one they last spoke with: for a while, not for ever."""

import pytest

from acd import Distributor, EmergencyRules, Presence
from calls.commands import RecallOffer
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    CallerHungUp,
    OfferAccepted,
    OfferDeclined,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId
from calls.requirement import SkillNeed
from tests.acd.conftest import AGENTS, NURSE_QUEUE, PLAIN, SITE


def wants(clinic, call, agent, wait_s=30.0, queue="general", **more):
    return clinic.wants(call, queue, agent=AgentId(agent), agent_wait_s=wait_s, **more)


def test_the_wanted_agent_comes_first_whoever_is_ready_for_longer(clinic, offered):
    clinic.on_duty("cal", "eli")
    commands = wants(clinic, "one", "eli")
    assert offered(commands) == [("one", "eli")]
    assert commands[0].rule == "wanted"


def test_the_caller_waits_for_the_wanted_agent_though_others_are_free(clinic, offered):
    clinic.on_duty("cal", "eli")
    busy = wants(clinic, "zero", "eli")
    assert offered(busy) == [("zero", "eli")]
    assert offered(wants(clinic, "one", "eli")) == []
    assert offered(clinic.about(OfferDeclined, busy[0])) == [("zero", "cal")]
    assert offered(clinic.later(5)) == [("one", "eli")]


def test_after_the_wait_anybody_may_take_the_call(clinic, offered):
    clinic.on_duty("cal", "eli")
    wants(clinic, "zero", "eli")
    wants(clinic, "one", "eli", 12.0)
    assert offered(clinic.later(11.5)) == []
    assert offered(clinic.later(0.5)) == [("one", "cal")]


def test_each_caller_waits_as_long_as_they_said(clinic, offered):
    clinic.on_duty("cal", "eli", "dot")
    clinic.accept(wants(clinic, "zero", "eli"))
    wants(clinic, "long", "eli", 40.0)
    wants(clinic, "short", "eli", 10.0)
    commands = clinic.later(10)
    assert [call for call, _ in offered(commands)] == ["short"]
    clinic.accept(commands)
    assert [call for call, _ in offered(clinic.later(30))] == ["long"]


@pytest.mark.parametrize("why", ["home", "unknown", "unable", "no wait"])
def test_nobody_waits_for_an_agent_in_vain(clinic, offered, why):
    clinic.on_duty("cal")
    agent = {"home": "eli", "unknown": "zoe", "unable": "cal", "no wait": "eli"}[why]
    queue = "nurse" if why == "unable" else "general"
    if why == "unable":
        clinic.on_duty("bea")
    if why == "no wait":
        clinic.on_duty("eli")
        wants(clinic, "zero", "eli")
    commands = wants(clinic, "one", agent, 0.0 if why == "no wait" else 30.0, queue)
    assert [call for call, _ in offered(commands)] == ["one"]


def test_who_waits_for_an_agent_who_goes_home_waits_for_all(clinic, offered):
    clinic.on_duty("eli")
    clinic.accept(clinic.queue("busy"))
    clinic.on_duty("cal")
    wants(clinic, "one", "eli", 300.0)
    wants(clinic, "two", "eli", 300.0)
    assert offered(clinic.agents(AgentOut, "eli")) == [("one", "cal")]
    assert clinic.agent("eli").pending is Presence.OUT
    clinic.on_duty("dot")
    assert clinic.agent("dot").call_ids == ("two",)


def test_a_wanted_agent_who_declines_is_not_waited_for(clinic, offered):
    clinic.on_duty("eli", "cal")
    (offer,) = wants(clinic, "one", "eli", 300.0)
    assert offered(clinic.about(OfferDeclined, offer)) == [("one", "cal")]


def test_the_wanted_agent_takes_the_calls_in_the_one_order(clinic, offered):
    clinic.on_duty("eli")
    (busy,) = clinic.queue("busy")
    clinic.about(OfferAccepted, busy)
    clinic.queue("first")
    clinic.later(1)
    wants(clinic, "second", "eli")
    clinic.about(AgentHungUp, busy)
    assert offered(clinic.later(20)) == [("first", "eli")]


def test_a_wanted_agent_taken_by_a_red_flag_takes_the_caller_afterwards(clinic, offered):
    clinic.on_duty("bea")
    wants(clinic, "one", "bea", 300.0, "nurse")
    wants(clinic, "two", "bea", 300.0, "nurse")
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("two")))
    commands = clinic.queue("red", "nurse", emergency=True)
    assert [c.call_id for c in commands if isinstance(c, RecallOffer)] == ["one"]
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("red")))
    assert clinic.agent("bea").call_ids == ("one",)


def test_the_reserve_is_kept_from_who_wants_a_nurse(site, offered):
    clinic = site(rules=EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("ana", "bea")
    clinic.queue("zero", "nurse")
    assert offered(wants(clinic, "one", "bea", 30.0, "nurse")) == []


def test_a_wish_that_changes_nothing_is_no_new_wait(clinic, offered):
    clinic.on_duty("eli")
    clinic.accept(clinic.queue("busy"))
    wants(clinic, "one", "eli", 20.0)
    clinic.later(15)
    assert wants(clinic, "one", "eli", 20.0) == []
    clinic.on_duty("dot")
    assert offered(clinic.later(4)) == [("one", "dot")]


def test_no_trace_is_left_of_callers_who_waited_for_an_agent(clinic):
    clinic.on_duty("cal", "eli")
    clinic.accept(clinic.queue("busy"))
    pools = len(clinic.distributor._roster.agents[AgentId("eli")].pools)
    for n in range(20):
        skills = (SkillNeed(skill="billing", level=1),)
        clinic.wants(f"w{n}", "general", *skills, agent=AgentId("eli"), agent_wait_s=9.0 + n)
    for n in range(20):
        clinic.tell(CallerHungUp(site=SITE, call_id=CallId(f"w{n}")))
    eli = clinic.distributor._roster.agents[AgentId("eli")]
    # That of the common lanes of what they needed.
    assert len(eli.pools) == pools + 1
    assert not list(eli.lanes)


@pytest.mark.parametrize("restarted", [False, True])
def test_who_waits_for_an_agent_beyond_the_deadline_comes_before_a_younger_caller(
    site, changed_queues, offered, restarted
):
    queues = changed_queues(deadline_s=60.0)
    clinic = site(queues=queues)
    clinic.on_duty("eli")
    clinic.accept(clinic.queue("busy"))
    clinic.on_duty("cal")
    clinic.accept(clinic.queue("other"))
    wants(clinic, "old", "eli", 300.0)
    clinic.later(20)
    clinic.queue("young", "complaints")
    clinic.later(30)
    if restarted:
        clinic.distributor = Distributor.from_state(
            clinic.distributor.state(), queues, AGENTS, NURSE_QUEUE, PLAIN
        )
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("busy")))
    assert offered(clinic.later(9)) == []
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("other")))
    assert offered(clinic.later(11)) == [("old", "eli")]


@pytest.mark.parametrize("gone", [AgentOnBreak, PhoneUnregistered])
def test_nobody_waits_for_an_agent_who_is_on_a_break_or_cannot_be_rung(clinic, offered, gone):
    clinic.on_duty("eli", "cal")
    clinic.agents(gone, "eli")
    assert offered(wants(clinic, "one", "eli", 300.0)) == [("one", "cal")]


@pytest.mark.parametrize("gone", [AgentOnBreak, PhoneUnregistered])
def test_who_waits_for_an_agent_who_goes_away_waits_for_all(clinic, offered, gone):
    clinic.on_duty("eli")
    clinic.accept(clinic.queue("busy"))
    clinic.on_duty("cal")
    wants(clinic, "one", "eli", 300.0)
    assert offered(clinic.agents(gone, "eli")) == [("one", "cal")]


def test_a_ring_at_an_agent_who_goes_away_is_the_last_wait_for_them(clinic, offered):
    clinic.on_duty("bea")
    wants(clinic, "one", "bea", 300.0, "nurse")
    clinic.agents(AgentOnBreak, "bea")
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.on_duty("fay")) == [("one", "fay")]
