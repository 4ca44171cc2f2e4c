"""Who is kept free for a call of two people, who might never be free at once.

Under load each agent who becomes free takes a call at once. So for the first of the calls that need
two people and are overdue, one agent who could be one of the two is kept, for a while. What they
are kept from is a condition of every choice, and stands in :mod:`acd.floor`.
"""

from __future__ import annotations

from acd.agent import Agent
from acd.floor import Floor, are_two
from acd.lane import Lane
from acd.standing import Standing
from acd.timers import Timers
from acd.visit import Visit


class Keeping:
    """Keeps somebody for the first overdue call that needs two people; never two for one.

    Args:
        floor: knows who is kept, and for which call.
        standing: where agents stand.
        timers: say how late it is.
    """

    __slots__ = ("_floor", "_standing", "_timers")

    def __init__(self, floor: Floor, standing: Standing, timers: Timers) -> None:
        self._floor = floor
        self._standing = standing
        self._timers = timers

    @property
    def idle(self) -> bool:
        """Whether nobody is kept, and nobody is to be."""
        return not self._floor.lanes.overdue_pairs and self._floor.kept_for is None

    def renew(self) -> Agent | None:
        """Keep who is to be kept now.

        Returns:
            Who was kept for another call, or from other calls, until now: there may be one that
            they were kept from. ``None`` if it is as it was.
        """
        floor, now = self._floor, self._timers.now
        pair, kept = self._first_overdue_pair(), floor.kept
        before, place = (floor.kept_for, floor.kept_behind), pair.place if pair else None
        floor.kept_for, floor.kept_behind = pair, place
        if kept is not None:
            in_time = kept.kept_until is not None and now < kept.kept_until
            if in_time and pair is not None and self._may_be_of(pair) & kept.bit:
                return None if (pair, place) == before else kept
            if in_time:
                kept.kept_until = None
            floor.kept = None
            self._standing.stand(kept)
        if pair is not None:
            self._keep_one(pair)
        return kept

    def restore(self) -> None:
        """Go on keeping whoever was kept, if there still is a call to keep them for."""
        floor, now = self._floor, self._timers.now
        pair = floor.kept_for = self._first_overdue_pair()
        floor.kept_behind = pair.place if pair else None
        for agent in floor.roster.by_index:
            if agent.kept_until is None or agent.kept_until <= now:
                continue
            if pair is not None:
                floor.kept = agent
            else:
                agent.kept_until = None

    def _keep_one(self, pair: Visit) -> None:
        free = self._floor.roster.members(self._may_be_of(pair))
        fresh = [agent for agent in free if agent.kept_until is None]
        if fresh:
            kept = self._floor.kept = min(fresh, key=_ready_key)
            kept.kept_until = self._timers.now + pair.lane.queue.keep_for_pair_s
            self._standing.stand(kept)

    def _first_overdue_pair(self) -> Visit | None:
        """The first overdue call that needs two people, and for which both kinds are on duty."""
        heads = [lane.waiting.first for lane in self._floor.lanes.overdue_pairs]
        heads.sort(key=lambda visit: visit.place)
        return next((visit for visit in heads if self._both_on_duty(visit.lane)), None)

    def _may_be_of(self, pair: Visit) -> int:
        """The set of those who are free for a call of two people and could be one of them."""
        return self._floor.free_for(pair) & (pair.lane.able | (pair.lane.companion or 0))

    def _both_on_duty(self, lane: Lane) -> bool:
        on_duty = self._floor.on_duty
        return are_two(lane.able & on_duty, (lane.companion or 0) & on_duty)


def _ready_key(agent: Agent) -> tuple[float, int]:
    return agent.ready_key
