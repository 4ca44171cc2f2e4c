"""The lanes of a site: which one a call begins in, and the chain that time carries it along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from acd.agent import WHOLE, Agent, Presence
from acd.lane import EMERGENCY, OVERDUE, ROUTINE, Lane, Pool
from acd.models import Prefer, QueueConfig
from acd.roster import NURSE, Roster
from acd.visit import Place, Visit
from calls.ids import QueueId
from calls.requirement import Requirement, SkillNeed

_Key = tuple[QueueId, tuple[SkillNeed, ...], tuple[SkillNeed, ...], bool, bool]


class _Stage(NamedTuple):
    """What holds from a time on.

    Attributes:
        after_s: seconds of waiting.
        level: no skill is asked for above it.
        queues: whose agents may take the call.
        overdue: the queue's deadline has passed.
    """

    after_s: float
    level: int
    queues: tuple[QueueId, ...]
    overdue: bool


class Lanes:
    """Makes lanes as calls need them, and keeps them.

    Args:
        queues: by id.
        roster: the agents.
        nurse_queue: where every emergency waits.

    Attributes:
        queues: by id.
        overdue_pairs: those in which a call waits that needs two people and for which one of them
            may be kept.
        red_flags: how many wait.
        resting: calls of two people that came to nothing, and are offered to nobody for a while.
    """

    __slots__ = (
        "_chains",
        "_nurse_queue",
        "_of_queue",
        "_pools",
        "_roster",
        "overdue_pairs",
        "queues",
        "red_flags",
        "resting",
    )

    def __init__(
        self, queues: Mapping[QueueId, QueueConfig], roster: Roster, nurse_queue: QueueId
    ) -> None:
        self.queues = queues
        self._roster = roster
        self._nurse_queue = nurse_queue
        self._chains: dict[_Key, Lane] = {}
        self._pools: dict[int, Pool] = {}
        self._of_queue: dict[QueueId, list[Lane]] = {queue_id: [] for queue_id in queues}
        self.overdue_pairs: list[Lane] = []
        self.red_flags = 0
        self.resting: list[Visit] = []

    def first(self, requirement: Requirement) -> Lane:
        """Where a call with this requirement begins; an emergency always in the nurse queue.

        Raises:
            KeyError: the queue does not exist.
        """
        key = self._key(requirement)
        lane = self._chains.get(key)
        if lane is None:
            lane = self._chains[key] = self._chain(requirement)
        agent = self._wanted(requirement)
        if agent is not None and is_awaited(agent):
            return self._for_wanted(agent, lane, requirement)
        return lane

    def at(
        self, requirement: Requirement, since: float, now: float, *, call_back: bool = False
    ) -> Lane:
        """Where a call stands after some waiting, the agent whom it wanted left aside.

        Args:
            requirement: what it needs.
            since: from when its place counts, seconds since the epoch.
            now: seconds since the epoch.
            call_back: an attempt to call back. That of a red flag rings nobody in wrap-up or at
                rest, so it stands in a lane of its own.

        Raises:
            KeyError: the queue does not exist.
        """
        key = self._key(requirement, call_back=call_back and requirement.emergency)
        lane = self._chains.get(key)
        if lane is None:
            lane = self._chains[key] = self._chain(requirement, calm=key[-1])
        return lane_after(lane, since, now)

    def of_queue(self, queue_id: QueueId) -> Sequence[Lane]:
        """Every lane of a queue that calls may wait in."""
        return self._of_queue[queue_id]

    def first_for(self, agents: int) -> Lane | None:
        """The lane whose first call stands first of all that one of a set of agents may take."""
        first: Lane | None = None
        first_place: Place | None = None
        for lane in chain.from_iterable(self._of_queue.values()):
            place = lane.head
            if place is None or (first_place is not None and place > first_place):
                continue
            if _pooled(lane) & agents:
                first, first_place = lane, place
        return first

    def add(self, visit: Visit) -> None:
        """Let a call wait in its lane."""
        lane = visit.lane
        if lane.wanted is not None:
            # Known to the agents only while somebody waits in it: there could be so many.
            self._of_queue[lane.queue.id].append(lane)
            for agent in self._roster.members(_pooled(lane)):
                agent.pools.append(lane.pool)
        lane.add(visit)
        if lane.emergency:
            self.red_flags += 1
        elif lane.keeps_one and len(lane.waiting) == 1:
            self.overdue_pairs.append(lane)

    def remove(self, visit: Visit) -> None:
        """Take a call out of its lane.

        Raises:
            KeyError: it does not wait there.
        """
        lane = visit.lane
        lane.remove(visit)
        if lane.emergency:
            self.red_flags -= 1
        elif lane.keeps_one and not lane.waiting:
            self.overdue_pairs.remove(lane)
        if lane.wanted is not None:
            self._of_queue[lane.queue.id].remove(lane)
            for agent in self._roster.members(_pooled(lane)):
                agent.pools.remove(lane.pool)

    def withdraw(self, visit: Visit) -> None:
        """Take a call out of its lane, or out of its rest, wherever it is."""
        if visit.waiting:
            self.remove(visit)
        elif visit.rests_until is not None:
            self.resting.remove(visit)
            visit.rests_until = None

    def _key(self, requirement: Requirement, *, call_back: bool = False) -> _Key:
        emergency = requirement.emergency
        queue_id = self._nurse_queue if emergency else requirement.queue
        return (queue_id, requirement.skills, requirement.companion, emergency, call_back)

    def _wanted(self, requirement: Requirement) -> Agent | None:
        if requirement.agent is None or requirement.emergency or requirement.agent_wait_s <= 0:
            return None
        return self._roster.agents.get(requirement.agent)

    def _for_wanted(self, agent: Agent, common: Lane, requirement: Requirement) -> Lane:
        """A lane for a call that waits for one agent; the common one where they cannot take it.

        It leads through the same stages as the common one, as long as the call waits for them.
        """
        if not common.able & agent.bit:
            return common
        personal = Lane(
            common.queue,
            common.call_class,
            common.units,
            common.needs,
            (agent.bit,),
            companion=common.companion,
            wanted=agent.config.id,
        )
        personal.common = common
        until_s = requirement.agent_wait_s
        if common.next is not None and common.next_after_s < until_s:
            personal.next = self._for_wanted(agent, common.next, requirement)
            personal.next_after_s = common.next_after_s
        else:
            personal.next, personal.next_after_s = common, until_s
        return personal

    def _chain(self, requirement: Requirement, *, calm: bool = False) -> Lane:
        if requirement.emergency:
            queue = self.queues[self._nurse_queue]
            # A caller in danger gets a nurse who does not speak their language rather than none,
            # and one nurse rather than two people later.
            lane = self._lane(queue, EMERGENCY, (*queue.skills, NURSE), requirement.skills, ())
            lane.urgent = not calm
            return lane
        queue = self.queues[requirement.queue]
        companion = self._roster.able(requirement.companion) if requirement.companion else None
        first: Lane | None = None
        before: Lane | None = None
        for stage in _stages(queue):
            alternatives = [
                _relaxed((*self.queues[other].skills, *requirement.skills), stage.level)
                for other in stage.queues
            ]
            lane = self._lane(
                queue,
                OVERDUE if stage.overdue else ROUTINE,
                alternatives[0],
                (),
                alternatives[1:],
                companion=companion,
            )
            if before is None:
                first = lane
            else:
                before.next, before.next_after_s = lane, stage.after_s
            before = lane
        assert first is not None, "the first stage is there from the beginning"
        return first

    def _lane(
        self,
        queue: QueueConfig,
        call_class: int,
        needs: tuple[SkillNeed, ...],
        wishes: tuple[SkillNeed, ...],
        alternatives: Sequence[tuple[SkillNeed, ...]],
        companion: int | None = None,
    ) -> Lane:
        """A lane of the queue that the agents know of.

        Args:
            queue: the queue.
            call_class: emergency, overdue or routine.
            needs: what its own agents need.
            wishes: what they should be able to do as well, beside what ``needs`` prefers.
            alternatives: what the agents of other queues need who may help.
            companion: who may be the second person.
        """
        own = self._roster.able(needs)
        wished = [*wishes, *(need for need in needs if need.preferred)]
        sets = list(self._by_wishes(own, wished))
        if queue.prefer is Prefer.SKILL:
            sets = [part for each in sets for part in self._by_level(each, needs)]
        for other in alternatives:
            sets.append(self._roster.able(other) & ~own)
            own |= sets[-1]
        lane = Lane(
            queue,
            call_class,
            # In danger nobody shares a nurse, also where the queue is one of chats.
            WHOLE if call_class == EMERGENCY else WHOLE // queue.at_once,
            needs,
            tuple(each for each in sets if each),
            companion=companion,
        )
        self._of_queue[queue.id].append(lane)
        lane.pool = self._pool(_pooled(lane))
        return lane

    def _pool(self, members: int) -> Pool:
        pool = self._pools.get(members)
        if pool is None:
            pool = self._pools[members] = Pool()
            for agent in self._roster.members(members):
                agent.pools.append(pool)
        return pool

    def _by_wishes(self, able: int, wishes: Sequence[SkillNeed]) -> Iterator[int]:
        """The set in parts: those who meet all wishes, all but one, ..., none."""
        at_least = [able] + [0] * len(wishes)
        for wish in wishes:
            holders = self._roster.holders(replace(wish, preferred=False))
            for met in range(len(wishes), 0, -1):
                at_least[met] |= at_least[met - 1] & holders
        more = 0
        for part in reversed(at_least):
            yield part & ~more
            more = part

    def _by_level(self, able: int, needs: Sequence[SkillNeed]) -> Iterator[int]:
        """The set in parts by the sum of the levels that the needs ask about, highest first."""
        sums = {0: able}
        for need in needs:
            more: dict[int, int] = {}
            for total, rest in sums.items():
                for level, holders in self._roster.at_levels(need.skill):
                    more[total + level] = more.get(total + level, 0) | (rest & holders)
                    rest &= ~holders
                more[total] = more.get(total, 0) | rest
            sums = more
        for total in sorted(sums, reverse=True):
            yield sums[total]


def _pooled(lane: Lane) -> int:
    """The set of those who may take a lane's calls, be it as the second of two people."""
    return lane.able | (lane.companion or 0)


