"""What a red flag on the line cuts short where no nurse is free for it, and what it never does."""

from __future__ import annotations

import pytest

from acd import EmergencyRules, LadderStep
from calls.commands import OfferCall, RecallOffer, ReleaseAgent
from calls.facts import CallBackAnswered, CallerHungUp, OfferAccepted, OfferDeclined
from calls.ids import CallId
from calls.requirement import SkillNeed
from calls.rung import Rung
from tests.acd.calling_back import dialled, task
from tests.acd.conftest import PLAIN

SITE = "clinic"
BILLING = (SkillNeed(skill="billing"),)
RING_ALL = EmergencyRules(keep_ready=0, ladder=(LadderStep(after_s=10.0, do=Rung.RING_ALL),))


def half_a_pair(clinic):
    """Ana has answered for a call of two people, and cal's phone rings still."""
    clinic.on_duty("ana", "cal")
    first, second = [
        each
        for each in clinic.wants("pair", "nurse", companion=BILLING)
        if isinstance(each, OfferCall)
    ]
    clinic.about(OfferAccepted, first)
    return second


def dropped(clinic, call="dropped"):
    clinic.wants(call, "nurse", emergency=True)
    clinic.later(20)
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId(call)))


def kinds(commands):
    return [(type(each), each.call_id, each.agent_id) for each in commands]


def test_a_nurse_who_waits_for_the_second_of_two_is_a_red_flags_at_once(clinic):
    half_a_pair(clinic)
    assert kinds(clinic.queue("red", "nurse", emergency=True)) == [
        (ReleaseAgent, "pair", "ana"),
        (OfferCall, "red", "ana"),
        (RecallOffer, "pair", "cal"),
    ]
    assert clinic.distributor.position(CallId("pair")) == 2


def test_where_every_nurse_is_rung_so_is_one_who_waits_for_the_second_of_two(site, offered):
    clinic = site(rules=RING_ALL)
    clinic.on_duty("bea")
    clinic.queue("red", "nurse", emergency=True)
    half_a_pair(clinic)
    assert offered(clinic.later(10)) == [("red", "ana")]


def test_a_nurse_who_is_only_rung_is_taken_before_one_who_has_answered_for_a_pair(clinic, offered):
    clinic.on_duty("bea")
    clinic.queue("one", "nurse")
    half_a_pair(clinic)
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]


def test_a_conversation_of_two_agents_is_not_cut_short(clinic):
    clinic.about(OfferAccepted, half_a_pair(clinic))
    assert clinic.queue("red", "nurse", emergency=True) == []


def test_a_live_red_flag_has_the_nurse_who_is_rung_to_call_back_another(clinic, the_offer):
    dropped(clinic)
    ring = the_offer(clinic.on_duty("ana"))
    assert ring.call_back
    assert kinds(clinic.queue("live", "nurse", emergency=True)) == [
        (RecallOffer, ring.call_id, "ana"),
        (OfferCall, "live", "ana"),
    ]
    assert (task(clinic).attempts, task(clinic).under_way) == (0, ring.call_id)


def test_a_call_back_that_was_put_off_for_a_live_red_flag_goes_on_in_its_place(clinic, offered):
    dropped(clinic)
    clinic.on_duty("ana")
    clinic.accept(clinic.queue("live", "nurse", emergency=True))
    clinic.later(1)
    clinic.queue("later", "nurse", emergency=True)
    assert offered(clinic.on_duty("bea")) == [("dropped~1", "bea")]


def test_the_ring_of_a_routine_call_is_cut_short_before_that_of_a_call_back(clinic, offered):
    clinic.wants("dropped", "nurse", emergency=True, advised_911=True)
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("dropped")))
    clinic.later(590)
    clinic.on_duty("ana", "bea")
    assert offered(clinic.queue("one", "nurse")) == [("one", "ana")]
    assert offered(clinic.later(10)) == [("dropped~1", "bea")]
    assert offered(clinic.queue("live", "nurse", emergency=True)) == [("live", "ana")]
    assert offered(clinic.queue("last", "nurse", emergency=True)) == [("last", "bea")]


@pytest.mark.parametrize("reached", [False, True])
def test_a_call_back_that_is_dialled_or_answered_is_not_cut_short(clinic, reached):
    dropped(clinic)
    offer, _ = dialled(clinic, clinic.on_duty("ana"))
    if reached:
        clinic.about(CallBackAnswered, offer)
    assert clinic.queue("live", "nurse", emergency=True) == []


def test_of_a_call_back_and_a_live_red_flag_who_wait_the_one_that_waits_longer_is_first(
    site, offered
):
    clinic = site(rules=PLAIN)
    dropped(clinic)
    clinic.queue("live", "nurse", emergency=True)
    assert offered(clinic.on_duty("ana")) == [("dropped~1", "ana")]


def test_a_red_flag_who_is_declined_does_not_wait_while_another_nurse_is_rung_to_call_back(
    clinic, offered, the_offer
):
    dropped(clinic)
    clinic.on_duty("bea")
    clinic.on_duty("ana")
    live = the_offer(clinic.queue("live", "nurse", emergency=True))
    assert live.agent_id == "ana"
    assert offered(clinic.about(OfferDeclined, live)) == [("live", "bea")]


def test_a_nurse_who_declined_is_asked_again_before_a_call_back_is_cut_short(
    clinic, offered, the_offer
):
    clinic.wants("dropped", "nurse", emergency=True, advised_911=True)
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("dropped")))
    clinic.later(585)
    clinic.on_duty("ana", "fay", "bea")
    at_ana = the_offer(clinic.queue("live", "nurse", emergency=True))
    at_fay = the_offer(clinic.about(OfferDeclined, at_ana))
    clinic.later(5)
    assert offered(clinic.queue("one", "nurse")) == [("one", "ana")]
    assert offered(clinic.later(10)) == [("dropped~1", "bea")]
    assert offered(clinic.about(OfferDeclined, at_fay)) == [("live", "ana")]
