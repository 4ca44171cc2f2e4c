"""Lines for a person: wrapped to the terminal's width, what is urgent in colour."""

from __future__ import annotations

import os
import shutil
import textwrap
from enum import Enum
from typing import TextIO

_NARROWEST = 40


class Tone(Enum):
    """How a line stands out on a terminal that has colours."""

    PLAIN = ""
    ALERT = "\033[1;31m"
    WARNING = "\033[33m"
    QUIET = "\033[2m"


_PLAIN_AGAIN = "\033[0m"
_CLEAR_LINE = "\r\033[K"


class Terminal:
    """Writes lines to a stream; plain and unwrapped when the stream is no terminal.

    A terminal that was closed takes nothing more, and that is no error: the line goes on.

    Args:
        stream: where lines go, for example ``sys.stdout``.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.interactive = stream.isatty()
        self._colour = self.interactive and not os.environ.get("NO_COLOR")
        self._unfinished = False

    def say(self, text: str = "", *, lead: str = "", tone: Tone = Tone.PLAIN) -> None:
        """Write a line.

        Args:
            text: the line; on a terminal its continuation lines stand under its beginning.
            lead: what comes before it and is not repeated.
            tone: of the text, not of the lead.
        """
        lines = self._wrapped(text, len(lead))
        if self._colour and tone is not Tone.PLAIN:
            lines = [f"{tone.value}{line}{_PLAIN_AGAIN}" for line in lines]
        joined = f"\n{' ' * len(lead)}".join(lines)
        self._write(f"{_CLEAR_LINE if self._unfinished else ''}{lead}{joined}\n")
        self._unfinished = False

    def progress(self, text: str) -> None:
        """Show how far something is: on a terminal in place of what was shown before."""
        if self.interactive:
            self._write(f"{_CLEAR_LINE}{text}")
            self._unfinished = True
        else:
            self.say(text)

    def _wrapped(self, text: str, indent: int) -> list[str]:
        if not self.interactive:
            return [text]
        width = max(_NARROWEST, shutil.get_terminal_size().columns - indent)
        own = text[: len(text) - len(text.lstrip())]
        return textwrap.wrap(
            text, width, subsequent_indent=own, break_long_words=False, break_on_hyphens=False
        ) or [""]

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # Closed: nobody reads it any more.
            return
