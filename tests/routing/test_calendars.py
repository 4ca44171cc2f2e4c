"""Opening hours: local time, whatever the clocks do."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from routing.calendars import Calendar

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = ((9 * 60, 17 * 60),)

OFFICE = Calendar(
    name="office",
    zone=NEW_YORK,
    week=dict.fromkeys(range(5), NINE_TO_FIVE),
    holidays={date(2026, 7, 3): "Independence Day, observed", date(2026, 12, 25): "Christmas"},
    special={date(2026, 12, 24): ((9 * 60, 12 * 60),), date(2026, 12, 25): ((10 * 60, 11 * 60),)},
)


def at(text: str, fold: int = 0) -> float:
    """Seconds since the epoch of a local wall clock time."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-07-01T08:59:59", False),
        ("2026-07-01T09:00:00", True),
        ("2026-07-01T16:59:59", True),
        ("2026-07-01T17:00:00", False),
    ],
)
def test_the_first_minute_is_open_and_the_last_is_not(when, is_open):
    assert OFFICE.is_open(at(when)) is is_open


def test_a_day_that_is_not_named_is_closed():
    assert not OFFICE.is_open(at("2026-07-04T12:00:00"))


def test_a_holiday_is_closed_on_a_weekday():
    assert OFFICE.is_open(at("2026-07-02T12:00:00"))
    assert not OFFICE.is_open(at("2026-07-03T12:00:00"))


def test_special_hours_replace_the_weeks_hours():
    assert OFFICE.is_open(at("2026-12-24T11:59:00"))
    assert not OFFICE.is_open(at("2026-12-24T12:00:00"))


def test_special_hours_win_over_a_holiday():
    assert OFFICE.is_open(at("2026-12-25T10:30:00"))
    assert not OFFICE.is_open(at("2026-12-25T11:30:00"))


@pytest.mark.parametrize("day", ["2026-03-06", "2026-03-09", "2026-10-30", "2026-11-02"])
def test_nine_in_the_morning_is_nine_before_and_after_the_clocks_change(day):
    assert not OFFICE.is_open(at(f"{day}T08:59:00"))
    assert OFFICE.is_open(at(f"{day}T09:00:00"))


def test_the_office_opens_an_hour_earlier_in_universal_time_once_summer_time_begins():
    friday, monday = at("2026-03-06T09:00:00"), at("2026-03-09T09:00:00")
    assert monday - friday == 3 * 86400 - 3600


NIGHT = Calendar(name="night", zone=NEW_YORK, week={6: ((0, 6 * 60), (22 * 60, 24 * 60))})


def test_hours_up_to_midnight_end_at_midnight():
    assert NIGHT.is_open(at("2026-07-05T23:59:59"))
    assert not NIGHT.is_open(at("2026-07-06T00:00:00"))
    assert NIGHT.is_open(at("2026-07-05T00:00:00"))
    assert not NIGHT.is_open(at("2026-07-04T23:59:59"))


def test_both_passes_of_the_hour_that_comes_twice_are_open():
    first, second = at("2026-11-01T01:30:00"), at("2026-11-01T01:30:00", fold=1)
    assert second - first == 3600
    assert NIGHT.is_open(first)
    assert NIGHT.is_open(second)


def test_an_hour_that_is_skipped_is_never_reached():
    only_then = Calendar(name="skipped", zone=NEW_YORK, week={6: ((2 * 60, 3 * 60),)})
    midnight = at("2026-03-08T00:00:00")
    assert not any(only_then.is_open(midnight + 60 * minute) for minute in range(23 * 60))
    assert only_then.is_open(at("2026-03-15T02:30:00"))


def test_the_zone_decides_and_not_the_machine():
    noon_in_london = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/London")).timestamp()
    assert not OFFICE.is_open(noon_in_london)
    london = Calendar(
        name="london", zone=ZoneInfo("Europe/London"), week=dict.fromkeys(range(5), NINE_TO_FIVE)
    )
    assert london.is_open(noon_in_london)
