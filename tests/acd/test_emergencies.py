"""A red flag is never behind a routine call, never with anybody but a nurse, and never lost."""

import pytest

from acd import Distributor, EmergencyRules
from calls.commands import OfferCall, OpenTask
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from tests.acd.conftest import AGENTS, NURSE_QUEUE, PLAIN, QUEUES

SITE = "clinic"


def names(commands):
    return [type(command).__name__ for command in commands]


def tasks(commands):
    return [(c.call_id, c.kind, c.queue) for c in commands if isinstance(c, OpenTask)]


THE_TASK = [("red", "red-flag-call-back", "nurse")]


def test_a_red_flag_is_served_before_every_routine_call(clinic, offered):
    clinic.queue("urgent-complaint", "complaints")
    clinic.queue("routine", "nurse")
    clinic.later(600)
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_a_call_that_gives_way_to_a_red_flag_does_not_pass_an_earlier_one(clinic, offered):
    clinic.on_duty("cal", "bea")
    assert offered(clinic.queue("one")) == [("one", "cal")]
    assert offered(clinic.queue("two", "billing")) == []
    clinic.later(1)
    assert offered(clinic.queue("three")) == [("three", "bea")]
    # The red flag leaves cal and takes bea, who was rung for the third call.
    escalated = CallEscalated(site=SITE, call_id=CallId("one"), agent_id=AgentId("cal"))
    assert sorted(offered(clinic.tell(escalated))) == [("one", "bea"), ("two", "cal")]


def test_red_flags_among_themselves_go_by_waiting_time(clinic, offered):
    clinic.queue("first", "nurse", emergency=True)
    clinic.later(1)
    clinic.queue("second", "nurse", emergency=True)
    assert offered(clinic.on_duty("bea", "ana")) == [("first", "bea"), ("second", "ana")]


def test_a_red_flag_never_goes_to_an_agent_who_is_no_nurse(clinic, offered):
    clinic.on_duty("cal", "dot", "eli")
    assert offered(clinic.queue("red", "general", emergency=True)) == []
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_a_red_flag_reaches_a_nurse_even_by_a_queue_that_does_not_exist(clinic, offered):
    clinic.on_duty("bea")
    assert offered(clinic.queue("red", "attic", emergency=True)) == [("red", "bea")]


def test_a_waiting_caller_who_becomes_a_red_flag_keeps_their_waiting_time(clinic, offered):
    clinic.queue("red")
    clinic.later(30)
    clinic.queue("other", "nurse", emergency=True)
    clinic.queue("red", "nurse", emergency=True)
    assert clinic.distributor.position("red") == 1
    assert clinic.distributor.waited_s("red", clinic.now) == 30
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_acuity_only_rises(clinic, offered):
    clinic.queue("red", "nurse", emergency=True)
    clinic.queue("red", "billing")
    assert clinic.distributor.on_emergency_call("red")
    assert offered(clinic.on_duty("cal", "bea")) == [("red", "bea")]


def test_a_caller_whose_ring_becomes_a_red_flag_leaves_an_agent_who_is_no_nurse(
    clinic, offered, the_offer
):
    clinic.on_duty("cal", "bea")
    assert the_offer(clinic.queue("red")).agent_id == "cal"
    clinic.queue("next", "billing")
    commands = clinic.queue("red", "nurse", emergency=True)
    assert names(commands) == ["RecallOffer", "OfferCall", "OfferCall"]
    assert offered(commands) == [("red", "bea"), ("next", "cal")]


def test_a_ring_whose_caller_becomes_a_red_flag_begins_again_as_one(clinic, offered):
    clinic.on_duty("bea")
    clinic.queue("red")
    commands = clinic.queue("red", "nurse", emergency=True)
    assert names(commands) == ["RecallOffer", "OfferCall"]
    assert offered(commands) == [("red", "bea")]
    assert (commands[1].emergency, commands[1].ask_number) == (True, True)
    assert clinic.queue("red", "nurse", emergency=True) == []
    assert clinic.queue("second", "nurse", emergency=True) == []
    assert clinic.distributor.on_emergency_call("red")


def test_a_nurse_is_told_to_ask_for_a_number_that_turns_out_not_to_be_known(clinic, offered):
    clinic.on_duty("bea", "ana")
    clinic.wants("red", "nurse", emergency=True)
    commands = clinic.wants("red", "nurse", emergency=True, number_known=False)
    assert names(commands) == ["RecallOffer", "OfferCall"]
    assert offered(commands) == [("red", "bea")]
    assert commands[1].ask_number


