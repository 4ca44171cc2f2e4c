"""Single keys from the operator's terminal, without Enter."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable
from typing import Any


class Keyboard:
    """Keys while it is entered; none when standard input is no terminal, or not ours to read.

    Args:
        take: told each key.
    """

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._descriptor = sys.stdin.fileno() if _ours() else None
        self._before: list[Any] | None = None

    @property
    def available(self) -> bool:
        """Whether keys can be pressed."""
        return self._descriptor is not None

    def __enter__(self) -> None:
        self.resume()

    def __exit__(self, *_error: object) -> None:
        self.pause()

    def resume(self) -> None:
        """Take keys."""
        if self._descriptor is None:
            return
        try:
            before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor)
        except termios.error:
            # The terminal was closed.
            self._descriptor = None
            return
        self._before = before
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def pause(self) -> None:
        """Leave the terminal as it was."""
        if self._descriptor is None or self._before is None:
            return
        asyncio.get_running_loop().remove_reader(self._descriptor)
        before, self._before = self._before, None
        try:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)
        except termios.error:
            self._descriptor = None

    def _read(self) -> None:
        assert self._descriptor is not None
        try:
            key = os.read(self._descriptor, 1)
        except OSError:
            key = b""
        if not key:
            # The terminal was closed; it would report that for ever.
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._before = None
            return
        self._take(key.decode(errors="replace"))


def _ours() -> bool:
    """Whether we are in the foreground: a background process that set the terminal is stopped."""
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False
