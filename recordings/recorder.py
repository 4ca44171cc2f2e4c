"""Whether a call's audio is kept at this moment: start, pause, resume, stop.

Audio is paused while a caller gives card numbers or says what must not be kept. While it is paused
the recording runs on with silence, so that times within it stay true. A pause may be asked for
before the recording begins: it then begins paused. Asking twice is no error, for a line may be
told twice; nothing starts again after the stop, for a recording is sealed once.

    IDLE ----Start---> RECORDING --Pause--> PAUSED
     |  ^                 |    <--Resume--    |  ^
   Pause Resume          Stop               Stop |
     v  |                 v                   |  |
    HELD -----Start-------|-------------------|--'
     '------Stop------> STOPPED <-------------'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from calls.machine import Table, successor


@dataclass(frozen=True, slots=True)
class Start:
    """Begin to record."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Keep silence in place of what is said, from now on."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Keep what is said again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The recording is over."""


Request = Start | Pause | Resume | Stop


class RecorderState(Enum):
    """Where a call's recording stands."""

    IDLE = "idle"
    HELD = "held"
    """Not begun, and to begin paused."""
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPED = "stopped"

    @property
    def keeps_audio(self) -> bool:
        """Whether what is said now goes into the recording."""
        return self is RecorderState.RECORDING

    @property
    def keeps_time(self) -> bool:
        """Whether the recording grows now, be it by silence."""
        return self in (RecorderState.RECORDING, RecorderState.PAUSED)


TABLE: Table[RecorderState] = {
    RecorderState.IDLE: {
        Start: RecorderState.RECORDING,
        Pause: RecorderState.HELD,
        Resume: RecorderState.IDLE,
        Stop: RecorderState.STOPPED,
    },
    RecorderState.HELD: {
        Start: RecorderState.PAUSED,
        Pause: RecorderState.HELD,
        Resume: RecorderState.IDLE,
        Stop: RecorderState.STOPPED,
    },
    RecorderState.RECORDING: {
        Start: RecorderState.RECORDING,
        Pause: RecorderState.PAUSED,
        Resume: RecorderState.RECORDING,
        Stop: RecorderState.STOPPED,
    },
    RecorderState.PAUSED: {
        Start: RecorderState.PAUSED,
        Pause: RecorderState.PAUSED,
        Resume: RecorderState.RECORDING,
        Stop: RecorderState.STOPPED,
    },
    RecorderState.STOPPED: {
        Pause: RecorderState.STOPPED,
        Resume: RecorderState.STOPPED,
        Stop: RecorderState.STOPPED,
    },
}


def step(state: RecorderState, request: Request) -> RecorderState:
    """The state after ``request``.

    Raises:
        IllegalFact: a start after the stop; nothing was changed.
    """
    return successor(TABLE, "recorder", state, request)
