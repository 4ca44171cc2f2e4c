"""The last calls as a person reads them, kept in memory for the live view and ``careline call``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from calls.commands import Command, OfferCall
from calls.facts import (
    CallArrived,
    CallConnected,
    CallEnded,
    CallFact,
    CallQueued,
    TransferFailed,
)
from calls.ids import AgentId, CallId, QueueId
from calls.outcome import Outcome
from calls.private import Private
from careline.story import tell
from careline.turn import Turn

_KEPT_CALLS = 500


@dataclass(slots=True)
class CallStory:
    """One call.

    Attributes:
        call_id: the call.
        arrived_at: seconds since the epoch.
        caller: the number shown; to be compared, never to be shown.
        lines: ``(seconds since the arrival, what happened)``, in words for people.
        queued_in: queues the caller was sent to, in order.
        offered_to: agents the caller was offered to, in order.
        answered_by: agents the caller talked with, in order.
        answered_after_s: until the first of them.
        outcome: once it ended.
    """

    call_id: CallId
    arrived_at: float
    caller: Private
    lines: list[tuple[float, str]] = field(default_factory=list)
    queued_in: list[QueueId] = field(default_factory=list)
    offered_to: list[AgentId] = field(default_factory=list)
    answered_by: list[AgentId] = field(default_factory=list)
    answered_after_s: float | None = None
    outcome: Outcome | None = None


Listener = Callable[[float, CallId | None, str], None]
"""Told each line: time, the call if it is about one, what happened."""


class CallLog:
    """Follows the switchboard's turns."""

    def __init__(self) -> None:
        self._listener: Listener = _nobody
        self._stories: OrderedDict[CallId, CallStory] = OrderedDict()

    def listen(self, listener: Listener) -> None:
        """Tell every further line to ``listener``."""
        self._listener = listener

    def observe(self, now: float, turn: Turn) -> None:
        """Take in one turn."""
        for record in turn.records:
            line = tell(record)
            if isinstance(record, CallFact | Command):
                self._about_call(now, record, line)
            elif line is not None:
                self._listener(now, None, line)

    def from_caller(self, number: str) -> list[CallStory]:
        """Calls that showed this number, oldest first."""
        return [story for story in self._stories.values() if story.caller.reveal() == number]

    def begins(self, with_: str) -> bool:
        """Whether the id of any call that is kept begins like that."""
        return any(call_id.startswith(with_) for call_id in self._stories)

    def story(self, call_id: CallId) -> CallStory | None:
        """One call's story, while it is kept."""
        return self._stories.get(call_id)

    def _about_call(self, now: float, record: CallFact | Command, line: str | None) -> None:
        if isinstance(record, CallArrived) and record.call_id not in self._stories:
            self._stories[record.call_id] = CallStory(record.call_id, now, record.caller)
            while len(self._stories) > _KEPT_CALLS:
                self._stories.popitem(last=False)
        story = self._stories.get(record.call_id)
        if story is not None:
            match record:
                case CallQueued(requirement=requirement):
                    story.queued_in.append(requirement.queue)
                case OfferCall(agent_id=agent_id):
                    story.offered_to.append(agent_id)
                case CallConnected(agent_id=agent_id):
                    story.answered_by.append(agent_id)
                    if story.answered_after_s is None:
                        story.answered_after_s = now - story.arrived_at
                case CallEnded(outcome=outcome):
                    story.outcome = outcome
            if isinstance(record, TransferFailed) and any(
                line == told for _at, told in story.lines
            ):
                # An emergency tries the outside again and again; why that fails is told once.
                return
            if line is not None:
                story.lines.append((now - story.arrived_at, line))
        if line is not None:
            self._listener(now, record.call_id, line)


def _nobody(_at: float, _call_id: CallId | None, _line: str) -> None:
    return
