"""The timers of RFC 3261, table 4, as corrected by RFC 6026, for an unreliable transport."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """All times in seconds.

    Attributes:
        t1: estimate of the round trip (RFC 3261, 17.1.1.1).
        t2: longest interval between retransmissions of a non-INVITE request or a response.
        t4: longest time a message stays in the network.
        proceeding: how long an INVITE may stay without news after a provisional response. The
            RFC sets no bound for a user agent; a proxy's timer C is three minutes.
    """

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0
    proceeding: float = 180.0

    @property
    def give_up(self) -> float:
        """64*T1: timers B, F, H, J, L and M."""
        return 64 * self.t1

    @property
    def absorb_failure(self) -> float:
        """Timer D: at least 32 s, the time the far end repeats a failure of an INVITE."""
        return max(32.0, 64 * self.t1)
