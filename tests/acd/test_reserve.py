"""Nurses are kept ready for red flags: routine calls and breaks leave enough of them."""

import pytest

from acd import EmergencyRules, Presence
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallerHungUp,
    OfferDeclined,
    PhoneUnregistered,
)
from calls.requirement import SkillNeed

SITE = "clinic"
KEEP_ONE = EmergencyRules(keep_ready=1, ladder=())


@pytest.fixture
def clinic(site):
    return site(rules=KEEP_ONE)


def hang_up(clinic, call):
    return clinic.tell(CallerHungUp(site=SITE, call_id=call))


def test_a_routine_call_leaves_one_nurse_ready(clinic, offered):
    clinic.on_duty("ana", "bea")
    assert offered(clinic.queue("one", "nurse")) == [("one", "ana")]
    assert offered(clinic.queue("two", "nurse")) == []
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]


def test_a_routine_call_goes_to_whoever_is_no_nurse_instead(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.queue("one", "nurse")
    clinic.on_duty("cal")
    assert offered(clinic.queue("two")) == [("two", "cal")]


def test_a_single_nurse_takes_every_call(clinic, offered):
    clinic.on_duty("ana")
    assert offered(clinic.queue("one", "nurse")) == [("one", "ana")]


@pytest.mark.parametrize("leave", [AgentOut, PhoneUnregistered])
def test_who_is_left_alone_takes_the_calls_that_passed_her_over(clinic, offered, leave):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    assert offered(clinic.queue("two", "nurse")) == []
    clinic.about(AgentHungUp, clinic.distributor.live_offers()[0])
    assert offered(clinic.agents(leave, "ana") + clinic.later(20)) == [("two", "bea")]


def test_calls_that_passed_nurses_over_are_given_in_their_order(clinic, offered):
    clinic.on_duty("ana", "bea")
    hers = clinic.queue("one", "nurse")
    clinic.later(1)
    clinic.queue("two", "general")
    clinic.later(1)
    clinic.queue("three", "nurse")
    clinic.accept(hers)
    hang_up(clinic, "one")
    # Bea has been ready for longer; ana, who made her free for it, is the one kept ready now.
    assert offered(clinic.later(20)) == [("two", "bea")]
    clinic.agents(AgentOut, "ana")
    assert offered(clinic.on_duty("fay", "ana")) == [("three", "fay")]


def test_a_nurse_who_becomes_free_does_not_take_a_later_call_before_one_for_another(
    clinic, offered
):
    clinic.on_duty("bea", "ana")
    hers = clinic.queue("one", "nurse")
    assert offered(hers) == [("one", "bea")]
    assert offered(clinic.queue("two", "nurse", "spanish")) == []
    clinic.later(1)
    assert offered(clinic.queue("three", "nurse")) == []
    clinic.accept(hers)
    hang_up(clinic, "one")
    assert offered(clinic.later(20)) == [("two", "ana")]


def test_what_rang_at_a_lost_phone_does_not_come_before_an_earlier_call_kept_from_the_other_nurse(
    clinic, offered
):
    clinic.on_duty("ana", "bea")
    assert offered(clinic.queue("one", "general")) == [("one", "ana")]
    # It counts as having waited for longer.
    assert offered(clinic.queue("two", "complaints")) == []
    # Bea is the only nurse whose phone can be rung: nobody is to be kept ready any more.
    assert offered(clinic.agents(PhoneUnregistered, "ana")) == [("two", "bea")]


def test_the_last_nurse_but_one_is_asked_to_put_off_her_break(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    clinic.agents(AgentOnBreak, "bea")
    assert clinic.agent("bea").presence is Presence.READY
    assert clinic.agent("bea").pending is Presence.BREAK
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]


def test_a_break_put_off_begins_as_soon_as_enough_others_are_ready(clinic):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    clinic.agents(AgentOnBreak, "bea")
    hang_up(clinic, "one")
    clinic.agents(AgentReady, "ana")
    assert clinic.agent("bea").presence is Presence.BREAK


def test_a_break_put_off_comes_before_the_routine_calls_that_wait(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    clinic.agents(AgentOnBreak, "bea")
    clinic.queue("two", "nurse")
    hang_up(clinic, "one")
    commands = clinic.agents(AgentReady, "ana")
    assert clinic.agent("bea").presence is Presence.BREAK
    # With ana the only nurse on duty there is nobody to be kept ready any more.
    assert offered(commands) == [("two", "ana")]


def test_a_break_put_off_comes_before_a_routine_call_that_rang_at_a_lost_phone(clinic, offered):
    clinic.on_duty("ana", "bea")
    assert offered(clinic.queue("one", "nurse")) == [("one", "ana")]
    clinic.agents(AgentOnBreak, "bea")
    assert offered(clinic.agents(PhoneUnregistered, "ana")) == []
    assert clinic.agent("bea").presence is Presence.BREAK


def test_a_break_put_off_comes_before_a_call_that_may_not_stay_where_it_rings(clinic, offered):
    clinic.on_duty("bea", "ana", "dot")
    spanish = SkillNeed(skill="spanish")
    assert offered(clinic.queue("one")) == [("one", "bea")]
    clinic.agents(AgentOnBreak, "ana")
    clinic.later(1)
    assert offered(clinic.wants("two", "nurse", companion=(spanish,))) == []
    commands = clinic.wants("one", "general", spanish)
    assert clinic.agent("ana").presence is Presence.BREAK
    # And it does not lose its place to the call that bea could share with dot.
    assert offered(commands) == [("one", "dot")]


def test_why_a_call_is_offered_does_not_depend_on_what_was_kept_from_others_before(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    assert offered(clinic.queue("two", "nurse")) == []
    hang_up(clinic, "two")
    clinic.queue("three", "nurse", "spanish")
    hang_up(clinic, "one")
    (offer,) = clinic.later(20)
    assert (offer.call_id, offer.agent_id, offer.rule) == ("three", "ana", "first-free")


def test_a_supervisor_lets_a_nurse_go(clinic):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    clinic.agents(AgentOnBreak, "bea")
    clinic.agents(AgentOnBreak, "bea", approved=True)
    assert clinic.agent("bea").presence is Presence.BREAK


def test_what_a_supervisor_approved_stays_approved_when_the_nurse_asks_again(clinic):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    clinic.accept(clinic.queue("red", "nurse", emergency=True))
    clinic.agents(AgentOnBreak, "bea", approved=True)
    clinic.agents(AgentOnBreak, "bea")
    hang_up(clinic, "red")
    clinic.later(20)
    assert clinic.agent("bea").presence is Presence.BREAK


def test_nobody_is_kept_from_going_home(clinic):
    clinic.on_duty("ana", "bea")
    clinic.accept(clinic.queue("one", "nurse"))
    clinic.agents(AgentOut, "bea")
    assert clinic.agent("bea").presence is Presence.OUT


def test_the_break_of_an_agent_who_is_no_nurse_begins_at_once(clinic):
    clinic.on_duty("ana", "cal")
    clinic.agents(AgentOnBreak, "cal")
    assert clinic.agent("cal").presence is Presence.BREAK


def test_a_single_nurse_may_have_her_break(clinic):
    clinic.on_duty("ana")
    clinic.agents(AgentOnBreak, "ana")
    assert clinic.agent("ana").presence is Presence.BREAK


def test_two_are_kept_ready_where_the_site_says_so(site, offered):
    clinic = site(rules=EmergencyRules(keep_ready=2, ladder=()))
    clinic.on_duty("ana", "bea", "fay")
    assert offered(clinic.queue("one", "nurse")) == [("one", "ana")]
    assert offered(clinic.queue("two", "nurse")) == []
    clinic.agents(AgentOnBreak, "bea")
    assert clinic.agent("bea").pending is Presence.BREAK


# --- breaks one after the other -----------------------------------------------------------------


def test_the_last_nurse_stays_however_quickly_all_ask_for_a_break(clinic):
    clinic.on_duty("ana", "bea", "fay")
    clinic.agents(AgentOnBreak, "ana", "bea", "fay")
    stand = {name: clinic.agent(name).presence for name in ("ana", "bea", "fay")}
    assert stand == {"ana": Presence.BREAK, "bea": Presence.BREAK, "fay": Presence.READY}
    assert clinic.agent("fay").pending is Presence.BREAK


@pytest.mark.parametrize("leave", [AgentOut, PhoneUnregistered])
def test_a_break_begins_once_she_is_the_only_nurse_who_has_come_to_work(clinic, leave):
    clinic.on_duty("ana", "bea")
    clinic.agents(AgentOnBreak, "ana", "bea")
    assert clinic.agent("bea").pending is Presence.BREAK
    clinic.agents(leave, "ana")
    assert clinic.agent("bea").presence is Presence.BREAK


def test_a_break_begins_when_the_nurse_before_her_is_back(clinic):
    clinic.on_duty("ana", "bea")
    clinic.agents(AgentOnBreak, "ana", "bea")
    clinic.agents(AgentReady, "ana")
    assert clinic.agent("bea").presence is Presence.BREAK


def test_a_supervisor_may_let_the_last_nurse_go(clinic):
    clinic.on_duty("ana", "bea")
    clinic.agents(AgentOnBreak, "ana", "bea")
    clinic.agents(AgentOnBreak, "bea", approved=True)
    assert clinic.agent("bea").presence is Presence.BREAK


def test_a_nurse_alone_while_another_has_a_break_takes_routine_calls(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.agents(AgentOnBreak, "ana")
    assert offered(clinic.queue("one", "nurse")) == [("one", "bea")]


def test_no_break_begins_while_a_red_flag_waits(clinic, offered):
    clinic.on_duty("ana")
    clinic.connect("one", "nurse")
    clinic.agents(AgentOnBreak, "ana")
    clinic.queue("red", "nurse", emergency=True)
    offer = hang_up(clinic, "one")[-1]
    clinic.about(OfferDeclined, offer)
    assert offered(clinic.later(20)) == [("red", "ana")]
    assert clinic.agent("ana").presence.value == "ready"
    hang_up(clinic, "red")
    assert clinic.agent("ana").presence is Presence.BREAK


def test_no_break_begins_while_a_red_flag_rings_and_it_does_when_that_is_answered(clinic):
    clinic.on_duty("ana", "bea", "fay")
    rings = clinic.queue("red", "nurse", emergency=True)
    clinic.agents(AgentOnBreak, "fay")
    assert clinic.agent("fay").pending is Presence.BREAK
    clinic.accept(rings)
    assert clinic.agent("fay").presence is Presence.BREAK


def test_a_supervisor_may_let_a_nurse_go_while_a_red_flag_rings(clinic):
    clinic.on_duty("ana", "bea")
    clinic.queue("red", "nurse", emergency=True)
    clinic.agents(AgentOnBreak, "bea", approved=True)
    assert clinic.agent("bea").presence is Presence.BREAK
