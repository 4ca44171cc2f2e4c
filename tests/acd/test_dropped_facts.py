"""What is late, told twice, unknown or wrong is counted or refused, and changes nothing."""

import pytest

from acd import Distributor, Work
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
    OfferAccepted,
    OfferDeclined,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement

SITE = "clinic"


def names(commands):
    return [type(command).__name__ for command in commands]


def hung_up(call):
    return CallerHungUp(site=SITE, call_id=CallId(call))


def agent_fact(kind, name):
    return kind(site=SITE, agent_id=AgentId(name))


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
        site=SITE, call_id=CallId("x"), offer_id=OfferId("x/zoe/1"), agent_id=AgentId("zoe")
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


def test_a_queue_that_does_not_exist_cannot_be_asked_about(clinic):
    with pytest.raises(KeyError):
        clinic.distributor.staffed(Requirement(queue=QueueId("attic")))


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
