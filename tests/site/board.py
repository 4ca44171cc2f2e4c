"""The switchboard of the simulation: that of the product, and callers who choose a call-back.

Any caller who waits may choose it here, by a key, wherever they wait: by the same facts, in the
same order, and made again by a replay.
"""

from __future__ import annotations

from calls.commands import HangUp
from calls.facts import CallBackChosen, CallEnded, DigitsCollected, Fact
from calls.outcome import Outcome
from careline.switchboard import Switchboard
from careline.turn import Turn
from ivr import Interpreter

CALL_BACK_KEY = "7"


class Board(Switchboard):
    """A switchboard at which callers who wait may press a key to be called back."""

    def handle(self, fact: Fact, now: float) -> Turn:
        """See :meth:`careline.switchboard.Switchboard.handle`."""
        turn = super().handle(fact, now)
        if isinstance(fact, DigitsCollected) and self._chooses(fact):
            call_id, site = fact.call_id, fact.site
            _add(turn, super().handle(CallBackChosen(site=site, call_id=call_id), now))
            if self.distributor.call_back(call_id) is not None and call_id in self.calls:
                turn.commands.append(HangUp(call_id=call_id))
                over = CallEnded(site=site, call_id=call_id, outcome=Outcome.CONTAINED)
                _add(turn, super().handle(over, now))
        return turn

    def _chooses(self, fact: DigitsCollected) -> bool:
        call = self.calls.get(fact.call_id)
        return (
            CALL_BACK_KEY in fact.digits.reveal()
            and call is not None
            and isinstance(call.engine, Interpreter)
            and self.distributor.position(fact.call_id) is not None
            and self.distributor.answers(fact.call_id) is None
            and self.distributor.may_keep_place(fact.call_id)
        )


def _add(turn: Turn, more: Turn) -> None:
    turn.records += more.records
    turn.commands += more.commands
