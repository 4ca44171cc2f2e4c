"""Where a call stands, what may happen there, and where the flow may take it.

Two tables. :data:`TABLE` says which facts mean something in which state and which state follows
from the fact alone; :data:`MOVES` says where the flow, the caller's keys or triage may take the
call from there. Two promises can be read from them:

* No state takes in ``SpeechHeard``: words reach a flow as ``WordsAssessed`` or not at all, so
  nothing can go around triage.
* From :attr:`State.EMERGENCY` the flow moves nowhere. Only a nurse, an outside party who answered,
  or the end of the call take a caller out of the lane.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from calls.facts import (
    CallArrived,
    CallBackChosen,
    CallConnected,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallHeld,
    CallReleased,
    CallRetrieved,
    DigitsCollected,
    Fact,
    LadderClimbed,
    LookedUp,
    MessageRecorded,
    PlaceTold,
    PromptFinished,
    QueueUnstaffed,
    SpeechStarted,
    SpeechUnavailable,
    TransferFailed,
    TransferSucceeded,
    WordsAssessed,
)
from calls.machine import Table


class State(Enum):
    """Where a call stands."""

    NEW = "new"
    """Not heard of yet."""
    GREETING = "greeting"
    """The 911 advice, and the recording notice."""
    CONSENT = "consent"
    """Asked whether the call may be recorded."""
    PLAYING = "playing"
    """A prompt that asks nothing: a say step, or the words before a transfer or a message."""
    ANSWERING = "answering"
    """A question of the flow was put; its prompt may still play."""
    LOOKING_UP = "looking-up"
    """Something is asked elsewhere; its prompt may still play."""
    QUESTION = "question"
    """Triage's own yes/no question was put, from wherever the call stood."""
    WAITING = "waiting"
    """In a routine queue."""
    EMERGENCY = "emergency"
    """In the nurse lane."""
    CONNECTED = "connected"
    """Speaking with an agent."""
    TRANSFERRING = "transferring"
    """Somebody outside is being rung, by the flow's decision."""
    RECORDING = "recording"
    """The caller leaves a message."""
    LEAVING = "leaving"
    """The last words; the line hangs up after them."""
    CLOSING = "closing"
    """The caller has left, but the line has yet to report what they said or recorded last."""
    ENDED = "ended"

    __hash__ = object.__hash__  # each is there once; Enum's own hashes its name again each time


_ANYWHERE = (
    PromptFinished,
    DigitsCollected,
    SpeechStarted,
    WordsAssessed,
    SpeechUnavailable,
    LookedUp,
    MessageRecorded,
    TransferFailed,
    CallEscalated,
    CallHeld,
    CallRetrieved,
    LadderClimbed,
    QueueUnstaffed,
    PlaceTold,
    CallBackChosen,
)
"""Facts that may come at any time between arrival and end, late ones included."""

_LAST = (CallerHungUp, CallFailed, TransferSucceeded)

INTERPRETED: tuple[type[Fact], ...] = (
    CallArrived,
    *_ANYWHERE,
    *_LAST,
    CallConnected,
    CallReleased,
)
"""Every fact that an interpreter takes in."""


def _live(state: State, **further: State) -> Mapping[type, State]:
    named = {"connected": CallConnected, "released": CallReleased}
    return {
        **dict.fromkeys(_ANYWHERE, state),
        **dict.fromkeys(_LAST, State.CLOSING),
        **{named[name]: following for name, following in further.items()},
    }


def _over(state: State) -> Mapping[type, State]:
    return dict.fromkeys((*_ANYWHERE, *_LAST, CallConnected, CallReleased), state)


TABLE: Table[State] = {
    State.NEW: {CallArrived: State.GREETING},
    State.GREETING: _live(State.GREETING),
    State.CONSENT: _live(State.CONSENT),
    State.PLAYING: _live(State.PLAYING),
    State.ANSWERING: _live(State.ANSWERING),
    State.LOOKING_UP: _live(State.LOOKING_UP),
    # A question may be put to a caller who waits and keeps their place.
    State.QUESTION: _live(State.QUESTION, connected=State.CONNECTED),
    State.WAITING: _live(State.WAITING, connected=State.CONNECTED),
    State.EMERGENCY: _live(State.EMERGENCY, connected=State.CONNECTED),
    # Of two people whom the caller needs, the second is connected right after the first.
    State.CONNECTED: _live(State.CONNECTED, connected=State.CONNECTED, released=State.CONNECTED),
    State.TRANSFERRING: _live(State.TRANSFERRING),
    State.RECORDING: _live(State.RECORDING),
    State.LEAVING: _live(State.LEAVING),
    State.CLOSING: _over(State.CLOSING),
    State.ENDED: _over(State.ENDED),
}
"""The state that follows from a fact alone."""

_FLOW = frozenset(
    (
        State.PLAYING,
        State.ANSWERING,
        State.LOOKING_UP,
        State.QUESTION,
        State.WAITING,
        State.EMERGENCY,
        State.TRANSFERRING,
        State.RECORDING,
        State.LEAVING,
    )
)

MOVES: Mapping[State, frozenset[State]] = {
    State.NEW: frozenset(),
    State.GREETING: _FLOW | {State.CONSENT},
    State.CONSENT: _FLOW,
    State.PLAYING: _FLOW,
    State.ANSWERING: _FLOW,
    State.LOOKING_UP: _FLOW,
    # After a "no" the call is back where it was, the greeting included.
    State.QUESTION: _FLOW | {State.GREETING, State.CONSENT},
    # Out of a queue the flow leads to a message only, which is asked for first; or the caller hangs
    # up and keeps their place.
    State.WAITING: frozenset(
        (State.WAITING, State.PLAYING, State.QUESTION, State.EMERGENCY, State.CLOSING)
    ),
    State.EMERGENCY: frozenset(),
    # Once the agent has left.
    State.CONNECTED: _FLOW,
    State.TRANSFERRING: _FLOW,
    State.RECORDING: _FLOW,
    State.LEAVING: frozenset((State.QUESTION, State.WAITING, State.EMERGENCY, State.CLOSING)),
    State.CLOSING: frozenset((State.ENDED,)),
    State.ENDED: frozenset(),
}
"""Where the flow, a key or triage may take the call."""