def test_a_red_flag_that_has_to_be_told_anew_does_not_take_the_turn_of_an_earlier_one(
    clinic, offered
):
    clinic.on_duty("bea")
    clinic.wants("late", "nurse", emergency=True)
    clinic.later(1)
    clinic.wants("early", "nurse", emergency=True, heard_ago_s=60.0)
    commands = clinic.wants("late", "nurse", emergency=True, number_known=False)
    assert offered(commands) == [("early", "bea")]


def test_a_routine_ring_at_the_only_free_nurse_is_recalled_for_a_red_flag(clinic, offered):
    clinic.on_duty("bea")
    clinic.queue("routine", "nurse")
    clinic.later(3)
    commands = clinic.queue("red", "nurse", emergency=True)
    assert names(commands) == ["RecallOffer", "OfferCall"]
    assert offered(commands) == [("red", "bea")]
    assert clinic.distributor.waited_s("routine", clinic.now) == 3


def test_of_two_routine_rings_the_one_that_began_last_gives_way(clinic, offered):
    clinic.on_duty("bea", "ana")
    clinic.queue("first", "nurse")
    clinic.later(5)
    clinic.queue("second", "nurse")
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "ana")]


def test_a_ring_gives_way_at_a_nurse_who_speaks_the_language(clinic, offered):
    clinic.on_duty("ana", "bea")
    clinic.queue("first", "nurse")
    clinic.queue("second", "nurse")
    commands = clinic.queue("red", "nurse", "spanish", emergency=True)
    assert offered(commands) == [("red", "ana")]


def test_a_ring_gives_way_first_at_a_nurse_who_has_not_refused_this_caller(
    clinic, offered, the_offer
):
    clinic.on_duty("fay")
    busy = clinic.connect("busy", "nurse")
    clinic.on_duty("ana", "bea")
    at_ana = the_offer(clinic.queue("red", "nurse", emergency=True))
    at_bea = the_offer(clinic.about(OfferDeclined, at_ana))
    assert (at_ana.agent_id, at_bea.agent_id) == ("ana", "bea")
    clinic.about(AgentHungUp, busy)
    clinic.tell(AgentReady(site=SITE, agent_id=AgentId("fay")))
    assert offered(clinic.queue("first", "nurse")) == [("first", "fay")]
    clinic.later(6)
    assert offered(clinic.queue("second", "nurse")) == [("second", "ana")]
    assert offered(clinic.about(OfferDeclined, at_bea)) == [("red", "fay")]


def test_the_routine_call_that_gave_way_goes_to_somebody_else(clinic, offered):
    clinic.on_duty("bea")
    clinic.queue("routine")
    clinic.on_duty("cal")
    commands = clinic.queue("red", "nurse", emergency=True)
    assert offered(commands) == [("red", "bea"), ("routine", "cal")]


def test_a_red_flag_never_takes_the_nurse_from_another_red_flag(clinic):
    clinic.on_duty("bea")
    clinic.queue("red", "nurse", emergency=True)
    assert clinic.queue("second", "nurse", emergency=True) == []


def test_a_nurse_who_talks_is_not_interrupted_and_takes_the_red_flag_at_once_after(clinic, offered):
    clinic.on_duty("bea")
    offer = clinic.connect("routine", "nurse")
    clinic.queue("patient", "nurse")
    assert clinic.queue("red", "nurse", emergency=True) == []
    assert clinic.distributor.position("red") == 1
    assert clinic.distributor.position("patient") == 2
    assert offered(clinic.about(AgentHungUp, offer)) == [("red", "bea")]


def test_a_nurse_in_wrap_up_is_rung_for_a_red_flag_when_no_other_is_free(clinic, the_offer):
    clinic.on_duty("bea")
    offer = clinic.connect("routine", "nurse")
    clinic.later(60)
    clinic.about(AgentHungUp, offer)
    clinic.later(7)
    offer = the_offer(clinic.queue("red", "nurse", emergency=True))
    assert offer.agent_id == "bea"
    assert offer.rule == "urgent"
    # The wrap-up is over: its end does not come again in the middle of the ring.
    assert clinic.later(14) == []
    assert names(clinic.about(OfferAccepted, offer)) == ["Bridge"]


