from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.ids import CallId
from recordings.retention import SECONDS_A_DAY, KeptRecording, due_for_deletion

NOW = 1_000_000_000.0


def kept(name: str, age_days: float) -> KeptRecording:
    return KeptRecording(
        recording_id=f"r-{name}", call_id=CallId(name), ended_at=NOW - age_days * SECONDS_A_DAY
    )


def test_a_recording_is_due_once_its_full_days_are_over() -> None:
    young, old = kept("young", 29.999), kept("old", 30)
    assert due_for_deletion([young, old], now=NOW, retention_days=30) == [old]


def test_a_legal_hold_keeps_a_recording_however_old() -> None:
    one, other = kept("one", 900), kept("other", 900)
    due = due_for_deletion([one, other], now=NOW, retention_days=30, legal_holds={CallId("one")})
    assert due == [other]


def test_the_oldest_come_first_and_ties_are_settled_by_name() -> None:
    a, b, c = kept("a", 40), kept("b", 50), kept("c", 40)
    assert due_for_deletion([c, a, b], now=NOW, retention_days=1) == [b, a, c]


def test_zero_days_keep_nothing_that_has_ended() -> None:
    ended, running = kept("ended", 0), kept("running", -1)
    assert due_for_deletion([ended, running], now=NOW, retention_days=0) == [ended]


def test_negative_days_are_refused() -> None:
    with pytest.raises(ValueError, match="retention_days: -1 is negative"):
        due_for_deletion([], now=NOW, retention_days=-1)


@given(
    st.lists(st.floats(min_value=-10, max_value=1000), max_size=10),
    st.integers(min_value=0, max_value=1000),
    st.sets(st.integers(min_value=0, max_value=9).map(lambda n: CallId(str(n)))),
)
def test_what_is_due_is_old_enough_and_not_held(
    ages: list[float], days: int, holds: set[CallId]
) -> None:
    everything = [kept(str(place), age) for place, age in enumerate(ages)]
    due = due_for_deletion(everything, now=NOW, retention_days=days, legal_holds=holds)
    for one in everything:
        old = NOW - one.ended_at >= days * SECONDS_A_DAY
        assert (one in due) == (old and one.call_id not in holds)
