"""How things stand, as others may ask: who could answer, who waits where, and the sums."""

from acd import Work
from calls.facts import (
    AgentOnBreak,
    AgentOut,
    OfferAccepted,
)
from calls.ids import AgentId, QueueId
from calls.requirement import Requirement, SkillNeed

SITE = "clinic"


def agent_fact(kind, name):
    return kind(site=SITE, agent_id=AgentId(name))


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
    assert rows == [("red", 1, ("bea",)), ("routine", 2, ()), ("spanish", 3, ())]
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
    for call_id, offer_id, agent_id, *_ in clinic.distributor.live_offers():
        clinic.tell(OfferAccepted(site=SITE, call_id=call_id, offer_id=offer_id, agent_id=agent_id))
    totals = clinic.distributor.totals
    assert (totals.answered, totals.in_time) == (2, 1)
    assert totals.waited_s == 23.0 + 3.0


def test_who_is_answered_after_exactly_the_service_level_was_answered_in_time(clinic):
    clinic.queue("one")
    clinic.later(19)
    clinic.on_duty("cal")
    ((call_id, offer_id, agent_id, *_),) = clinic.distributor.live_offers()
    clinic.tell(OfferAccepted(site=SITE, call_id=call_id, offer_id=offer_id, agent_id=agent_id))
    assert clinic.distributor.totals.waited_s == 20.0
    assert clinic.distributor.totals.in_time == 1