def test_a_free_nurse_is_rung_for_a_red_flag_before_one_in_wrap_up(clinic, offered):
    clinic.on_duty("bea")
    clinic.about(AgentHungUp, clinic.connect("routine", "nurse"))
    clinic.on_duty("ana")
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "ana")]
    assert offered(clinic.queue("second", "nurse", emergency=True)) == [("second", "bea")]


def test_a_nurse_in_wrap_up_is_rung_before_a_ring_is_taken_from_a_routine_call(clinic, offered):
    clinic.on_duty("bea")
    clinic.about(AgentHungUp, clinic.connect("routine", "nurse"))
    clinic.on_duty("ana")
    clinic.queue("ringing", "nurse")
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]


def test_wrap_up_is_cut_short_by_no_routine_call(clinic, offered):
    clinic.on_duty("bea")
    clinic.about(AgentHungUp, clinic.connect("one", "nurse"))
    assert offered(clinic.queue("two", "nurse")) == []
    assert offered(clinic.later(20)) == [("two", "bea")]


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("asked", ["in conversation", "in wrap-up"])
def test_a_nurse_who_asked_for_a_break_is_rung_in_wrap_up_for_a_red_flag_alone(
    clinic, offered, asked, approved
):
    clinic.on_duty("bea")
    offer = clinic.connect("routine", "nurse")
    if asked == "in conversation":
        clinic.agents(AgentOnBreak, "bea", approved=approved)
    clinic.about(AgentHungUp, offer)
    if asked == "in wrap-up":
        clinic.agents(AgentOnBreak, "bea", approved=approved)
    assert clinic.queue("plain", "nurse") == []
    red = clinic.queue("red", "nurse", emergency=True)
    assert offered(red) == [("red", "bea")]
    clinic.accept(red)
    assert clinic.agent("bea").pending.value == "break"


def test_a_nurse_who_asked_to_go_home_is_not_called_out_of_wrap_up(clinic, offered):
    clinic.on_duty("bea")
    offer = clinic.connect("routine", "nurse")
    clinic.agents(AgentOut, "bea")
    clinic.about(AgentHungUp, offer)
    assert offered(clinic.queue("red", "nurse", emergency=True)) == []
    assert offered(clinic.later(20)) == []


def test_a_nurse_who_asked_for_a_break_is_rung_for_a_red_flag_that_waited_while_she_talked(
    site, offered
):
    clinic = site(rules=EmergencyRules(keep_ready=0))
    clinic.on_duty("bea")
    offer = clinic.connect("routine", "nurse")
    clinic.agents(AgentOnBreak, "bea")
    assert offered(clinic.queue("red", "nurse", emergency=True)) == []
    assert offered(clinic.later(60)) == []
    assert offered(clinic.about(AgentHungUp, offer)) == [("red", "bea")]


def test_a_nurse_whose_phone_went_in_wrap_up_is_rung_once_it_is_back(clinic, offered):
    clinic.on_duty("bea")
    clinic.about(AgentHungUp, clinic.connect("routine", "nurse"))
    clinic.tell(PhoneUnregistered(site=SITE, agent_id=AgentId("bea")))
    assert offered(clinic.queue("red", "nurse", emergency=True)) == []
    back = PhoneRegistered(site=SITE, agent_id=AgentId("bea"))
    assert offered(clinic.tell(back)) == [("red", "bea")]


def test_the_only_nurse_who_escalates_is_not_rung_again_at_once(clinic, offered):
    clinic.on_duty("bea")
    clinic.connect("red", "nurse")
    escalated = CallEscalated(site=SITE, call_id=CallId("red"), agent_id=AgentId("bea"))
    assert offered(clinic.tell(escalated)) == []
    assert offered(clinic.later(20)) == [("red", "bea")]


def test_a_red_flag_reaches_the_nurse_who_is_the_first_to_sign_in(clinic, offered):
    clinic.queue("red", "nurse", "spanish", emergency=True)
    clinic.later(300)
    assert offered(clinic.on_duty("cal")) == []
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_a_nurse_who_goes_home_while_it_rings_for_a_red_flag_leaves_it_to_the_next(
    clinic, offered, the_offer
):
    clinic.on_duty("bea")
    ringing = the_offer(clinic.queue("red", "nurse", emergency=True))
    assert clinic.tell(AgentOut(site=SITE, agent_id=AgentId("bea"))) == []
    assert clinic.about(OfferUnanswered, ringing) == []
    assert clinic.later(60) == []
    assert offered(clinic.on_duty("ana")) == [("red", "ana")]


