"""Estimates are scored against what then happened, and told only while they prove right."""

from __future__ import annotations

import random

import pytest

from acd.calibration import ENOUGH, KEPT, Calibration
from acd.estimates import CLOSED_FORM, SIMULATION, Estimates
from acd.forecast import HORIZON_S
from calls.facts import (
    CallConnected,
    CallDequeued,
    CallerHungUp,
    CallerWait,
    CallQueued,
    WaitEstimated,
)
from calls.requirement import Requirement


class Waiting:
    """A queue, and what is estimated of it."""

    def __init__(self):
        self.estimates = Estimates()
        self.now = 1000.0
        self.count = 0

    def tell(self, kind, call="c1", **more):
        self.estimates.handle(kind(site="s", call_id=call, **more), self.now)

    def queued(self, call="c1", queue="desk", *, emergency=False):
        self.tell(CallQueued, call, requirement=Requirement(queue=queue, emergency=emergency))

    def connected(self, call="c1"):
        self.tell(CallConnected, call, agent_id="ana", offer_id=f"{call}/1")

    def estimated(self, *calls, p50_s=60.0, p90_s=120.0, by=SIMULATION, ago_s=0.0):
        waits = tuple(CallerWait(call_id=each, p50_s=p50_s, p90_s=p90_s) for each in calls)
        fact = WaitEstimated(
            site="s",
            queue="desk",
            by=by,
            p50_s=p50_s,
            p90_s=p90_s,
            callers=waits,
            made_ago_s=ago_s,
        )
        self.estimates.handle(fact, self.now)

    def proven(self, right=27, wrong=3, by=SIMULATION):
        for number in range(right + wrong):
            self.count += 1
            call = f"proof {self.count}"
            self.queued(call)
            self.estimated(call, by=by)
            self.now += 60 if number < right else 200
            self.connected(call)
        return self

    def wait_s(self, call="c1"):
        return self.estimates.wait_s(call, self.now)

    @property
    def scores(self):
        return self.estimates.scores()["desk", SIMULATION]


@pytest.fixture
def line():
    return Waiting()


def test_nothing_is_told_before_enough_estimates_were_borne_out(line):
    line.proven(right=26, wrong=3)
    line.queued()
    line.estimated("c1")
    assert line.wait_s() is None
    line.proven(right=1, wrong=0)
    line.queued("c2")
    line.estimated("c2")
    assert line.wait_s("c2") == 120.0


@pytest.mark.parametrize(
    ("right", "wrong", "told"), [(24, 6, True), (23, 7, False), (30, 0, False)]
)
def test_estimates_that_are_too_short_or_too_long_are_not_told(line, right, wrong, told):
    line.proven(right, wrong)
    line.queued()
    line.estimated("c1")
    assert (line.wait_s() is not None) is told


def test_an_estimate_that_proved_right_in_one_way_says_nothing_of_another(line):
    line.proven(by=CLOSED_FORM)
    line.queued()
    line.estimated("c1", by=SIMULATION)
    assert line.wait_s() is None
    line.estimated("c1", by=CLOSED_FORM)
    assert line.wait_s() == 120.0


def test_what_is_told_counts_from_when_the_state_was_looked_at(line):
    line.proven().queued()
    line.estimated("c1", ago_s=2.0)
    line.now += 10
    assert line.wait_s() == 108.0
    line.now += 60
    assert line.wait_s() is None


def test_a_newcomer_is_told_the_wait_of_a_newcomer_while_others_wait(line):
    line.proven()
    line.queued("before")
    line.estimated("before", p90_s=90.0)
    line.now += 30
    line.queued("new")
    assert line.wait_s("new") == 90.0
    for call in ("before", "new"):
        line.connected(call)
    line.queued("later")
    assert line.wait_s("later") is None


def test_a_red_flag_is_told_no_time(line):
    line.proven().queued(emergency=True)
    line.estimated("c1")
    assert line.wait_s() is None


def test_each_visit_is_scored_once_by_its_first_estimate(line):
    line.queued()
    line.estimated("c1", p50_s=60.0, p90_s=120.0)
    line.now += 50
    line.estimated("c1", p50_s=500.0, p90_s=900.0)
    line.now += 30
    line.connected()
    assert line.scores.count == 1
    assert line.scores.bias_s == 20.0
    assert (line.scores.within_p50, line.scores.within_p90) == (0.0, 1.0)


def test_who_leaves_after_their_p90_was_missed_and_who_leaves_before_is_unknown(line):
    for call, waits in (("late", 121), ("early", 119)):
        line.queued(call)
        line.estimated(call)
        line.now += waits
        line.tell(CallerHungUp, call)
    assert (line.scores.count, line.scores.within_p90, line.scores.unknown) == (1, 0.0, 1)


def test_changing_the_queue_ends_what_was_estimated_and_waiting_on_does_not(line):
    line.proven().queued()
    line.estimated("c1")
    line.queued()
    assert line.wait_s() == 120.0
    line.queued(queue="billing")
    assert line.wait_s() is None


def test_a_wait_beyond_the_horizon_is_told_as_such_and_not_scored(line):
    line.proven().queued()
    before = line.scores.count
    line.estimated("c1", p50_s=2000.0, p90_s=HORIZON_S)
    line.now += 30
    assert line.wait_s() == HORIZON_S
    line.connected()
    assert line.scores.count == before


def test_nothing_is_kept_of_a_caller_who_is_gone(line):
    for kind in (CallDequeued, CallerHungUp):
        line.queued()
        line.estimated("c1")
        line.tell(kind)
        assert line.wait_s() is None
    assert not line.estimates.waiting
    # An estimate that comes too late finds nobody.
    line.estimated("c1")
    assert line.wait_s() is None


def test_the_latest_scores_count_and_no_others():
    calibration = Calibration()
    for _ in range(KEPT):
        calibration.answered(10.0, 60.0, 120.0)
    assert not calibration.calibrated
    for number in range(KEPT):
        calibration.answered(200.0 if number % 10 == 0 else 60.0, 60.0, 120.0)
    assert calibration.calibrated
    assert calibration.scores().within_p90 == 0.9


def test_a_right_model_is_told_nearly_always_and_one_that_is_half_too_short_seldom():
    chance = random.Random(1)
    told = {1.0: 0, 0.5: 0}
    for factor in told:
        calibration = Calibration()
        for number in range(1000):
            wait_s = chance.expovariate(1 / 100)
            calibration.answered(wait_s, 69.3 * factor, 230.3 * factor)
            told[factor] += number >= ENOUGH and calibration.calibrated
    assert told[1.0] > 900
    assert told[0.5] < 100
