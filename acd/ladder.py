"""The emergency ladder: what more is done while no nurse has answered a red flag.

The clock runs from the end of the words that made the call an emergency. Where a nurse was lost in
mid-call, or an agent asked for one, it begins then.
"""

from __future__ import annotations

from acd.floor import Floor
from acd.matching import Matching
from acd.models import EmergencyRules, LadderStep
from acd.offer import Offer
from acd.ringing import rings_with_all
from acd.rule import Rule
from acd.visit import Visit
from calls.commands import ClimbLadder, OpenTask
from calls.ids import QueueId
from calls.rung import Rung

UNANSWERED_TASK = "red-flag-unanswered"
"""The kind of task that a red flag leaves whom no nurse has answered by the last rung."""


class Ladder:
    """Climbs for every red flag that waits.

    Args:
        floor: who can be rung.
        matching: makes the offers.
        rules: the rungs and their times.
        nurse_queue: whose people are given the task.
    """

    __slots__ = ("_floor", "_matching", "_nurse_queue", "_rules")

    def __init__(
        self, floor: Floor, matching: Matching, rules: EmergencyRules, nurse_queue: QueueId
    ) -> None:
        self._floor = floor
        self._matching = matching
        self._rules = rules
        self._nurse_queue = nurse_queue

    def begin(self, visit: Visit, since: float) -> None:
        """A red flag begins to wait for a nurse.

        Args:
            visit: the call.
            since: when its clock began, seconds since the epoch.
        """
        visit.ladder_from = since
        visit.climbed = ()
        self.arm(visit)

    def resume(self, visit: Visit, earlier: Visit) -> None:
        """A red flag waits again whom the flow had taken out: nothing is said twice.

        Args:
            visit: the call.
            earlier: how far it had come.
        """
        visit.ladder_from, visit.climbed = earlier.ladder_from, earlier.climbed
        self.arm(visit)
        if Rung.RING_ALL in visit.climbed:
            self._ring_all(visit)

    def climb(self, visit: Visit) -> None:
        """The next rung is due."""
        step = self._next(visit)
        assert step is not None, "only a rung that is left sets a deadline"
        visit.climbed = (*visit.climbed, step.do)
        self.arm(visit)
        if step.do is Rung.RING_ALL:
            self._ring_all(visit)
            return
        if step.do is Rung.ADVISE:
            visit.advised_at = self._matching.now
            task = OpenTask(call_id=visit.call_id, kind=UNANSWERED_TASK, queue=self._nurse_queue)
            self._matching.say(task)
        self._matching.say(ClimbLadder(call_id=visit.call_id, rung=step.do))

    def arm(self, visit: Visit) -> None:
        """Set the deadline of the next rung."""
        step = self._next(visit)
        if step is not None:
            self._matching.timers.set(visit, visit.ladder_from + step.after_s)
        else:
            self._matching.timers.cancel(visit)

    def _next(self, visit: Visit) -> LadderStep | None:
        """The first rung, by its kind, not climbed yet: the ladder may have been changed."""
        left = (step for step in self._rules.ladder if step.do not in visit.climbed)
        return next(left, None)

    def _ring_all(self, visit: Visit) -> None:
        """Ring every nurse who could answer, and from now on those who become free.

        See :func:`acd.ringing.rings_with_all`.
        """
        self._matching.alarms.append(visit)
        self._matching.alarms.sort(key=lambda each: each.place)
        recalled: list[Offer] = []
        for agent in tuple(self._floor.roster.members(visit.lane.able)):
            if visit.answered or not rings_with_all(agent):
                continue
            recalled += self._matching.take_back(agent)
            self._matching.ring(visit, agent, Rule.RING_ALL)
        self._matching.call_off_all(recalled)
