"""The life of a call as signalling sees it.

::

    their INVITE -> ARRIVED -> ANSWERED (our 200 is out) -> UP -> ENDED
                               ANSWERED -> LEAVING (we hung up; BYE must wait for their ACK)
    our INVITE   -> PLACED -> UP -> ENDED
                    PLACED -> CANCELLING (our CANCEL is out; a 200 may still cross it)

From everywhere, ``END`` leads to ENDED. What the table has no entry for means nothing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class CallState(Enum):
    """Where a call stands."""

    ARRIVED = auto()
    ANSWERED = auto()
    LEAVING = auto()
    PLACED = auto()
    CANCELLING = auto()
    UP = auto()
    ENDED = auto()


class Turn(Enum):
    """What moves a call on."""

    ANSWER = auto()
    """We accept it."""
    CONFIRM = auto()
    """Their ACK, or their 200 to our INVITE, has come."""
    GIVE_UP = auto()
    """We want it no longer and may not say so yet."""
    END = auto()
    """It is over."""


TABLE: Mapping[CallState, Mapping[Turn, CallState]] = {
    CallState.ARRIVED: {Turn.ANSWER: CallState.ANSWERED, Turn.END: CallState.ENDED},
    CallState.ANSWERED: {
        Turn.CONFIRM: CallState.UP,
        Turn.GIVE_UP: CallState.LEAVING,
        Turn.END: CallState.ENDED,
    },
    CallState.LEAVING: {Turn.CONFIRM: CallState.ENDED, Turn.END: CallState.ENDED},
    CallState.PLACED: {
        Turn.CONFIRM: CallState.UP,
        Turn.GIVE_UP: CallState.CANCELLING,
        Turn.END: CallState.ENDED,
    },
    CallState.CANCELLING: {Turn.CONFIRM: CallState.ENDED, Turn.END: CallState.ENDED},
    CallState.UP: {Turn.END: CallState.ENDED},
    CallState.ENDED: {},
}
