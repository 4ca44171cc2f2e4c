"""The asyncio driver: a line on one side, the intake on the other, and a clock.

One loop serves the whole site. While the journal writes, further facts gather; they share the next
commit. Nothing polls: the loop wakes for a fact, a request or a deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable

from calls.commands import LookUp
from calls.facts import Fact, LookedUp, SitePublished
from calls.ids import CallId
from calls.ports import Journal, Line
from careline.checkpoint import Track
from careline.clock import WallClock
from careline.gate import TriageGate, compile_site, engine_of
from careline.inbox import Gone, Inbox, Told
from careline.intake import Intake
from careline.looking_up import LookingUp, OpenLookups
from careline.restart import Restart, restart
from careline.switchboard import Switchboard
from careline.turn import Turn
from config.site import Site

log = logging.getLogger(__name__)

_CLOCK_BEHIND_S = 60.0
"""A system clock that is further behind the journal than this is worth a warning."""


class Brain:
    """Drives one site.

    Args:
        site: the loaded site.
        journal: where every fact goes first.
        gate: triage.
        observer: told each turn after it was journaled, with its time, for a live view.
        find_version: finds the site of an earlier ``SitePublished``.
        lookups: opens the sources that a version's flows ask; where it is missing, every question
            fails at once. Whoever gives it calls :meth:`close` at the end.
        clock: gives seconds since the epoch, where it is to be another time than it is; for a
            journal that is empty and is not restored.
    """

    def __init__(
        self,
        site: Site,
        journal: Journal,
        gate: TriageGate,
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
        find_version: Callable[[str], Site | None] = lambda _version: None,
        lookups: OpenLookups | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._looking_up = None if lookups is None else LookingUp(lookups, self._looked_up)
        self._find_earlier = find_version
        self._published: dict[str, Site] = {site.version: site}
        self._told: Site | None = None
        self._journal = journal
        self._gate = gate
        self._observe = observer
        self._inbox = Inbox()
        self._clock: Callable[[], float] = clock or WallClock()
        empty = Restart(Switchboard(site, self._find_version), Track(site.id, site.version))
        self._intake = self._begin(empty)

    # --- life -----------------------------------------------------------------------------------

    def restore(
        self,
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
        *,
        publish: bool = True,
    ) -> int:
        """Come to where the journal left off. Call once, before :meth:`drive`.

        Args:
            observer: told each turn again, as far back as it is read.
            publish: let new calls begin with the site this brain was made with, rather than with
                the last one published.

        Returns:
            How many inputs were replayed.

        Raises:
            JournalError: the journal cannot be read.
        """
        newest = self.switchboard.site
        came = restart(self._journal, newest, self._find_version, observer)
        self._set_clock(came.latest)
        self._intake = self._begin(came)
        if came.empty or (publish and self.switchboard.site.version != newest.version):
            self.publish(newest)
        self._let_go()
        compile_site(self.switchboard.site)
        self._gate.use(engine_of(self.switchboard.site))
        for words in came.said.values():
            for assessed in words:
                self._gate.recall(assessed)
        return came.inputs

    def _begin(self, came: Restart) -> Intake:
        return Intake(
            came,
            self._journal,
            self._gate,
            lambda: self._clock(),
            self._inbox,
            self._observe,
            None if self._looking_up is None else self._look_up,
        )

    def _set_clock(self, latest: float) -> None:
        """Go on from where the journal is, also where the system's clock was set back."""
        behind_s = latest - time.time()
        if behind_s > _CLOCK_BEHIND_S:
            log.warning(
                "the system's clock is %.0f s behind the journal: until it has caught up, opening "
                "hours are those of the journal's time; see that the clock is right",
                behind_s,
            )
        self._clock = WallClock(floor=latest)

    async def drive(self, line: Line) -> None:
        """Serve ``line`` until it is gone or the task is cancelled.

        Raises:
            LineUnavailable: the line process is gone; connect again and call :meth:`drive` again.
            LeaseLostError: another node leads; this brain must be thrown away.
        """
        reader = asyncio.create_task(self._read(line))
        try:
            self._use_lookups()
            await self._intake.catch_up(line)
            while True:
                self._use_lookups()
                await self._something_to_do()
                await self._intake.serve(line, self._inbox.take())
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
            if self._looking_up is not None:
                # Whoever drives next resumes every call, and what it waits for is asked again.
                await self._looking_up.stop()

    async def close(self) -> None:
        """Let go of what the brain has opened. It drives no more after this."""
        if self._looking_up is not None:
            await self._looking_up.close()

    async def _read(self, line: Line) -> None:
        try:
            async for event in line.events():
                self._inbox.put(Told.by_line(event))
        finally:
            self._inbox.put(Gone(line))

    async def _something_to_do(self) -> None:
        """Return once something waits or is due."""
        due_at = self._intake.due_at()
        wait_s = None if due_at is None else max(0.0, due_at - self._clock())
        # Not wait_for: before Python 3.12 it can swallow a cancellation (python/cpython#86296).
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._inbox.filled()

    # --- requests -------------------------------------------------------------------------------

    def publish(self, site: Site) -> None:
        """Let new calls begin with this version of the site; calls in progress keep theirs."""
        self.tell(self._publication(site))

    async def publish_and_wait(self, site: Site) -> bool:
        """As :meth:`publish`, and wait until it was handled: see :meth:`tell_and_wait`."""
        kept = await self.tell_and_wait(self._publication(site))
        self._let_go()
        return kept

    def tell(self, fact: Fact) -> None:
        """Hand in a fact that did not come from the line: a request by command line or desk."""
        self._inbox.put(Told(fact))

    async def tell_and_wait(self, fact: Fact) -> bool:
        """Hand in a fact and wait until it was handled.

        While no line is connected nothing is handled: set a limit. The fact is kept all the same.

        Returns:
            Whether it is in the journal. One that is not counts until this process ends.
        """
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._inbox.put(Told(fact, done=done))
        return await done

    # --- lookups --------------------------------------------------------------------------------

    def _use_lookups(self) -> None:
        if self._looking_up is not None:
            self._looking_up.use(self.switchboard.site)

    def _look_up(self, asked: LookUp) -> None:
        assert self._looking_up is not None
        self._looking_up.ask(asked, self._version_of(asked.call_id))

    def _looked_up(self, fact: LookedUp) -> None:
        # What was found about a caller who has left meanwhile is nobody's any more.
        if fact.call_id in self.switchboard.calls:
            self.tell(fact)

    def _version_of(self, call_id: CallId) -> Site:
        """The version of the site that a call keeps."""
        live = self.switchboard.calls.get(call_id)
        sites = (self.switchboard.site, *self._published.values())
        kept = (site for site in sites if live is not None and site.rules is live.rules)
        return next(kept, self.switchboard.site)

    # --- how it stands --------------------------------------------------------------------------

    @property
    def switchboard(self) -> Switchboard:
        """The engines."""
        return self._intake.switchboard

    @property
    def journal_problem(self) -> str | None:
        """Why the journal cannot be written; ``None`` while it can."""
        return self._intake.journal_problem

    @property
    def live_calls(self) -> int:
        """Calls that are not over."""
        return len(self.switchboard.calls)

    @property
    def newest(self) -> Site:
        """The version that was published last, also while no line is connected to serve by it."""
        return self._told or self.switchboard.site

    def versions_in_use(self) -> Counter[str]:
        """How many calls in progress keep which version of the site."""
        names = {id(site.rules): version for version, site in self._published.items()}
        calls = self.switchboard.calls
        used = (names.get(id(calls[call_id].rules)) for call_id in calls)
        return Counter(version for version in used if version is not None)

    @property
    def serves_newest(self) -> bool:
        """Whether new calls begin with :attr:`newest` already, and the journal can say so."""
        return self.newest.version == self.switchboard.site.version and not self.journal_problem

    def now(self) -> float:
        """The site's time, seconds since the epoch."""
        return self._clock()

    def _publication(self, site: Site) -> SitePublished:
        # Calls in progress may hold one that was loaded earlier; rolled back to, it is the same.
        self._told = self._published.setdefault(site.version, site)
        self._let_go()
        return SitePublished(site=site.id, version=site.version)

    def _let_go(self) -> None:
        """Forget the versions that no call keeps and none begins with; they can be found again."""
        wanted = {self.newest.version, self.switchboard.site.version, *self.versions_in_use()}
        self._published = {
            version: site for version, site in self._published.items() if version in wanted
        }

    def _find_version(self, version: str) -> Site | None:
        site = self._published.get(version) or self._find_earlier(version)
        if site is not None:
            self._published[version] = site
        return site
