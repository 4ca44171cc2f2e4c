"""While no nurse answers a red flag more is done at fixed times: all nurses, on-call, advice."""

import pytest

from acd import Distributor, EmergencyRules
from calls.commands import Bridge, ClimbLadder, OfferCall, OpenTask, RecallOffer
from calls.facts import (
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallDequeued,
    CallerHungUp,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.requirement import SkillNeed
from calls.rung import Rung
from tests.acd.conftest import AGENTS, NURSE_QUEUE, QUEUES

SITE = "clinic"


@pytest.fixture
def clinic(site):
    return site(rules=EmergencyRules(keep_ready=0))


def rungs(commands):
    return [c.rung for c in commands if isinstance(c, ClimbLadder)]


def offers(commands):
    return [c for c in commands if isinstance(c, OfferCall)]


def test_after_ten_seconds_every_nurse_is_rung(clinic, offered):
    clinic.on_duty("ana", "bea", "fay", "cal")
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "ana")]
    assert clinic.later(9.5) == []
    commands = clinic.later(0.5)
    assert sorted(offered(commands)) == [("red", "bea"), ("red", "fay")]
    assert {c.rule for c in commands} == {"ring-all"}


def test_calls_that_give_way_to_it_go_on_to_others_in_their_order(clinic, offered):
    clinic.on_duty("ana", "fay", "bea", "cal")
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.queue("one")) == [("one", "fay")]
    clinic.later(1)
    assert offered(clinic.queue("two")) == [("two", "bea")]
    commands = clinic.later(9)
    assert sorted(offered(commands)) == [("one", "cal"), ("red", "bea"), ("red", "fay")]


def test_who_need_not_be_rung_any_more_take_what_stands_first_together(clinic, offered):
    clinic.on_duty("ana", "bea", "fay")
    red = clinic.queue("red", "nurse", emergency=True)
    clinic.later(10)
    clinic.wants("two", "nurse", companion=(SkillNeed(skill="nurse"),))
    clinic.later(1)
    clinic.queue("three", "nurse")
    assert offered(clinic.accept(red)) == [("two", "bea"), ("two", "fay")]


def test_a_call_that_gives_way_to_it_does_not_ring_at_the_next_nurse_first(clinic, offered):
    clinic.on_duty("ana", "bea", "fay")
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.queue("one")) == [("one", "bea")]
    assert sorted(offered(clinic.later(10))) == [("red", "bea"), ("red", "fay")]


def test_the_clock_of_the_ladder_runs_from_the_words(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.wants("red", "nurse", emergency=True, heard_ago_s=6.0)
    assert offered(clinic.later(3.5)) == []
    assert offered(clinic.later(0.5)) == [("red", "bea")]


def test_the_first_nurse_to_accept_has_the_call_and_the_others_are_recalled(clinic):
    clinic.on_duty("ana", "bea", "fay")
    clinic.queue("red", "nurse", emergency=True)
    rung = offers(clinic.later(10))
    commands = clinic.about(OfferAccepted, rung[0])
    recalled = [c.agent_id for c in commands if isinstance(c, RecallOffer)]
    assert sorted([*recalled, rung[0].agent_id]) == ["ana", "bea", "fay"]
    assert [c.agent_id for c in commands if isinstance(c, Bridge)] == [rung[0].agent_id]
    assert rungs(clinic.later(60)) == []


@pytest.mark.parametrize("how", [OfferAccepted, OfferDeclined, OfferUnanswered])
def test_a_red_flag_that_comes_while_all_are_rung_has_the_first_phone_that_is_free(
    clinic, offered, how
):
    clinic.on_duty("ana", "bea", "fay")
    clinic.queue("red", "nurse", emergency=True)
    ringing = offers(clinic.later(10))
    assert offered(clinic.queue("second", "nurse", emergency=True)) == []
    # Who takes the first one frees the others; who lets it pass is rung after a moment.
    commands = [*clinic.about(how, ringing[0]), *clinic.later(5)]
    (nurse,) = [agent for call, agent in offered(commands) if call == "second"]
    assert (nurse == ringing[0].agent_id) == (how is not OfferAccepted)


def test_a_nurse_on_a_break_is_rung_too_but_not_one_who_went_home(clinic, offered):
    clinic.on_duty("ana", "bea", "fay")
    clinic.agents(AgentOnBreak, "bea")
    clinic.agents(AgentOut, "fay")
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.later(10)) == [("red", "bea")]


@pytest.mark.parametrize("ended", ["answered by another", "the caller left"])
def test_a_nurse_on_a_break_is_rung_for_the_second_red_flag_once_the_first_needs_her_no_more(
    clinic, offered, ended
):
    clinic.on_duty("ana", "bea")
    clinic.agents(AgentOnBreak, "ana")
    first = clinic.queue("red", "nurse", emergency=True)
    clinic.later(1)
    clinic.queue("second", "nurse", emergency=True)
    assert offered(clinic.later(9)) == [("red", "ana")]
    assert offered(clinic.later(1)) == []
    if ended == "answered by another":
        commands = clinic.accept(first)
    else:
        commands = clinic.tell(CallerHungUp(site=SITE, call_id="red"))
    assert ("second", "ana") in offered(commands)


