"""What waits to be handled, in the order in which it came.

A queue of :mod:`asyncio` takes nothing back at its front. This one does: what was taken out and
could not be handled comes before all that came later. Of two facts of one line the later one must
never be handled first: it says how far that line was heard, and the earlier would count as known.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from calls.facts import Fact
from calls.ports import Line, LineEvent


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that waits to be handled.

    Attributes:
        fact: what happened.
        epoch: the run of the line that told it; empty where it was no line.
        seq: its number there.
        at: when it happened there, seconds since the epoch.
        done: is given whether the fact is in the journal, once it was handled.
    """

    fact: Fact
    epoch: str = ""
    seq: int = 0
    at: float | None = None
    done: asyncio.Future[bool] | None = None

    @classmethod
    def by_line(cls, event: LineEvent) -> Told:
        """An event of a line."""
        return cls(event.fact, event.epoch, event.seq, event.at)


@dataclass(frozen=True, slots=True)
class Gone:
    """This line tells no more; another one, connected meanwhile, may."""

    line: Line


class Inbox:
    """For one reader and any number of writers on one event loop."""

    def __init__(self) -> None:
        self._items: deque[Told | Gone] = deque()
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Told | Gone) -> None:
        """Add one at the end."""
        self._items.append(item)
        self._filled.set()

    def put_back(self, items: Iterable[Told | Gone]) -> None:
        """These were taken out and not handled: they come first again, in the same order."""
        self._items.extendleft(reversed(tuple(items)))
        if self._items:
            self._filled.set()

    async def filled(self) -> None:
        """Return once something waits."""
        await self._filled.wait()

    def take(self) -> list[Told | Gone]:
        """All that waits; empty if nothing does."""
        items = list(self._items)
        self._items.clear()
        self._filled.clear()
        return items
