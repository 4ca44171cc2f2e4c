"""What is learned from the facts: handling times, rings, patience, arrivals."""

import pytest

from acd.draws import Draws
from acd.handling import KEPT, Arrivals, Handling, Known, Ring
from calls.commands import OfferCall
from calls.facts import (
    AgentReady,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallQueued,
    CallReleased,
    OfferAccepted,
    OfferUnanswered,
)
from calls.outcome import Outcome
from calls.requirement import Requirement


class Day:
    def __init__(self):
        self.handling = Handling()
        self.now = 1000.0

    def call(self, kind, call="c1", **more):
        self.handling.handle(kind(site="s", call_id=call, **more), self.now)

    def queued(self, call="c1", queue="desk", **more):
        self.call(CallQueued, call, requirement=Requirement(queue=queue, **more))

    def offered(self, call="c1", agent="ana"):
        order = OfferCall(
            call_id=call,
            offer_id=f"{call}/1",
            agent_id=agent,
            ring_timeout_s=15.0,
            emergency=False,
            queue="desk",
            rule="longest_ready",
        )
        self.handling.handle(order, self.now)

    def about(self, kind, call="c1", agent="ana"):
        self.call(kind, call, offer_id=f"{call}/1", agent_id=agent)

    def connected(self, call="c1", agent="ana"):
        self.about(CallConnected, call, agent)

    def later(self, seconds):
        self.now += seconds

    @property
    def known(self):
        return self.handling.known(self.now)


@pytest.fixture
def day():
    return Day()


def test_a_conversation_is_from_the_bridge_to_its_end_whoever_ends_it(day):
    for call, lasts, over in (("a", 60, CallerHungUp), ("b", 90, CallReleased)):
        day.queued(call)
        day.connected(call)
        day.later(lasts)
        day.call(over, call, **({"agent_id": "ana"} if over is CallReleased else {}))
        day.later(5)
        day.call(CallEnded, call, outcome=Outcome.HANDLED)
    assert day.known.talks_s == {"desk": (60.0, 90.0)}
    assert not day.known.talking_since


def test_a_live_conversation_is_known_since_when(day):
    day.queued()
    day.later(10)
    day.connected()
    day.later(30)
    assert day.known.talking_since == {"c1": 1010.0}
    assert not day.known.talks_s


def test_a_ring_is_from_the_offer_to_its_end(day):
    for call, after_s, kind in (("a", 4, OfferAccepted), ("b", 15, OfferUnanswered)):
        day.offered(call)
        day.later(after_s)
        day.about(kind, call)
    assert day.known.rings == (Ring(4.0, answered=True), Ring(15.0, answered=False))


def test_a_wrap_up_that_is_cut_short_by_the_agent_is_known_from_one_that_runs_out(day):
    for call in ("a", "b"):
        day.queued(call)
        day.offered(call)
        day.connected(call)
        day.later(60)
        day.call(CallerHungUp, call)
        day.later(8)
        if call == "a":
            day.handling.handle(AgentReady(site="s", agent_id="ana"), day.now)
    day.offered("c")
    assert day.known.wrap_ups_s == {"desk": (8.0, float("inf"))}


def test_patience_is_all_waiting_over_those_who_gave_up(day):
    for call, waits, kind in (
        ("a", 30, CallerHungUp),
        ("b", 50, CallConnected),
        ("c", 20, CallDequeued),
        ("d", 100, CallEnded),
    ):
        day.queued(call)
        day.later(waits)
        if kind is CallConnected:
            day.connected(call)
        else:
            day.call(kind, call, **({"outcome": Outcome.ABANDONED} if kind is CallEnded else {}))
    assert day.known.patience_s == {"desk": (30 + 50 + 20 + 100) / 2}


def test_what_a_red_flag_says_to_a_nurse_is_no_conversation_of_the_queue_it_came_from(day):
    day.queued()
    day.connected()
    day.later(60)
    day.call(CallReleased, agent_id="ana", requeued=True, emergency=True)
    day.connected(agent="bea")
    day.later(900)
    day.call(CallEnded, outcome=Outcome.HANDLED)
    assert day.known.talks_s == {"desk": (60,)}


def test_where_nobody_gives_up_nothing_is_assumed_of_patience(day):
    day.queued()
    day.later(30)
    day.connected()
    assert not day.known.patience_s


def test_arrivals_are_counted_over_the_last_hour_red_flags_apart(day):
    for number in range(6):
        day.queued(f"c{number}", emergency=number == 3)
        day.later(600)
    day.later(1800)
    rates = {(each.queue, each.emergency): each.per_s for each in day.known.arrivals}
    assert rates == {("desk", False): pytest.approx(2 / 3600)}


def test_a_call_that_changes_what_it_needs_arrives_once(day):
    day.handling.handle(AgentReady(site="s", agent_id="ana"), day.now)
    day.later(10)
    day.queued()
    day.later(10)
    day.queued(agent="ana", agent_wait_s=5.0)
    assert day.known.arrivals == (Arrivals(queue="desk", emergency=False, per_s=1 / 20),)


def test_only_the_latest_are_kept(day):
    for number in range(KEPT + 50):
        day.queued(f"c{number}")
        day.connected(f"c{number}")
        day.later(number)
        day.call(CallerHungUp, f"c{number}")
    assert day.known.talks_s["desk"] == tuple(float(n) for n in range(50, KEPT + 50))


# --- draws ----------------------------------------------------------------------------------------


def test_what_is_left_of_a_conversation_is_drawn_from_those_that_lasted_longer():
    draws = Draws(Known(talks_s={"desk": (10.0,) * 9 + (50.0, 90.0)}), lambda: 0.0)
    assert draws.talk_s("desk") == 10.0
    assert draws.talk_s("desk", 10.0) == 40.0
    assert draws.talk_s("desk", 60.0) == 30.0
    assert draws.talk_s("desk", 500.0) == 10.0


def test_a_queue_of_which_little_is_known_borrows_from_all():
    draws = Draws(Known(talks_s={"desk": (10.0,) * 3, "billing": (70.0,) * 3}), lambda: 0.9)
    assert draws.talk_s("desk") == draws.talk_s("nowhere") == 70.0
