"""The directory of providers as a source: the nearest who fits, and then the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from adapters.lookups.answer import NOT_FOUND, failed, found
from adapters.lookups.specialties import specialty_of
from calls.ports import Answer
from config.directory import Provider
from config.zip_codes import Position, miles_between, position_of

GIVEN = ("specialty", "zip", "language", "accepting", "skip")
"""What may be given; what is empty or left out means any."""
_TEXTS = ("name", "specialty", "place", "street", "city", "state", "zip", "phone", "note")

_ZIP = re.compile(r"\s*([0-9]{5})(-?[0-9]{4})?\s*", re.ASCII)
_SKIP = re.compile(r"[0-9]{1,4}", re.ASCII)
_ACCEPTING = {"": False, "false": False, "no": False, "true": True, "yes": True}


class ProviderSource:
    """Asks the directory.

    Whoever takes new patients comes first, then who is nearest to the ZIP code, then by name. With
    a ZIP code that is not known nobody is near: the order is by name.
    """

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._providers = tuple(
            (provider, specialty_of(provider.specialty), position_of(provider.zip))
            for provider in providers
        )

    async def ask(self, given: Mapping[str, str], _key: str = "") -> Answer:
        """One provider, as a JSON object.

        It holds ``id``, ``name``, ``specialty``, ``languages`` (a list), ``accepting``, ``count``
        (of all who fit), and where they are known ``place``, ``street``, ``city``, ``state``,
        ``zip``, ``phone``, ``note`` and ``miles`` (whole ones, from the ZIP code).
        """
        return self.answer(given)

    def answer(self, given: Mapping[str, str]) -> Answer:
        """As :meth:`ask`, at once."""
        skip = given.get("skip", "").strip() or "0"
        accepting = given.get("accepting", "").strip().lower()
        known = given.keys() <= set(GIVEN) and accepting in _ACCEPTING
        if not known or not _SKIP.fullmatch(skip):
            return failed("misconfigured")
        zip_code = _ZIP.fullmatch(given.get("zip", ""))
        here = position_of(zip_code[1]) if zip_code else None
        wanted = specialty_of(given.get("specialty", ""))
        language = given.get("language", "").strip().lower().partition("-")[0]
        fitting = [
            (_miles(here, position), provider)
            for provider, specialty, position in self._providers
            if wanted in ("", specialty)
            and language in ("", *provider.languages)
            and (provider.accepting or not _ACCEPTING[accepting])
        ]
        fitting.sort(key=_rank)
        if int(skip) >= len(fitting):
            return NOT_FOUND
        miles, provider = fitting[int(skip)]
        return found(_told(provider, miles, len(fitting)))


def _rank(fitting: tuple[float | None, Provider]) -> tuple[bool, bool, float, str, str]:
    miles, provider = fitting
    far = (miles is None, miles or 0.0)
    return (not provider.accepting, *far, provider.name.casefold(), provider.id)


def _miles(here: Position | None, there: Position | None) -> float | None:
    return miles_between(here, there) if here and there else None


def _told(provider: Provider, miles: float | None, count: int) -> dict[str, object]:
    told: dict[str, object] = {
        "id": provider.id,
        "count": count,
        "languages": list(provider.languages),
        "accepting": provider.accepting,
    }
    told |= {field: text for field in _TEXTS if (text := getattr(provider, field))}
    if miles is not None:
        told["miles"] = round(miles)
    return told
