"""Callers with the same needs who have waited about as long.

A call's needs change while it waits: the agent it wanted is not waited for any longer, a lower
level is enough, other queues' agents may help, its deadline passes. So a lane knows the lane that
its callers move to and when: a call waits in a lane, and time carries it from lane to lane. All
calls of a lane can be taken by the same agents, and their order is waiting time alone; matching
looks at the heads of lanes, never at all calls.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acd.models import QueueConfig
from acd.ranking import Ranking
from calls.ids import AgentId
from calls.requirement import SkillNeed

if TYPE_CHECKING:
    from acd.visit import Place, Visit

EMERGENCY, OVERDUE, ROUTINE = range(3)
"""The classes of calls: red flags before everything, then those whose deadline has passed."""


class Pool:
    """The agents who may take the calls of some lanes, be it as the second of two people.

    Many lanes differ in their order or their deadline alone. What an agent may be given is found
    through the pools they are in, so that lanes in which nobody waits cost nothing.

    Attributes:
        waiting: those of the lanes in which somebody waits.
    """

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: list[Lane] = []


class Lane:
    """Callers who wait with the same needs.

    Attributes:
        queue: the queue they wait in.
        call_class: :data:`EMERGENCY`, :data:`OVERDUE` or :data:`ROUTINE`.
        emergency: red flags.
        urgent: red flags who are on the line: they ring nurses in wrap-up and at rest as well.
        head_start_s: how much longer they count as having waited.
        units: how much of an agent one of these calls takes up.
        needs: what an agent must be able to do.
        able: the set of agents who may take these calls.
        tiers: the same set in parts, the most wanted agents first.
        companion: for calls that need two people, the set of agents who may be the second.
        wanted: the only agent whom these calls wait for, if it is one.
        keeps_one: one of the two people whom these calls need may be kept free for them.
        pool: the agents who may take these calls, and those who may be the second.
        common: the lane in which such calls would stand if they waited for anybody.
        next: the lane that callers move to, if any.
        next_after_s: when, in seconds of waiting; infinite for never.
        waiting: callers to whom nobody is offered now, longest wait first.
        head: the place of the first of them.
    """

    __slots__ = (
        "able",
        "call_class",
        "common",
        "companion",
        "emergency",
        "head",
        "head_start_s",
        "keeps_one",
        "needs",
        "next",
        "next_after_s",
        "pool",
        "queue",
        "tiers",
        "units",
        "urgent",
        "waiting",
        "wanted",
    )

    def __init__(
        self,
        queue: QueueConfig,
        call_class: int,
        units: int,
        needs: tuple[SkillNeed, ...],
        tiers: tuple[int, ...],
        *,
        companion: int | None = None,
        wanted: AgentId | None = None,
    ) -> None:
        self.queue = queue
        self.call_class = call_class
        self.emergency = call_class == EMERGENCY
        self.urgent = self.emergency
        self.head_start_s = 0.0 if self.emergency else queue.head_start_s
        self.units = units
        self.needs = needs
        self.able = 0
        for tier in tiers:
            self.able |= tier
        self.tiers = tiers
        self.companion = companion
        self.wanted = wanted
        pair = companion is not None and wanted is None
        self.keeps_one = pair and call_class == OVERDUE and queue.keep_for_pair_s > 0
        self.pool = Pool()
        self.common: Lane | None = None
        self.next: Lane | None = None
        self.next_after_s = math.inf
        self.waiting: Ranking[Visit] = Ranking()
        self.head: Place | None = None

    def add(self, visit: Visit) -> None:
        """Let a call wait here."""
        visit.waiting = True
        if not self.waiting:
            self.pool.waiting.append(self)
        self.waiting.add((visit.since, visit.seq), visit)
        self._set_head()

    def remove(self, visit: Visit) -> None:
        """Take a call out.

        Raises:
            KeyError: it does not wait here.
        """
        self.waiting.remove((visit.since, visit.seq))
        visit.waiting = False
        if not self.waiting:
            self.pool.waiting.remove(self)
        self._set_head()

    def _set_head(self) -> None:
        self.head = self.waiting.first.place if self.waiting else None
