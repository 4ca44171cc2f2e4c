"""The production distributor, simulated, gives what queueing theory proves.

Seeds are fixed, so a test says the same at every run. Each asks that the 99 % confidence interval
over independent replications holds the exact value, and that it is narrow enough to mean something.
"""

import pytest

from routing.erlang import impatient_queue, patient_queue
from simulations import confidence, simulate

MEASURES = ("wait_probability", "abandon_probability", "mean_wait_s", "service_level")


def measured(scenario, seed, replications):
    results = [simulate(scenario, seed=seed, replication=n)["q"] for n in range(replications)]
    return {
        name: confidence([getattr(result, name) for result in results], level=0.99)
        for name in MEASURES
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("load", "agents", "handling_s", "patience_s", "seed", "widest"),
    [(10, 10, 240.0, 180.0, 1, 0.018), (48, 50, 60.0, 120.0, 2, 0.06)],
)
def test_impatient_callers_wait_and_leave_as_erlang_a_says(
    one_queue, load, agents, handling_s, patience_s, seed, widest
):
    scenario = one_queue(
        agents,
        load,
        handling_s=handling_s,
        patience_s=patience_s,
        calls=4000,
        warm_up_s=20 * handling_s,
    )
    found = measured(scenario, seed, replications=20)
    truth = impatient_queue(
        arrivals_per_s=load / handling_s,
        handling_s=handling_s,
        agents=agents,
        patience_s=patience_s,
        acceptable_wait_s=20.0,
    )
    for name in MEASURES:
        assert getattr(truth, name) in found[name], (name, found[name])
    assert found["wait_probability"].half_width < widest
    assert found["abandon_probability"].half_width < 0.009


@pytest.mark.slow
def test_patient_callers_wait_as_erlang_c_says(one_queue):
    scenario = one_queue(
        14, 10, handling_s=120.0, patience_s=None, calls=4000, warm_up_s=40 * 120.0
    )
    found = measured(scenario, 3, replications=20)
    truth = patient_queue(
        arrivals_per_s=10 / 120.0, handling_s=120.0, agents=14, acceptable_wait_s=20.0
    )
    for name in ("wait_probability", "mean_wait_s", "service_level"):
        assert getattr(truth, name) in found[name], (name, found[name])
    assert found["wait_probability"].half_width < 0.02
    assert found["abandon_probability"].mean == 0.0
