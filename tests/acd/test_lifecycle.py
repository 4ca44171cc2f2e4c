"""Callers and agents come and go at any moment; late and unknown facts change nothing."""

import pytest

from acd import Distributor, Presence, Work
from acd.agent import Agent, WrapUpElapsed
from acd.group import SkillGroup
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallArrived,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement, SkillNeed

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
    assert clinic.distributor.live_offers() == (("one", offer.offer_id, "cal", Work.TALKING),)


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


def test_leaving_at_once_is_a_short_abandon(clinic):
    clinic.queue("one")
    clinic.later(4.9)
    clinic.tell(hung_up("one"))
    assert (clinic.distributor.totals.short, clinic.distributor.totals.abandoned) == (1, 0)


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
    assert clinic.distributor.queue_totals(QueueId("billing")).flowed_out == 1
    assert clinic.distributor.queue_totals(QueueId("general")).entered == 2
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


@pytest.mark.parametrize(
    "kind", [OfferRinging, OfferAccepted, OfferDeclined, OfferUnanswered, AgentHungUp]
)
def test_facts_about_an_offer_that_is_over_are_counted_and_dropped(clinic, the_offer, kind):
    clinic.on_duty("cal")
    offer = the_offer(clinic.queue("one"))
    clinic.tell(hung_up("one"))
    before = clinic.distributor.snapshot()
    commands = clinic.about(kind, offer)
    assert names(commands) == (["ReleaseAgent"] if kind is OfferAccepted else [])
    after = clinic.distributor.snapshot()
    assert after.dropped.late == before.dropped.late + 1
    assert (after.agents, after.queues) == (before.agents, before.queues)


@pytest.mark.parametrize("kind", [OfferRinging, OfferAccepted, OfferDeclined, OfferUnanswered])
def test_facts_that_come_after_the_answer_change_nothing(clinic, kind):
    clinic.on_duty("cal", "eli")
    offer = clinic.connect("one")
    assert clinic.about(kind, offer) == []
    assert clinic.agent("cal").work is Work.TALKING


def test_an_answer_in_the_name_of_another_agent_is_dropped(clinic, the_offer):
    clinic.on_duty("cal", "eli")
    offer = the_offer(clinic.queue("one"))
    wrong = OfferAccepted(
        site=SITE, call_id=CallId("one"), offer_id=offer.offer_id, agent_id=AgentId("eli")
    )
    assert clinic.tell(wrong) == []
    assert clinic.distributor.dropped.unknown == 1
    assert names(clinic.about(OfferAccepted, offer)) == ["Bridge"]


def test_the_phone_of_an_answer_to_an_offer_nobody_made_is_hung_up(clinic):
    stray = OfferAccepted(
        site=SITE, call_id=CallId("x"), offer_id=OfferId("x/1"), agent_id=AgentId("zoe")
    )
    assert names(clinic.tell(stray)) == ["ReleaseAgent"]


def test_unknown_agents_and_calls_are_tolerated(clinic):
    before = clinic.distributor.snapshot()
    for kind in (AgentReady, AgentOnBreak, AgentOut, PhoneRegistered, PhoneUnregistered):
        assert clinic.tell(agent_fact(kind, "zoe")) == []
    for fact in (
        hung_up("x"),
        CallDequeued(site=SITE, call_id=CallId("x")),
        CallEnded(site=SITE, call_id=CallId("x"), outcome=Outcome.CONTAINED),
        CallEscalated(site=SITE, call_id=CallId("x"), agent_id=AgentId("cal")),
        CallArrived(
            site=SITE, call_id=CallId("x"), caller=Private(""), dialled="main", line="simulated"
        ),
    ):
        assert clinic.tell(fact) == []
    after = clinic.distributor.snapshot()
    assert after.dropped.unknown == 5
    assert (after.agents, after.queues) == (before.agents, before.queues)


def test_a_lost_agent_phone_puts_the_caller_in_front_again(clinic, offered):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    clinic.later(100)
    clinic.queue("two")
    commands = clinic.about(OfferFailed, offer, reason="unreachable")
    assert names(commands) == ["ReturnToFlow"]
    assert commands[0].requeued
    assert offered(clinic.on_duty("eli")) == [("one", "eli")]


def test_a_fact_of_another_site_is_refused(clinic):
    with pytest.raises(ValueError, match="'elsewhere'"):
        clinic.tell(AgentReady(site="elsewhere", agent_id=AgentId("cal")))


def test_a_queue_that_does_not_exist_is_refused_and_nothing_changes(clinic):
    clinic.on_duty("cal")
    before = clinic.distributor.snapshot()
    clinic.now += 100
    with pytest.raises(ValueError, match="'attic'"):
        clinic.queue("one", "attic")
    assert clinic.distributor.snapshot() == before


