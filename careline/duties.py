"""What people still have to do, as they read it: tasks and promised call-backs in one list.

A caller who chose to be called back is the distributor's alone, until its attempts have been in
vain; a person may see them and say that it is done all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from acd import CALL_BACK_TASK, RED_FLAG_TASK, CallBackView
from calls.ids import CallId
from careline.switchboard import Switchboard

_URGENT = "red-flag-"
"""How the kinds of task begin that come from a red flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something a person has to do for one caller, or to see done.

    Attributes:
        call_id: the call.
        kind: as in :class:`~calls.commands.OpenTask`.
        queue: whose people do it.
        opened_at: since when it is open, seconds since the epoch.
        promised_until: when the caller was told to expect it by, seconds since the epoch.
        recording_id: a message to listen to, if there is one.
        may_call_back: as in :class:`~calls.commands.OpenTask`.
        call_back: how far the line's own attempts have come, where it makes any.
    """

    call_id: CallId
    kind: str
    queue: str
    opened_at: float
    promised_until: float | None = None
    recording_id: str | None = None
    may_call_back: bool = True
    call_back: CallBackView | None = None

    @property
    def urgent(self) -> bool:
        """Whether a red flag is behind it."""
        return self.kind.startswith(_URGENT)

    @property
    def is_call_back(self) -> bool:
        """Whether it is to call somebody."""
        return self.kind in (RED_FLAG_TASK, CALL_BACK_TASK)


def duties(board: Switchboard) -> list[Duty]:
    """Everything that is to be done: red flags first, then by when they were opened."""
    views = {(view.call_id, _kind(view)): view for view in board.distributor.snapshot().tasks}
    found = []
    for task in board.tasks:
        order = task.order
        promised = None if order.promised_s is None else task.opened_at + order.promised_s
        found.append(
            Duty(
                call_id=order.call_id,
                kind=order.kind,
                queue=order.queue,
                opened_at=task.opened_at,
                promised_until=promised,
                recording_id=order.recording_id,
                may_call_back=order.may_call_back,
                call_back=views.pop((order.call_id, order.kind), None),
            )
        )
    found += [
        Duty(
            call_id=call_id,
            kind=kind,
            queue=view.queue,
            opened_at=view.queued_at,
            call_back=view,
        )
        for (call_id, kind), view in views.items()
    ]
    return sorted(found, key=lambda duty: (not duty.urgent, duty.opened_at))


def _kind(view: CallBackView) -> str:
    return RED_FLAG_TASK if view.emergency else CALL_BACK_TASK
