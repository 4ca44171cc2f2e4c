"""Who comes first: the order of calls and the order of agents, as plain keys to sort by.

Smaller comes first, and no two keys are equal because each ends with a sequence number: a replay
must break every tie as the live line did.
"""

from __future__ import annotations

Rank = int
"""What a call's place depends on besides its waiting: the emergency lane or not."""

CallKey = tuple[Rank, float, int]
AgentKey = tuple[float, int]


def lane_rank(*, emergency: bool) -> Rank:
    """How a kind of call ranks before waiting time is looked at.

    Args:
        emergency: red-flag calls stand before every routine call, whatever any queue says.
    """
    return 0 if emergency else 1


def call_order(rank: Rank, *, since: float, seq: int) -> CallKey:
    """Emergencies first, then the longest wait.

    Args:
        rank: from :func:`lane_rank`.
        since: when the caller began to wait, less the queue's head start, seconds since the epoch.
        seq: order of arrival, for equal times.
    """
    return (rank, since, seq)


def agent_order(*, ready_since: float, seq: int) -> AgentKey:
    """Longest ready first: the agent who has been without a call for longest gets the next one.

    Args:
        ready_since: when the agent last became ready, seconds since the epoch.
        seq: order of becoming ready, for equal times.
    """
    return (ready_since, seq)
