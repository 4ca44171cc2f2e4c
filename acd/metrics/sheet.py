"""Cells by whom they are about and by interval."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from acd.metrics.cells import Cell
from acd.metrics.intervals import Intervals

K = TypeVar("K", bound=Hashable)
C = TypeVar("C", bound=Cell)


class Sheet(Generic[K, C]):
    """The cells of one kind.

    Args:
        make: makes an empty cell.
        intervals: the window and how it is cut.

    Attributes:
        cells: by whom and by the beginning of the interval.
        elsewhere: one cell for whatever is outside the window, so that nobody has to ask.
    """

    __slots__ = ("_intervals", "_make", "cells", "elsewhere")

    def __init__(self, make: Callable[[], C], intervals: Intervals) -> None:
        self._make = make
        self._intervals = intervals
        self.cells: dict[tuple[K, float], C] = {}
        self.elsewhere = make()

    def at(self, whom: K, moment: float) -> C:
        """The cell that a moment belongs to."""
        if not self._intervals.holds(moment):
            return self.elsewhere
        key = (whom, self._intervals.start(moment))
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = self._make()
        return cell