def test_a_nurse_on_a_break_is_rung_when_her_phone_is_back(clinic, offered):
    clinic.on_duty("ana")
    clinic.agents(AgentOnBreak, "ana")
    clinic.agents(PhoneUnregistered, "ana")
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.later(11)) == []
    assert offered(clinic.agents(PhoneRegistered, "ana")) == [("red", "ana")]


def test_a_nurse_on_a_break_is_rung_again_where_the_number_turns_out_not_to_be_known(clinic):
    clinic.on_duty("ana")
    clinic.agents(AgentOnBreak, "ana")
    clinic.wants("red", "nurse", emergency=True)
    clinic.later(10)
    again = offers(clinic.wants("red", "nurse", emergency=True, number_known=False))
    assert [(each.agent_id, each.ask_number) for each in again] == [("ana", True)]


@pytest.mark.parametrize("lets_pass", [OfferDeclined, OfferUnanswered, OfferFailed])
def test_a_nurse_on_a_break_who_lets_it_pass_is_left_alone(clinic, offered, lets_pass):
    clinic.on_duty("ana")
    clinic.agents(AgentOnBreak, "ana")
    clinic.queue("red", "nurse", emergency=True)
    (offer,) = offers(clinic.later(10))
    more = {"reason": "unreachable"} if lets_pass is OfferFailed else {}
    assert offered(clinic.about(lets_pass, offer, **more)) == []
    assert offered(clinic.later(600)) == []


def test_a_nurse_in_conversation_is_not_rung(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("routine", "nurse"))
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]
    assert offered(clinic.later(10)) == []


def test_a_nurse_whose_phone_rings_for_a_routine_call_is_rung_for_the_red_flag(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.queue("routine", "nurse")) == [("routine", "bea")]
    clinic.on_duty("cal")
    commands = clinic.later(9)
    assert offered(commands) == [("red", "bea")]
    assert [c.call_id for c in commands if isinstance(c, RecallOffer)] == ["routine"]


def test_a_nurse_who_comes_while_all_are_rung_is_rung_before_any_routine_call(clinic, offered):
    clinic.on_duty("ana")
    clinic.queue("red", "nurse", emergency=True)
    clinic.queue("routine", "nurse")
    clinic.later(10)
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_all_nurses_are_still_rung_after_all_have_declined(clinic, offered):
    clinic.on_duty("ana", "bea")
    first = offers(clinic.queue("red", "nurse", emergency=True))
    rung = [*first, *offers(clinic.later(10))]
    for offer in rung:
        clinic.about(OfferDeclined, offer)
    assert sorted(offered(clinic.later(5))) == [("red", "ana"), ("red", "bea")]


def test_after_thirty_seconds_the_number_on_call_is_rung_and_after_sixty_advice_is_given(clinic):
    clinic.queue("red", "nurse", emergency=True)
    assert clinic.later(29.5) == []
    assert rungs(clinic.later(0.5)) == [Rung.ON_CALL]
    assert clinic.later(29.5) == []
    commands = clinic.later(0.5)
    assert rungs(commands) == [Rung.ADVISE]
    (task,) = [c for c in commands if isinstance(c, OpenTask)]
    assert (task.call_id, task.kind, task.queue) == ("red", "red-flag-unanswered", "nurse")
    assert clinic.later(600) == []


def test_the_ladder_does_not_begin_anew_when_the_flow_brings_a_red_flag_back(clinic, offered):
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(60)
    clinic.tell(CallDequeued(site=SITE, call_id="red"))
    clinic.later(5)
    assert clinic.queue("red", "nurse", emergency=True) == []
    assert clinic.later(600) == []
    assert sorted(offered(clinic.on_duty("ana", "bea"))) == [("red", "ana"), ("red", "bea")]


def test_a_ready_nurse_on_a_break_who_was_rung_stays_ready(clinic):
    clinic.on_duty("ana")
    clinic.agents(AgentOnBreak, "ana")
    clinic.queue("red", "nurse", emergency=True)
    clinic.accept(clinic.later(10))
    clinic.agents(AgentReady, "ana")
    assert clinic.agent("ana").presence.value == "ready"


def test_a_routine_call_climbs_no_ladder(clinic):
    clinic.queue("one", "nurse")
    assert clinic.later(600) == []


def test_a_nurse_without_a_phone_is_not_rung_with_all(clinic, offered):
    clinic.agents(AgentReady, "ana")
    clinic.queue("red", "nurse", emergency=True)
    assert clinic.later(10) == []
    assert offered(clinic.agents(PhoneRegistered, "ana")) == [("red", "ana")]


def test_who_came_into_danger_first_is_rung_first_also_after_a_restart(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.queue("later", "nurse", emergency=True)
    clinic.wants("first", "nurse", emergency=True, heard_ago_s=12.0)
    clinic.later(11)
    clinic.distributor = Distributor.from_state(
        clinic.distributor.state(), QUEUES, AGENTS, NURSE_QUEUE, EmergencyRules(keep_ready=0)
    )
    assert offered(clinic.on_duty("fay")) == [("first", "fay")]
