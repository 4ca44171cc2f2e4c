"""Conditions that no call ever fits are told, with what may be meant."""

import pytest

WHEN = "calendar.office.open"


def told(site, condition):
    problems = site.problems_after("flows/main.yaml", WHEN, f"'{condition}'")
    place = "flows/main.yaml:6:16: steps.hours.cases[0].when: "
    assert all(each.startswith(place) for each in problems)
    return [each.removeprefix(place) for each in problems]


DAYS = "but 'monday' to 'sunday'"
HOURS = "it is a whole number from 0 to 23"
MINUTES = "it is a whole number from 0 to 59"


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            'call.weekday == "mon"',
            f"'call.weekday' is never 'mon', {DAYS}; did you mean 'monday'?",
        ),
        (
            '"Thur." != call.weekday',
            f"'call.weekday' is never 'Thur.', {DAYS}; did you mean 'thursday'?",
        ),
        (
            'call.weekday in ["saturday", "sundy"]',
            f"'call.weekday' is never 'sundy', {DAYS}; did you mean 'sunday'?",
        ),
        ('call.weekday == "holiday"', f"'call.weekday' is never 'holiday', {DAYS}"),
        ('language == "fr"', "'language' is never 'fr': the site speaks en, es"),
        ('not language in ["en", "fr"]', "'language' is never 'fr': the site speaks en, es"),
        ("call.hour == 25", f"'call.hour' is never 25: {HOURS}"),
        ("call.hour != 24", f"'call.hour' is never 24: {HOURS}"),
        ("call.hour < 0 or call.hour >= 18", f"'call.hour' is never < 0: {HOURS}"),
        ("call.minute > 60", f"'call.minute' is never > 60: {MINUTES}"),
        ("60 < call.minute", f"'call.minute' is never > 60: {MINUTES}"),
        ("call.hour == 8.5", f"'call.hour' is never 8.5: {HOURS}"),
        ("call.hour in [8, 24]", f"'call.hour' is never 24: {HOURS}"),
    ],
)
def test_a_condition_that_no_call_fits_is_told(site, condition, message):
    (problem,) = told(site, condition)
    assert problem.startswith(message)


@pytest.mark.parametrize(
    "condition",
    [
        'call.weekday == "Monday"',
        'call.weekday not in ["saturday", "sunday"]',
        'language == "ES"',
        "call.hour >= 8 and call.hour < 24",
        "call.minute >= 0 and 59 >= call.minute",
        'call.hour == 23 or caller.number == "fr"',
    ],
)
def test_a_condition_that_some_call_fits_is_right(site, condition):
    assert told(site, condition) == []


def test_a_text_without_quotes_is_told_how_to_write_it(site):
    assert told(site, "language == keep") == [
        "nothing sets 'keep'; a text stands in quotes: \"keep\""
    ]


@pytest.mark.parametrize("condition", ["keep", "keep is set", "language == caller.nothing"])
def test_what_is_no_text_is_not_told_to_be_quoted(site, condition):
    (problem,) = told(site, condition)
    assert problem.startswith("nothing sets")
    assert "quotes" not in problem


def test_a_calendar_without_its_name_is_told_how_to_name_it(site):
    assert told(site, "calendar.open") == [
        "'calendar.open' names no calendar, wanted calendar.NAME.open, such as calendar.office.open"
    ]
