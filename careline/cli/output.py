"""Standard output: what was lost of it is told, whoever went on all the same."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

LOST = 2
READER_LEFT = 1


class Output(io.TextIOWrapper):
    """Writes where a stream writes, and remembers that it failed.

    A character that the reader's terminal cannot show becomes a question mark.

    Args:
        stream: stays open.

    Attributes:
        failure: why something could not be written; ``None`` as long as everything was.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            stream.buffer,
            stream.encoding,
            errors="replace",
            line_buffering=bool(stream.line_buffering),
            write_through=True,  # the stream's own buffer is enough
        )
        self._shown_to_a_person = stream.isatty()
        self.failure: OSError | None = None

    def write(self, text: str) -> int:
        """See :meth:`io.TextIOWrapper.write`."""
        with self._remembered():
            return super().write(text)

    def flush(self) -> None:
        """See :meth:`io.TextIOWrapper.flush`."""
        with self._remembered():
            super().flush()

    def close(self) -> None:
        """Nothing: the stream is not ours."""

    def finished(self, code: int) -> int:
        """Write out what is left, and say where something was lost.

        A reader who left (``careline check | head``) misses nothing, and is told nothing. How full
        the buffer was when they left makes no difference to the code.

        Args:
            code: how the command ended.

        Returns:
            The same, :data:`LOST`, or :data:`READER_LEFT` for a command that ended well.
        """
        write_out(self)
        if self.failure is None or self._shown_to_a_person:
            return code
        if isinstance(self.failure, BrokenPipeError):
            return code or READER_LEFT
        with suppress(OSError):
            print(f"standard output: {self.failure.strerror}", file=sys.stderr)
        return LOST

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failure = error
            raise


def write_out(stream: TextIO) -> None:
    """Write out what is left in a stream; where that cannot be done, drop it.

    Left to the interpreter's own end, output that cannot be written would turn the exit code into
    120 (https://docs.python.org/3/library/signal.html, note on SIGPIPE).
    """
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
