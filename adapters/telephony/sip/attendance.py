"""Whether a brain drives the line, and how long none has truly done so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SETTLED_S = 25.0
"""Longer than a brain that hangs is let be: one that stayed so long is at work."""


class Attendance:
    """Begins unattended, without a patience that runs out before :meth:`undriven` is called.

    A brain that comes back and falls again, over and over, must not keep callers on music for ever:
    the patience runs on until a brain has stayed for ``settled_s``. One that is here when it runs
    out is given that time; should it leave earlier, the callers are forsaken at once.

    Args:
        unattended_s: how long callers wait for a brain.
        on_forsaken: called when none came, or stayed, for so long.
        settled_s: how long a brain must stay to count.

    Attributes:
        attended: a brain drives the line.
    """

    def __init__(
        self,
        unattended_s: float,
        on_forsaken: Callable[[], None],
        *,
        settled_s: float = SETTLED_S,
    ) -> None:
        self._unattended_s = unattended_s
        self._settled_s = settled_s
        self._on_forsaken = on_forsaken
        self._patience: asyncio.TimerHandle | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._out_of_patience = False
        self._stopped = False
        self.attended = False

    @property
    def forsaken(self) -> bool:
        """No brain is here, and none has stayed for too long."""
        return self._out_of_patience and not self.attended

    def driven(self) -> None:
        """A brain is here."""
        self.attended = True
        if self._settling is None and not self._stopped:
            loop = asyncio.get_running_loop()
            self._settling = loop.call_later(self._settled_s, self._settled)

    def undriven(self) -> None:
        """No brain; told again while there is none, the time runs on."""
        returned_in_vain = self.attended and self._out_of_patience
        self.attended = False
        self._end_settling()
        if self._stopped:
            return
        if returned_in_vain:
            self._on_forsaken()
        elif self._patience is None and not self._out_of_patience:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(self._unattended_s, self._impatient)

    def stop(self) -> None:
        """The line stops: patience no longer runs out."""
        self._stopped = True
        self._end_patience()
        self._end_settling()

    def _impatient(self) -> None:
        self._patience = None
        self._out_of_patience = True
        if not self.attended:
            self._on_forsaken()

    def _settled(self) -> None:
        self._settling = None
        self._end_patience()
        self._out_of_patience = False

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _end_settling(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
