"""What a call needs from whoever takes it."""

from __future__ import annotations

from dataclasses import dataclass

from calls.ids import QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillNeed:
    """A skill at or above a level.

    Attributes:
        skill: the skill's name.
        level: 1 (can) to 5 (expert).
    """

    skill: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The queue a call joins and what its agent must be able to do.

    Attributes:
        queue: the queue it waits in.
        skills: what the call needs beyond the queue's own skills, for example a language.
        emergency: whether it stands in the emergency lane, before every routine call.
    """

    queue: QueueId
    skills: tuple[SkillNeed, ...] = ()
    emergency: bool = False
