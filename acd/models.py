"""What the distributor is set up with: queues and agents as ops staff write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.ids import AgentId, QueueId
from calls.requirement import SkillNeed


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueConfig:
    """One queue.

    Attributes:
        id: its name.
        title: what agents see.
        skills: what an agent needs to take its calls.
        priority: 1 (first) to 9; queues of equal priority share agents by waiting time.
        ring_timeout_s: how long one agent's phone rings.
        wrap_up_s: time after a call before the agent is ready again.
        service_level_s: the wait that counts as answered in time.
        short_abandon_s: leaving sooner than this is a short abandon.
    """

    id: QueueId
    title: str
    skills: tuple[SkillNeed, ...] = ()
    priority: int = 5
    ring_timeout_s: float = 15.0
    wrap_up_s: float = 20.0
    service_level_s: float = 20.0
    short_abandon_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """One agent.

    Attributes:
        id: their name in facts; also the user their phone registers as.
        name: what people call them.
        skills: skill to level, 1 (can) to 5 (expert). A nurse has the skill ``nurse``.
        rona_rest_s: how long they are passed over after a ring without answer. A red flag may
            still ring them when no other nurse is free.
        retry_rest_s: how long nothing at all is offered after an offer that came to nothing, so
            that a phone that refuses at once is not rung in a tight loop.
    """

    id: AgentId
    name: str
    skills: Mapping[str, int] = field(default_factory=dict)
    rona_rest_s: float = 30.0
    retry_rest_s: float = 5.0
