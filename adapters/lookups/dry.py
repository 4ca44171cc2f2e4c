"""A site's own lookups for dry runs: its tables and its directory answer, nothing else is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from adapters.lookups.answer import failed
from adapters.lookups.providers import ProviderSource
from adapters.lookups.table import TableSource
from calls.ports import Answer
from config.directory import Provider
from config.lookups import PROVIDERS_SOURCE
from config.table import Table


class DryLookups:
    """Answers at once from what stands in the site's folder; whatever is elsewhere is unreachable.

    Args:
        tables: of the lookups that are files, by the lookup's name.
        providers: the directory.
    """

    def __init__(self, tables: Mapping[str, Table], providers: Iterable[Provider]) -> None:
        self._sources: dict[str, Callable[[Mapping[str, str]], Answer]] = {
            name: TableSource(table).answer for name, table in tables.items()
        }
        self._sources[PROVIDERS_SOURCE] = ProviderSource(providers).answer

    def answer(self, source: str, given: Mapping[str, str]) -> Answer:
        """What came of asking a source. Never raises."""
        ask = self._sources.get(source)
        return failed("unreachable") if ask is None else ask(given)
