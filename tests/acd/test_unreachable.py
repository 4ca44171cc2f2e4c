"""A call that cannot be rung at an agent does not hold up everybody behind it."""

import pytest

from acd import Distributor, EmergencyRules, LadderStep
from acd.passed_over import Barrier
from calls.facts import OfferAccepted, OfferDeclined, OfferFailed, OfferUnanswered
from calls.rung import Rung
from tests.acd.conftest import AGENTS, NURSE_QUEUE, PLAIN, QUEUES

FAILS = {"reason": "unreachable"}


@pytest.fixture
def queued(clinic):
    """Two red flags and two routine calls of the nurse queue wait for Bea alone."""
    clinic.queue("red", "nurse", emergency=True)
    clinic.queue("second", "nurse", emergency=True)
    clinic.queue("one", "nurse")
    clinic.queue("two", "nurse")
    return clinic


def fails(clinic, offer):
    """The phone cannot be rung for it; the next offer once its agent has paused."""
    assert clinic.about(OfferFailed, offer, **FAILS) == []
    return clinic.later(5)


def test_once_for_each_ring_that_failed_another_call_goes_first(clinic, the_offer, offered):
    clinic.queue("one")
    clinic.queue("two")
    first = the_offer(clinic.on_duty("cal"))
    second = the_offer(fails(clinic, first))
    assert (first.call_id, second.call_id) == ("one", "two")
    clinic.about(OfferDeclined, second)
    again = clinic.later(5)
    assert offered(again) == [("one", "cal")]
    assert offered(fails(clinic, the_offer(again))) == [("two", "cal")]


@pytest.mark.parametrize(("kind", "pause_s"), [(OfferDeclined, 5), (OfferUnanswered, 30)])
def test_a_call_that_rang_keeps_its_turn(clinic, the_offer, offered, kind, pause_s):
    clinic.queue("one")
    clinic.queue("two")
    clinic.about(kind, the_offer(clinic.on_duty("cal")))
    assert offered(clinic.later(pause_s)) == [("one", "cal")]


def test_with_nobody_else_to_serve_the_call_is_tried_again(clinic, the_offer, offered):
    clinic.queue("one")
    offer = the_offer(clinic.on_duty("cal"))
    assert offered(fails(clinic, offer)) == [("one", "cal")]


def test_at_another_agent_the_call_has_its_turn(clinic, the_offer, offered):
    clinic.queue("one")
    clinic.queue("two")
    clinic.about(OfferFailed, the_offer(clinic.on_duty("cal")), **FAILS)
    assert offered(clinic.on_duty("dot")) == [("one", "dot")]


def test_a_red_flag_lets_another_red_flag_go_first(queued, the_offer, offered):
    offer = the_offer(queued.on_duty("bea"))
    assert offer.call_id == "red"
    assert offered(fails(queued, offer)) == [("second", "bea")]


def test_a_red_flag_never_lets_a_routine_call_go_first(clinic, the_offer, offered):
    clinic.queue("one", "nurse")
    clinic.queue("red", "nurse", emergency=True)
    offer = the_offer(clinic.on_duty("bea"))
    assert offered(fails(clinic, offer)) == [("red", "bea")]


def test_a_third_red_flag_waits_one_turn_for_each_that_cannot_be_rung(site, offered, the_offer):
    ladder = (LadderStep(after_s=600.0, do=Rung.RING_ALL),)
    clinic = site(rules=EmergencyRules(keep_ready=0, ladder=ladder))
    for call in ("dead", "deaf", "red"):
        clinic.queue(call, "nurse", emergency=True)
    rung = []
    offer = the_offer(clinic.on_duty("bea"))
    while offer.call_id != "red":
        rung.append(offer.call_id)
        offer = the_offer(fails(clinic, offer))
    assert rung == ["dead", "deaf", "dead"]


def test_the_turn_that_a_call_gave_away_is_remembered_by_a_copy(clinic, the_offer, offered):
    clinic.queue("one")
    clinic.queue("two")
    clinic.about(OfferFailed, the_offer(clinic.on_duty("cal")), **FAILS)
    state = clinic.distributor.state()
    clinic.distributor = Distributor.from_state(state, QUEUES, AGENTS, NURSE_QUEUE, PLAIN)
    assert clinic.distributor.state() == state
    assert offered(clinic.later(5)) == [("two", "cal")]


def test_the_reason_is_given_for_the_call_that_let_another_go_first(clinic, the_offer):
    clinic.queue("one")
    clinic.queue("two")
    offer = the_offer(clinic.on_duty("cal"))
    told = []
    clinic.distributor.watch(
        lambda visit, choice: told.append(clinic.distributor.explain(visit, choice))
    )
    clinic.about(OfferAccepted, the_offer(fails(clinic, offer)))
    (why,) = told
    assert [(each.call_id, each.barrier) for each in why.ahead] == [("one", Barrier.LETS_GO_FIRST)]
    assert "lets one other call go first" in why.ahead[0].sentence()
