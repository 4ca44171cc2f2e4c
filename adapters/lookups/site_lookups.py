"""All sources of one site behind the ``Lookups`` port."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import httpx

from adapters.lookups.answer import failed
from adapters.lookups.http import HttpSource, open_transport
from adapters.lookups.providers import ProviderSource
from adapters.lookups.table import TableSource
from calls.ports import Answer
from calls.private import Private
from config.directory import Provider
from config.errors import SecretsError
from config.lookups import PROVIDERS_SOURCE, LookupSource
from config.table import Table

log = logging.getLogger(__name__)

TOLD_EVERY_S = 60.0
"""Of the same failure of the same source, once in so many seconds."""

_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


class Source(Protocol):
    """One place to ask."""

    async def ask(self, given: Mapping[str, str], key: str = "", /) -> Answer:
        """Ask it; ends by itself. ``key`` is as for the port."""
        ...


class SiteLookups:
    """The real ``Lookups``. Logs the name of a source and why it failed, never what was asked."""

    def __init__(
        self, sources: Mapping[str, Source], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Put sources behind the port.

        Args:
            sources: by the names that flows use.
            clock: seconds that only grow; paces the log.
        """
        self._sources = sources
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._failures = _FailureLog(clock)

    @classmethod
    def open(
        cls,
        lookups: Mapping[str, LookupSource],
        tables: Mapping[str, Table],
        providers: Iterable[Provider],
        secret: Callable[[str], Private],
    ) -> SiteLookups:
        """The sources of a site that was loaded. Close it when the site is not served any more.

        Args:
            lookups: those of ``lookups.yaml``.
            tables: of the sources that are files, by the source's name.
            providers: the directory; without anybody in it there is no source ``providers``.
            secret: the value of a secret by its name; raises
                :class:`~config.errors.SecretsError` where there is none. A source that lacks one is
                misconfigured, the others answer.
        """
        transport = None
        sources: dict[str, Source] = {}
        for name, source in lookups.items():
            if source.file:
                sources[name] = TableSource(tables[name])
                continue
            try:
                secrets = _headers(source, secret)
            except SecretsError:
                log.error("lookups: '%s' cannot be asked: a secret is missing or not usable", name)
                continue
            transport = transport or open_transport()
            sources[name] = HttpSource(source, secrets, transport)
        everybody = tuple(providers)
        if everybody:
            sources[PROVIDERS_SOURCE] = ProviderSource(everybody)
        made = cls(sources)
        made._transport = transport
        return made

    async def ask(self, source: str, given: Mapping[str, str], key: str = "") -> Answer:
        """See :meth:`calls.ports.Lookups.ask`."""
        place = self._sources.get(source)
        if place is None:
            self._failures.tell("a source that is not there", "misconfigured")
            return failed("misconfigured")
        try:
            answer = await place.ask(given, key)
        except Exception as error:
            # The error itself may hold what was asked with.
            self._failures.tell(f"'{source}'", f"a bug, {type(error).__name__}")
            return failed("misconfigured")
        if answer.outcome == "failed":
            self._failures.tell(f"'{source}'", answer.reason)
        return answer

    async def close(self) -> None:
        """See :meth:`calls.ports.Lookups.close`."""
        if self._transport is not None:
            await self._transport.aclose()


class _FailureLog:
    """Tells each failure of each source once in a while, and how often it came since."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[tuple[str, str], tuple[float, int]] = {}

    def tell(self, source: str, reason: str) -> None:
        now = self._clock()
        told_at, since = self._told.get((source, reason), (float("-inf"), 0))
        if now - told_at < TOLD_EVERY_S:
            self._told[source, reason] = (told_at, since + 1)
            return
        self._told[source, reason] = (now, 0)
        more = f", and {since} more times since it was last told" if since else ""
        log.warning("lookups: %s failed: %s%s", source, reason, more)


def _headers(source: LookupSource, secret: Callable[[str], Private]) -> dict[str, Private]:
    values = {header: secret(name) for header, name in source.secret_headers.items()}
    if not all(_HEADER_VALUE.fullmatch(value.reveal()) for value in values.values()):
        raise SecretsError("a secret cannot be sent as a header")
    return values
