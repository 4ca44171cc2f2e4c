"""Who comes first: the order of calls and the order of agents, as plain keys to sort by.

Smaller comes first, and no two keys are equal because each ends with a sequence number: a replay
must break every tie as the live line did.
"""

from __future__ import annotations

Rank = tuple[int, int]
"""What a call's place depends on besides its own waiting: the emergency lane, then priority."""

CallKey = tuple[Rank, float, int]
AgentKey = tuple[float, int]


def lane_rank(*, emergency: bool, priority: int) -> Rank:
    """How a kind of call ranks before waiting time is looked at.

    Args:
        emergency: red-flag calls stand before every routine call, whatever any queue's priority.
        priority: of the queue, 1 (first) to 9; without meaning among emergencies.
    """
    return (0, 0) if emergency else (1, priority)


def call_order(rank: Rank, *, queued_at: float, seq: int) -> CallKey:
    """Emergencies first, then the queue's priority, then the longest wait.

    Args:
        rank: from :func:`lane_rank`.
        queued_at: when the caller began to wait, seconds since the epoch.
        seq: order of arrival, for equal times.
    """
    return (rank, queued_at, seq)


def agent_order(*, ready_since: float, seq: int) -> AgentKey:
    """Longest ready first: the agent who has been without a call for longest gets the next one.

    Args:
        ready_since: when the agent last became ready, seconds since the epoch.
        seq: order of becoming ready, for equal times.
    """
    return (ready_since, seq)
