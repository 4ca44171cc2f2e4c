"""The wheel: which legs send when. One turn is 20 ms, in ten slots of 2 ms.

Legs are spread over the slots so that a hundred packets do not leave in one instant. The time of
a slot is counted from the wheel's start, never from when the last one was served, so that no
lateness adds up. No clock: the time comes in.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from adapters.telephony.media.g711 import FRAME_S

SLOTS = 10
SLOT_S = FRAME_S / SLOTS

_CATCH_UP_ROUNDS = 3
"""So many missed rounds are sent after all (far ends buffer as much); beyond, they are skipped."""

Member = TypeVar("Member")


class Turn(NamedTuple, Generic[Member]):
    """One slot that is due.

    Attributes:
        round_: how many times the wheel went round before; every member is served once a round,
            and rounds that were skipped are missing.
        due: when it was due, in seconds.
        members: who is to be served.
    """

    round_: int
    due: float
    members: tuple[Member, ...]


class Wheel(Generic[Member]):
    """Members in slots.

    Args:
        start: the time of the first slot, in seconds of a monotonic clock.
    """

    __slots__ = ("_slots", "_start", "_tick")

    def __init__(self, start: float) -> None:
        self._start = start
        self._tick = 0
        self._slots: list[tuple[Member, ...]] = [()] * SLOTS

    @property
    def due(self) -> float:
        """When the next slot is due."""
        return self._start + self._tick * SLOT_S

    @property
    def round_(self) -> int:
        """The round of the next slot."""
        return self._tick // SLOTS

    def join(self, member: Member) -> None:
        """Serve this one too, in the emptiest slot."""
        slot = min(range(SLOTS), key=lambda index: len(self._slots[index]))
        self._slots[slot] += (member,)

    def leave(self, member: Member) -> None:
        """Serve this one no more."""
        self._slots = [
            tuple(other for other in members if other is not member) for members in self._slots
        ]

    def take(self, now: float) -> Turn[Member] | None:
        """The slot that is due, or ``None`` before its time. Call it until there is none."""
        due = self.due
        if now < due:
            return None
        missed_rounds = int((now - due) / FRAME_S)
        if missed_rounds > _CATCH_UP_ROUNDS:
            self._tick += missed_rounds * SLOTS
            due = self.due
        turn = Turn(self._tick // SLOTS, due, self._slots[self._tick % SLOTS])
        self._tick += 1
        return turn
