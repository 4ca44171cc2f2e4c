"""Why an agent was offered a call, in one sentence for a person to read."""

from __future__ import annotations

from acd.agent import Agent, Work
from acd.visit import Visit


def offer_rule(visit: Visit, agent: Agent, reason: str, now: float) -> str:
    """The rule that an offer follows, before agent and call are taken off their places.

    Args:
        visit: the call.
        agent: who is to be rung.
        reason: why this agent.
        now: seconds since the epoch.
    """
    lane = visit.lane
    if agent.work is Work.WRAP_UP:
        reason = "taken out of wrap-up, for no other nurse is left to ring: in it"
    first = "red flag before everything; " if lane.emergency else ""
    return (
        f"{first}{reason} for {now - agent.ready_since:.0f} s; {lane.free} free with "
        f"{lane.needs_text}; the caller has waited {now - visit.queued_at:.0f} s"
    )
