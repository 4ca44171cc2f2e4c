"""The public holidays of countries, from the package ``holidays``, as plain dates."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date

import holidays

from config.days import YEARS

_ENGLISH = "en_US"


@functools.cache
def countries() -> Mapping[str, tuple[str, ...]]:
    """The countries whose holidays are known, by ISO 3166-1 code, with their subdivisions."""
    supported = holidays.list_supported_countries(include_aliases=True)
    return {code: tuple(parts) for code, parts in supported.items()}


@functools.cache
def public_holidays(country: str, subdivision: str | None) -> Mapping[date, tuple[str, ...]]:
    """The public holidays of a country in :data:`config.days.YEARS`.

    A holiday that falls on a weekend stands on its own day and, where the law says so, on the
    working day on which it is observed.

    Args:
        country: a key of :func:`countries`.
        subdivision: one of its subdivisions (a state), for the holidays it has besides.

    Returns:
        For each date what is celebrated, in English where the package knows the words.
    """
    english = _ENGLISH in holidays.country_holidays(country).supported_languages
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=YEARS, language=_ENGLISH if english else None
    )
    return {day: tuple(found.get_list(day)) for day in sorted(found)}


def plain_name(name: str) -> str:
    """A holiday's name without what stands in brackets: ``Christmas Day (observed)`` is one."""
    return name.partition(" (")[0]
