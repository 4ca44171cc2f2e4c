"""When a calendar next opens or closes: found by looking at every minute."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import HORIZON_DAYS, Calendar

NEW_YORK = ZoneInfo("America/New_York")
DAYS_SEEN = 4
PLACES = [
    # A zone, and days near which its clocks change: forward, back, by half an hour, at midnight.
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("America/Havana", date(2026, 3, 7)),
    ("America/Havana", date(2026, 10, 31)),
    ("Asia/Beirut", date(2026, 3, 28)),
    ("Asia/Beirut", date(2026, 10, 23)),
    ("Pacific/Apia", date(2011, 12, 28)),
    ("Asia/Kathmandu", date(2026, 7, 1)),
]

minutes = st.one_of(
    st.integers(0, 1440), st.sampled_from([0, 1, 60, 90, 119, 120, 150, 180, 1380, 1439, 1440])
)


def ranges(pair):
    start, until = pair
    return (start % 1440, until if start % 1440 < until else until + 1440)


day_hours = st.lists(st.tuples(minutes, minutes).map(ranges), min_size=0, max_size=2).map(tuple)


@st.composite
def calendars(draw):
    zone, first = draw(st.sampled_from(PLACES))
    near = st.integers(-1, DAYS_SEEN).map(lambda number: first + timedelta(days=number))
    week = draw(st.dictionaries(st.integers(0, 6), day_hours, min_size=4))
    holidays = draw(st.dictionaries(near, st.just("closed"), max_size=2))
    special = draw(st.dictionaries(near, day_hours, max_size=2))
    made = Calendar(name="any", zone=ZoneInfo(zone), week=week, holidays=holidays, special=special)
    midnight = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).timestamp()
    return made, midnight


@given(calendars(), st.floats(0, 86400))
def test_the_next_change_is_the_first_minute_that_answers_otherwise(made, later):
    calendar, midnight = made
    at = midnight + later
    is_open = calendar.is_open(at)
    first_minute = at - at % 60 + 60
    looked_at = [first_minute + 60 * number for number in range(1440 * DAYS_SEEN)]
    wanted = next((each for each in looked_at if calendar.is_open(each) is not is_open), None)
    found = calendar.next_change(at)
    if wanted is None:
        assert found is None or found > looked_at[-1]
    else:
        assert found == wanted


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp()


WHOLE_DAY = ((0, 1440),)


def test_what_never_closes_never_changes():
    always = Calendar(name="always", zone=NEW_YORK, week=dict.fromkeys(range(7), WHOLE_DAY))
    assert always.next_change(at("2026-07-01T12:00")) is None


def test_what_never_opens_never_changes():
    never = Calendar(name="never", zone=NEW_YORK, week={})
    assert never.next_change(at("2026-07-01T12:00")) is None


@pytest.mark.parametrize(("days_ahead", "seen"), [(HORIZON_DAYS - 1, True), (HORIZON_DAYS, False)])
def test_a_change_is_seen_within_400_days_and_not_beyond(days_ahead, seen):
    now = datetime(2026, 1, 5, 12, tzinfo=ZoneInfo("UTC"))
    day = now.date() + timedelta(days=days_ahead)
    once = Calendar(name="once", zone=ZoneInfo("UTC"), week={}, special={day: ((780, 840),)})
    assert (once.next_change(now.timestamp()) is not None) is seen


def test_a_night_that_began_before_a_holiday_goes_on_to_its_end_and_none_begins_on_it():
    night = Calendar(
        name="night",
        zone=NEW_YORK,
        week=dict.fromkeys(range(7), ((22 * 60, 30 * 60),)),
        holidays={date(2026, 12, 25): "Christmas Day"},
    )
    assert night.next_change(at("2026-12-24T23:00")) == at("2026-12-25T06:00")
    assert night.next_change(at("2026-12-25T06:00")) == at("2026-12-26T22:00")
    assert not night.is_open(at("2026-12-26T03:00"))


def test_a_night_in_which_the_clocks_are_put_back_is_an_hour_longer():
    night = Calendar(name="night", zone=NEW_YORK, week={5: ((22 * 60, 30 * 60),)})
    opened = night.next_change(at("2026-10-31T12:00"))
    assert night.next_change(opened) - opened == 9 * 3600


def test_hours_that_end_within_the_hour_that_comes_twice_end_twice():
    early = Calendar(name="early", zone=NEW_YORK, week={6: ((0, 90),)})
    midnight = at("2026-11-01T00:00")
    changes = []
    moment = midnight
    for _ in range(3):
        moment = early.next_change(moment)
        changes.append((moment - midnight) / 60)
    # At half past one, on again as one strikes for the second time, and at half past one.
    assert changes == [90, 120, 150]
