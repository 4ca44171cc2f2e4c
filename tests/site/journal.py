"""The journal of the simulation: what was synced survives a crash, all else may or may not."""

from __future__ import annotations

from collections.abc import Sequence

from calls.ports import DuplicateEventError, Entry, JournalError


class TornJournal:
    """A journal in memory.

    Attributes:
        durable: what is safe.
        heard: how far each run of a line is safe.
        full: while this is set nothing can be written, as on a full disk.
        holes: where a replay decides otherwise: from which entry on, and until which a life went
            on that knew more than the journal does; ``None`` as long as one does, or came up from
            a snapshot of one that did.
        dropped: how far each run of a line told of calls that were not let in, and of which
            nothing is written.
    """

    def __init__(self) -> None:
        self.durable: list[Entry] = []
        self.full = False
        self.holes: list[tuple[int, int | None]] = []
        self.heard: dict[str, int] = {}
        self.dropped: dict[str, int] = {}
        self._unsynced: list[Entry] = []
        self._snapshot: tuple[int, bytes] | None = None
        self._unsynced_snapshot: tuple[int, bytes] | None = None

    # --- entries --------------------------------------------------------------------------------

    def write(self, batch: Sequence[Entry]) -> None:
        """Hand a batch to the system; it is not safe yet.

        Raises:
            DuplicateEventError: one of them came from a line and is here already.
            JournalError: the disk is full; none of it was kept.
        """
        if any(
            entry.line_epoch and entry.line_seq <= self.heard.get(entry.line_epoch, 0)
            for entry in batch
        ):
            raise DuplicateEventError("simulated: a line event is in the journal already")
        if self.full:
            raise JournalError("simulated: no space left on device")
        self._unsynced += batch

    def sync(self) -> None:
        """What was written is safe: only now may anybody be told."""
        self.durable += self._unsynced
        for entry in self._unsynced:
            if entry.line_epoch:
                self.heard[entry.line_epoch] = entry.line_seq
        self._unsynced.clear()

    def crash(self, *, torn: bool = False) -> bool:
        """Lose what was not synced; whether there was anything.

        Args:
            torn: half of an unsynced snapshot is found where the one before was: it is of no use,
                and both are lost.
        """
        lost = bool(self._unsynced)
        self._unsynced.clear()
        if self._unsynced_snapshot is not None and torn:
            self._snapshot = None
        self._unsynced_snapshot = None
        return lost

    def seen(self, until: int | None = None) -> dict[str, int]:
        """How far each run of a line was heard, up to a position or to the end."""
        seen: dict[str, int] = {}
        for entry in self.durable[:until]:
            if entry.line_epoch:
                seen[entry.line_epoch] = max(seen.get(entry.line_epoch, 0), entry.line_seq)
        return seen

    # --- snapshots ------------------------------------------------------------------------------

    def write_snapshot(self, position: int, state: bytes) -> None:
        """Hand a snapshot to the system; it is not safe yet.

        Raises:
            JournalError: the disk is full; the one before is still there.
        """
        if self.full:
            raise JournalError("simulated: no space left on device")
        self._unsynced_snapshot = (position, state)

    def sync_snapshot(self) -> None:
        """The snapshot is safe, in place of the one before."""
        if self._unsynced_snapshot is not None:
            self._snapshot, self._unsynced_snapshot = self._unsynced_snapshot, None

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """The last one that is safe; ``None`` where there is none, or it was torn."""
        return self._snapshot

    # --- holes ----------------------------------------------------------------------------------

    @property
    def holed(self) -> bool:
        """Whether a life knew more than a replay of the whole journal does, and none began anew."""
        return bool(self.holes) and self.holes[-1][1] is None

    @property
    def bridged(self) -> bool:
        """Whether the snapshot knows what a replay of the whole journal does not."""
        return self.holed and self._snapshot is not None and self._snapshot[0] > self.holes[-1][0]

    def tear(self, before: int = 0) -> None:
        """From here on the life that goes on knows more than the journal does.

        Args:
            before: how many entries before the end.
        """
        if not self.holed or self.bridged:
            self.holes.append((len(self.durable) - before, None))

    def begin_life(self, *, apart: bool) -> None:
        """A brain begins with what is durable, and knows no more than that.

        Args:
            apart: but for what the snapshot knows, it does: holes stay open.
        """
        if apart:
            return
        known = self._snapshot[0] if self._snapshot is not None else 0
        self.holes = [
            (begins, len(self.durable) if ends is None and begins >= known else ends)
            for begins, ends in self.holes
        ]

    def stretches(self, after: int = 0) -> list[tuple[list[Entry], bool]]:
        """All entries after a position, in parts, and whether a replay of each decides the same.

        What was decided behind a hole, until the next life began, no replay can know.
        """
        parts = []
        at = after
        for begins, ends in self.holes:
            if begins < after:
                continue  # whatever was there, the snapshot knows
            until = len(self.durable) if ends is None else ends
            if until <= at:
                continue
            if begins > at:
                parts.append((self.durable[at:begins], True))
            parts.append((self.durable[max(at, begins) : until], False))
            at = until
        parts.append((self.durable[at:], True))
        return parts
