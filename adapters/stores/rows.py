"""Entries of a journal taken apart: what stands in the clear and what must be sealed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

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


def to_row(entry: Entry) -> Row:
    """Take an entry apart.

    Raises:
        CodecError: the record cannot be kept.
        ValueError: ours: the time is not finite, the line's numbering is none, or private text
            has no call whose key could seal it.
    """
    clear, private = codec.split(entry.record)
    kind = clear[codec.TAG]
    if not math.isfinite(entry.at):
        raise ValueError(f"{kind}: the entry's time is not finite")
    if not (entry.line_epoch.isprintable() and 0 <= entry.line_seq <= MOST_SEQ):
        raise ValueError(f"{kind}: the line's epoch or number cannot be kept")
    if private and not clear.get("call_id"):
        raise ValueError(f"{kind}: private fields without a call to seal them for")
    return Row(
        at=float(entry.at),
        site=clear.get("site"),
        call_id=clear.get("call_id"),
        type=kind,
        clear=codec.dump_fields(clear),
        private=codec.dump_fields(private) if private else None,
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
    clear = codec.load_fields(row.clear)
    named = (clear.get("site"), clear.get("call_id"), clear.get(codec.TAG))
    if named != (row.site, row.call_id, row.type):
        raise CodecError("the row names another site, call or type than its record")
    private = codec.load_fields(row.private) if row.private is not None else {}
    return Entry(
        at=row.at,
        record=codec.join(clear, None if forgotten else private),
        line_epoch=row.line_epoch or "",
        line_seq=row.line_seq or 0,
    )
