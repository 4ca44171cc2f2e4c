"""What people still have to do for callers: opened by the engines, closed by people alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from calls.commands import OpenTask
from calls.facts import TaskClosed
from calls.ids import CallId
from calls.private import Private
from careline.turn import Task


class Tasks:
    """The open tasks of a site, in the order in which they were opened.

    Nothing private is in them: a checkpoint keeps them as they are. What is known of the callers
    stands in :mod:`careline.notes`.
    """

    def __init__(self) -> None:
        self._open: list[Task] = []

    def __iter__(self) -> Iterator[Task]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)

    def open(self, order: OpenTask, now: float) -> None:
        """Somebody has to do this."""
        self._open.append(Task(opened_at=now, order=replace(order, number=Private(""))))

    def recall(self, tasks: Iterable[Task]) -> None:
        """Go on with these."""
        self._open = list(tasks)

    def forbid_call_back(self, call_id: CallId) -> None:
        """Whoever does this must know that the line may not call the caller."""
        self._open = [
            replace(task, order=replace(task.order, may_call_back=False))
            if task.order.call_id == call_id
            else task
            for task in self._open
        ]

    def close(self, fact: TaskClosed) -> bool:
        """Somebody has done it; whether it was open."""
        before = len(self._open)
        self._open = [
            task
            for task in self._open
            if (task.order.call_id, task.order.kind) != (fact.call_id, fact.kind)
        ]
        return len(self._open) < before

    def of(self, call_id: CallId, kind: str | None = None) -> bool:
        """Whether anything, or anything of one kind, is to be done for a call."""
        return any(
            task.order.call_id == call_id and kind in (None, task.order.kind) for task in self._open
        )
