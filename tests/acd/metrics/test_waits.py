"""Percentiles without keeping every wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.metrics.waits import Waits

SECONDS = st.floats(0.0, 100_000.0)


def waits_of(*values: float) -> Waits:
    waits = Waits()
    for value in values:
        waits.add(value)
    return waits


def test_of_no_wait_there_is_no_percentile_no_mean_and_no_longest():
    waits = Waits()
    assert (waits.percentile(50), waits.mean_s, waits.longest_s) == (None, None, None)


@pytest.mark.parametrize(
    ("percent", "wanted"), [(1, 1.0), (10, 1.0), (11, 2.0), (50, 5.0), (90, 9.0), (91, 10.0)]
)
def test_a_percentile_is_the_nearest_rank_among_those_that_occurred(percent, wanted):
    assert waits_of(*(float(each) for each in range(10, 0, -1))).percentile(percent) == wanted


def test_the_99th_of_a_hundred_is_the_last_but_one():
    assert waits_of(*(float(each) for each in range(1, 101))).percentile(99) == 99.0


def test_mean_and_longest_are_exact():
    waits = waits_of(0.001, 12.349, 1234.5678)
    assert waits.longest_s == 1234.5678
    assert waits.mean_s == pytest.approx((0.001 + 12.349 + 1234.5678) / 3)
    assert waits.percentile(99) == 1230.0
    assert waits.percentile(50) == 12.3


@given(st.lists(SECONDS, min_size=1, max_size=200), st.sampled_from((50, 90, 99)))
def test_a_percentile_is_right_to_three_digits(values, percent):
    exact = sorted(values)[-(-percent * len(values) // 100) - 1]
    found = waits_of(*values).percentile(percent)
    assert abs(found - exact) <= max(0.005, 0.005 * exact) + 1e-9
    assert found <= max(values)


@given(st.lists(SECONDS, min_size=1, max_size=50), st.lists(SECONDS, max_size=50))
def test_two_distributions_add_up_to_one_of_all(some, others):
    added = waits_of(*some)
    added.absorb(waits_of(*others))
    whole = waits_of(*some, *others)
    assert added.count == whole.count
    assert added.longest_s == whole.longest_s
    assert [added.percentile(each) for each in range(1, 101)] == [
        whole.percentile(each) for each in range(1, 101)
    ]


def test_a_million_waits_take_no_more_room_than_a_few_thousand_classes():
    waits = Waits()
    for number in range(200_000):
        waits.add(number * 0.37)
    assert len(waits._classes) < 6000
