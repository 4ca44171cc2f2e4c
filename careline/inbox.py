"""What waits to be handled, in the order in which it came.

A queue of :mod:`asyncio` takes nothing back at its front. This one does: what was taken out and
could not be handled comes before all that came later. Of two facts of one line the later one must
never be handled first: it says how far that line was heard, and the earlier would count as known.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """For one reader and any number of writers on one event loop."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._filled = asyncio.Event()

    def put(self, item: Item) -> None:
        """Add one at the end."""
        self._items.append(item)
        self._filled.set()

    def put_back(self, items: Iterable[Item]) -> None:
        """These were taken out and not handled: they come first again, in the same order."""
        self._items.extendleft(reversed(tuple(items)))
        if self._items:
            self._filled.set()

    async def filled(self) -> None:
        """Return once something waits."""
        await self._filled.wait()

    def take(self) -> list[Item]:
        """All that waits; empty if nothing does."""
        items = list(self._items)
        self._items.clear()
        self._filled.clear()
        return items
