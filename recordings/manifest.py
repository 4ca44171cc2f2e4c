"""The list of all recordings of a site, each line chained to the one before it.

The manifest says what should be in the vault, and what was there and was deleted when its time had
come. It holds no audio and no identity. Its end is proved by a :class:`~recordings.chain.Head`
that is kept elsewhere.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import Enum

from calls.ids import CallId
from recordings import chain
from recordings.chain import BEGINNING, Finding, Head, Link


class ManifestError(Exception):
    """Theirs: this line is no manifest entry. Holds no values."""


class ManifestEvent(Enum):
    """What happened to a recording."""

    SEALED = "sealed"
    """It was closed, whole."""
    ADOPTED = "adopted"
    """It was found after a crash and was entered as far as it goes."""
    DELETED = "deleted"
    """Its time had come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One line.

    Attributes:
        number: 1, 2, 3, ...
        event: what happened.
        recording_id: its name.
        call_id: whose it is.
        started_at: seconds since the epoch.
        duration_s: its length.
        segments: how many there are.
        sha256: of the whole sealed file, hexadecimal.
        previous: the digest of the line before it, hexadecimal.
    """

    number: int
    event: ManifestEvent
    recording_id: str
    call_id: CallId
    started_at: float
    duration_s: float
    segments: int
    sha256: str
    previous: str

    def link(self) -> Link:
        """The entry as a link of the manifest's chain."""
        return Link(
            number=self.number,
            previous=bytes.fromhex(self.previous),
            digest=chain.digest(to_line(self).encode()),
        )


_TYPES = {
    "number": int,
    "event": str,
    "recording_id": str,
    "call_id": str,
    "started_at": float,
    "duration_s": float,
    "segments": int,
    "sha256": str,
    "previous": str,
}


def to_line(entry: ManifestEntry) -> str:
    """The entry as one line of JSON, without a line break. The digest is over its UTF-8."""
    plain = {field.name: getattr(entry, field.name) for field in fields(entry)}
    plain["event"] = entry.event.value
    return json.dumps(plain, separators=(",", ":"), allow_nan=False)


def from_line(line: str) -> ManifestEntry:
    """The entry that :func:`to_line` made ``line`` from.

    Raises:
        ManifestError: ``line`` is anything else, be it the same in another spelling.
    """
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError):
        raise ManifestError("a manifest's line is no JSON") from None
    if not isinstance(plain, dict) or plain.keys() != _TYPES.keys():
        raise ManifestError("a manifest's line has other fields than an entry")
    if any(type(plain[name]) is not kind for name, kind in _TYPES.items()):
        raise ManifestError("a manifest's field has the wrong type")
    if not (math.isfinite(plain["started_at"]) and math.isfinite(plain["duration_s"])):
        raise ManifestError("a manifest's number is not finite")
    if plain["number"] < 1 or plain["segments"] < 0 or plain["duration_s"] < 0:
        raise ManifestError("a manifest's number is too small")
    if not (_is_digest(plain["sha256"]) and _is_digest(plain["previous"])):
        raise ManifestError("a manifest's digest is none")
    try:
        plain["event"] = ManifestEvent(plain["event"])
    except ValueError:
        raise ManifestError("a manifest's event is unknown") from None
    entry = ManifestEntry(**plain)
    if to_line(entry) != line:
        raise ManifestError("a manifest's line is written in another way than an entry is")
    return entry


def next_entry(
    head: Head | None,
    *,
    event: ManifestEvent,
    recording_id: str,
    call_id: CallId,
    started_at: float,
    duration_s: float,
    segments: int,
    sha256: str,
) -> ManifestEntry:
    """The entry that follows the one at ``head``, or the first."""
    return ManifestEntry(
        number=head.number + 1 if head else 1,
        event=event,
        recording_id=recording_id,
        call_id=call_id,
        started_at=float(started_at),
        duration_s=float(duration_s),
        segments=segments,
        sha256=sha256,
        previous=(head.digest if head else BEGINNING).hex(),
    )


def head_of(entries: Sequence[ManifestEntry]) -> Head | None:
    """The end of a manifest, to be kept elsewhere; ``None`` for an empty one."""
    if not entries:
        return None
    last = entries[-1].link()
    return Head(number=last.number, digest=last.digest)


def verify(entries: Iterable[ManifestEntry], head: Head | None = None) -> list[Finding]:
    """Gaps, swaps, edits and, if ``head`` was kept elsewhere, a cut or rewritten end."""
    return chain.check((entry.link() for entry in entries), head)


def standing(entries: Iterable[ManifestEntry]) -> dict[str, ManifestEntry]:
    """The recordings that should be in the vault, by name, in the order of the manifest."""
    there: dict[str, ManifestEntry] = {}
    for entry in entries:
        if entry.event is ManifestEvent.DELETED:
            there.pop(entry.recording_id, None)
        else:
            there[entry.recording_id] = entry
    return there


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(character in "0123456789abcdef" for character in text)
