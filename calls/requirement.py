"""What a call needs from whoever takes it."""

from __future__ import annotations

from dataclasses import dataclass

from calls.ids import AgentId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillNeed:
    """A skill at or above a level.

    Attributes:
        skill: the skill's name.
        level: 1 (can) to 5 (expert).
        preferred: whoever has it comes first; whoever has not is offered the call all the same.
    """

    skill: str
    level: int = 1
    preferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The queue a call joins and what its agent must be able to do.

    Attributes:
        queue: the queue it waits in.
        skills: what the call needs beyond the queue's own skills, for example a language.
        emergency: whether it stands in the emergency lane, before every routine call.
        companion: what a second person has to be able to do who joins the call, for example an
            interpreter; nothing for a call that needs one person only.
        agent: who should take it: the one the caller asked for, or spoke with last.
        agent_wait_s: how long the call waits for that agent alone.
    """

    queue: QueueId
    skills: tuple[SkillNeed, ...] = ()
    emergency: bool = False
    companion: tuple[SkillNeed, ...] = ()
    agent: AgentId | None = None
    agent_wait_s: float = 0.0
