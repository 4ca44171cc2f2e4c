"""Somebody outside the line who is being rung for a caller."""

from __future__ import annotations

from calls.commands import CancelTransfer, Command, Transfer, Utterance
from calls.ids import CallId
from ivr.prompts import limit_s
from ivr.timers import Timer, Timers

RING_S = 30.0
"""How long somebody outside is rung."""

_MARGIN_S = 15.0
"""How much longer the line's report is waited for."""


class Outside:
    """One call's attempts to reach somebody outside, one at a time.

    Args:
        call_id: the call.
        timers: the call's; each attempt sets :attr:`Timer.TRANSFER`, so that a line that never
            reports its end traps nobody.
    """

    __slots__ = ("_asked", "_call_id", "_timers", "ringing")

    def __init__(self, call_id: CallId, timers: Timers) -> None:
        self._call_id = call_id
        self._timers = timers
        self._asked: tuple[Utterance, ...] = ()
        self.ringing = False

    def copied(self, timers: Timers) -> Outside:
        """The same, for a copy of the call."""
        twin = Outside(self._call_id, timers)
        twin._asked, twin.ringing = self._asked, self.ringing
        return twin

    def ring(
        self, destination: str, now: float, asked: tuple[Utterance, ...] = ()
    ) -> list[Command]:
        """Begin an attempt.

        Args:
            destination: whom to ring.
            now: seconds since the epoch.
            asked: said to whoever answers, who then has to press a key.
        """
        self.ringing, self._asked = True, asked
        self.wait(now)
        return [
            Transfer(
                call_id=self._call_id,
                destination=destination,
                ring_timeout_s=RING_S,
                utterances=asked,
            )
        ]

    def wait(self, now: float) -> None:
        """Wait for the attempt's end, as long as an attempt that begins now."""
        asking_s = limit_s(self._asked) if self._asked else 0.0
        self._timers.set(Timer.TRANSFER, now + RING_S + asking_s + _MARGIN_S)

    def stop(self) -> list[Command]:
        """Let nobody outside take the caller any more."""
        if not self.ringing:
            return []
        self.failed()
        return [CancelTransfer(call_id=self._call_id)]

    def failed(self) -> None:
        """The attempt is over: nobody took the caller."""
        self.ringing = False
        self._timers.cancel(Timer.TRANSFER)
