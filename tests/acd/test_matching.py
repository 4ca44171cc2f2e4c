"""Who gets which call."""

from calls.commands import OfferCall
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentReady,
    CallerHungUp,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId

SITE = "clinic"


def hang_up(clinic, call):
    return clinic.tell(CallerHungUp(site=SITE, call_id=call))


def test_a_call_rings_the_agent_who_has_been_ready_for_longest(clinic, offered):
    clinic.on_duty("eli", "cal")
    assert offered(clinic.queue("one")) == [("one", "eli")]


def test_equal_ready_times_are_broken_by_the_least_scarce_skills_then_by_order(clinic, offered):
    for name in ("eli", "cal", "dot"):
        clinic.tell(PhoneRegistered(site=SITE, agent_id=AgentId(name)))
    for name in ("dot", "eli", "cal"):
        clinic.tell(AgentReady(site=SITE, agent_id=AgentId(name)))
    for call, expected in (("one", "cal"), ("two", "eli"), ("three", "dot")):
        assert offered(clinic.queue(call)) == [(call, expected)]


def test_an_agent_who_talked_is_behind_those_who_did_not(clinic, offered):
    clinic.on_duty("cal", "eli")
    offer = clinic.connect("one")
    clinic.about(AgentHungUp, offer)
    clinic.later(60)
    assert offered(clinic.queue("two")) == [("two", "eli")]
    assert offered(clinic.queue("three")) == [("three", "cal")]


def test_the_skills_of_queue_and_call_are_both_needed(clinic, offered):
    clinic.on_duty("cal", "ana", "dot")
    assert offered(clinic.queue("one", "billing", "spanish")) == [("one", "dot")]
    assert offered(clinic.queue("two", "billing", "spanish")) == []
    assert offered(clinic.queue("three", "billing")) == [("three", "cal")]


def test_an_agent_without_a_phone_is_never_offered_a_call(clinic, offered):
    clinic.tell(AgentReady(site=SITE, agent_id=AgentId("cal")))
    assert offered(clinic.queue("one")) == []
    commands = clinic.tell(PhoneRegistered(site=SITE, agent_id=AgentId("cal")))
    assert offered(commands) == [("one", "cal")]
    clinic.tell(PhoneRegistered(site=SITE, agent_id=AgentId("eli")))
    clinic.tell(AgentReady(site=SITE, agent_id=AgentId("eli")))
    clinic.tell(PhoneUnregistered(site=SITE, agent_id=AgentId("eli")))
    assert offered(clinic.queue("two")) == []


def test_the_longest_waiting_caller_is_served_first(clinic, offered):
    for call in ("one", "two", "three"):
        clinic.queue(call)
        clinic.later(1)
    assert offered(clinic.on_duty("cal", "eli")) == [("one", "cal"), ("two", "eli")]


def test_a_head_start_counts_as_waiting(clinic, offered):
    clinic.queue("one", "general")
    clinic.later(60)
    clinic.queue("two", "complaints")
    assert offered(clinic.on_duty("cal")) == [("two", "cal")]


def test_queues_without_head_start_share_agents_by_waiting_time(clinic, offered):
    clinic.queue("one", "billing")
    clinic.later(1)
    clinic.queue("two", "general")
    clinic.later(1)
    clinic.queue("three", "billing")
    assert offered(clinic.on_duty("cal", "eli", "dot")) == [
        ("one", "cal"),
        ("two", "eli"),
        ("three", "dot"),
    ]


