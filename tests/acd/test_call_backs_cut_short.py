"""Call-backs that are forbidden, and callers who are lost again once they were called back."""

import pytest

from acd import Distributor
from calls.commands import HangUp, OfferCall, RecallOffer
from calls.facts import (
    CallBackAnswered,
    CallBackForbidden,
    CallDequeued,
    CallerHungUp,
    IdentityConfirmed,
    OfferAccepted,
    OfferFailed,
)
from calls.ids import CallId, QueueId
from tests.acd.calling_back import (
    QUEUES,
    RULES,
    SITE,
    chosen,
    closed,
    dialled,
    drops,
    only,
    task,
    tasks,
)


@pytest.fixture
def clinic(site):
    return site(queues=QUEUES, rules=RULES)


# --- must not be called back ---------------------------------------------------------------------


def forbidden(clinic, call="red"):
    return clinic.tell(CallBackForbidden(site=SITE, call_id=CallId(call)))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_who_must_not_be_called_any_more_is_not_when_they_drop(clinic, offered, elsewhere):
    clinic.wants("red", "nurse", emergency=True)
    if elsewhere:
        clinic.tell(CallDequeued(site=SITE, call_id=CallId("red")))
    forbidden(clinic)
    assert tasks(drops(clinic)) == [("red", "red-flag-call-back")]
    assert offered(clinic.on_duty("bea")) == []
    assert offered(clinic.later(3600)) == []


def test_who_must_not_be_called_any_more_keeps_the_nurse_they_speak_with(clinic):
    offer = only(OfferCall, [*clinic.on_duty("bea"), *clinic.wants("red", "nurse", emergency=True)])
    clinic.about(OfferAccepted, offer)
    assert forbidden(clinic) == []
    assert clinic.distributor.connected(CallId("red"))


def test_an_agreed_call_back_that_is_forbidden_is_never_begun(clinic, offered):
    clinic.wants("red", "nurse", emergency=True, advised_911=True)
    drops(clinic)
    assert forbidden(clinic) == []
    assert offered(clinic.on_duty("bea")) == []
    assert offered(clinic.later(3600)) == []
    assert (task(clinic).allowed, task(clinic).under_way) == (False, None)


def test_the_ring_for_a_call_back_that_is_forbidden_stops(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer = only(OfferCall, clinic.on_duty("bea"))
    assert only(RecallOffer, forbidden(clinic)).offer_id == offer.offer_id
    assert offered(clinic.later(3600)) == []


def test_dialling_for_a_call_back_that_is_forbidden_stops(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    dialled(clinic, clinic.on_duty("bea"))
    commands = forbidden(clinic)
    assert only(HangUp, commands).call_id == "red~1"
    assert offered(commands + clinic.later(3600)) == []
    assert task(clinic).under_way is None


def test_a_chosen_call_back_that_is_forbidden_becomes_a_persons(clinic, offered):
    clinic.wants("one", "general")
    chosen(clinic)
    assert tasks(forbidden(clinic, "one")) == [("one", "call-back")]
    assert offered(clinic.on_duty("cal")) == []
    assert clinic.distributor.snapshot().tasks == ()
    assert clinic.distributor.totals.flowed_out == 1
    assert clinic.distributor.totals.balanced


def test_forbidding_what_nobody_agreed_changes_nothing(clinic):
    assert forbidden(clinic, "nobody") == []
    assert clinic.distributor.snapshot().tasks == ()


# --- reached, and lost again ---------------------------------------------------------------------


def cut_off(clinic):
    """A red flag is called back, and the nurse's phone is lost while they speak."""
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("bea"))
    clinic.about(CallBackAnswered, offer)
    clinic.about(OfferFailed, offer, reason="unreachable")
    return clinic


def test_who_was_called_back_and_is_lost_again_is_one_task_and_is_called_again(clinic, offered):
    cut_off(clinic)
    assert tasks(drops(clinic, "red~1")) == []
    assert (task(clinic).call_id, task(clinic).reached) == ("red", False)
    assert offered(clinic.later(60)) == [("red~2", "bea")]


def test_the_nurse_of_one_called_back_and_cut_off_says_that_it_is_the_caller(clinic):
    cut_off(clinic)
    offer = only(OfferCall, clinic.later(5))
    clinic.about(OfferAccepted, offer)
    clinic.about(IdentityConfirmed, offer)
    assert task(clinic).confirmed


def test_who_said_who_they_are_has_to_say_it_again_in_the_next_call(clinic):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("bea"))
    clinic.about(CallBackAnswered, offer)
    clinic.about(IdentityConfirmed, offer)
    clinic.about(OfferFailed, offer, reason="unreachable")
    drops(clinic, "red~1")
    assert not task(clinic).confirmed


def test_a_closed_call_back_whose_caller_is_lost_again_is_a_new_task(clinic):
    cut_off(clinic)
    closed(clinic)
    assert tasks(drops(clinic, "red~1")) == [("red~1", "red-flag-call-back")]


def test_who_came_by_which_call_back_survives_a_restart(clinic, agents):
    cut_off(clinic)
    before = clinic.distributor.state()
    assert [each.came_by for each in before.visits] == ["red"]
    again = Distributor.from_state(before, QUEUES, agents, QueueId("nurse"), RULES)
    assert again.state() == before
    gone = CallerHungUp(site=SITE, call_id=CallId("red~1"))
    assert tasks(again.handle(gone, before.now)) == []
