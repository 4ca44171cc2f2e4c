"""What could not be journaled yet: it is kept in memory and written first once that can be done.

While the journal cannot be written, because its disk is full or its server out of reach, calls in
progress go on: their callers are better served by a line without a journal than by silence. What
happens to them meanwhile is not lost unless this process ends as well. For a short while not even
then: the line is not told to forget what it said, and says it again to whoever drives it next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

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
        journal: where they go.
        follow: told each entry that was written, with its position.
    """

    def __init__(self, journal: Journal, follow: Callable[[int, Entry], None]) -> None:
        self._journal = journal
        self._follow = follow
        self._entries: list[Entry] = []
        self._told: dict[str, int] = {}
        self._since = 0.0
        self._tried_at = 0.0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def due_at(self) -> float | None:
        """When :meth:`write` should be called though nothing is new; ``None`` if never."""
        return self._tried_at + AGAIN_AFTER_S if self._entries else None

    def is_due(self, now: float) -> bool:
        """Whether that time has come."""
        due_at = self.due_at
        return due_at is not None and due_at <= now

    # --- entries --------------------------------------------------------------------------------

    async def write(self, entries: Sequence[Entry] = ()) -> None:
        """Journal what waits, then these.

        Raises:
            LeaseLostError: another node leads.
            JournalError: these were not kept, and maybe not all that waits.
        """
        while self._entries:
            await self._write_first(self._entries[:_AT_ONCE])
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
        if len(self._entries) > MOST_ENTRIES:
            log.error("%d facts are given up: the journal has a hole there", len(self._entries))
            self._entries.clear()

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
