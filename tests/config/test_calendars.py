"""Opening hours, holidays and time zones that cannot be meant."""

import pytest

MISTAKES = {
    "hours that end before they begin": (
        "calendars.yaml",
        "13:00-17:30",
        "17:30-13:00",
        (
            "calendars.yaml:3:27: office.week.monday[1]: '17:30-13:00' ends before it begins; "
            "hours past midnight belong to the next day"
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
