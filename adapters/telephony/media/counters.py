"""What a leg counts. Numbers only: nothing here can name a caller or say what was pressed."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

_BUCKET_S = 0.0001
_BUCKETS = 1000


class PacingError:
    """How late packets left against the wheel's schedule, as a histogram.

    Buckets are 0.1 ms wide up to 100 ms.

    Attributes:
        count: packets.
        worst_s: the latest one, in seconds.
    """

    __slots__ = ("_buckets", "count", "worst_s")

    def __init__(self) -> None:
        self._buckets = array("I", bytes(4 * (_BUCKETS + 1)))
        self.count = 0
        self.worst_s = 0.0

    def add(self, late_s: float) -> None:
        """Count one packet that left ``late_s`` seconds after its time."""
        self.count += 1
        if late_s > self.worst_s:
            self.worst_s = late_s
        bucket = int(late_s / _BUCKET_S)
        self._buckets[bucket if 0 <= bucket < _BUCKETS else _BUCKETS if bucket > 0 else 0] += 1

    def merge(self, other: PacingError) -> None:
        """Add everything that ``other`` counted."""
        self.count += other.count
        self.worst_s = max(self.worst_s, other.worst_s)
        for bucket, found in enumerate(other._buckets):
            self._buckets[bucket] += found

    def quantile_s(self, share: float) -> float:
        """No more than ``1 - share`` of the packets left later than this many seconds.

        Args:
            share: above 0, up to 1; 0.99 for the 99th percentile.

        Returns:
            The upper end of the bucket (the worst one itself beyond 100 ms), 0 without packets.
        """
        wanted = share * self.count
        seen = 0
        for bucket, found in enumerate(self._buckets):
            seen += found
            if seen >= wanted and found:
                return self.worst_s if bucket == _BUCKETS else (bucket + 1) * _BUCKET_S
        return 0.0


@dataclass(slots=True, kw_only=True)
class LegCounters:
    """One leg's counts since it was opened.

    Attributes:
        sent: packets handed to the network.
        send_errors: packets the network refused.
        received: valid packets from the far end, keys included.
        lost: packets that never came, by sequence number; a late one is taken off again.
        late: packets that came after their 20 ms were over.
        duplicates: packets that came twice.
        concealed: 20 ms stretches that had to be filled during a stream.
        malformed: datagrams that are no RTP packet, or whose payload cannot be.
        control: RTCP on the RTP port.
        foreign: packets from somebody else.
        unknown_payload: packets of a payload type that was not agreed on.
        ignored: valid packets that came on hold or before the start.
        failures: ticks and callbacks of this leg that raised.
        skipped_s: time that passed unsent because the process was held up too long.
        pacing: how late packets left.
    """

    sent: int = 0
    send_errors: int = 0
    received: int = 0
    lost: int = 0
    late: int = 0
    duplicates: int = 0
    concealed: int = 0
    malformed: int = 0
    control: int = 0
    foreign: int = 0
    unknown_payload: int = 0
    ignored: int = 0
    failures: int = 0
    skipped_s: float = 0.0
    pacing: PacingError = field(default_factory=PacingError)