def lane_after(lane: Lane, since: float, now: float) -> Lane:
    """Where time has carried a call from this lane.

    Args:
        lane: where it stood at first.
        since: from when its place counts, seconds since the epoch.
        now: seconds since the epoch.
    """
    while since + lane.next_after_s <= now:
        assert lane.next is not None, "it says after how long"
        lane = lane.next
    return lane


def is_awaited(agent: Agent) -> bool:
    """Whether it makes sense to wait for this agent alone: they may come free soon.

    They are there, can be rung, and have not asked for a break or to go home.
    """
    there = agent.presence is Presence.READY and agent.pending is None
    return there and agent.reachable and not agent.leaving


def _stages(queue: QueueConfig) -> Iterator[_Stage]:
    """What holds for the queue's calls at first, and from each later time on."""
    times = {0.0, *(each.after_s for each in queue.relax)}
    times |= {each.after_s for each in queue.overflow}
    if queue.deadline_s is not None:
        times.add(queue.deadline_s)
    for after_s in sorted(times):
        yield _Stage(
            after_s=after_s,
            level=min((each.level for each in queue.relax if each.after_s <= after_s), default=5),
            queues=(queue.id, *(each.to for each in queue.overflow if each.after_s <= after_s)),
            overdue=queue.deadline_s is not None and queue.deadline_s <= after_s,
        )


def _relaxed(needs: tuple[SkillNeed, ...], level: int) -> tuple[SkillNeed, ...]:
    return tuple(replace(need, level=min(need.level, level)) for need in needs)
