"""Intervals: each moment in exactly one, days as the clinic's calendar has them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.metrics.intervals import Every, Intervals
from tests.acd.metrics.history import TEN

NEW_YORK = ZoneInfo("America/New_York")
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo")


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK).timestamp()


@pytest.mark.parametrize(
    ("every", "start", "end"),
    [
        (Every.QUARTER_HOUR, 900.0, 1800.0),
        (Every.HALF_HOUR, 0.0, 1800.0),
        (Every.HOUR, 0.0, 3600.0),
        (Every.DAY, -36000.0, 50400.0),
    ],
)
def test_the_interval_of_a_moment(every, start, end):
    intervals = Intervals(every, UTC)
    assert intervals.start(TEN + 1000) == TEN + start
    assert intervals.end(TEN + start) == TEN + end


def test_an_edge_belongs_to_what_begins_there():
    intervals = Intervals(Every.QUARTER_HOUR, UTC)
    assert intervals.start(TEN + 900) == TEN + 900
    assert intervals.start(TEN + 899.999) == TEN


@pytest.mark.parametrize(("day", "hours"), [((2026, 11, 1), 25), ((2026, 3, 8), 23)])
def test_a_day_is_as_long_as_the_clock_makes_it(day, hours):
    intervals = Intervals(Every.DAY, NEW_YORK)
    start = local(*day)
    assert intervals.start(start + 12 * 3600) == start
    assert intervals.end(start) - start == hours * 3600


def test_the_hour_that_comes_twice_is_two_intervals():
    begin, end = local(2026, 11, 1), local(2026, 11, 2)
    pieces = list(Intervals(Every.HOUR, NEW_YORK).pieces(begin, end))
    assert len(pieces) == 25
    assert {seconds for _start, seconds in pieces} == {3600.0}


def test_a_window_cuts_its_first_and_its_last_interval():
    intervals = Intervals(Every.HALF_HOUR, UTC, since=TEN + 600, until=TEN + 2000)
    assert list(intervals.pieces(TEN, TEN + 9999)) == [(TEN + 600, 1200.0), (TEN + 1800, 200.0)]
    assert intervals.end(TEN + 1800) == TEN + 2000
    assert not intervals.holds(TEN + 2000)
    assert intervals.holds(TEN + 600)


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="before it begins"):
        Intervals(Every.DAY, UTC, since=TEN, until=TEN - 1)


@given(
    every=st.sampled_from([each for each in Every if each is not Every.WHOLE]),
    zone=st.sampled_from(ZONES),
    begin=st.floats(1_700_000_000.0, 1_900_000_000.0),
    length_s=st.floats(1.0, 3 * 86400.0),
)
def test_pieces_follow_each_other_without_gap_or_overlap(every, zone, begin, length_s):
    intervals = Intervals(every, ZoneInfo(zone))
    pieces = list(intervals.pieces(begin, begin + length_s))
    assert sum(seconds for _start, seconds in pieces) == pytest.approx(length_s)
    for (start, _), (following, _) in pairwise(pieces):
        assert intervals.end(start) == following > start
    for start, _ in pieces:
        assert intervals.start(start) == start
