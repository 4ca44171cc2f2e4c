"""The distributor's small parts, each against a plain model of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.ranking import Ranking
from acd.timers import Timed, Timers


class Alarm(Timed):
    def __init__(self, name):
        super().__init__()
        self.name = name

    @property
    def timer_seq(self):
        return self.name


KEYS = st.tuples(st.integers(0, 5).map(float), st.integers(0, 30))


@given(st.lists(st.tuples(st.booleans(), KEYS), max_size=60))
def test_a_ranking_keeps_its_items_sorted_through_any_changes(steps):
    ranking = Ranking()
    model = {}
    for add, key in steps:
        if add and key not in model:
            ranking.add(key, str(key))
            model[key] = str(key)
        elif not add and key in model:
            ranking.remove(key)
            del model[key]
        assert list(ranking) == [model[k] for k in sorted(model)]
        assert bool(ranking) == bool(model)
        assert len(ranking) == len(model)
        if model:
            assert (ranking.first_key, ranking.first) == (min(model), model[min(model)])


def test_taking_out_what_is_not_there_is_an_error_and_changes_nothing():
    ranking = Ranking()
    ranking.add((1.0, 1), "one")
    with pytest.raises(KeyError):
        ranking.remove((1.0, 2))
    assert list(ranking) == ["one"]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("set"), st.integers(0, 4), st.integers(0, 50)),
            st.tuples(st.just("cancel"), st.integers(0, 4), st.just(0)),
            st.tuples(st.just("until"), st.just(0), st.integers(0, 50)),
        ),
        max_size=300,
    )
)
def test_timers_fire_once_in_order_and_never_after_a_cancel(steps):
    timers = Timers()
    model = {}
    alarms = [Alarm(who) for who in range(5)]
    for kind, who, at in steps:
        agent = alarms[who]
        if kind == "set":
            timers.set(agent, float(at))
            model[agent] = (float(at), who)
        elif kind == "cancel":
            timers.cancel(agent)
            model.pop(agent, None)
        else:
            due = sorted((when, order, a) for a, (when, order) in model.items() if when <= at)
            fired = []
            while (one := timers.pop_due(float(at))) is not None:
                fired.append(one)
            assert fired == [(when, a) for when, _, a in due]
            for _, _, a in due:
                del model[a]
        expected = min((when for when, _ in model.values()), default=None)
        assert timers.next_deadline() == expected


def test_timers_that_are_set_again_and_again_do_not_pile_up():
    timers = Timers()
    alarm = Alarm(0)
    for at in range(10_000):
        timers.set(alarm, float(at))
    assert len(timers._heap) < 100
