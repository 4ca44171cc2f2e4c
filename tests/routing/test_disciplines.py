"""The order of calls and of agents."""

from hypothesis import given
from hypothesis import strategies as st

from routing.disciplines import agent_order, call_order, lane_rank

times = st.floats(0, 1e10)
priorities = st.integers(1, 9)


@given(priorities, priorities, times, times)
def test_an_emergency_stands_before_any_routine_call(mine, other, early, late):
    red = call_order(lane_rank(emergency=True, priority=mine), queued_at=late, seq=2)
    routine = call_order(lane_rank(emergency=False, priority=other), queued_at=early, seq=1)
    assert red < routine


@given(priorities, priorities, times, times)
def test_among_emergencies_only_the_wait_counts(mine, other, one, two):
    first = call_order(lane_rank(emergency=True, priority=mine), queued_at=one, seq=1)
    second = call_order(lane_rank(emergency=True, priority=other), queued_at=two, seq=2)
    assert (first < second) == (one <= two)


@given(priorities, priorities, times, times)
def test_priority_counts_before_the_wait(mine, other, one, two):
    first = call_order(lane_rank(emergency=False, priority=mine), queued_at=one, seq=1)
    second = call_order(lane_rank(emergency=False, priority=other), queued_at=two, seq=2)
    assert (first < second) == ((mine, one) <= (other, two))


@given(times, times)
def test_the_longest_ready_agent_comes_first_and_ties_go_by_sequence(one, two):
    first, second = agent_order(ready_since=one, seq=1), agent_order(ready_since=two, seq=2)
    assert (first < second) == (one <= two)
