"""Which dates a person can be born on."""

from __future__ import annotations

from datetime import date

OLDEST_YEARS = 125
"""A date longer ago than this is a mistake: the longest life that is proven lasted 122 years."""


def past_date(year: int, month: int, day: int, today: date) -> date | None:
    """The date, if there is one, not after today and at most 125 years ago."""
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    if value > today or (year + OLDEST_YEARS, month, day) < (today.year, today.month, today.day):
        return None
    return value


def past_date_of_short_year(short_year: int, month: int, day: int, today: date) -> date | None:
    """The latest date not after today whose year ends in these two digits."""
    # Today's year and the one a century before it end in the same digits.
    for year in range(today.year, today.year - 101, -1):
        if year % 100 == short_year and (value := past_date(year, month, day, today)):
            return value
    return None