def test_ring_no_answer_goes_to_the_next_agent_and_keeps_the_place(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli")
    first = the_offer(clinic.queue("one"))
    clinic.later(15)
    clinic.queue("two", "billing", "spanish")
    assert offered(clinic.about(OfferUnanswered, first)) == [("one", "eli")]
    assert clinic.distributor.waited_s("one", clinic.now) == 15.0
    assert clinic.agent("cal").unanswered == 1


def test_an_agent_who_did_not_answer_rests(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli")
    clinic.about(OfferUnanswered, the_offer(clinic.queue("one")))
    hang_up(clinic, "one")
    clinic.later(12)
    assert offered(clinic.queue("two")) == [("two", "eli")]
    assert offered(clinic.queue("three")) == []
    assert offered(clinic.later(18)) == [("three", "cal")]


def test_a_ring_without_answer_costs_the_agent_their_place(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli")
    clinic.later(1)
    clinic.about(OfferUnanswered, the_offer(clinic.queue("one")))
    hang_up(clinic, "one")
    clinic.later(31)
    assert offered(clinic.queue("two")) == [("two", "eli")]
    assert offered(clinic.queue("three")) == [("three", "cal")]


def test_an_agent_who_says_ready_ends_their_rest(clinic, offered, the_offer):
    clinic.on_duty("cal")
    clinic.about(OfferUnanswered, the_offer(clinic.queue("one")))
    clinic.later(10)
    commands = clinic.tell(AgentReady(site=SITE, agent_id=AgentId("cal")))
    assert offered(commands) == [("one", "cal")]


def test_a_break_ends_the_rest_too(clinic, offered, the_offer):
    clinic.on_duty("cal")
    clinic.about(OfferUnanswered, the_offer(clinic.queue("one")))
    clinic.tell(AgentOnBreak(site=SITE, agent_id=AgentId("cal")))
    clinic.later(10)
    commands = clinic.tell(AgentReady(site=SITE, agent_id=AgentId("cal")))
    assert offered(commands) == [("one", "cal")]


def test_whoever_let_it_ring_is_tried_last_but_not_never(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli", "dot")
    offer = the_offer(clinic.queue("one"))
    order = [offer.agent_id]
    for _ in range(2):
        offer = the_offer(clinic.about(OfferDeclined, offer))
        order.append(offer.agent_id)
        clinic.later(6)
    assert order == ["cal", "eli", "dot"]
    assert offered(clinic.about(OfferDeclined, offer)) == [("one", "cal")]


def test_a_declined_call_is_not_a_ring_without_answer(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli")
    clinic.about(OfferDeclined, the_offer(clinic.queue("one")))
    clinic.later(5)
    assert clinic.agent("cal").unanswered == 0
    hang_up(clinic, "one")
    assert offered(clinic.queue("two")) == [("two", "cal")]


def test_a_phone_that_refuses_at_once_is_not_rung_in_a_tight_loop(clinic, offered, the_offer):
    clinic.on_duty("cal")
    first = the_offer(clinic.queue("one"))
    assert offered(clinic.about(OfferDeclined, first)) == []
    assert offered(clinic.later(4.9)) == []
    again = the_offer(clinic.later(0.2))
    assert again.agent_id == "cal"
    assert offered(clinic.about(OfferFailed, again, reason="unreachable")) == []


def test_a_phone_that_unregisters_while_ringing_blames_nobody(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli")
    ringing = the_offer(clinic.queue("one"))
    commands = clinic.tell(PhoneUnregistered(site=SITE, agent_id=ringing.agent_id))
    assert [type(c).__name__ for c in commands] == ["RecallOffer", "OfferCall"]
    assert offered(commands) == [("one", "eli")]
    assert clinic.agent("cal").unanswered == 0
    assert clinic.distributor.offer_totals.failed == 1


def test_a_ring_nobody_reports_on_is_given_up_and_the_call_goes_on(clinic, offered, the_offer):
    clinic.on_duty("cal", "eli")
    silent = the_offer(clinic.queue("one"))
    assert clinic.distributor.next_deadline() == clinic.now + 20
    commands = clinic.later(20)
    assert commands[0].offer_id == silent.offer_id
    assert offered(commands) == [("one", "eli")]
    late = clinic.about(OfferAccepted, silent)
    assert [type(c).__name__ for c in late] == ["ReleaseAgent"]


def test_an_offer_names_the_rule_that_decided(clinic, the_offer):
    clinic.on_duty("cal", "eli")
    assert the_offer(clinic.queue("one", "billing")).rule == "longest-ready"
    clinic.queue("two", "billing", "spanish")
    assert the_offer(clinic.on_duty("dot")).rule == "first-free"


def test_an_offer_carries_the_queues_ring_time_and_an_id_of_its_own(clinic, the_offer):
    clinic.on_duty("cal", "eli")
    first = the_offer(clinic.queue("one"))
    second = the_offer(clinic.about(OfferDeclined, first))
    assert isinstance(first, OfferCall)
    assert (first.ring_timeout_s, first.queue, first.emergency) == (15.0, "general", False)
    assert first.offer_id != second.offer_id


def test_an_offer_behind_a_hole_of_the_journal_is_not_taken_for_one_before_it(site, the_offer):
    before, after = site(), site()
    before.on_duty("cal")
    after.on_duty("eli")
    ids = {the_offer(each.queue("one", "billing")).offer_id for each in (before, after)}
    assert len(ids) == 2
