"""A sorted row of things, each under a key of its own: callers who wait, agents who are free."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

Key = tuple[float, int]
"""``(since, sequence number)``; the sequence number makes it unique and the order total."""


class Ranking(Generic[Item]):
    """Items in the order of their keys.

    Two parallel lists: finding a place is a binary search, making room moves machine words, which
    for the few thousand entries of a clinic or a large centre is faster than any tree.
    """

    __slots__ = ("_items", "_keys")

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._items: list[Item] = []

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return bool(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    @property
    def first(self) -> Item:
        """The item with the smallest key.

        Raises:
            IndexError: there is none.
        """
        return self._items[0]

    @property
    def first_key(self) -> Key:
        """The smallest key.

        Raises:
            IndexError: there is none.
        """
        return self._keys[0]

    def add(self, key: Key, item: Item) -> None:
        """Put ``item`` in its place."""
        at = bisect_left(self._keys, key)
        self._keys.insert(at, key)
        self._items.insert(at, item)

    def remove(self, key: Key) -> None:
        """Take out the item under ``key``.

        Raises:
            KeyError: there is none; nothing was changed.
        """
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            raise KeyError(key)
        del self._keys[at]
        del self._items[at]
