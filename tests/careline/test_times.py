"""Times and durations as people write and read them."""

from __future__ import annotations

import argparse
import time
from zoneinfo import ZoneInfo

import pytest

from careline.cli.times import clock, duration_s, lasting
from tests.careline.rig import MONDAY_10H

DAY_S = 86400.0
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90.0), ("30m", 1800.0), ("2h", 7200.0), ("1d", DAY_S)]
)
def test_a_duration_is_a_number_with_its_unit(text, seconds):
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "h", "0h", "-2h", "2 h", "2.5h", "2w", "1234567s", "٢h"])
def test_anything_else_is_no_duration(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is no duration; wanted one such as"):
        duration_s(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (3 * DAY_S, "3 days"),
    ],
)
def test_how_long_is_told_as_exactly_as_anybody_needs_it(seconds, words):
    assert lasting(seconds) == words


def test_a_time_shows_its_day_only_where_it_is_not_todays():
    now = MONDAY_10H
    assert clock(now, now, NEW_YORK) == "10:00"
    assert clock(now + 13 * 3600, now, NEW_YORK) == "23:00"
    assert clock(now + 14 * 3600, now, NEW_YORK) == "Tue 00:00"
    assert clock(now + 2 * DAY_S, now, NEW_YORK) == "Wed 10:00"
    assert clock(now + 30 * DAY_S, now, NEW_YORK) == "2026-12-23 10:00"


def test_a_time_is_that_of_the_clinic_wherever_the_machine_is(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert clock(MONDAY_10H, MONDAY_10H, NEW_YORK) == "10:00"
        assert clock(MONDAY_10H + 6 * 3600, MONDAY_10H, NEW_YORK) == "16:00"
    finally:
        monkeypatch.undo()
        time.tzset()
