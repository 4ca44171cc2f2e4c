"""Callers and agents come and go at any moment."""

import pytest

from acd import Distributor, Presence, Work
from acd.agent import Agent
from acd.offer import Offer
from acd.work import WrapUpElapsed
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, QueueId
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.requirement import Requirement

SITE = "clinic"


def names(commands):
    return [type(command).__name__ for command in commands]


def hung_up(call):
    return CallerHungUp(site=SITE, call_id=CallId(call))


def agent_fact(kind, name):
    return kind(site=SITE, agent_id=AgentId(name))


def test_an_accepted_offer_bridges_the_two(clinic, the_offer):
    clinic.on_duty("cal")
    offer = the_offer(clinic.queue("one"))
    assert clinic.about(OfferRinging, offer) == []
    assert clinic.agent("cal").work is Work.RINGING
    (bridge,) = clinic.about(OfferAccepted, offer)
    assert (bridge.call_id, bridge.offer_id, bridge.agent_id) == ("one", offer.offer_id, "cal")
    assert clinic.agent("cal").work is Work.TALKING
    (live,) = clinic.distributor.live_offers()
    assert (live.call_id, live.offer_id, live.agent_id) == ("one", offer.offer_id, "cal")
    assert live.state is Work.TALKING


def test_abandon_during_ring_frees_the_agent(clinic, offered):
    clinic.on_duty("cal")
    clinic.queue("one")
    clinic.later(7)
    clinic.queue("two")
    commands = clinic.tell(hung_up("one"))
    assert names(commands) == ["RecallOffer", "OfferCall"]
    assert offered(commands) == [("two", "cal")]
    assert clinic.distributor.totals.abandoned == 1


def test_an_abandon_does_not_cost_the_agent_their_place(clinic, offered):
    clinic.on_duty("cal", "eli")
    clinic.queue("one")
    clinic.tell(hung_up("one"))
    assert offered(clinic.queue("two")) == [("two", "cal")]


@pytest.mark.parametrize(("waited_s", "short"), [(0.0, 1), (4.9, 1), (5.0, 0)])
def test_leaving_at_once_is_a_short_abandon(clinic, waited_s, short):
    clinic.queue("one")
    clinic.later(waited_s)
    clinic.tell(hung_up("one"))
    totals = clinic.distributor.totals
    assert (totals.short, totals.abandoned) == (short, 1 - short)


def test_a_caller_who_hangs_up_in_conversation_sends_the_agent_to_wrap_up(clinic):
    clinic.on_duty("cal")
    clinic.connect("one")
    assert names(clinic.tell(hung_up("one"))) == ["ReleaseAgent"]
    assert clinic.agent("cal").work is Work.WRAP_UP
    assert clinic.tell(CallEnded(site=SITE, call_id=CallId("one"), outcome=Outcome.HANDLED)) == []
    assert clinic.agent("cal").work is Work.WRAP_UP


def test_an_agent_who_hangs_up_leaves_the_caller_to_the_flow(clinic):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    (back,) = clinic.about(AgentHungUp, offer)
    assert (back.call_id, back.agent_id, back.requeued) == ("one", "cal", False)
    assert clinic.distributor.position("one") is None


def test_wrap_up_lasts_as_long_as_the_queue_says(clinic, offered):
    clinic.on_duty("cal")
    clinic.about(AgentHungUp, clinic.connect("one"))
    clinic.queue("two")
    assert clinic.distributor.next_deadline() == clinic.now + 20
    assert clinic.later(19.9) == []
    assert offered(clinic.later(0.1)) == [("two", "cal")]


def test_an_agent_who_says_ready_ends_the_wrap_up(clinic, offered):
    clinic.on_duty("cal")
    clinic.about(AgentHungUp, clinic.connect("one"))
    clinic.queue("two")
    assert offered(clinic.tell(agent_fact(AgentReady, "cal"))) == [("two", "cal")]


@pytest.mark.parametrize(
    ("fact", "presence"), [(AgentOnBreak, Presence.BREAK), (AgentOut, Presence.OUT)]
)
def test_a_break_asked_for_in_conversation_begins_after_the_wrap_up(clinic, fact, presence):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    clinic.tell(agent_fact(fact, "cal"))
    assert clinic.agent("cal").presence is Presence.READY
    assert clinic.agent("cal").pending is presence
    clinic.about(AgentHungUp, offer)
    clinic.queue("two")
    assert clinic.agent("cal").presence is Presence.READY
    assert clinic.later(20) == []
    assert clinic.agent("cal").presence is presence
    assert clinic.agent("cal").pending is None


def test_ready_in_wrap_up_takes_back_a_break_too(clinic, offered):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    clinic.tell(agent_fact(AgentOnBreak, "cal"))
    clinic.about(AgentHungUp, offer)
    clinic.queue("two")
    assert offered(clinic.tell(agent_fact(AgentReady, "cal"))) == [("two", "cal")]


def test_ready_takes_back_a_break_that_has_not_begun(clinic, offered):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    clinic.tell(agent_fact(AgentOnBreak, "cal"))
    clinic.tell(agent_fact(AgentReady, "cal"))
    clinic.about(AgentHungUp, offer)
    clinic.queue("two")
    assert offered(clinic.later(20)) == [("two", "cal")]