def test_a_resting_nurse_is_rung_for_a_red_flag_when_no_other_is_free(clinic, offered, the_offer):
    clinic.on_duty("bea")
    clinic.about(OfferUnanswered, the_offer(clinic.queue("routine", "nurse")))
    clinic.later(6)
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]


def test_a_red_flag_no_nurse_answers_goes_round_among_the_nurses(clinic, the_offer):
    clinic.on_duty("bea", "ana")
    offer = the_offer(clinic.queue("red", "nurse", emergency=True))
    rung = [offer.agent_id]
    for _ in range(3):
        clinic.later(15)
        offer = the_offer(clinic.about(OfferUnanswered, offer))
        rung.append(offer.agent_id)
    assert rung == ["bea", "ana", "bea", "ana"]


def test_a_red_flag_prefers_a_nurse_who_speaks_the_language(clinic, offered):
    clinic.on_duty("bea", "ana")
    assert offered(clinic.queue("red", "nurse", "spanish", emergency=True)) == [("red", "ana")]
    assert offered(clinic.queue("two", "nurse", "spanish", emergency=True)) == [("two", "bea")]


def test_an_escalated_caller_goes_to_a_nurse_and_is_never_dropped(clinic, offered):
    clinic.on_duty("cal", "bea")
    offer = clinic.connect("red", "billing")
    commands = clinic.tell(CallEscalated(site=SITE, call_id=CallId("red"), agent_id=AgentId("cal")))
    assert names(commands) == ["ReleaseAgent", "ReturnToFlow", "OfferCall"]
    assert commands[0].offer_id == offer.offer_id
    assert (commands[1].requeued, commands[1].emergency) == (True, True)
    assert offered(commands) == [("red", "bea")]
    assert commands[2].emergency
    assert clinic.agent("cal").work.value == "wrap-up"


def test_a_nurse_who_escalates_is_the_last_to_be_rung_for_that_call(clinic, offered):
    clinic.on_duty("bea", "ana")
    clinic.connect("red", "nurse")
    commands = clinic.tell(CallEscalated(site=SITE, call_id=CallId("red"), agent_id=AgentId("bea")))
    assert offered(commands) == [("red", "ana")]


def escalates(clinic, agent, call="red"):
    return clinic.tell(CallEscalated(site=SITE, call_id=CallId(call), agent_id=AgentId(agent)))


def test_an_escalation_of_a_call_that_is_not_here_is_dropped(clinic):
    clinic.on_duty("cal", "bea")
    clinic.connect("red", "billing")
    assert escalates(clinic, "cal", "other") == []
    assert clinic.distributor.dropped.late == 1


def test_who_was_cut_off_from_the_caller_can_still_escalate(clinic, offered):
    clinic.on_duty("cal", "bea")
    offer = clinic.connect("red", "billing")
    clinic.about(OfferFailed, offer, reason="lost")
    clinic.later(3)
    assert offered(escalates(clinic, "cal")) == [("red", "bea")]
    assert clinic.distributor.on_emergency_call("red")
    state = clinic.distributor.state()
    assert [visit.since for visit in state.visits] == [clinic.now]
    assert escalates(clinic, "cal") == []


def test_an_earlier_agent_of_the_caller_takes_them_from_whoever_is_no_nurse(clinic, offered):
    clinic.on_duty("cal", "bea")
    clinic.connect("red", "billing")
    assert offered(escalates(clinic, "dot")) == [("red", "bea")]
    assert clinic.agent("cal").work.value == "wrap-up"


def test_a_nurse_stays_with_the_caller_whoever_else_escalates(clinic, offered):
    clinic.on_duty("bea")
    offer = clinic.connect("red", "nurse")
    clinic.on_duty("ana")
    assert escalates(clinic, "dot") == []
    assert clinic.agent("bea").work.value == "talking"
    # Should she be lost, they wait for the next nurse as a red flag.
    state = clinic.distributor.state()
    clinic.distributor = Distributor.from_state(state, QUEUES, AGENTS, NURSE_QUEUE, PLAIN)
    assert clinic.distributor.state() == state
    commands = clinic.about(OfferFailed, offer, reason="lost")
    assert offered(commands) == [("red", "ana")]
    assert commands[-1].emergency


def test_words_that_a_nurse_has_heard_as_well_are_not_lost_with_her(clinic):
    clinic.on_duty("bea")
    offer = clinic.connect("red", "nurse")
    assert clinic.queue("red", "nurse", emergency=True) == []
    clinic.about(OfferFailed, offer, reason="lost")
    assert clinic.distributor.on_emergency_call("red")


