"""What a call waits for, each with the time at which it waits no longer."""

from __future__ import annotations

from enum import Enum


class Timer(Enum):
    """What a call can wait for. Where two are due at once the one named first acts first."""

    PROMPT = "prompt"
    """The end of a prompt, which a line may fail to report."""
    SPEECH = "speech"
    """What a caller who began to speak has said."""
    NO_INPUT = "no-input"
    """An answer."""
    TYPING = "typing"
    """A further digit of what the caller types."""
    LOOKUP = "lookup"
    """What was asked elsewhere, whose fate may never be told."""
    LONG_WAIT = "long-wait"
    """The next offer of a message to a caller who waits long in a routine queue."""
    CALL_BACK = "call-back"
    """The offer of a call-back to a caller who waits."""
    COMFORT = "comfort"
    """The next word of comfort while the caller waits."""
    ON_CALL = "on-call"
    """A nurse, before the on-call number is tried again."""
    TRANSFER = "transfer"
    """The outside party, whose fate a line may fail to report."""
    MESSAGE = "message"
    """The end of a message, which a line may fail to report."""
    CLOSE = "close"
    """What is still to come after the caller has left."""

    __hash__ = object.__hash__  # each is there once; Enum's own hashes its name again each time


_RANK = {timer: rank for rank, timer in enumerate(Timer)}


class Timers:
    """The timers of one call."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due: dict[Timer, float] = {}

    def copied(self) -> Timers:
        """The same, for a copy of the call."""
        twin = Timers()
        twin._due = self._due.copy()
        return twin

    def stance(self, now: float) -> tuple[object, ...]:
        """What is due, and how soon, in seconds."""
        return tuple(sorted((_RANK[timer], round(at - now, 1)) for timer, at in self._due.items()))

    def set(self, timer: Timer, at: float) -> None:
        """Let ``timer`` be due at ``at``, whatever it was set to."""
        self._due[timer] = at

    def due(self, timer: Timer) -> float | None:
        """When it is due; ``None`` while it is not set."""
        return self._due.get(timer)

    def cancel(self, *timers: Timer) -> None:
        """Forget these; those not set are forgotten already."""
        for timer in timers:
            self._due.pop(timer, None)

    def clear(self) -> None:
        """Forget all."""
        self._due.clear()

    def next(self) -> float | None:
        """When the first is due."""
        return min(self._due.values(), default=None)

    def pop(self, now: float) -> Timer | None:
        """Take out the first that is due by ``now``."""
        due = [timer for timer, at in self._due.items() if at <= now]
        if not due:
            return None
        first = min(due, key=lambda timer: (self._due[timer], _RANK[timer]))
        del self._due[first]
        return first
