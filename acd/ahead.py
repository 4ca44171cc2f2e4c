"""Which calls stood before another, and why the agent who took that one was not given them."""

from __future__ import annotations

from collections.abc import Iterator

from acd.agent import WHOLE, Agent
from acd.floor import Choice, Floor
from acd.passed_over import Ahead, Barrier
from acd.rule import Rule
from acd.visit import Visit
from acd.work import Work
from calls.requirement import SkillNeed
from routing.skills import meets


def others(floor: Floor, visit: Visit, choice: Choice) -> tuple[tuple[Ahead, ...], int]:
    """The calls before this one, and how many stand behind it.

    Args:
        floor: where they stand.
        visit: this one.
        choice: who takes it.
    """
    place, agent = visit.place, choice.agents[0]
    polite = choice.rule not in (Rule.RING_ALL, Rule.TAKEN_OVER)
    ahead: list[tuple[Visit, Ahead]] = []
    behind = 0
    for other in _unanswered(floor):
        if other is visit:
            continue
        if other.place > place:
            behind += 1
        else:
            ahead.append((other, _barrier(floor, other, agent, polite=polite)))
    ahead.sort(key=lambda each: each[0].place)
    return tuple(each for _visit, each in ahead), behind


def _unanswered(floor: Floor) -> Iterator[Visit]:
    """Every call that waits or is being offered."""
    for queue_id in floor.lanes.queues:
        for lane in floor.lanes.of_queue(queue_id):
            yield from lane.waiting
    yield from floor.lanes.resting
    offered = {
        offer.visit.call_id: offer.visit
        for agent in floor.roster.by_index
        for offer in agent.offers
        if offer.work is not Work.WRAP_UP and not offer.visit.answered
    }
    yield from offered.values()


def _barrier(floor: Floor, other: Visit, agent: Agent, *, polite: bool) -> Ahead:
    """Why the agent could not be given a call that stood before.

    Args:
        floor: where they stand.
        other: the call that stood before.
        agent: who took another.
        polite: whether a call that could not be rung there lets others go first.
    """
    lane = other.lane
    if other.rests_until is not None:
        return Ahead(call_id=other.call_id, barrier=Barrier.RESTS)
    if not other.waiting:
        return Ahead(call_id=other.call_id, barrier=Barrier.OFFERED)
    if not (lane.able | (lane.companion or 0)) & agent.bit:
        if lane.wanted is not None:
            return Ahead(call_id=other.call_id, barrier=Barrier.ANOTHER_WANTED)
        need = lacking(agent, lane.needs)
        return Ahead(
            call_id=other.call_id,
            barrier=Barrier.LACKS_SKILL,
            need=need,
            has=agent.config.skills.get(need.skill, 0) if need is not None else None,
        )
    if lane.units > (agent.room or WHOLE):
        return Ahead(call_id=other.call_id, barrier=Barrier.NO_ROOM)
    if not lane.urgent and not free_for(floor, other) & agent.bit:
        return Ahead(call_id=other.call_id, barrier=Barrier.RED_FLAGS_ONLY)
    if polite and other.lets_go_first(agent.config.id):
        return Ahead(call_id=other.call_id, barrier=Barrier.LETS_GO_FIRST)
    return Ahead(call_id=other.call_id, barrier=Barrier.NO_SECOND)


def lacking(agent: Agent, needs: tuple[SkillNeed, ...]) -> SkillNeed | None:
    """The first need that the agent does not meet."""
    skills = agent.config.skills
    return next((need for need in needs if not need.preferred and not meets(skills, (need,))), None)


def free_for(floor: Floor, visit: Visit) -> int:
    """The set of agents whom a call could be given now; only looked at."""
    held_back = floor.held_back
    free = floor.free_for(visit)
    floor.held_back = held_back
    return free
