"""The closed forms against published and independently computed values."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing.erlang import (
    erlang_b,
    erlang_c,
    estimated_wait_s,
    impatient_queue,
    patient_queue,
    wait_quantile_s,
)

loads = st.floats(0.1, 60.0)
sizes = st.integers(1, 80)


@pytest.mark.parametrize(
    ("load", "agents", "blocked"),
    [(1.0, 1, 1 / 2), (2.0, 3, 4 / 19), (10.0, 10, 0.2145823), (45.0, 50, 0.0541045)],
)
def test_erlang_b_has_the_tabulated_values(load, agents, blocked):
    assert erlang_b(load, agents) == pytest.approx(blocked, rel=1e-5)


@given(loads, sizes)
def test_erlang_b_equals_its_definition(load, agents):
    logs = [n * math.log(load) - math.lgamma(n + 1) for n in range(agents + 1)]
    assert erlang_b(load, agents) == pytest.approx(
        1.0 / sum(math.exp(log - logs[-1]) for log in logs), rel=1e-9
    )


def test_without_load_nobody_is_blocked_unless_there_is_nobody():
    assert erlang_b(0.0, 3) == 0.0
    assert erlang_b(0.0, 0) == 1.0


@pytest.mark.parametrize(("load", "agents"), [(-1.0, 3), (1.0, -3)])
def test_a_negative_load_or_staff_is_refused(load, agents):
    for share in (erlang_b, erlang_c):
        with pytest.raises(ValueError, match="must not be negative"):
            share(load, agents)


def test_with_one_agent_a_caller_waits_as_often_as_the_agent_is_busy():
    assert erlang_c(0.7, 1) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("load", "agents", "waits"), [(2.0, 3, 4 / 9), (10.0, 14, 0.1741319), (50.0, 50, 1.0)]
)
def test_erlang_c_has_the_tabulated_values(load, agents, waits):
    assert erlang_c(load, agents) == pytest.approx(waits, rel=1e-6)


def test_a_single_patient_queue_is_the_textbooks():
    # M/M/1 at 80 % load: mean wait in queue is load / (1 - load) handling times.
    forecast = patient_queue(
        arrivals_per_s=0.8 / 60, handling_s=60.0, agents=1, acceptable_wait_s=20.0
    )
    assert forecast.mean_wait_s == pytest.approx(240.0)
    assert forecast.service_level == pytest.approx(1 - 0.8 * math.exp(-20.0 * 0.2 / 60.0))
    assert forecast.abandon_probability == 0.0


def test_a_patient_queue_with_too_few_agents_grows_without_end():
    forecast = patient_queue(arrivals_per_s=1.0, handling_s=10.0, agents=10, acceptable_wait_s=20.0)
    assert forecast.mean_wait_s == math.inf
    assert forecast.service_level == 0.0


@pytest.mark.parametrize(
    ("load", "agents", "handling_s", "patience_s", "waits", "abandons", "wait_s", "level"),
    [
        (10, 10, 240, 180, 0.5099, 0.13390, 24.10, 0.5942),
        (48, 50, 60, 120, 0.4678, 0.03091, 3.709, 0.9430),
        (50, 50, 180, 360, 0.6012, 0.04668, 16.806, 0.6391),
        (80, 100, 300, 300, 0.0171, 0.00065, 0.194, 0.9965),
    ],
)
def test_erlang_a_has_the_known_values(
    load, agents, handling_s, patience_s, waits, abandons, wait_s, level
):
    forecast = impatient_queue(
        arrivals_per_s=load / handling_s,
        handling_s=handling_s,
        agents=agents,
        patience_s=patience_s,
        acceptable_wait_s=20.0,
    )
    assert forecast.wait_probability == pytest.approx(waits, abs=6e-5)
    assert forecast.abandon_probability == pytest.approx(abandons, abs=6e-6)
    assert forecast.mean_wait_s == pytest.approx(wait_s, rel=1e-3)
    assert forecast.service_level == pytest.approx(level, abs=6e-5)


@given(st.floats(0.1, 9.0), st.integers(10, 40))
def test_callers_of_great_patience_are_the_patient_ones(load, agents):
    common = {
        "arrivals_per_s": load / 100.0,
        "handling_s": 100.0,
        "agents": agents,
        "acceptable_wait_s": 20.0,
    }
    patient, nearly = patient_queue(**common), impatient_queue(**common, patience_s=1e9)
    assert nearly.wait_probability == pytest.approx(patient.wait_probability, rel=1e-4, abs=1e-12)
    assert nearly.mean_wait_s == pytest.approx(patient.mean_wait_s, rel=1e-4, abs=1e-12)
    assert nearly.service_level == pytest.approx(patient.service_level, rel=1e-6)


@given(st.floats(0.1, 80.0), st.integers(1, 60), st.floats(1.0, 5000.0))
@example(80.0, 1, 5000.0)
def test_erlang_a_stays_within_its_bounds_at_any_load(load, agents, patience_s):
    forecast = impatient_queue(
        arrivals_per_s=load / 200.0,
        handling_s=200.0,
        agents=agents,
        patience_s=patience_s,
        acceptable_wait_s=20.0,
    )
    assert 0.0 <= forecast.abandon_probability <= forecast.wait_probability + 1e-12
    assert forecast.wait_probability <= 1.0
    # Agents cannot answer more calls than they have time for.
    assert 0.0 <= forecast.service_level <= min(1.0, agents / load) + 1e-9
    # Whoever is answered in time and whoever hangs up are different callers.
    assert forecast.service_level + forecast.abandon_probability <= 1.0 + 1e-9
    assert forecast.abandon_probability >= 1.0 - agents / load - 1e-9


@given(st.floats(0.1, 80.0), st.integers(1, 60), st.floats(1.0, 5000.0))
@example(55.0, 60, 60.0)
@example(80.0, 1, 5000.0)
def test_in_the_long_run_every_caller_is_answered_or_has_hung_up(load, agents, patience_s):
    forecast = impatient_queue(
        arrivals_per_s=load / 200.0,
        handling_s=200.0,
        agents=agents,
        patience_s=patience_s,
        acceptable_wait_s=1e7,
    )
    assert forecast.service_level + forecast.abandon_probability == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("handling_s", "acceptable_wait_s"), [(0.0, 20.0), (-1.0, 20.0), (60.0, -1.0)]
)
def test_a_patient_queue_that_makes_no_sense_is_refused(handling_s, acceptable_wait_s):
    with pytest.raises(ValueError, match="must be positive"):
        patient_queue(
            arrivals_per_s=0.1,
            handling_s=handling_s,
            agents=10,
            acceptable_wait_s=acceptable_wait_s,
        )


@pytest.mark.parametrize("field", ["arrivals_per_s", "handling_s", "patience_s", "agents"])
def test_an_empty_erlang_a_is_refused(field):
    good = {"arrivals_per_s": 1.0, "handling_s": 1.0, "patience_s": 1.0, "agents": 1}
    with pytest.raises(ValueError, match="must be positive"):
        impatient_queue(**(good | {field: 0}), acceptable_wait_s=20.0)
    with pytest.raises(ValueError, match="must not be negative"):
        impatient_queue(**good, acceptable_wait_s=-1.0)


def test_the_wait_that_is_told_is_the_time_the_queue_ahead_takes_to_drain():
    assert estimated_wait_s(ahead=0, agents=10, handling_s=240.0) == 24.0
    assert estimated_wait_s(ahead=4, agents=10, handling_s=240.0) == 120.0
    assert estimated_wait_s(ahead=0, agents=0, handling_s=240.0) == math.inf


@pytest.mark.parametrize("ahead", [0, 1, 7, 60])
def test_the_quantiles_of_the_wait_are_those_of_as_many_exponential_phases(ahead):
    mean_s = estimated_wait_s(ahead=ahead, agents=4, handling_s=200.0)
    for share in (0.1, 0.5, 0.9):
        wait_s = wait_quantile_s(share, ahead=ahead, agents=4, handling_s=200.0)
        drained = 4 * wait_s / 200.0
        fewer = sum(
            math.exp(n * math.log(drained) - drained - math.lgamma(n + 1)) for n in range(ahead + 1)
        )
        assert 1.0 - fewer == pytest.approx(share, abs=1e-6)
    median_s = wait_quantile_s(0.5, ahead=ahead, agents=4, handling_s=200.0)
    assert median_s < mean_s < wait_quantile_s(0.9, ahead=ahead, agents=4, handling_s=200.0)


def test_a_quantile_needs_a_share_and_nobody_on_duty_is_never():
    assert math.isinf(wait_quantile_s(0.5, ahead=0, agents=0, handling_s=200.0))
    for share in (0.0, 1.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="share"):
            wait_quantile_s(share, ahead=0, agents=1, handling_s=200.0)


@pytest.mark.parametrize(("load", "agents"), [(1.0, 170), (1.0, 171), (60.0, 540), (0.01, 5000)])
def test_with_very_many_agents_nobody_waits(load, agents):
    forecast = impatient_queue(
        arrivals_per_s=load,
        handling_s=1.0,
        agents=agents,
        patience_s=60.0,
        acceptable_wait_s=20.0,
    )
    assert forecast.service_level == pytest.approx(1.0)
    assert forecast.mean_wait_s == pytest.approx(0.0)
    assert forecast.wait_probability == pytest.approx(0.0)
