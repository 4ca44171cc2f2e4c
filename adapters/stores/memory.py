"""A journal in memory: the port's simulated adapter, for tests, ``talk`` and simulations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from adapters.stores.rows import Row, to_entry, to_row
from calls.ids import CallId
from calls.ports import DuplicateEventError, Entry, JournalError


class MemoryJournal:
    """A :class:`~calls.ports.Journal` that ends with its process.

    Entries pass through the codec as in a real one, so that a record that cannot be kept is
    noticed here too.

    Attributes:
        outage: while this is set, whatever writes fails with this message, as on a full disk;
            reading goes on.
    """

    def __init__(self) -> None:
        self.outage: str | None = None
        self._rows: list[Row] = []
        self._line_events: set[tuple[str, int]] = set()
        self._calls: set[str] = set()
        self._forgotten: set[str] = set()
        self._snapshot: tuple[int, bytes] | None = None
        self._closed = False

    async def append(self, entries: Sequence[Entry]) -> int:
        """See :meth:`calls.ports.Journal.append`."""
        self._refuse_outage()
        rows = [self._blanked(to_row(entry)) for entry in entries]
        events = [(row.line_epoch, row.line_seq or 0) for row in rows if row.line_epoch]
        if len(set(events)) < len(events) or not self._line_events.isdisjoint(events):
            raise DuplicateEventError("memory: a line event is in the journal already")
        self._rows += rows
        self._line_events.update(events)
        self._calls.update(row.call_id for row in rows if row.call_id and row.private)
        return len(self._rows)

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """See :meth:`calls.ports.Journal.read`."""
        position = after
        while position < len(self._rows):
            position += 1
            row = self._rows[position - 1]
            yield position, to_entry(row, forgotten=row.call_id in self._forgotten)

    async def keep_snapshot(self, position: int, state: bytes) -> None:
        """See :meth:`calls.ports.Journal.keep_snapshot`."""
        self._refuse_outage()
        if not 0 < position <= len(self._rows):
            raise JournalError(
                f"memory: no snapshot is kept for entry {position}, which is not in the journal"
            )
        self._snapshot = (position, state)

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """See :meth:`calls.ports.Journal.latest_snapshot`."""
        return self._snapshot

    async def forget(self, call_id: CallId) -> bool:
        """See :meth:`calls.ports.Journal.forget`."""
        self._refuse_outage()
        if call_id not in self._calls or call_id in self._forgotten:
            return False
        self._forgotten.add(call_id)
        self._rows = [self._blanked(row) for row in self._rows]
        return True

    async def close(self) -> None:
        """See :meth:`calls.ports.Journal.close`."""
        self._closed = True

    def _blanked(self, row: Row) -> Row:
        return replace(row, private=None) if row.call_id in self._forgotten else row

    def _refuse_outage(self) -> None:
        if self._closed:
            raise JournalError("memory: the journal is closed")
        if self.outage is not None:
            raise JournalError(f"memory: {self.outage}")
