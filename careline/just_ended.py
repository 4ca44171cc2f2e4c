"""Calls that ended a moment ago: an agent's key that comes too late still counts.

The agent and the caller are two legs. What the agent pressed while they were connected may be heard
of when the caller has gone already, and a code's first key before, its last one after.
"""

from __future__ import annotations

from calls.ids import AgentId, CallId
from careline.live_call import LiveCall

_KEPT = 200
"""So many calls, in memory only; a replay finds them again."""


class JustEnded:
    """The calls that ended last and had been answered."""

    def __init__(self) -> None:
        self._calls: dict[CallId, LiveCall] = {}

    def add(self, call: LiveCall) -> None:
        """A call is over; one that no agent had spoken in is nobody's to press a key in."""
        if not call.agents:
            return
        self._calls[call.call_id] = call
        if len(self._calls) > _KEPT:
            del self._calls[next(iter(self._calls))]

    def call(self, call_id: CallId) -> LiveCall | None:
        """The call, while it is kept."""
        return self._calls.get(call_id)

    def spoke_in(self, call_id: CallId, agent_id: AgentId) -> LiveCall | None:
        """The call, if that agent had spoken with its caller."""
        call = self._calls.get(call_id)
        return call if call is not None and agent_id in call.agents else None