def test_a_nurse_queue_that_does_not_exist_is_refused(agents):
    with pytest.raises(ValueError, match="'nurse'"):
        Distributor(SITE, {}, agents, QueueId("nurse"))


def test_a_clock_that_goes_back_stands_still(clinic):
    clinic.queue("one")
    clinic.now -= 500
    clinic.queue("two")
    clinic.now += 500
    assert clinic.distributor.position("two") == 2
    assert clinic.distributor.waited_s("two", clinic.now) == 0.0


def test_staffed_means_that_somebody_with_the_skills_is_not_out(clinic):
    spanish = Requirement(queue=QueueId("billing"), skills=(SkillNeed(skill="spanish"),))
    expert = Requirement(queue=QueueId("billing"), skills=(SkillNeed(skill="billing", level=3),))
    red = Requirement(queue=QueueId("nurse"), skills=(SkillNeed(skill="spanish"),), emergency=True)
    staffed = clinic.distributor.staffed
    assert not staffed(spanish)
    clinic.on_duty("dot")
    assert staffed(spanish)
    assert not staffed(expert)
    assert not staffed(red)
    clinic.tell(agent_fact(AgentOnBreak, "dot"))
    assert staffed(spanish)
    clinic.tell(agent_fact(AgentOut, "dot"))
    assert not staffed(spanish)
    clinic.on_duty("bea")
    assert staffed(red)


def test_the_snapshot_shows_the_callers_in_the_order_they_will_be_served(clinic, offered):
    clinic.queue("routine", "nurse")
    clinic.later(1)
    clinic.queue("spanish", "nurse", "spanish")
    clinic.later(1)
    clinic.queue("red", "nurse", emergency=True)
    clinic.on_duty("bea")
    queue = next(q for q in clinic.distributor.snapshot().queues if q.queue_id == "nurse")
    rows = [(row.call_id, row.position, row.offered_to) for row in queue.waiting]
    assert rows == [("red", 1, "bea"), ("routine", 2, None), ("spanish", 3, None)]
    for row in queue.waiting:
        assert clinic.distributor.position(row.call_id) == row.position
    assert (queue.on_duty, queue.free, queue.talking) == (1, 0, 0)


def test_a_snapshot_does_not_change_with_what_happens_later(clinic):
    clinic.on_duty("cal")
    snapshot = clinic.distributor.snapshot()
    clinic.queue("one")
    assert snapshot.offers == ()
    assert snapshot.agents[2].work is Work.IDLE
    assert snapshot.queues[2].totals.entered == 0


def test_the_service_level_is_counted_where_the_call_was_answered(clinic):
    clinic.queue("one")
    clinic.later(20)
    clinic.queue("two")
    clinic.later(1)
    clinic.on_duty("cal", "eli")
    for call_id, offer_id, agent_id, _ in clinic.distributor.live_offers():
        clinic.tell(OfferAccepted(site=SITE, call_id=call_id, offer_id=offer_id, agent_id=agent_id))
    totals = clinic.distributor.totals
    assert (totals.answered, totals.in_time) == (2, 1)
    assert totals.waited_s == 23.0 + 3.0


def test_a_wrap_up_of_no_length_hands_over_the_next_call_at_once(changed_queues, agents):
    distributor = Distributor(SITE, changed_queues(wrap_up_s=0.0), agents, QueueId("nurse"))
    distributor.handle(agent_fact(PhoneRegistered, "cal"), 0.0)
    distributor.handle(agent_fact(AgentReady, "cal"), 0.0)
    plain = Requirement(queue=QueueId("general"))
    for call in ("one", "two"):
        distributor.handle(CallQueued(site=SITE, call_id=CallId(call), requirement=plain), 0.0)
    ((call_id, offer_id, agent_id, _),) = distributor.live_offers()
    about = {"site": SITE, "call_id": call_id, "offer_id": offer_id, "agent_id": agent_id}
    distributor.handle(OfferAccepted(**about), 1.0)
    assert names(distributor.handle(AgentHungUp(**about), 2.0)) == ["ReturnToFlow", "OfferCall"]


def test_an_illegal_step_of_an_agent_names_event_and_state_and_changes_nothing(agents):
    agent = Agent(agents["cal"], SkillGroup({}))
    with pytest.raises(IllegalFact, match="WrapUpElapsed is illegal in state IDLE"):
        agent.work_on(WrapUpElapsed(), 1.0)
    assert (agent.work, agent.since) == (Work.IDLE, 0.0)
