"""Callers with the same needs: those of one queue, one set of further skills, routine or emergency.

Within a lane order is waiting time alone, and the eligible skill groups are the same for every
call, so matching looks at the head of a lane and at the longest-ready agent of a group, never at
all calls or all agents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from acd.models import QueueConfig
from acd.ranking import Ranking
from calls.requirement import SkillNeed
from routing.disciplines import lane_rank
from routing.skills import meets

if TYPE_CHECKING:
    from acd.group import SkillGroup
    from acd.visit import Visit

NURSE = SkillNeed(skill="nurse")
"""No agent without it is ever offered an emergency."""


class Lane:
    """Callers who wait with the same needs.

    Attributes:
        queue: the queue they wait in.
        emergency: the red-flag lane.
        rank: place among lanes.
        needs: what an agent must be able to do.
        needs_text: the same for a person to read.
        wishes: what an emergency's agent should be able to do as well. A caller in danger gets a
            nurse who does not speak their language rather than none, so beyond the queue's skills
            and ``nurse`` an emergency only wishes.
        tiers: the eligible groups; for an emergency those that meet the wishes come first, then
            those that only meet the needs.
        waiting: callers to whom nobody is offered now, longest wait first.
    """

    __slots__ = (
        "emergency",
        "needs",
        "needs_text",
        "queue",
        "rank",
        "tiers",
        "waiting",
        "wishes",
    )

    def __init__(
        self,
        queue: QueueConfig,
        skills: tuple[SkillNeed, ...],
        *,
        emergency: bool,
        groups: Sequence[SkillGroup],
    ) -> None:
        self.queue = queue
        self.emergency = emergency
        self.rank = lane_rank(emergency=emergency)
        self.waiting: Ranking[Visit] = Ranking()
        if emergency:
            self.needs = (*queue.skills, NURSE) if NURSE not in queue.skills else queue.skills
            self.wishes = skills
        else:
            self.needs = (*queue.skills, *skills)
            self.wishes = ()
        named = [f"{need.skill} {need.level}" for need in self.needs]
        self.needs_text = " and ".join(named) if named else "no skill in particular"
        able = [group for group in groups if meets(group.skills, self.needs)]
        best = [group for group in able if meets(group.skills, self.wishes)]
        self.tiers = (best, [group for group in able if group not in best])
        for group in able:
            group.lanes.append(self)
            group.lanes.sort(key=lambda lane: lane.rank)

    def serves(self, group: SkillGroup) -> bool:
        """Whether the group's agents may take calls of this lane."""
        return any(group in tier for tier in self.tiers)

    @property
    def on_duty(self) -> int:
        """How many eligible agents are not out."""
        return sum(group.on_duty for tier in self.tiers for group in tier)

    @property
    def free(self) -> int:
        """How many eligible agents could be offered a routine call now."""
        return sum(len(group.free) for tier in self.tiers for group in tier)
