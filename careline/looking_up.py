"""What flows ask elsewhere, asked beside the loop that serves the calls.

Each question is a task of its own; its answer comes back as a fact. A version of the site asks its
own sources: a call that keeps an earlier version keeps asking by that one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable

from adapters.lookups import SiteLookups
from calls.commands import LookUp
from calls.facts import LookedUp
from calls.faults import where
from calls.ports import Answer, Lookups
from calls.private import Private
from careline.state import StateFolder
from config.errors import SecretsError
from config.secrets import Secrets, read_secrets
from config.site import Site

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Questions to one source that are under way. Whatever is asked beyond them is unreachable: a
caller goes on by the flow's way for that at once, rather than wait behind a source that hangs.
Whoever asks another source is not held up."""

OpenLookups = Callable[[Site], Lookups]
"""Opens the sources of a version. Runs on a thread."""


def open_lookups(state: StateFolder) -> OpenLookups:
    """How a line opens a site's sources, with the secrets as they stand then.

    Args:
        state: the state folder, where the file of secrets is.
    """

    def opened(site: Site) -> Lookups:
        asks_with_secrets = any(source.secret_headers for source in site.lookups.values())
        secret = _secrets(state) if asks_with_secrets else Secrets({}).secret
        return SiteLookups.open(site.lookups, site.tables, site.providers.values(), secret)

    return opened


def _secrets(state: StateFolder) -> Callable[[str], Private]:
    try:
        return read_secrets(state.secrets).secret
    except SecretsError as error:
        log.error("%s", error)
        return Secrets({}).secret


class LookingUp:
    """Asks for one brain.

    Args:
        opened: opens the sources of a version.
        answered: told each answer, on the loop.
    """

    def __init__(self, opened: OpenLookups, answered: Callable[[LookedUp], None]) -> None:
        self._opened = opened
        self._answered = answered
        self._sources: dict[str, asyncio.Task[Lookups]] = {}
        self._asking: dict[asyncio.Task[None], tuple[str, str]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._newest = ""
        self._full: set[str] = set()

    def use(self, site: Site) -> None:
        """New calls begin with this version: its sources are opened before the first asks them."""
        if site.version != self._newest:
            self._newest = site.version
            self._open(site)
            self._close_what_nobody_asks()

    def ask(self, asked: LookUp, site: Site) -> None:
        """Begin to ask. Never raises, never waits; the answer is told later.

        Args:
            asked: the question.
            site: the version that its call keeps.
        """
        under_way = sum(source == asked.source for _version, source in self._asking.values())
        if under_way >= AT_ONCE:
            if asked.source not in self._full:
                log.warning(
                    "lookups: %d questions to '%s' are under way; more are not asked",
                    AT_ONCE,
                    asked.source,
                )
            self._full.add(asked.source)
            failed = Answer(outcome="failed", reason="unreachable")
            self._answered(_looked_up(asked, site, failed))
            return
        self._full.discard(asked.source)
        task = asyncio.create_task(self._ask(asked, site))
        self._asking[task] = (site.version, asked.source)
        task.add_done_callback(self._over)

    @property
    def under_way(self) -> Counter[str]:
        """How many questions are under way, by the version of the site that asks."""
        return Counter(version for version, _source in self._asking.values())

    async def stop(self) -> None:
        """Give up all that is under way; nothing of it is told any more. It can be asked again."""
        await _cancelled(list(self._asking))

    async def close(self) -> None:
        """Stop, and close every source. Twice is once."""
        await self.stop()
        self._newest = ""
        self._close_what_nobody_asks()
        await asyncio.gather(*self._closing, return_exceptions=True)

    # --- inside -----------------------------------------------------------------------------------

    async def _ask(self, asked: LookUp, site: Site) -> None:
        try:
            sources = await asyncio.shield(self._open(site))
            given = json.loads(asked.given.reveal())
            answer = await sources.ask(asked.source, given, f"{asked.call_id}-{asked.lookup_id}")
        except Exception as error:
            log.error("call %s: a lookup failed (%s)", asked.call_id, where(error))
            answer = Answer(outcome="failed", reason="misconfigured")
        self._answered(_looked_up(asked, site, answer))

    def _open(self, site: Site) -> asyncio.Task[Lookups]:
        """The sources of a version, opened on a thread: certificates and secrets are read."""
        opening = self._sources.get(site.version)
        if opening is None or (opening.done() and opening.exception() is not None):
            opening = asyncio.create_task(asyncio.to_thread(self._opened, site))
            self._sources[site.version] = opening
        return opening

    def _over(self, task: asyncio.Task[None]) -> None:
        del self._asking[task]
        self._close_what_nobody_asks()

    def _close_what_nobody_asks(self) -> None:
        """An earlier version's sources are closed with its last question; asked again, reopened."""
        under_way = self.under_way
        for version in [each for each in self._sources if each != self._newest]:
            if not under_way[version]:
                closing = asyncio.create_task(_closed(self._sources.pop(version)))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)


async def _closed(opening: asyncio.Task[Lookups]) -> None:
    try:
        await (await opening).close()
    except Exception as error:
        log.error("lookups: not closed (%s)", where(error))


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _looked_up(asked: LookUp, site: Site, answer: Answer) -> LookedUp:
    return LookedUp(
        site=site.id,
        call_id=asked.call_id,
        lookup_id=asked.lookup_id,
        outcome=answer.outcome,
        answer=answer.document,
        reason=answer.reason,
    )
