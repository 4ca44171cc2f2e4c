"""Percentiles are values that were measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.percentile import percentile


def test_the_99th_percentile_of_a_hundred_samples_is_the_second_worst():
    assert percentile(list(range(1, 101)), 99) == 99


def test_with_few_samples_a_high_percentile_is_the_worst_of_them():
    assert percentile([3.0, 1.0, 2.0], 95) == 3.0


def test_the_median_of_two_is_the_smaller():
    assert percentile([2.0, 1.0], 50) == 1.0


def test_a_hundred_percent_is_the_worst():
    assert percentile([5.0, 9.0, 7.0], 100) == 9.0


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_what_is_no_percentage_is_refused(percent):
    with pytest.raises(ValueError, match="percent"):
        percentile([1.0], percent)


def test_no_samples_have_no_percentile():
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1),
    st.integers(min_value=1, max_value=100),
)
def test_enough_samples_are_no_worse_and_one_less_would_not_do(samples, percent):
    found = percentile(samples, percent)
    no_worse = sum(sample <= found for sample in samples)
    better = sum(sample < found for sample in samples)
    assert no_worse * 100 >= percent * len(samples)
    assert better * 100 < percent * len(samples)
