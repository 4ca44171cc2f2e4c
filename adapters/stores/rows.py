"""Entries of a journal taken apart: what stands in the clear and what must be sealed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

import msgspec

from adapters import codec
from adapters.codec import CodecError
from calls.ports import Entry

MOST_SEQ = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry taken apart, before it has a position.

    Attributes:
        at: seconds since the epoch.
        site: the fact's site, ``None`` for a command.
        call_id: the call, ``None`` where there is none.
        type: the record's class.
        clear: JSON of what stands in the clear.
        private: JSON of what does not; ``None`` when there is nothing, or it was forgotten.
        line_epoch: the line's run, ``None`` when it did not come from a line.
        line_seq: the event's number in that run.
    """

    at: float
    site: str | None
    call_id: str | None
    type: str
    clear: bytes
    private: bytes | None = field(repr=False)
    line_epoch: str | None
    line_seq: int | None

    def bound_to(self, position: int) -> bytes:
        """What the sealed part is bound to: it opens nowhere else."""
        return json.dumps([self.site, self.call_id, position, self.type]).encode()

    def covered(self, position: int, sealed: bytes | None) -> bytes:
        """What a checksum of the row covers: all that is kept of it, and where.

        MessagePack with the shortest form of everything, of which there is one.
        """
        return msgspec.msgpack.encode(
            (
                position,
                self.at,
                self.site,
                self.call_id,
                self.type,
                self.clear,
                sealed,
                self.line_epoch,
                self.line_seq,
            )
        )


def to_row(entry: Entry) -> Row:
    """Take an entry apart.

    Raises:
        CodecError: the record cannot be kept.
        ValueError: ours: the time is not finite, the line's numbering is none, or private text
            has no call whose key could seal it.
    """
    record = entry.record
    clear, private = codec.dump(record)
    kind = type(record).__name__
    call_id = getattr(record, "call_id", None)
    if not math.isfinite(entry.at):
        raise ValueError(f"{kind}: the entry's time is not finite")
    if not (entry.line_epoch.isprintable() and 0 <= entry.line_seq <= MOST_SEQ):
        raise ValueError(f"{kind}: the line's epoch or number cannot be kept")
    if private and not call_id:
        raise ValueError(f"{kind}: private fields without a call to seal them for")
    return Row(
        at=float(entry.at),
        site=getattr(record, "site", None),
        call_id=call_id,
        type=kind,
        clear=clear,
        private=private,
        line_epoch=entry.line_epoch or None,
        line_seq=entry.line_seq if entry.line_epoch else None,
    )


def to_entry(row: Row, *, forgotten: bool) -> Entry:
    """Put an entry together.

    Args:
        row: what was kept.
        forgotten: whether its call was: only then may the private part be gone, and its fields
            are empty.

    Raises:
        CodecError: the row holds no record.
    """
    record = codec.load(row.type, row.clear, row.private, forgotten=forgotten)
    if getattr(record, "site", None) != row.site or getattr(record, "call_id", None) != row.call_id:
        raise CodecError("the row names another site or call than its record")
    return Entry(
        at=row.at,
        record=record,
        line_epoch=row.line_epoch or "",
        line_seq=row.line_seq or 0,
    )
