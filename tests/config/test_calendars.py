"""Opening hours, holidays and time zones: what they mean, and those that cannot be meant."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.load import load_site

MISTAKES = {
    "hours that end before they begin": (
        "calendars.yaml",
        "13:00-17:30",
        "17:30-13:00",
        (
            "calendars.yaml:3:27: office.week.monday[1]: '17:30-13:00' ends before it begins; "
            "hours that go on past midnight and are longer than 12 hours end in 'next day'"
        ),
    ),
    "hours that overlap": (
        "calendars.yaml",
        "13:00-17:30",
        "11:00-17:30",
        "calendars.yaml:3:27: office.week.monday[1]: '11:00-17:30' overlaps other hours of the day",
    ),
    "no time of day": (
        "calendars.yaml",
        "13:00-17:30",
        "13:00-25:00",
        (
            "calendars.yaml:3:27: office.week.monday[1]: '13:00-25:00' is no time of day, "
            "wanted up to 24:00"
        ),
    ),
    "no hours": (
        "calendars.yaml",
        "13:00-17:30",
        "1pm to 5pm",
        (
            "calendars.yaml:3:27: office.week.monday[1]: found '1pm to 5pm', "
            "wanted hours like 08:00-17:30"
        ),
    ),
    "hours of no length": (
        "calendars.yaml",
        "13:00-17:30",
        "13:00-13:00",
        (
            "calendars.yaml:3:27: office.week.monday[1]: '13:00-13:00' ends when it begins; "
            "a whole day is 00:00-24:00"
        ),
    ),
    "a night that is longer than a day": (
        "calendars.yaml",
        "13:00-17:30",
        "13:00-17:30 next day",
        ("calendars.yaml:3:27: office.week.monday[1]: '13:00-17:30 next day' is longer than a day"),
    ),
    "no weekday": (
        "calendars.yaml",
        "    monday:",
        "    mondy:",
        "calendars.yaml:3:5: office.week.mondy: unknown weekday 'mondy'; did you mean 'monday'?",
    ),
    "no date": (
        "calendars.yaml",
        "2026-12-25",
        "2026-12-32",
        (
            "calendars.yaml:5:5: office.holidays.2026-12-32: found '2026-12-32', "
            "wanted a date like 2026-12-25"
        ),
    ),
    "a misspelt day of every year": (
        "calendars.yaml",
        "2026-12-25",
        "last mondy of may",
        (
            "calendars.yaml:5:5: office.holidays.last mondy of may: found 'last mondy of may', "
            "wanted a day such as 2026-12-25, 'december 25' or 'last monday of may'; "
            "did you mean 'monday'?"
        ),
    ),
    "a stretch that ends before it begins": (
        "calendars.yaml",
        "    2026-12-24:",
        "    2026-12-24 to 2026-12-20:",
        (
            "calendars.yaml:7:5: office.special.2026-12-24 to 2026-12-20: "
            "found '2026-12-24 to 2026-12-20', the last day is before the first"
        ),
    ),
    "no time to close": (
        "calendars.yaml",
        "  special:",
        "  closes_early: {december 24: noon}\n  special:",
        (
            "calendars.yaml:6:31: office.closes_early.december 24: found 'noon', "
            "wanted a time of day like 12:00"
        ),
    ),
    "no such country": (
        "calendars.yaml",
        "  holidays:",
        "  public_holidays: USX\n  holidays:",
        (
            "calendars.yaml:4:20: office.public_holidays.country: unknown country 'USX', "
            "wanted a country's code such as 'US'; did you mean 'US'?"
        ),
    ),
    "no such state": (
        "calendars.yaml",
        "  holidays:",
        "  public_holidays: {country: US, subdivision: ny}\n  holidays:",
        (
            "calendars.yaml:4:47: office.public_holidays.subdivision: unknown subdivision 'ny', "
            "wanted the code of a state such as 'NY'; did you mean 'NY'?"
        ),
    ),
    "no such public holiday": (
        "calendars.yaml",
        "  holidays:",
        "  public_holidays: {country: US, open_on: [Columbus]}\n  holidays:",
        (
            "calendars.yaml:4:44: office.public_holidays.open_on[0]: unknown public holiday "
            "'Columbus'; did you mean 'Columbus Day'?"
        ),
    ),
    "bad time zone": (
        "site.yaml",
        "America/New_York",
        "America/New_Yrok",
        (
            "site.yaml:3:12: time_zone: unknown time zone 'America/New_Yrok', wanted one such as "
            "'America/New_York'; did you mean 'America/New_York'?"
        ),
    ),
    "bad time zone of a calendar": (
        "calendars.yaml",
        "  week:",
        "  zone: Mars\n  week:",
        (
            "calendars.yaml:2:9: office.zone: unknown time zone 'Mars', wanted one such as "
            "'America/New_York'"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def office(site, *lines, week=None):
    """The calendar of a site with these lines beside its week."""
    week = week or "{monday: [08:00-18:00], friday: [08:00-17:00]}"
    site.write("calendars.yaml", "\n  ".join(["office:", f"week: {week}", *lines]) + "\n")
    return load_site(site.path).calendars["office"]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York")).timestamp()


def test_the_calendars_stand_in_the_site(site):
    loaded = load_site(site.path)
    assert set(loaded.calendars) == {"office"}
    assert loaded.calendars == loaded.rules.calendars


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin(site):
    found = office(
        site, "special: {2026-07-06: [18:00-08:00 next day]}", week="{friday: [22:00-6:00]}"
    )
    assert found.week == {4: ((22 * 60, 30 * 60),)}
    assert found.special == {date(2026, 7, 6): ((18 * 60, 32 * 60),)}
    assert found.is_open(at("2026-07-04T05:59"))
    assert not found.is_open(at("2026-07-04T06:00"))
    assert found.is_open(at("2026-07-07T07:59"))


def test_hours_past_midnight_overlap_no_others_of_their_day(site):
    site.replace("calendars.yaml", "13:00-17:30", "22:00-06:00, 23:00-24:00")
    assert [each.rpartition(": ")[2] for each in site.problems()] == [
        "'23:00-24:00' overlaps other hours of the day"
    ]


def test_a_public_holiday_is_closed_on_its_day_and_the_day_it_is_observed(site):
    found = office(site, "public_holidays: US").holidays
    assert found[date(2026, 7, 4)] == "Independence Day"
    assert found[date(2026, 7, 3)] == "Independence Day (observed)"
    assert date(2050, 12, 25) in found
    assert date(2026, 3, 31) not in found


def test_a_state_has_holidays_of_its_own(site):
    found = office(site, "public_holidays: {country: US, subdivision: CA}").holidays
    assert "Chavez" in found[date(2026, 3, 31)]


def test_a_clinic_may_be_open_on_a_public_holiday_and_when_it_is_observed(site):
    asked = "public_holidays: {country: US, open_on: [Columbus Day, Independence Day]}"
    found = office(site, asked).holidays
    assert {date(2026, 7, 3), date(2026, 7, 4), date(2026, 10, 12)}.isdisjoint(found)
    assert date(2026, 11, 26) in found


def test_own_holidays_stand_beside_the_public_ones_and_keep_their_names(site):
    found = office(
        site, "public_holidays: US", "holidays: {december 25: Christmas, december 27: Inventory}"
    ).holidays
    assert found[date(2026, 12, 25)] == "Christmas"
    assert found[date(2031, 12, 27)] == "Inventory"
    assert date(2026, 1, 1) in found


def test_a_date_wins_over_days_of_every_year_wherever_it_is_written(site):
    special = (
        "special: {december 20 to december 30: [10:00-11:00], december 24: [10:00-12:00], "
        "2026-12-20 to 2026-12-26: [], 2026-12-24: [10:00-13:00]}"
    )
    found = office(site, special).special
    assert found[date(2026, 12, 24)] == ((600, 780),)
    assert found[date(2026, 12, 25)] == ()
    assert found[date(2026, 12, 30)] == ((600, 660),)
    assert found[date(2027, 12, 24)] == ((600, 720),)


def test_a_day_that_closes_early_is_shortened_and_never_opened(site):
    found = office(
        site,
        "holidays: {2027-12-24: Christmas observed}",
        "special: {2032-12-24: [08:00-16:00]}",
        "closes_early: {december 24: '12:00'}",
    )
    assert found.hours(date(2029, 12, 24)) == ((480, 720),)  # a Monday
    assert found.hours(date(2027, 12, 24)) == ()  # a holiday
    assert found.hours(date(2028, 12, 24)) == ()  # a Sunday
    assert found.hours(date(2032, 12, 24)) == ((480, 960),)  # hours of its own
    assert found.hours(date(2029, 12, 31)) == ((480, 1080),)


def test_closing_early_when_it_is_closed_anyway_is_a_warning(site):
    office(site, "closes_early: {last sunday of may: '12:00', may 3: '19:00', may 4: '12:00'}")
    assert site.warnings() == [
        (
            f"calendars.yaml:3:{column}: office.closes_early.{day}: "
            "on no such day is it open later than that: this changes nothing"
        )
        for column, day in ((18, "last sunday of may"), (47, "may 3"))
    ]


def test_a_calendar_that_never_opens_is_a_warning(site):
    office(site, week="{monday: []}")
    assert site.warnings() == ["calendars.yaml:1:1: office: this is never open"]
    office(site, "special: {2026-07-04: [08:00-09:00]}", week="{}")
    assert site.warnings() == []


def test_the_version_of_a_site_is_that_of_every_day(site):
    office(site, "public_holidays: US")
    before = load_site(site.path).version
    office(site, "public_holidays: {country: US}")
    assert load_site(site.path).version == before
    office(site, "public_holidays: {country: US, open_on: [Columbus Day]}")
    assert load_site(site.path).version != before
