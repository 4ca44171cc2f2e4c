"""The callers on the line."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.telephony.sip.caller_leg import CallerLeg
from adapters.telephony.sip.standing import Standing
from calls.ids import CallId


class CallerLegs:
    """Every caller's leg.

    Args:
        capacity: callers at once.
        reserved: further channels that only advise and hand over.
    """

    def __init__(self, *, capacity: int, reserved: int) -> None:
        self._capacity = capacity
        self._reserved = reserved
        self._legs: dict[CallId, CallerLeg] = {}

    def __len__(self) -> int:
        return len(self._legs)

    def __iter__(self) -> Iterator[CallerLeg]:
        """All of them as they are now; they may end meanwhile."""
        return iter(list(self._legs.values()))

    def add(self, leg: CallerLeg) -> None:
        """Take a leg in."""
        self._legs[leg.call_id] = leg

    def forget(self, leg: CallerLeg) -> None:
        """A leg is over."""
        self._legs.pop(leg.call_id, None)

    def driven(self, call_id: CallId) -> CallerLeg | None:
        """The leg of a call, if the brain drives it."""
        leg = self._legs.get(call_id)
        return leg if leg is not None and leg.standing is Standing.DRIVEN else None

    def all_driven(self) -> list[CallerLeg]:
        """The legs that the brain drives."""
        return [leg for leg in self if leg.standing is Standing.DRIVEN]

    def next_standing(self) -> Standing | None:
        """Whose the next call is; ``None`` when there is no room at all."""
        reserved = sum(leg.standing is Standing.RESERVED for leg in self)
        if len(self) - reserved < self._capacity:
            return Standing.DRIVEN
        return Standing.RESERVED if reserved < self._reserved else None
