"""The days that a line of a calendar names."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.days import MONTHS, ORDINALS, WEEKDAYS, YEARS, Named, NoDay, days


def in_year(text, year):
    return [day for day in days(text).dates if day.year == year]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-12-28", [date(2026, 12, 28)]),
        ("2026-12-24 to 2026-12-26", [date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26)]),
        ("december 25", [date(2026, 12, 25)]),
        (" December   25 ", [date(2026, 12, 25)]),
        (
            "december 30 to january 2",
            [date(2026, 1, 1), date(2026, 1, 2), *[date(2026, 12, 30)], date(2026, 12, 31)],
        ),
        ("july 3 to july 4", [date(2026, 7, 3), date(2026, 7, 4)]),
        ("last monday of may", [date(2026, 5, 25)]),
        ("first monday of september", [date(2026, 9, 7)]),
        ("fourth thursday of november", [date(2026, 11, 26)]),
        ("day after fourth thursday of november", [date(2026, 11, 27)]),
        ("day before december 25", [date(2026, 12, 24)]),
        ("2 days after january 1", [date(2026, 1, 3)]),
        ("february 29", []),
        ("july 4, observed", [date(2026, 7, 3), date(2026, 7, 4)]),
        ("february 1, observed", [date(2026, 2, 1), date(2026, 2, 2)]),
        ("december 25, observed", [date(2026, 12, 25)]),
        (
            "fourth thursday of november to last saturday of november",
            [date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 28)],
        ),
    ],
)
def test_a_line_names_its_days_of_2026(text, wanted):
    assert in_year(text, 2026) == wanted


def test_a_new_years_day_on_a_saturday_is_observed_in_the_year_before():
    assert date(2027, 12, 31) in days("january 1, observed").dates


def test_29_february_is_a_day_of_leap_years():
    assert [day.year for day in days("february 29").dates] == list(range(2020, 2051, 4))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "wanted a day such as"),
        ("christmas", "wanted a day such as"),
        ("decembre 24", "did you mean 'december'?"),
        ("2026-02-29", "wanted a date like 2026-12-25"),
        ("2026-12-24 to december 26", "wanted a date like 2026-12-25"),
        ("2026-12-24 to 2026-12-23", "the last day is before the first"),
        ("2026-01-01 to 2027-01-02", "longer than a year"),
        ("april 31", "there is no april 31"),
        ("april 0", "there is no april 0"),
        ("fifth monday of may", "wanted a day such as"),
        ("february 29 to march 3", "29 February is not in every year"),
        ("last monday of may, observed", "is observed on another day"),
        ("july 3 to july 4, observed", "is observed on another day"),
        ("2026-07-04, observed", "is observed on another day"),
        ("day after", "wanted a day such as"),
        ("day after day after july 4", "wanted a day such as"),
        ("day after " * 5000 + "july 4", "wanted a day such as"),
    ],
)
def test_what_names_no_day_says_why(text, told):
    with pytest.raises(NoDay) as failed:
        days(text)
    assert told in str(failed.value)


@given(st.sampled_from(ORDINALS), st.sampled_from(WEEKDAYS), st.sampled_from(MONTHS))
def test_an_nth_weekday_is_found_by_counting(ordinal, weekday, month):
    found = days(f"{ordinal} {weekday} of {month}").dates
    assert [day.year for day in found] == list(YEARS)
    for day in found:
        first = day.replace(day=1)
        same = [
            each
            for each in (first + timedelta(days=number) for number in range(31))
            if each.month == day.month and each.weekday() == WEEKDAYS.index(weekday)
        ]
        assert day.month == MONTHS.index(month) + 1
        assert day == (same[-1] if ordinal == "last" else same[ORDINALS.index(ordinal)])


@given(st.text(max_size=40))
def test_any_text_is_days_or_no_day(text):
    try:
        found = days(text)
    except NoDay:
        return
    assert list(found.dates) == sorted(set(found.dates))


@given(
    st.sampled_from(["", "day before ", "3 days after "]),
    st.sampled_from(MONTHS),
    st.integers(1, 28),
    st.sampled_from(["", " to march 1"]),
)
def test_days_come_in_order_and_once(beside, month, number, until):
    found = days(f"{beside}{month} {number}{until}")
    assert list(found.dates) == sorted(set(found.dates))
    assert found.named == (Named.DAYS_OF_YEAR if until else Named.DAY_OF_YEAR)
