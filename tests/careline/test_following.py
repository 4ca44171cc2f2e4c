"""A distributor set to what a journal tells: it holds that, and nothing that it does not tell."""

from __future__ import annotations

import pytest

from acd import Distributor, Presence, Work
from calls.commands import OfferCall
from calls.facts import CallerAdvised, CallerHungUp, CallQueued, SitePublished
from calls.ids import AgentId, CallId, OfferId
from calls.ports import Entry
from calls.requirement import Requirement
from careline.as_told import AsTold
from careline.following import followed
from config.site import Site
from tests.careline.recorded_days import BILLING, DROPS, RED_FLAG, entries
from tests.careline.rig import Rig

CALL = CallId("one")
BACK = CallId(f"{DROPS}~1")


def told_by(day: list[Entry]) -> AsTold:
    told = AsTold()
    for entry in day:
        told.take(entry.at, entry.record)
    return told


def offer(call_id: CallId, agent: str, number: int, **more: object) -> OfferCall:
    return OfferCall(
        call_id=call_id,
        offer_id=OfferId(f"{call_id}/{number}"),
        agent_id=AgentId(agent),
        ring_timeout_s=15.0,
        **{"emergency": False, "queue": "billing", "rule": "longest-ready", **more},
    )


@pytest.fixture
def rig(clinic: Site) -> Rig:
    """One agent is there, and a caller whom she is offered."""
    made = Rig(clinic)
    made.run.tell(SitePublished(site=clinic.id, version=clinic.version))
    made.ready("mateo")
    made.arrive(CALL)
    made.run.advance(2)
    made.press(BILLING, CALL)
    made.run.advance(15.5)
    return made


def goes_on(rig: Rig, told: AsTold, *about: CallId, **options: object) -> Distributor:
    """The distributor as it stands when it was set to what is told."""
    site = rig.site
    state = rig.run.switchboard.distributor.state()
    state = followed(state, told, site, about=about, **options)
    nurse_queue = site.rules.nurse_queue
    return Distributor.from_state(state, site.queues, site.agents, nurse_queue, site.emergency)


def test_what_nobody_disagrees_about_stays_as_it_is(rig):
    distributor = goes_on(rig, told_by(entries(rig)), CallId("nobody"))
    assert distributor.snapshot() == rig.run.switchboard.distributor.snapshot()


def test_an_offer_that_the_journal_tells_of_is_held_in_place_of_the_one_that_was_made(rig):
    day = [e for e in entries(rig) if not isinstance(e.record, OfferCall)]
    told = told_by(day)
    told.take(rig.run.now, offer(CALL, "fiona", 41))
    distributor = goes_on(rig, told, CALL)
    (live,) = distributor.live_offers()
    assert (live.agent_id, live.offer_id, live.state) == ("fiona", f"{CALL}/41", Work.RESERVED)
    agents = {each.agent_id: each for each in distributor.snapshot().agents}
    assert agents[AgentId("mateo")].work is Work.IDLE
    assert agents[AgentId("fiona")].presence is Presence.READY
    assert distributor.offer_totals.made == 41
    assert distributor.waited_s(CALL, rig.run.now) == pytest.approx(0.4, abs=0.1)


def test_an_agent_who_is_offered_another_call_has_left_the_one_before(rig):
    told = told_by(entries(rig))
    told.take(rig.run.now, offer(CallId("two"), "mateo", 2))
    distributor = goes_on(rig, told, CallId("two"))
    (live,) = distributor.live_offers()
    assert live.call_id == "two"
    assert distributor.position(CALL) is None


def test_calls_and_agents_who_are_doubted_are_left_out(rig):
    told = told_by(entries(rig))
    distributor = goes_on(rig, told, CALL, left_out=[CALL], away=[AgentId("mateo")])
    assert distributor.live_offers() == ()
    assert distributor.waited_s(CALL, rig.run.now) is None
    agents = {each.agent_id: each for each in distributor.snapshot().agents}
    assert agents[AgentId("mateo")].presence is Presence.OUT


def test_who_is_called_back_does_not_wait_any_more_though_it_is_not_told_that_they_left(rig):
    rig.run.tell(rig.phones.arrive(DROPS, rig.run.now, caller="+15555550104"))
    rig.run.advance(1)
    rig.say(RED_FLAG, DROPS)
    rig.run.advance(20)
    assert rig.run.switchboard.distributor.waited_s(DROPS, rig.run.now) is not None
    told = told_by(entries(rig))
    told.take(rig.run.now, offer(BACK, "grace", 9, emergency=True, queue="nurse", call_back=True))
    distributor = goes_on(rig, told, BACK)
    assert distributor.waited_s(DROPS, rig.run.now) is None
    assert distributor.answers(BACK) == DROPS
    assert distributor.waited_s(BACK, rig.run.now) == pytest.approx(20.0)
    (task,) = distributor.snapshot().tasks
    assert (task.call_id, task.under_way) == (DROPS, BACK)


def test_a_queue_that_is_not_the_sites_is_the_one_for_a_person(rig):
    told = told_by(entries(rig))
    told.take(rig.run.now, offer(CallId("two"), "fiona", 2, queue="gone"))
    distributor = goes_on(rig, told, CallId("two"))
    waiting = {
        call.call_id: view.queue_id
        for view in distributor.snapshot().queues
        for call in view.waiting
    }
    assert waiting["two"] == rig.site.rules.person_queue


def test_the_place_of_a_call_is_learned_from_whom_it_was_taken_before():
    told = AsTold()
    told.take(1.0, CallQueued(site="s", call_id=CALL, requirement=Requirement(queue="billing")))
    told.take(50.0, offer(CallId("two"), "fiona", 2))
    told.stood_before(CallId("two"), CALL)
    assert told.calls[CallId("two")].since < told.calls[CALL].since == 1.0
    told.stood_before(CALL, CallId("two"))
    assert told.calls[CALL].since == 1.0, "that is told, and not to be guessed"


def test_of_calls_that_are_over_nothing_is_held():
    told = AsTold()
    told.take(1.0, CallQueued(site="s", call_id=CALL, requirement=Requirement(queue="billing")))
    told.take(2.0, CallerHungUp(site="s", call_id=CALL))
    assert CALL not in told.calls


def test_who_was_told_to_call_911_is_not_called_back_while_they_may_be_speaking_with_them(rig):
    told = told_by(entries(rig))
    told.take(rig.run.now, offer(DROPS, "grace", 2, emergency=True, queue="nurse"))
    told.take(rig.run.now, CallerAdvised(site=rig.site.id, call_id=DROPS))
    distributor = goes_on(rig, told, DROPS)
    distributor.handle(CallerHungUp(site=rig.site.id, call_id=DROPS), rig.run.now + 5.0)
    (task,) = distributor.snapshot().tasks
    assert task.next_at == rig.run.now + rig.site.emergency.call_back_after_911_s
