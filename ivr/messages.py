"""The messages a caller leaves. What was recorded always becomes a task, once."""

from __future__ import annotations

from calls.commands import Command, OpenTask, RecordMessage
from calls.ids import CallId
from ivr.steps import MessageStep


class Messages:
    """One call's messages, from the beep until the line has sealed them.

    A message that a red flag or a key cut short is a message all the same. When the line never
    reports one, a person is told to look: a task too many is better than a patient not called back.

    Args:
        call_id: the call; gives the recordings their names.
    """

    __slots__ = ("_call_id", "_count", "_open", "taken")

    def __init__(self, call_id: CallId) -> None:
        self._call_id = call_id
        self._count = 0
        self._open: dict[str, MessageStep] = {}
        self.taken = False

    @property
    def awaited(self) -> bool:
        """Whether the line has yet to report one."""
        return bool(self._open)

    def record(self, step: MessageStep) -> list[Command]:
        """Begin the next message."""
        self._count += 1
        recording_id = self._name(self._count)
        self._open[recording_id] = step
        return [RecordMessage(call_id=self._call_id, recording_id=recording_id, max_s=step.max_s)]

    def is_current(self, recording_id: str) -> bool:
        """Whether this is the message being taken now, not one that was cut short before it."""
        return recording_id in self._open and recording_id == self._name(self._count)

    def recorded(self, recording_id: str, duration_s: float) -> list[Command]:
        """The line has sealed one; an empty one asks nobody for anything."""
        step = self._open.pop(recording_id, None)
        if step is None or duration_s <= 0:
            return []
        self.taken = True
        return [self._task(recording_id, step)]

    def unreported(self) -> list[Command]:
        """The line is no longer waited for: have people look whether there is anything."""
        tasks: list[Command] = [self._task(*each) for each in self._open.items()]
        self.taken = self.taken or bool(tasks)
        self._open.clear()
        return tasks

    def _name(self, number: int) -> str:
        return f"{self._call_id}-message-{number}"

    def _task(self, recording_id: str, step: MessageStep) -> OpenTask:
        return OpenTask(
            call_id=self._call_id,
            kind="message",
            queue=step.queue,
            recording_id=recording_id,
            promised_s=step.promised_s,
        )
