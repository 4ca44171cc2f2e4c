"""Waiting for somebody's turn to speak."""

from __future__ import annotations

import asyncio


class Pause:
    """Waits until somebody has spoken for a moment and then been quiet for a while.

    Args:
        quiet_s: how long.
        paused: set once they have.
    """

    _SPOKE_S = 0.2

    def __init__(self, quiet_s: float, paused: asyncio.Event) -> None:
        self._wanted_s = quiet_s
        self._paused = paused
        self._spoke_s = 0.0
        self._quiet_s = 0.0

    def hear(self, sounding: bool, length_s: float) -> None:
        """One more stretch of what the far end sends."""
        if sounding:
            self._spoke_s += length_s
            self._quiet_s = 0.0
            return
        self._quiet_s += length_s
        if self._spoke_s >= self._SPOKE_S and self._quiet_s >= self._wanted_s:
            self._paused.set()
