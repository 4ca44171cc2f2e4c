"""A distributor set to what a journal tells, where it had decided otherwise.

What the distributor holds of calls and agents that nobody disagrees about stays as it is. What it
cannot hold, because the journal does not tell it, is left out: skills that a lost fact asked for,
how long ago an agent became ready, a call whose end was lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from acd import RING_GRACE_S, Presence, Work
from acd.agent import WHOLE
from acd.state import AgentState, DistributorState, OfferState, TaskState, VisitState
from acd.work import OFFERED
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement
from calls.rung import Rung
from careline.as_told import AsTold, ToldCall, ToldOffer, answered_by, number_of
from config.site import Site


def followed(
    state: DistributorState,
    told: AsTold,
    site: Site,
    *,
    about: Collection[CallId],
    left_out: Collection[CallId] = (),
    away: Collection[AgentId] = (),
) -> DistributorState:
    """What a distributor would hold, had it decided what the journal tells.

    Args:
        state: what it holds.
        told: what the journal tells.
        site: the version of the site in force.
        about: the calls about which the two differ.
        left_out: calls that are left out, whatever the journal tells of them.
        away: agents who are taken to be out, until the journal tells of them again.
    """
    following = _Following(state, told, site)
    following.forget(about)
    for call_id in sorted(about):
        call = told.calls.get(call_id)
        if call is not None and call_id not in left_out:
            following.put_in(call_id, call)
    following.send_away(away)
    return following.state()


class _Following:
    def __init__(self, state: DistributorState, told: AsTold, site: Site) -> None:
        self._state = state
        self._told = told
        self._site = site
        self._before = {visit.call_id: visit for visit in state.visits}
        self._visits = dict(self._before)
        self._unserved = {visit.call_id: visit for visit in state.unserved}
        self._offers = {offer.offer_id: offer for offer in state.offers}
        self._agents = {agent.agent_id: agent for agent in state.agents}
        self._tasks = {task.call_id: task for task in state.tasks}
        self._entered = state.entered

    def state(self) -> DistributorState:
        """As it is now."""
        return replace(
            self._state,
            made=self._told.made,
            entered=self._entered,
            agents=tuple(self._agents.values()),
            visits=tuple(self._visits.values()),
            unserved=tuple(self._unserved.values()),
            offers=tuple(sorted(self._offers.values(), key=lambda each: each.seq)),
            tasks=tuple(self._tasks.values()),
        )

    def forget(self, call_ids: Iterable[CallId]) -> None:
        """Leave calls out, and whatever their agents do for them but a wrap-up."""
        gone = frozenset(call_ids)
        for call_id in gone:
            self._visits.pop(call_id, None)
            self._unserved.pop(call_id, None)
        self._offers = {
            offer_id: offer
            for offer_id, offer in self._offers.items()
            if offer.call_id not in gone or offer.work is Work.WRAP_UP
        }

    def send_away(self, agents: Iterable[AgentId]) -> None:
        """These are out."""
        for agent_id in agents:
            if agent_id in self._agents:
                out = replace(self._agents[agent_id], presence=Presence.OUT, pending=None)
                self._agents[agent_id] = out

    def put_in(self, call_id: CallId, call: ToldCall) -> None:
        """Hold a call as the journal tells of it."""
        offers = [each for each in call.offers.values() if each.order.agent_id in self._agents]
        task = self._task(call_id, call, offers)
        if (call.answered or task is not None) and not offers:
            return
        before = self._before.get(call_id)
        if before is None:
            self._entered += 1
        requirement = self._served(call.requirement)
        self._visits[call_id] = VisitState(
            call_id=call_id,
            requirement=requirement,
            queue=self._counted_in(requirement),
            queued_at=call.queued_at,
            since=call.since,
            seq=self._entered if before is None else before.seq,
            tried=call.tried,
            answered=call.answered,
            waiting=not offers,
            alone=False,
            alarm=requirement.emergency and len(offers) > 1 and not call.answered,
            climbed=self._rungs(call) if requirement.emergency else (),
            ladder_from=call.since,
            advised_at=call.advised_at,
            may_call_back=call.may_call_back,
            number_known=call.number_known,
            task=None if call.answered else task,
            came_by=task if call.answered else None,
        )
        for offer in offers:
            self._occupy(call_id, offer, self._units(requirement))

    # --- inside -----------------------------------------------------------------------------------

    def _task(self, call_id: CallId, call: ToldCall, offers: Iterable[ToldOffer]) -> CallId | None:
        """The call-back that a call is an attempt of; it is opened where the journal told of none.

        Another attempt of it, that the journal does not tell of, is left out.
        """
        if not any(offer.order.call_back for offer in offers):
            return None
        parent = answered_by(call_id)
        if parent is None:
            return None
        task = self._tasks.get(parent) or TaskState(
            call_id=parent,
            requirement=self._served(call.requirement),
            queue=self._queue(call.requirement),
            queued_at=call.queued_at,
            since=call.since,
            seq=self._entered,
            visit_open=False,
            allowed=True,
            attempts=0,
            rounds=0,
            next_at=0.0,
            due=False,
            tried=(),
            reached=False,
            confirmed=False,
        )
        number = call_id.rpartition("~")[2]
        rounds = int(number) if number.isdecimal() else 1
        self._tasks[parent] = replace(task, due=False, rounds=max(task.rounds, rounds))
        others = [each.call_id for each in self._visits.values() if each.task == parent]
        self.forget([parent, *others])
        return parent

    def _occupy(self, call_id: CallId, offer: ToldOffer, units: int) -> None:
        """Let an agent be rung for a call, or speak with its caller; they must have been there."""
        order = offer.order
        agent = self._agents[order.agent_id]
        self._agents[order.agent_id] = _there(agent)
        others = [each for each in self._offers.values() if each.agent_id == order.agent_id]
        if sum(each.units for each in others) + units > WHOLE:
            # Of the end of what they did before nothing is told.
            for each in others:
                del self._offers[each.offer_id]
                busy = any(other.call_id == each.call_id for other in self._offers.values())
                if each.work is not Work.WRAP_UP and not busy:
                    self._visits.pop(each.call_id, None)
        due_at = offer.at + order.ring_timeout_s + RING_GRACE_S
        self._offers[order.offer_id] = OfferState(
            offer_id=order.offer_id,
            seq=number_of(order.offer_id) or self._told.made,
            call_id=call_id,
            agent_id=order.agent_id,
            units=units,
            work=offer.work,
            since=offer.since,
            due_at=due_at if offer.work in OFFERED else None,
            emergency=order.emergency,
            ask_number=order.ask_number,
        )

    def _units(self, requirement: Requirement) -> int:
        if requirement.emergency:
            return WHOLE
        return WHOLE // self._site.queues[requirement.queue].at_once

    def _rungs(self, call: ToldCall) -> tuple[Rung, ...]:
        waited_s = self._state.now - call.since
        ladder = self._site.emergency.ladder
        return tuple(step.do for step in ladder if step.after_s <= waited_s)

    def _counted_in(self, requirement: Requirement) -> QueueId:
        if requirement.emergency:
            return QueueId(self._site.rules.nurse_queue)
        return requirement.queue

    def _served(self, requirement: Requirement) -> Requirement:
        return replace(requirement, queue=self._queue(requirement))

    def _queue(self, requirement: Requirement) -> QueueId:
        if requirement.queue in self._site.queues:
            return requirement.queue
        rules = self._site.rules
        return QueueId(rules.nurse_queue if requirement.emergency else rules.person_queue)


def _there(agent: AgentState) -> AgentState:
    if agent.presence is Presence.READY:
        return replace(agent, reachable=True)
    return replace(agent, presence=Presence.READY, pending=None, reachable=True)
