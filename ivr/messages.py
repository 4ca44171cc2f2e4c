"""The messages a caller leaves. What was recorded always becomes a task, once; so does silence."""

from __future__ import annotations

from calls.commands import Command, OpenTask, RecordMessage
from calls.ids import CallId
from ivr.steps import MessageStep


class Messages:
    """One call's messages, from the beep until the line has sealed them.

    A message that a red flag or a key cut short is a message all the same. When the line never
    reports one, a person is told to look: a task too many is better than a patient not called back.
    For the same reason a caller who began a message and said nothing is called back.

    Args:
        call_id: the call; gives the recordings their names.

    Attributes:
        taken: whether one was left.
    """

    __slots__ = ("_asked_again", "_call_id", "_count", "_last", "_open", "taken")

    def __init__(self, call_id: CallId) -> None:
        self._call_id = call_id
        self._count = 0
        self._asked_again = False
        self._last: MessageStep | None = None
        self._open: dict[str, MessageStep] = {}
        self.taken = False

    def copied(self) -> Messages:
        """The same, for a copy of the call."""
        twin = Messages(self._call_id)
        twin._count, twin._last = self._count, self._last
        twin._asked_again, twin.taken = self._asked_again, self.taken
        twin._open.update(self._open)
        return twin

    @property
    def stance(self) -> tuple[object, ...]:
        """All of it that makes a difference to what follows."""
        return (self._asked_again, self._last is None, bool(self._open), self.taken)

    @property
    def awaited(self) -> bool:
        """Whether the line has yet to report one."""
        return bool(self._open)

    def begin(self) -> None:
        """A message is to be asked for; if it is empty, once more."""
        self._asked_again = False

    def ask_again(self) -> bool:
        """The message was empty; whether to ask for it once more."""
        first = not self._asked_again
        self._asked_again = True
        return first

    def record(self, step: MessageStep) -> list[Command]:
        """Begin the next message."""
        self._count += 1
        self._last = step
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

    def call_back(self) -> list[Command]:
        """Have a caller rung who began a message and left none."""
        if self._last is None or self.taken:
            return []
        return [
            OpenTask(
                call_id=self._call_id,
                kind="call-back",
                queue=self._last.queue,
                promised_s=self._last.promised_s,
            )
        ]

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
