"""What could not be journaled yet: it is kept in memory and written first once that can be done.

While the journal cannot be written, because its disk is full or its server out of reach, calls in
progress go on: their callers are better served by a line without a journal than by silence. What
happens to them meanwhile is not lost unless this process ends as well. For a short while not even
then: the line is not told to forget what it said, and says it again to whoever drives it next.

What is lost all the same, and new calls that are turned away, the journal tells by their number
alone, so that nobody who reads it takes it for whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from calls.facts import JournalHole
from calls.ports import DuplicateEventError, Entry, Journal

log = logging.getLogger(__name__)

MOST_ENTRIES = 20_000
"""A busy site's hour or two. What is more is given up, all of it: a part alone would mislead."""

AGAIN_AFTER_S = 1.0
"""How soon it is tried again."""

UNACKNOWLEDGED_S = 10.0
"""So long the line is not told that its facts are taken in. A line takes a brain that owes it twice
as long for one that hangs."""

_AT_ONCE = 1000


class Backlog:
    """Writes entries in order, those first that could not be written before.

    Args:
        site: the site's id.
        journal: where they go.
        follow: told each entry that was written, with its position.
    """

    def __init__(self, site: str, journal: Journal, follow: Callable[[int, Entry], None]) -> None:
        self._site = site
        self._journal = journal
        self._follow = follow
        self._entries: list[Entry] = []
        self._away: Entry | None = None
        self._told: dict[str, int] = {}
        self._since = self._latest = 0.0
        self._tried_at = 0.0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def due_at(self) -> float | None:
        """When :meth:`write` should be called though nothing is new; ``None`` if never."""
        waits = self._entries or self._away is not None
        return self._tried_at + AGAIN_AFTER_S if waits else None

    def is_due(self, now: float) -> bool:
        """Whether that time has come."""
        due_at = self.due_at
        return due_at is not None and due_at <= now

    # --- entries --------------------------------------------------------------------------------

    async def write(self, entries: Sequence[Entry] = ()) -> None:
        """Journal what waits, then how many were turned away meanwhile, then these.

        Raises:
            LeaseLostError: another node leads.
            JournalError: these were not kept, and maybe not all that waits.
        """
        while self._entries:
            await self._write_first(self._entries[:_AT_ONCE])
        if self._away is not None:
            # Not before what was done meanwhile: the journal's time never goes back.
            at = max(self._away.at, self._latest)
            await self._append([_together([self._away], at)])
            self._away = None
        if entries:
            await self._append(entries)

    def leave(self, entries: Iterable[Entry], now: float) -> None:
        """These could not be written, or nothing new could.

        Args:
            entries: in order.
            now: seconds since the epoch.
        """
        if not self._entries:
            self._since = now
        self._tried_at = now
        self._entries += entries
        if self._entries:
            self._latest = self._entries[-1].at
        if len(self._entries) > MOST_ENTRIES:
            log.error("%d facts are given up: the journal has a hole there", len(self._entries))
            self._entries = [self._hole(self._entries)]

    def turned_away(self, calls: int, now: float) -> None:
        """So many new calls more are turned away, because nothing can be written of them.

        Args:
            calls: how many.
            now: seconds since the epoch.
        """
        more = JournalHole(site=self._site, entries=0, turned_away=calls, since_ago_s=0.0)
        before = [] if self._away is None else [self._away]
        self._away = _together([*before, Entry(at=now, record=more)], now)

    def _hole(self, lost: Sequence[Entry]) -> Entry:
        """What stands in the place of entries that are lost; other holes may be among them."""
        at = lost[-1].at
        holes = [each for each in lost if isinstance(each.record, JournalHole)]
        number, since_ago_s = len(lost) - len(holes), max(0.0, at - lost[0].at)
        hole = JournalHole(site=self._site, entries=number, turned_away=0, since_ago_s=since_ago_s)
        return _together([*holes, Entry(at=at, record=hole)], at)

    async def _write_first(self, entries: Sequence[Entry]) -> None:
        try:
            await self._append(entries)
            del self._entries[: len(entries)]
        except DuplicateEventError:
            # It was kept although the journal had to say that it was not.
            for entry in entries:
                try:
                    await self._append([entry])
                except DuplicateEventError:
                    log.warning("a fact that could not be written is in the journal all the same")
                del self._entries[0]

    async def _append(self, entries: Sequence[Entry]) -> None:
        last = await self._journal.append(entries)
        for position, entry in enumerate(entries, last - len(entries) + 1):
            self._follow(position, entry)

    # --- acknowledgements -----------------------------------------------------------------------

    def owe(self, told: Mapping[str, int]) -> None:
        """Facts up to these, by run of a line, are handled and to be acknowledged."""
        for epoch, seq in told.items():
            self._told[epoch] = max(self._told.get(epoch, 0), seq)

    def take_told(self, now: float) -> Mapping[str, int]:
        """What the lines may be told now: that is kept, or they have waited for long enough.

        Args:
            now: seconds since the epoch.
        """
        if self._entries and now < self._since + UNACKNOWLEDGED_S:
            return {}
        told, self._told = self._told, {}
        return told


def _together(holes: Sequence[Entry], at: float) -> Entry:
    """Several holes as one.

    Args:
        holes: entries of :class:`~calls.facts.JournalHole`.
        at: when it ends, seconds since the epoch; not before any of them.
    """
    records = [each.record for each in holes if isinstance(each.record, JournalHole)]
    since = min(each.at - hole.since_ago_s for each, hole in zip(holes, records, strict=True))
    hole = JournalHole(
        site=records[0].site,
        entries=sum(each.entries for each in records),
        turned_away=sum(each.turned_away for each in records),
        since_ago_s=max(0.0, at - since),
    )
    return Entry(at=at, record=hole)