def test_a_break_asked_for_while_ringing_begins_when_the_ring_comes_to_nothing(clinic, the_offer):
    clinic.on_duty("cal")
    offer = the_offer(clinic.queue("one"))
    clinic.tell(agent_fact(AgentOnBreak, "cal"))
    assert clinic.about(OfferDeclined, offer) == []
    assert clinic.agent("cal").presence is Presence.BREAK
    assert clinic.later(60) == []


def test_an_agent_on_a_break_is_offered_nothing(clinic):
    clinic.on_duty("cal")
    clinic.tell(agent_fact(AgentOnBreak, "cal"))
    assert clinic.queue("one") == []


def test_a_phone_that_unregisters_in_conversation_does_not_end_it(clinic):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    assert clinic.tell(agent_fact(PhoneUnregistered, "cal")) == []
    assert clinic.agent("cal").work is Work.TALKING
    clinic.about(AgentHungUp, offer)
    clinic.queue("two")
    assert clinic.later(20) == []
    assert names(clinic.tell(agent_fact(PhoneRegistered, "cal"))) == ["OfferCall"]


def test_a_call_taken_out_of_its_queue_flows_out_and_frees_the_agent(clinic, offered):
    clinic.on_duty("cal")
    clinic.queue("one")
    clinic.queue("two")
    commands = clinic.tell(CallDequeued(site=SITE, call_id=CallId("one")))
    assert offered(commands) == [("two", "cal")]
    assert clinic.distributor.totals.flowed_out == 1
    assert clinic.distributor.position("one") is None


def test_a_call_that_moves_to_another_queue_keeps_its_waiting_time(clinic, offered):
    clinic.queue("one", "billing")
    clinic.later(10)
    clinic.queue("two", "general")
    clinic.queue("one", "general")
    assert clinic.distributor.position("one") == 1
    assert clinic.distributor.position("two") == 2
    assert clinic.totals_of("billing").flowed_out == 1
    assert clinic.totals_of("general").entered == 2
    assert offered(clinic.on_duty("cal")) == [("one", "cal")]


def test_a_ring_is_recalled_when_the_agent_no_longer_fits(clinic, offered):
    clinic.on_duty("cal", "dot")
    clinic.queue("one", "billing")
    commands = clinic.queue("one", "billing", "spanish")
    assert names(commands) == ["RecallOffer", "OfferCall"]
    assert offered(commands) == [("one", "dot")]


def test_a_call_that_ends_by_the_flows_decision_flows_out(clinic):
    clinic.queue("one")
    clinic.later(60)
    clinic.tell(CallEnded(site=SITE, call_id=CallId("one"), outcome=Outcome.MESSAGE_TAKEN))
    assert (clinic.distributor.totals.flowed_out, clinic.distributor.totals.abandoned) == (1, 0)


def test_a_ring_goes_on_when_the_agent_still_fits(clinic):
    clinic.on_duty("dot")
    clinic.queue("one", "billing")
    assert clinic.queue("one", "billing", "spanish") == []


def test_a_lost_agent_phone_puts_the_caller_in_front_again(clinic, offered):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    clinic.later(100)
    clinic.queue("two")
    commands = clinic.about(OfferFailed, offer, reason="unreachable")
    assert names(commands) == ["ReturnToFlow"]
    assert (commands[0].requeued, commands[0].emergency) == (True, False)
    assert offered(clinic.on_duty("eli")) == [("one", "eli")]


def test_an_agent_whose_phone_was_lost_comes_last_for_that_caller(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli")
    lost = clinic.connect("one")
    at_eli = the_offer(clinic.about(OfferFailed, lost, reason="unreachable"))
    assert at_eli.agent_id == "eli"
    clinic.later(6)
    clinic.tell(agent_fact(AgentReady, "cal"))
    clinic.on_duty("dot")
    assert offered(clinic.about(OfferDeclined, at_eli)) == [("one", "dot")]


def test_a_wrap_up_of_no_length_hands_over_the_next_call_at_once(changed_queues, agents):
    distributor = Distributor(SITE, changed_queues(wrap_up_s=0.0), agents, QueueId("nurse"))
    distributor.handle(agent_fact(PhoneRegistered, "cal"), 0.0)
    distributor.handle(agent_fact(AgentReady, "cal"), 0.0)
    plain = Requirement(queue=QueueId("general"))
    for call in ("one", "two"):
        distributor.handle(CallQueued(site=SITE, call_id=CallId(call), requirement=plain), 0.0)
    ((call_id, offer_id, agent_id, *_),) = distributor.live_offers()
    about = {"site": SITE, "call_id": call_id, "offer_id": offer_id, "agent_id": agent_id}
    distributor.handle(OfferAccepted(**about), 1.0)
    assert names(distributor.handle(AgentHungUp(**about), 2.0)) == ["ReturnToFlow", "OfferCall"]


def test_an_illegal_step_of_an_agent_names_event_and_state_and_changes_nothing(agents):
    offer = Offer("one/1", 1, None, Agent(agents["cal"], 0), 60)
    with pytest.raises(IllegalFact, match="WrapUpElapsed is illegal in state IDLE"):
        offer.work_on(WrapUpElapsed(), 1.0)
    assert (offer.work, offer.since) == (Work.IDLE, 0.0)
