"""What agents do and what they asked for are two things, and neither is lost over the other."""

import pytest

from acd import Presence, Work
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallBackAnswered,
    CallBackMissed,
    CallerHungUp,
    CallHeld,
    CallQueued,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    IdentityConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement

SITE = "clinic"


def talking(clinic, name="cal"):
    clinic.on_duty(name)
    return clinic.connect("one")


@pytest.mark.parametrize(
    ("facts", "work"),
    [
        ([CallHeld], Work.HOLD),
        ([CallHeld, CallRetrieved], Work.TALKING),
        ([ConsultBegan], Work.CONSULT),
        ([CallHeld, ConsultBegan], Work.CONSULT),
        ([ConsultBegan, ConsultEnded], Work.TALKING),
        ([ConsultBegan, CallHeld], Work.HOLD),
        ([CallHeld, CallHeld], Work.HOLD),
        ([CallRetrieved], Work.TALKING),
        ([ConsultEnded], Work.TALKING),
        ([CallHeld, ConsultEnded], Work.HOLD),
    ],
)
def test_hold_and_consult_follow_the_agents_keys(clinic, facts, work):
    offer = talking(clinic)
    for fact in facts:
        assert clinic.about(fact, offer) == []
    assert clinic.agent("cal").work is work


@pytest.mark.parametrize("state", [CallHeld, ConsultBegan])
def test_a_caller_who_leaves_on_hold_leaves_a_wrap_up(clinic, state):
    clinic.about(state, talking(clinic))
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("one")))
    assert clinic.agent("cal").work is Work.WRAP_UP


@pytest.mark.parametrize("state", [CallHeld, ConsultBegan])
def test_a_phone_lost_on_hold_puts_the_caller_back_in_front(clinic, state, offered):
    offer = talking(clinic)
    clinic.about(state, offer)
    clinic.on_duty("eli")
    commands = clinic.about(OfferFailed, offer, reason="unreachable")
    assert offered(commands) == [("one", "eli")]


def test_nobody_holds_a_call_that_rings(clinic, the_offer):
    clinic.on_duty("cal")
    offer = the_offer(clinic.queue("one"))
    clinic.about(CallHeld, offer)
    assert clinic.agent("cal").work is Work.RESERVED


def test_a_ring_is_told_from_a_reservation(clinic, the_offer):
    clinic.on_duty("cal")
    offer = the_offer(clinic.queue("one"))
    clinic.about(OfferRinging, offer)
    assert clinic.agent("cal").work is Work.RINGING


@pytest.mark.parametrize("back", [AgentReady])
@pytest.mark.parametrize("away", [AgentOnBreak, AgentOut])
def test_the_last_word_of_an_agent_who_talks_counts(clinic, away, back):
    offer = talking(clinic)
    clinic.agents(away, "cal")
    clinic.agents(back, "cal")
    clinic.about(AgentHungUp, offer)
    clinic.later(20)
    assert clinic.agent("cal").presence is Presence.READY


def test_going_home_overrides_a_break_that_has_not_begun(clinic):
    offer = talking(clinic)
    clinic.agents(AgentOnBreak, "cal")
    clinic.agents(AgentOut, "cal")
    clinic.about(AgentHungUp, offer)
    clinic.later(20)
    assert clinic.agent("cal").presence is Presence.OUT


def test_a_ring_without_answer_is_counted_and_a_decline_is_not(clinic, the_offer):
    clinic.on_duty("cal")
    offer = the_offer(clinic.queue("one"))
    offer = the_offer(clinic.about(OfferDeclined, offer) + clinic.later(5))
    assert clinic.agent("cal").unanswered == 0
    clinic.about(OfferUnanswered, offer)
    assert clinic.agent("cal").unanswered == 1


def test_a_decline_does_not_cost_the_agent_their_place(clinic, the_offer, offered):
    clinic.on_duty("cal", "eli")
    offer = the_offer(clinic.queue("one"))
    clinic.about(OfferDeclined, offer)
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("one")))
    clinic.later(5)
    assert offered(clinic.queue("two")) == [("two", "cal")]


def test_a_failed_phone_counts_against_nobody(clinic, the_offer, offered):
    clinic.on_duty("cal", "eli")
    offer = the_offer(clinic.queue("one"))
    clinic.about(OfferFailed, offer, reason="unreachable")
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("one")))
    clinic.later(5)
    assert clinic.agent("cal").unanswered == 0
    assert offered(clinic.queue("two")) == [("two", "cal")]


def test_a_phone_that_comes_back_does_not_cost_the_agent_their_place(clinic, offered):
    clinic.on_duty("cal", "eli")
    clinic.agents(PhoneUnregistered, "cal")
    clinic.agents(PhoneRegistered, "cal")
    assert offered(clinic.queue("one")) == [("one", "cal")]


def test_saying_ready_twice_does_not_cost_the_agent_their_place(clinic, offered):
    clinic.on_duty("cal", "eli")
    clinic.agents(AgentReady, "cal")
    assert offered(clinic.queue("one")) == [("one", "cal")]


def test_a_break_costs_the_agent_their_place(clinic, offered):
    clinic.on_duty("cal", "eli")
    clinic.agents(AgentOnBreak, "cal")
    clinic.later(1)
    clinic.agents(AgentReady, "cal")
    assert offered(clinic.queue("one")) == [("one", "eli")]


def test_ready_ends_a_rest_also_during_a_wrap_up(clinic, offered, the_offer):
    clinic.on_duty("bea")
    clinic.about(OfferUnanswered, the_offer(clinic.queue("one", "nurse")))
    clinic.later(5)
    offer = the_offer(clinic.queue("red", "nurse", emergency=True))
    clinic.about(OfferAccepted, offer)
    clinic.about(AgentHungUp, offer)
    assert offered(clinic.agents(AgentReady, "bea")) == [("one", "bea")]


@pytest.mark.parametrize("kind", [CallBackAnswered, CallBackMissed, IdentityConfirmed])
def test_what_belongs_to_a_call_back_is_dropped_for_a_caller_on_the_line(clinic, kind):
    offer = talking(clinic)
    more = {"reason": "busy"} if kind is CallBackMissed else {}
    assert clinic.about(kind, offer, **more) == []
    assert clinic.agent("cal").work is Work.TALKING
    assert clinic.distributor.dropped.late == 1


def test_a_call_queued_twice_goes_on_ringing_and_keeps_its_place(clinic):
    clinic.on_duty("cal")
    fact = CallQueued(
        site=SITE, call_id=CallId("one"), requirement=Requirement(queue=QueueId("general"))
    )
    assert len(clinic.tell(fact)) == 1
    clinic.later(1)
    assert clinic.tell(fact) == []
    assert clinic.distributor.waited_s(CallId("one"), clinic.now) == 1


def test_each_decision_is_shown_once_before_it_is_carried_out(clinic, offered):
    seen = []

    def witness(visit, choice):
        assert not visit.offers
        seen.append((visit.call_id, choice.agents[0].config.id))

    clinic.distributor.watch(witness)
    told = offered(clinic.on_duty("cal") + clinic.queue("one") + clinic.later(30))
    clinic.distributor.watch(None)
    clinic.queue("two")
    assert seen == told
    assert seen[0] == ("one", AgentId("cal"))
