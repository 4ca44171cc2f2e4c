"""Who could take which call: agents by skill group, callers by lane, and the choice between them.

The distributor keeps one invariant: whenever it is at rest, no call waits that a free agent could
take. So a single event needs a single choice: an agent who becomes free looks at the heads of the
lanes of their group; a caller who begins to wait looks at the longest-ready agent of each eligible
group. Neither looks at all callers or all agents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from acd.agent import Agent
from acd.group import SkillGroup
from acd.lane import Lane
from acd.models import AgentConfig, QueueConfig
from acd.ranking import Key, Ranking
from acd.visit import Visit
from calls.ids import AgentId, QueueId
from calls.requirement import Requirement, SkillNeed


class Choice(NamedTuple):
    """An agent for a call.

    Attributes:
        agent: who.
        reason: why this one, in words that follow "the call goes to".
    """

    agent: Agent
    reason: str


class Floor:
    """Every agent and every lane of a site.

    Args:
        queues: by id.
        agents: by id, in the order that decides where nothing else does.
        nurse_queue: where every emergency waits.

    Raises:
        ValueError: ``nurse_queue`` is not among the queues.
    """

    def __init__(
        self,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
    ) -> None:
        if nurse_queue not in queues:
            raise ValueError(f"nurse queue {nurse_queue!r} is not among the queues")
        self._queues = dict(queues)
        self._nurse_queue = nurse_queue
        self.agents: dict[AgentId, Agent] = {}
        self._groups: dict[tuple[tuple[str, int], ...], SkillGroup] = {}
        self._lanes: dict[tuple[QueueId, tuple[SkillNeed, ...], bool], Lane] = {}
        for agent_id, config in agents.items():
            skills = tuple(sorted(config.skills.items()))
            group = self._groups.setdefault(skills, SkillGroup(dict(skills)))
            agent = self.agents[agent_id] = Agent(config, group)
            group.members.append(agent)

    def lane(self, requirement: Requirement) -> Lane:
        """Where a call with this requirement stands; an emergency always in the nurse queue.

        Raises:
            KeyError: the queue does not exist.
        """
        queue_id = self._nurse_queue if requirement.emergency else requirement.queue
        key = (queue_id, requirement.skills, requirement.emergency)
        lane = self._lanes.get(key)
        if lane is None:
            lane = Lane(
                self._queues[queue_id],
                requirement.skills,
                emergency=requirement.emergency,
                groups=tuple(self._groups.values()),
            )
            self._lanes[key] = lane
        return lane

    def agent_for(self, visit: Visit) -> Choice | None:
        """The best agent who is free for a call that waits.

        Those who have not been tried for it come first, among them the longest ready. For an
        emergency an agent who meets its wishes comes before one who does not, and one in wrap-up or
        at rest after a ring without answer before nobody at all.
        """
        lane = visit.lane
        tried = visit.tried
        for skilled, tier in zip((True, False), lane.tiers, strict=True):
            agent = _longest_ready(tier, _free, tried)
            if agent is not None:
                return Choice(agent, "longest ready" if skilled else _UNSKILLED)
        if lane.emergency:
            for tier in lane.tiers:
                agent = _longest_ready(tier, _resting, tried)
                if agent is not None:
                    return Choice(agent, "rings again, for no other nurse is free: longest ready")
        for agent_id in tried:
            agent = self.agents[agent_id]
            if self._takes(agent, lane):
                return Choice(agent, "tried before, for everyone else free has been: ready")
        return None

    def visit_for(self, agent: Agent) -> Visit | None:
        """The call that an agent who stands on a shelf takes next, if one waits for them."""
        best: Visit | None = None
        best_key: Key | None = None
        resting = agent.shelf is agent.group.resting
        for lane in agent.group.lanes:
            if best is not None and lane.rank != best.lane.rank:
                break
            if resting and not lane.emergency:
                break
            if lane.waiting and (best_key is None or lane.waiting.first_key < best_key):
                best, best_key = lane.waiting.first, lane.waiting.first_key
        return best

    def ringing_for_routine(self, visit: Visit) -> Agent | None:
        """The agent from whom a routine offer should be recalled for this emergency, if any.

        Never an agent who is talking. Those not tried for it yet come first, then those who meet
        its wishes, then whoever was rung last, for they have waited least in vain.
        """
        best: Agent | None = None
        best_key = (False, 0, 0)
        for tier_index, tier in enumerate(visit.lane.tiers):
            for group in tier:
                for agent in group.members:
                    offer = agent.offer
                    if offer is None or not agent.being_offered or offer.visit.lane.emergency:
                        continue
                    key = (agent.config.id in visit.tried, tier_index, -offer.seq)
                    if best is None or key < best_key:
                        best, best_key = agent, key
        return best

    @staticmethod
    def _takes(agent: Agent, lane: Lane) -> bool:
        if agent.shelf is None or not lane.serves(agent.group):
            return False
        return lane.emergency or agent.shelf is agent.group.free


_UNSKILLED = "a nurse without all the skills wished for, for none who has them is free: ready"


def _free(group: SkillGroup) -> Ranking[Agent]:
    return group.free


def _resting(group: SkillGroup) -> Ranking[Agent]:
    return group.resting


def _longest_ready(
    groups: Iterable[SkillGroup],
    shelf: Callable[[SkillGroup], Ranking[Agent]],
    tried: tuple[AgentId, ...],
) -> Agent | None:
    best: Agent | None = None
    for group in groups:
        for agent in shelf(group):
            if best is not None and agent.ready_key > best.ready_key:
                break
            if agent.config.id not in tried:
                best = agent
                break
    return best
