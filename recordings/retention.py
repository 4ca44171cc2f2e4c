"""Which recordings are due for deletion."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from calls.ids import CallId

SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecording:
    """A recording that is in the vault.

    Attributes:
        recording_id: its name.
        call_id: whose it is.
        ended_at: seconds since the epoch.
    """

    recording_id: str
    call_id: CallId
    ended_at: float


def due_for_deletion(
    kept: Iterable[KeptRecording],
    *,
    now: float,
    retention_days: int,
    legal_holds: Collection[CallId] = (),
) -> list[KeptRecording]:
    """The recordings that were kept for their full time, the oldest first.

    Args:
        kept: what is in the vault.
        now: seconds since the epoch.
        retention_days: full days, of 24 hours each, counted from the end of the recording.
        legal_holds: calls of which nothing may be deleted, however old.

    Raises:
        ValueError: negative days.
    """
    if retention_days < 0:
        raise ValueError(f"retention_days: {retention_days} is negative")
    oldest_kept = now - retention_days * SECONDS_A_DAY
    due = [one for one in kept if one.ended_at <= oldest_kept and one.call_id not in legal_holds]
    return sorted(due, key=lambda one: (one.ended_at, one.recording_id))
