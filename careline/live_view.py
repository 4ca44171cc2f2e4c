"""What happens on a running line, for the operator's terminal: calls, and the two processes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from careline.processes.report import DIED, NOTICE, PROGRESS, READY
from careline.story import Weight, weight
from careline.terminal import Terminal, Tone

_PROGRESS_EVERY_S = 0.5
_TONES = {Weight.URGENT: Tone.ALERT, Weight.NOTABLE: Tone.WARNING, Weight.ORDINARY: Tone.PLAIN}
_MEANWHILE = {
    "brain": "callers hear music until it is back",
    "line": "its calls are lost and become call-back tasks",
}


def show_event(terminal: Terminal, event: dict[str, Any], zone: tzinfo) -> None:
    """One line of the live view.

    Args:
        terminal: where it goes.
        event: what :func:`careline.control.watching` yields.
        zone: where the clinic is; the machine may be elsewhere.
    """
    how = weight(event["line"])
    clock = f"{datetime.fromtimestamp(event['at'], zone):%H:%M:%S}"
    mark = "!" if how is Weight.URGENT else " "
    call = (event["call"] or "")[:6]
    terminal.say(event["line"], lead=f"{clock}  {call:6} {mark} ", tone=_TONES[how])


class ProcessNews:
    """Tells what the two processes report, each thing once.

    Args:
        terminal: where it goes.
        clock: gives monotonic seconds; what is over within a moment is not shown as progress.
    """

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._clock = clock
        self._progress_at = clock()
        self._down: dict[str, str] = {}

    def take(self, child: str, said: dict[str, Any]) -> None:
        """Take in one report of a child, or of the supervisor about it."""
        match said:
            case {"event": event} if event == READY:
                self._back(child, said)
            case {"event": event, "message": str(message)} if event == PROGRESS:
                self._progress(f"{child}: {message}")
            case {"event": event, "message": str(message)} if event == NOTICE:
                tone = Tone.PLAIN if said.get("level") == "info" else Tone.WARNING
                self._terminal.say(message, lead=f"{child}: ", tone=tone)
            case {"event": event, "code": int(code)} if event == DIED:
                self._died(child, said.get("why") or _how(code))

    def _progress(self, text: str) -> None:
        now = self._clock()
        if now - self._progress_at >= _PROGRESS_EVERY_S:
            self._progress_at = now
            self._terminal.progress(text)

    def _died(self, child: str, why: str) -> None:
        if self._down.get(child) == why:
            return
        self._down[child] = why
        self._terminal.say(
            f"stopped ({why}); it is started again, {_MEANWHILE.get(child, '')}",
            lead=f"{child}: ",
            tone=Tone.WARNING,
        )

    def _back(self, child: str, said: dict[str, Any]) -> None:
        if self._down.pop(child, None) is None:
            return
        calls = said.get("recovered")
        with_calls = "" if calls is None else f", with {calls} call{'' if calls == 1 else 's'}"
        self._terminal.say(f"back again{with_calls}", lead=f"{child}: ")


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
