"""What a line without telephones records: conversations and messages that hold no sound."""

from __future__ import annotations

from calls.commands import RecordMessage
from calls.facts import Fact, MessageRecorded, RecordingSealed
from calls.ids import CallId

_MESSAGE_S = 10.0
"""How long a caller speaks who leaves a message and is not cut short."""

Delayed = tuple[float, Fact]
"""A fact and in how many seconds it happens."""


class SimulatedRecordings:
    """What is recorded of each caller: the conversation, or a message, never both.

    Args:
        site: the site's id.
    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._conversations: dict[CallId, tuple[str, float]] = {}
        self._messages: dict[CallId, tuple[MessageRecorded, float]] = {}
        self._due: dict[str, MessageRecorded] = {}

    def conversation(self, call_id: CallId) -> str | None:
        """The conversation's recording that is running."""
        running = self._conversations.get(call_id)
        return running[0] if running else None

    def takes_message(self, call_id: CallId) -> bool:
        """Whether a message is being taken."""
        return call_id in self._messages

    def start(self, call_id: CallId, recording_id: str, now: float) -> list[Delayed]:
        """Record both sides from now on, in place of what was recorded before."""
        if self.conversation(call_id) == recording_id:
            return []
        ended = self.end(call_id, now)
        self._conversations[call_id] = (recording_id, now)
        return self.to_come(ended)

    def stop(self, call_id: CallId, recording_id: str, now: float) -> list[Delayed]:
        """Close the recording of this id, if it is the one that runs."""
        if self.conversation(call_id) != recording_id:
            return []
        return self.to_come(self._end_conversation(call_id, now))

    def take_message(self, command: RecordMessage, now: float) -> list[Delayed]:
        """The caller leaves a message: 10 s, unless that is too long or something ends it."""
        call_id, recording_id = command.call_id, command.recording_id
        if recording_id in self._due:
            return []
        ended = self.end(call_id, now)
        whole = MessageRecorded(
            site=self._site,
            call_id=call_id,
            recording_id=recording_id,
            duration_s=min(_MESSAGE_S, command.max_s),
        )
        self._messages[call_id] = (whole, now)
        return [*self.to_come(ended), *self.to_come([whole], whole.duration_s)]

    def end_message(self, call_id: CallId, now: float) -> list[Fact]:
        """End the message that is being taken, if one is; it is as long as it has come."""
        if call_id not in self._messages:
            return []
        whole, began_at = self._messages.pop(call_id)
        del self._due[whole.recording_id]
        return [
            MessageRecorded(
                site=self._site,
                call_id=call_id,
                recording_id=whole.recording_id,
                duration_s=min(now - began_at, whole.duration_s),
            )
        ]

    def end(self, call_id: CallId, now: float) -> list[Fact]:
        """Close whatever is recorded of this caller."""
        return [*self.end_message(call_id, now), *self._end_conversation(call_id, now)]

    def to_come(self, facts: list[Fact], in_s: float = 0.0) -> list[Delayed]:
        """The facts as ones that are still to happen."""
        for fact in facts:
            if isinstance(fact, MessageRecorded):
                self._due[fact.recording_id] = fact
        return [(in_s, fact) for fact in facts]

    def still_true(self, fact: MessageRecorded) -> bool:
        """Whether a message ended like this, and not as it would have if nothing had ended it."""
        if self._due.get(fact.recording_id) != fact:
            return False
        del self._due[fact.recording_id]
        taken = self._messages.get(fact.call_id)
        if taken is not None and taken[0] == fact:
            del self._messages[fact.call_id]
        return True

    def _end_conversation(self, call_id: CallId, now: float) -> list[Fact]:
        if call_id not in self._conversations:
            return []
        recording_id, began_at = self._conversations.pop(call_id)
        return [
            RecordingSealed(
                site=self._site,
                call_id=call_id,
                recording_id=recording_id,
                duration_s=now - began_at,
            )
        ]
