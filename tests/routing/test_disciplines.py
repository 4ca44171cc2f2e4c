"""The order of calls and of agents."""

from hypothesis import given
from hypothesis import strategies as st

from routing.disciplines import agent_order, call_order, lane_rank

times = st.floats(0, 1e10)


@given(times, times)
def test_an_emergency_stands_before_any_routine_call(early, late):
    red = call_order(lane_rank(emergency=True), since=late, seq=2)
    routine = call_order(lane_rank(emergency=False), since=early, seq=1)
    assert red < routine


@given(st.booleans(), times, times)
def test_among_their_kind_only_the_wait_counts(emergency, one, two):
    first = call_order(lane_rank(emergency=emergency), since=one, seq=1)
    second = call_order(lane_rank(emergency=emergency), since=two, seq=2)
    assert (first < second) == (one <= two)


@given(times, times)
def test_the_longest_ready_agent_comes_first_and_ties_go_by_sequence(one, two):
    first, second = agent_order(ready_since=one, seq=1), agent_order(ready_since=two, seq=2)
    assert (first < second) == (one <= two)