def test_a_red_flag_heard_as_an_agent_answers_takes_the_caller_to_a_nurse(clinic, offered):
    clinic.on_duty("cal", "bea")
    clinic.connect("red", "billing")
    commands = clinic.queue("red", "nurse", emergency=True)
    assert names(commands) == ["ReleaseAgent", "ReturnToFlow", "OfferCall"]
    assert (commands[1].requeued, commands[1].emergency) == (True, True)
    assert offered(commands) == [("red", "bea")]


def test_the_nurse_asks_for_a_number_that_was_found_missing_with_the_red_flag(clinic):
    clinic.on_duty("cal", "bea")
    clinic.accept(clinic.wants("red", "billing"))
    commands = clinic.wants("red", "nurse", emergency=True, number_known=False)
    assert [c.ask_number for c in commands if isinstance(c, OfferCall)] == [True]


def test_a_red_flag_heard_as_a_nurse_answers_leaves_the_caller_with_the_nurse(clinic):
    clinic.on_duty("bea")
    clinic.connect("red", "nurse")
    assert clinic.queue("red", "nurse", emergency=True) == []


@pytest.mark.parametrize(
    "gone",
    [
        CallerHungUp(site=SITE, call_id=CallId("red")),
        CallFailed(site=SITE, call_id=CallId("red"), reason="media-timeout"),
        CallEnded(site=SITE, call_id=CallId("red"), outcome=Outcome.ADVISED),
        CallEnded(site=SITE, call_id=CallId("red"), outcome=Outcome.MESSAGE_TAKEN),
    ],
)
@pytest.mark.parametrize("nurses", [(), ("bea",)])
@pytest.mark.parametrize("dequeued", [False, True])
def test_a_red_flag_that_drops_before_meeting_a_nurse_leaves_a_task(clinic, gone, nurses, dequeued):
    clinic.on_duty(*nurses)
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(1)
    if dequeued:
        clinic.tell(CallDequeued(site=SITE, call_id=CallId("red")))
        assert clinic.distributor.on_emergency_call("red")
    assert tasks(clinic.tell(gone)) == THE_TASK
    assert tasks(clinic.tell(gone)) == []
    assert not clinic.distributor.on_emergency_call("red")


def test_a_red_flag_transferred_to_the_on_call_number_leaves_no_task(clinic):
    clinic.queue("red", "nurse", emergency=True)
    clinic.tell(CallDequeued(site=SITE, call_id=CallId("red")))
    ended = CallEnded(site=SITE, call_id=CallId("red"), outcome=Outcome.TRANSFERRED)
    assert clinic.tell(ended) == []


def test_a_red_flag_that_comes_back_from_a_failed_transfer_keeps_its_place(clinic, offered):
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(30)
    clinic.tell(CallDequeued(site=SITE, call_id=CallId("red")))
    clinic.queue("second", "nurse", emergency=True)
    clinic.queue("red", "general")
    assert clinic.distributor.position("red") == 1
    assert clinic.distributor.waited_s("red", clinic.now) == 30
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_a_red_flag_that_spoke_with_a_nurse_leaves_no_task(clinic, the_offer):
    clinic.on_duty("bea")
    clinic.about(OfferAccepted, the_offer(clinic.queue("red", "nurse", emergency=True)))
    assert tasks(clinic.tell(CallerHungUp(site=SITE, call_id=CallId("red")))) == []


def test_a_red_flag_whose_nurses_phone_dies_is_at_the_head_again(clinic, offered, the_offer):
    clinic.on_duty("bea")
    offer = the_offer(clinic.queue("red", "nurse", emergency=True))
    clinic.about(OfferAccepted, offer)
    clinic.later(60)
    clinic.queue("second", "nurse", emergency=True)
    commands = clinic.about(OfferFailed, offer, reason="unreachable")
    assert names(commands) == ["ReturnToFlow"]
    assert (commands[0].requeued, commands[0].emergency) == (True, True)
    assert clinic.distributor.position("red") == 1
    assert offered(clinic.on_duty("ana")) == [("red", "ana")]


def test_a_nurse_on_her_way_to_a_break_takes_the_red_flag_that_replaces_her_ring(clinic, offered):
    clinic.on_duty("bea")
    clinic.queue("routine", "nurse")
    clinic.tell(AgentOnBreak(site=SITE, agent_id=AgentId("bea")))
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]
    assert clinic.tell(AgentReady(site=SITE, agent_id=AgentId("bea"))) == []
