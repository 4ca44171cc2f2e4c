"""What the writer is asked to do, and how its answers come back to the event loop that asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from adapters.stores.rows import Row


@dataclass(slots=True)
class Append:
    """Rows that are kept together or not at all; the answer is the last one's position."""

    rows: list[Row]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[int]


@dataclass(slots=True)
class Forget:
    """Delete a call's key; the answer is whether there was one."""

    call_id: str
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[bool]


@dataclass(slots=True)
class KeepSnapshot:
    """Put a snapshot in place of the one before; the answer says only that it is durable."""

    position: int
    state: bytes = field(repr=False)
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[None]


Job = Append | Forget | KeepSnapshot


Answer = int | bool | Exception | None


def deliver(answers: Iterable[tuple[Job, Answer]]) -> None:
    """Give each job its answer; each event loop is woken once, however many there are for it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Answer]]] = {}
    for job, answer in answers:
        by_loop.setdefault(job.loop, []).append((job.answer, answer))
    for loop, mine in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, mine)
        except RuntimeError:
            continue  # the loop is closed: nobody waits any more


def _resolve(answers: list[tuple[asyncio.Future[Any], Answer]]) -> None:
    for waiting, answer in answers:
        if waiting.done():  # who waited has given up; what was written stays written
            continue
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)
