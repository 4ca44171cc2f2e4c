"""Skills: what agents can do, what calls and queues need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calls.requirement import SkillNeed


def meets(skills: Mapping[str, int], needs: Iterable[SkillNeed]) -> bool:
    """Whether ``skills`` (name to level 1-5) covers every need; nobody is kept out by a wish."""
    return all(need.preferred or skills.get(need.skill, 0) >= need.level for need in needs)
