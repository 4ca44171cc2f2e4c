"""Who has which skills: agents, and sets of agents held as whole numbers.

Every agent is a bit. "Who can take this call" is one number, "who is free" another, and their
bitwise and is the answer, in a time that hardly depends on how many agents there are. Bits are
given out by scarcity: the agents whose skills most others have as well come first, so that the
lowest bit of a set is the agent who can be spared best.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from acd.agent import Agent
from acd.models import AgentConfig
from calls.ids import AgentId
from calls.requirement import SkillNeed

NURSE = SkillNeed(skill="nurse")
"""No agent without it is ever offered an emergency."""

_WORD_BITS = 120
_WORD = (1 << _WORD_BITS) - 1


class Roster:
    """The agents of a site.

    Args:
        agents: by id, in the order that decides where nothing else does.
        leavers: those who are not of the site any more and finish what they are doing.

    Attributes:
        agents: by id, in that order.
        by_index: in the order of their bits.
        everyone: the set of all.
        alike: by index, the set of those whose skills are equally scarce.
        nurses: the set of those who may be given a red flag.
    """

    __slots__ = ("_at_levels", "agents", "alike", "by_index", "everyone", "nurses")

    def __init__(
        self,
        agents: Mapping[AgentId, AgentConfig],
        leavers: Mapping[AgentId, AgentConfig] | None = None,
    ) -> None:
        agents = {**(leavers or {}), **agents}
        rarity = _rarity(agents.values())
        scarcity = {
            agent_id: sum((rarity[skill] for skill in sorted(config.skills)), Fraction(0))
            for agent_id, config in agents.items()
        }
        by_scarcity = sorted(agents, key=lambda agent_id: scarcity[agent_id])
        self.by_index = [Agent(agents[agent_id], i) for i, agent_id in enumerate(by_scarcity)]
        found = {agent.config.id: agent for agent in self.by_index}
        self.agents = {agent_id: found[agent_id] for agent_id in agents}
        for agent_id in leavers or {}:
            self.agents[agent_id].leaving = True
        self.everyone = (1 << len(self.by_index)) - 1
        self._at_levels: dict[str, dict[int, int]] = {}
        sets: dict[Fraction, int] = {}
        for agent in self.by_index:
            for skill, level in agent.config.skills.items():
                holders = self._at_levels.setdefault(skill, {})
                holders[level] = holders.get(level, 0) | agent.bit
            rank = scarcity[agent.config.id]
            sets[rank] = sets.get(rank, 0) | agent.bit
        self.alike = [sets[scarcity[agent.config.id]] for agent in self.by_index]
        self.nurses = 0

    def able(self, needs: Iterable[SkillNeed]) -> int:
        """The set of agents who have every needed skill at its level; preferences do not count."""
        able = self.everyone
        for need in needs:
            if not need.preferred:
                able &= self.holders(need)
        return able

    def name_nurses(self, able: int) -> None:
        """Say who may be given a red flag."""
        self.nurses = able
        for agent in self.members(able):
            agent.nurse = True

    def holders(self, need: SkillNeed) -> int:
        """The set of agents who have one skill at its level."""
        mask = 0
        for level, holders in self.at_levels(need.skill):
            if level >= need.level:
                mask |= holders
        return mask

    def at_levels(self, skill: str) -> Iterable[tuple[int, int]]:
        """Each level of a skill that somebody has, and the set of those who have just that."""
        return self._at_levels.get(skill, {}).items()

    def members(self, mask: int) -> Iterator[Agent]:
        """The agents of a set, lowest bit first."""
        by_index, start = self.by_index, 0
        while mask:
            # A word at a time: each step on the whole of a large set costs as much as its size.
            gap = (mask & -mask).bit_length() - 1
            mask >>= gap
            start += gap
            word = mask & _WORD
            while word:
                low = word & -word
                yield by_index[start + low.bit_length() - 1]
                word ^= low
            mask >>= _WORD_BITS
            start += _WORD_BITS


def _rarity(configs: Iterable[AgentConfig]) -> dict[str, Fraction]:
    """How scarce each skill is: one over the number of those who have it.

    Exact, so that the order does not depend on how floating-point sums are rounded.
    """
    holders: dict[str, int] = {}
    for config in configs:
        for skill in config.skills:
            holders[skill] = holders.get(skill, 0) + 1
    return {skill: Fraction(1, count) for skill, count in holders.items()}
