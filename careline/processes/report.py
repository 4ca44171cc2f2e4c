"""How a child process tells the supervisor how it stands: one JSON object a line on stdout."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from calls.faults import where

log = logging.getLogger(__name__)

READY = "ready"
"""The process does its work."""
NOTICE = "notice"
"""Something the operator should read; work goes on."""
PROGRESS = "progress"
"""How far long work at the start is."""
FATAL = "fatal"
"""The process cannot do its work and says why; trying again would not help."""

ALIVE = "alive"
"""The process does not hang; said every :data:`ALIVE_EVERY_S`."""
ALIVE_EVERY_S = 5.0

DIED = "died"
"""From the supervisor, not from a child: the process ended and is started again."""

FATAL_EXIT = 2


def report(event: str, **fields: Any) -> None:  # noqa: ANN401 - JSON values
    """Tell the supervisor."""
    try:
        sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The supervisor is gone; its children notice by other means and go on meanwhile.
        return


async def supervisor_gone() -> None:
    """Until standard input ends: the supervisor holds its other end open while it lives."""
    reader = asyncio.StreamReader()
    transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while await reader.read(1024):
            pass
    finally:
        transport.close()


async def named_faults(work: Coroutine[Any, Any, None]) -> None:
    """Do the work of a process; a fault that nobody awaits is logged without its message.

    The event loop itself would log the message, which could hold what a caller said.
    """
    asyncio.get_running_loop().set_exception_handler(_log_fault)
    await work


def _log_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.error("something beside the calls failed: %s", where(error) if error else "no exception")


class _ToSupervisor(logging.Handler):
    """Warnings and errors reach the operator's terminal as well as the log file."""

    def emit(self, record: logging.LogRecord) -> None:
        report(NOTICE, level=record.levelname.lower(), message=record.getMessage())


def log_to(path: Path, name: str) -> None:
    """Log to a file, warnings to the supervisor as well.

    Raises:
        OSError: the file cannot be written.
    """
    log_file = logging.FileHandler(path)
    path.chmod(0o600)
    log_file.setFormatter(
        logging.Formatter(f"%(asctime)s {name} %(levelname)s %(name)s: %(message)s")
    )
    # A log that cannot be written (the disk is full) must not fill the operator's terminal.
    logging.raiseExceptions = False
    to_supervisor = _ToSupervisor(logging.WARNING)
    logging.basicConfig(level=logging.INFO, handlers=[log_file, to_supervisor], force=True)
