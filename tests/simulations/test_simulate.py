"""What can be relied on in every simulation, short ones included."""

from dataclasses import replace

import numpy as np
import pytest

from acd import AgentConfig, QueueConfig
from calls.requirement import Requirement, SkillNeed
from simulations import Exponential, Lognormal, Scenario, Traffic, confidence, simulate, stream


def small(one_queue, agents=3, **more):
    return one_queue(
        agents, 3, handling_s=120.0, patience_s=60.0, calls=300, warm_up_s=600.0, **more
    )


def test_the_same_seed_gives_the_same_result(one_queue):
    scenario = small(one_queue)
    assert simulate(scenario, seed=4) == simulate(scenario, seed=4)
    assert simulate(scenario, seed=4) != simulate(scenario, seed=5)
    assert simulate(scenario, seed=4) != simulate(scenario, seed=4, replication=1)


def test_every_caller_is_answered_or_leaves_or_waits_still(one_queue):
    result = simulate(small(one_queue), seed=1)["q"]
    assert result.offered > 200
    assert result.abandoned > 0
    assert 0 <= result.waiting < 10
    assert result.in_time <= result.answered
    assert result.abandoned <= result.delayed


def test_another_agent_changes_the_waits_and_not_the_calls(one_queue):
    few, many = (simulate(small(one_queue, agents=n), seed=1)["q"] for n in (3, 4))
    assert few.offered == many.offered
    assert many.abandoned < few.abandoned


def test_so_many_agents_answer_everybody_at_once(one_queue):
    result = simulate(small(one_queue, agents=30), seed=1)["q"]
    assert result.answered == result.offered
    assert (result.delayed, result.mean_wait_s, result.service_level) == (0, 0.0, 1.0)


def test_nobody_to_answer_means_everybody_leaves(one_queue):
    result = simulate(small(one_queue, agents=0), seed=1)["q"]
    assert (result.answered, result.service_level) == (0, 0.0)
    assert result.abandoned + result.waiting == result.offered
    # Their mean patience is 60 s.
    assert 50.0 < result.mean_wait_s < 70.0


def test_who_rang_in_the_warm_up_is_not_measured(one_queue):
    scenario = small(one_queue)
    warm_up = replace(scenario, duration_s=scenario.warm_up_s, warm_up_s=0.0)
    whole = replace(scenario, duration_s=scenario.warm_up_s + scenario.duration_s, warm_up_s=0.0)
    offered = [simulate(each, seed=1)["q"].offered for each in (warm_up, scenario, whole)]
    assert offered[0] > 5
    assert offered[0] + offered[1] == offered[2]


def test_who_waits_still_at_the_end_has_waited_until_then(one_queue):
    hour = one_queue(0, 1, handling_s=60.0, patience_s=None, calls=60, warm_up_s=0.0)
    result = simulate(hour, seed=1)["q"]
    assert result.waiting == result.offered > 40
    assert 1600.0 < result.mean_wait_s < 2000.0


def test_wrap_up_keeps_agents_busy_as_long_as_talking_would(one_queue):
    def talking(seconds):
        return Lognormal(mean_s=seconds, cv=0.0)

    plain = simulate(small(one_queue, handling=talking(120.0)), seed=1)["q"]
    wrapping = simulate(small(one_queue, handling=talking(80.0), wrap_up_s=40.0), seed=1)["q"]
    assert plain.delayed > 50
    assert (wrapping.offered, wrapping.answered, wrapping.abandoned, wrapping.delayed) == (
        plain.offered,
        plain.answered,
        plain.abandoned,
        plain.delayed,
    )
    assert wrapping.waited_s == pytest.approx(plain.waited_s)


def test_red_flags_wait_less_than_routine_calls_for_the_same_nurses():
    nurse = SkillNeed(skill="nurse")

    def traffic(name, emergency, calls_per_hour):
        return Traffic(
            name=name,
            requirement=Requirement(queue="nurse", emergency=emergency),
            calls_per_hour=calls_per_hour,
            handling=Lognormal(mean_s=240.0, cv=1.2),
            patience=Exponential(mean_s=600.0),
        )

    scenario = Scenario(
        queues={"nurse": QueueConfig(id="nurse", title="Nurse", skills=(nurse,), wrap_up_s=0.0)},
        agents={n: AgentConfig(id=n, name=n, skills={"nurse": 3}) for n in ("ana", "bea")},
        nurse_queue="nurse",
        traffic=(traffic("routine", False, 30.0), traffic("red", True, 4.0)),
        duration_s=40 * 3600.0,
    )
    results = simulate(scenario, seed=6)
    assert results["red"].offered > 100
    assert results["red"].mean_wait_s < results["routine"].mean_wait_s / 2


def test_a_purpose_has_numbers_of_its_own_that_come_again():
    first = stream(1, 0, "q/arrivals").random(5)
    assert np.array_equal(first, stream(1, 0, "q/arrivals").random(5))
    for other in (stream(2, 0, "q/arrivals"), stream(1, 1, "q/arrivals"), stream(1, 0, "q/patien")):
        assert not np.array_equal(first, other.random(5))


@pytest.mark.parametrize(
    ("distribution", "cv"), [(Exponential(mean_s=90.0), 1.0), (Lognormal(mean_s=90.0, cv=0.5), 0.5)]
)
def test_drawn_times_have_the_mean_and_the_spread_that_were_asked_for(distribution, cv):
    sampler = distribution.sampler(stream(1, 0, "test"))
    times = np.array([sampler() for _ in range(40_000)])
    assert times.min() > 0.0
    assert times.mean() == pytest.approx(90.0, rel=0.02)
    assert times.std() == pytest.approx(90.0 * cv, rel=0.03)


@pytest.mark.parametrize(("n", "quantile"), [(6, 2.5706), (20, 2.0930), (60, 2.0010)])
def test_the_confidence_interval_is_students(n, quantile):
    values = [float(i % 2) for i in range(n)]
    interval = confidence(values)
    assert interval.mean == pytest.approx(np.mean(values))
    expected = quantile * np.std(values, ddof=1) / np.sqrt(n)
    assert interval.half_width == pytest.approx(expected, rel=0.01)
    assert interval.mean in interval
    assert interval.mean + 1.01 * interval.half_width not in interval


def test_too_few_replications_give_no_confidence():
    with pytest.raises(ValueError, match="6 replications or more"):
        confidence([1.0] * 5)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": "other", "calls_per_hour": 0.0}, "0.0 calls per hour"),
        ({"name": "other", "requirement": Requirement(queue="attic")}, "queue 'attic'"),
        ({}, "more than once"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(one_queue, change, problem):
    scenario = small(one_queue)
    (traffic,) = scenario.traffic
    with pytest.raises(ValueError, match=problem):
        replace(scenario, traffic=(traffic, replace(traffic, **change)))


def test_emergencies_are_measured_by_the_nurse_queues_service_level(one_queue):
    scenario = small(one_queue)
    (traffic,) = scenario.traffic
    red = replace(traffic, requirement=Requirement(queue="attic", emergency=True))
    assert replace(scenario, traffic=(red,)).queue_of(red) is scenario.queues["q"]


def test_longer_talk_costs_callers(one_queue):
    scenario = small(one_queue)
    (traffic,) = scenario.traffic
    longer = replace(traffic, handling=Exponential(mean_s=180.0))
    before = simulate(scenario, seed=1)["q"]
    after = simulate(replace(scenario, traffic=(longer,)), seed=1)["q"]
    assert after.offered == before.offered
    assert after.abandoned > before.abandoned
