"""Agents with the very same skills.

They are eligible for the same calls, so one look decides for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from acd.ranking import Ranking

if TYPE_CHECKING:
    from acd.agent import Agent
    from acd.lane import Lane


class SkillGroup:
    """The agents who share one set of skills and levels.

    Attributes:
        skills: skill to level.
        members: in the order of the configuration.
        on_duty: how many of them are not out.
        free: those who can be offered any call now, longest ready first.
        resting: those whom only a red flag may ring: in wrap-up, or after a ring without answer.
        lanes: the lanes they serve, highest rank first.
    """

    __slots__ = ("free", "lanes", "members", "on_duty", "resting", "skills")

    def __init__(self, skills: Mapping[str, int]) -> None:
        self.skills = skills
        self.members: list[Agent] = []
        self.on_duty = 0
        self.free: Ranking[Agent] = Ranking()
        self.resting: Ranking[Agent] = Ranking()
        self.lanes: list[Lane] = []
