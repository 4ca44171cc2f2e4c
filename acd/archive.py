"""Taking a distributor's state, and building one up from it. See :mod:`acd.state`."""

from __future__ import annotations

from dataclasses import replace

from acd.agent import Agent
from acd.call_back import CallBackTask
from acd.floor import Floor
from acd.ladder import Ladder
from acd.lanes import Lanes
from acd.ledger import Ledger
from acd.matching import Matching
from acd.offer import Offer
from acd.roster import Roster
from acd.state import AgentState, DistributorState, OfferState, TaskState, VisitState
from acd.totals import DropCount
from acd.visit import Visit
from acd.work import Work
from calls.ids import QueueId
from calls.requirement import Requirement


class Archive:
    """The parts of one distributor, to be read from or written to.

    Args:
        site: the site's id.
        roster: the agents.
        lanes: where calls wait.
        floor: who is free.
        ledger: the calls.
        matching: the offers.
        ladder: for red flags.
        drops: what had nothing to say.
        nurse_queue: where every emergency waits.
    """

    def __init__(
        self,
        site: str,
        roster: Roster,
        lanes: Lanes,
        floor: Floor,
        ledger: Ledger,
        matching: Matching,
        ladder: Ladder,
        drops: DropCount,
        nurse_queue: QueueId,
    ) -> None:
        self._site = site
        self._roster = roster
        self._lanes = lanes
        self._floor = floor
        self._ledger = ledger
        self._matching = matching
        self._ladder = ladder
        self._drops = drops
        self._nurse_queue = nurse_queue

    # --- out --------------------------------------------------------------------------------------

    def take(self) -> DistributorState:
        """How everything stands."""
        matching, ledger = self._matching, self._ledger
        offers = {offer.seq: offer for agent in self._roster.by_index for offer in agent.offers}
        return DistributorState(
            site=self._site,
            now=matching.now,
            made=matching.offers.made,
            entered=ledger.entered,
            held_back=self._floor.held_back,
            agents=tuple(map(_agent_state, self._roster.agents.values())),
            visits=tuple(map(self._visit_state, ledger)),
            unserved=tuple(map(self._visit_state, ledger.unserved.values())),
            offers=tuple(_offer_state(offers[seq]) for seq in sorted(offers)),
            tasks=tuple(map(_task_state, ledger.tasks.values())),
            tallies=ledger.tallies(),
            offers_ended=matching.offers.ended(),
            dropped=self._drops.total(),
        )

    def _visit_state(self, visit: Visit) -> VisitState:
        came_by = self._ledger.came_by(visit)
        return VisitState(
            call_id=visit.call_id,
            requirement=visit.requirement,
            queue=visit.lane.queue.id,
            queued_at=visit.queued_at,
            since=visit.since,
            seq=visit.seq,
            tried=visit.tried,
            answered=visit.answered,
            waiting=visit.waiting,
            alone=visit.lane.wanted is not None and not visit.answered,
            alarm=visit in self._matching.alarms,
            climbed=visit.climbed,
            ladder_from=visit.ladder_from,
            advised_at=visit.advised_at,
            may_call_back=visit.may_call_back,
            number_known=visit.number_known,
            task=visit.task.call_id if visit.task is not None else None,
            came_by=came_by.call_id if came_by is not None else None,
            failed=tuple(sorted(visit.failed)),
            danger_since=visit.danger_since,
            rests_until=visit.rests_until,
            rests=visit.rests,
        )

    # --- in ---------------------------------------------------------------------------------------

    def load(self, state: DistributorState, person_queue: QueueId) -> None:
        """Build everything up again; nothing must have happened here yet.

        Args:
            state: what was taken, here or under another configuration.
            person_queue: takes the callers of a queue that is no more.
        """
        self._matching.timers.now = state.now
        self._matching.offers.restore(state.made, state.offers_ended)
        self._drops.restore(state.dropped)
        self._ledger.restore(state.entered, state.tallies)
        for each in state.agents:
            self._load_agent(each)
        for task_state in state.tasks:
            self._load_task(task_state, person_queue)
        for visit_state in state.visits:
            visit = self._visit(visit_state, person_queue)
            self._ledger.hold(visit)
            if not visit.answered and visit.task is None:
                self._ledger.flows(visit_state.queue, visit.lane.queue.id)
            if visit_state.alarm:
                self._matching.alarms.append(visit)
        self._matching.alarms.sort(key=lambda each: each.place)
        for visit_state in state.unserved:
            visit = self._visit(visit_state, person_queue)
            self._ledger.unserved[visit.call_id] = visit
        for offer_state in state.offers:
            self._load_offer(offer_state)
        for visit_state in state.visits:
            held = self._ledger.get(visit_state.call_id)
            assert held is not None, "it was held above"
            visit = held
            if not visit.answered:
                # First: time may carry it on, where the agent it waited for is nobody's any more.
                self._arm(visit)
            if visit_state.waiting:
                self._lanes.add(visit)
            elif visit.rests_until is not None:
                self._lanes.resting.append(visit)
        self._matching.keeping.restore()
        for agent in self._roster.by_index:
            self._matching.standing.stand(agent)
        self._floor.held_back = state.held_back

    def _load_agent(self, state: AgentState) -> None:
        agent = self._roster.agents.get(state.agent_id)
        if agent is None:
            return
        agent.presence = state.presence
        self._matching.standing.ask(agent, state.pending, approved=state.approved)
        agent.since = state.since
        agent.ready_since = state.ready_since
        agent.rests_until = state.rests_until
        agent.pauses_until = state.pauses_until
        agent.kept_until = state.kept_until
        agent.unanswered = state.unanswered
        agent.reachable = state.reachable
        self._floor.note_duty(agent)

    def _load_task(self, state: TaskState, person_queue: QueueId) -> None:
        requirement = self._served(state.requirement, person_queue)
        queue = state.queue
        if requirement.emergency:
            queue = self._nurse_queue
        elif queue not in self._lanes.queues:
            queue = person_queue
        if state.visit_open:
            self._ledger.flows(state.queue, queue)
        task = CallBackTask(
            state.call_id,
            requirement,
            queue,
            queued_at=state.queued_at,
            since=state.since,
            seq=state.seq,
            visit_open=state.visit_open,
            allowed=state.allowed,
        )
        task.attempts, task.rounds, task.tried = state.attempts, state.rounds, state.tried
        task.next_at, task.reached, task.confirmed = state.next_at, state.reached, state.confirmed
        self._ledger.tasks[task.call_id] = task
        if state.due:
            self._matching.timers.set(task, task.next_at)

    def _visit(self, state: VisitState, person_queue: QueueId) -> Visit:
        requirement = self._served(state.requirement, person_queue)
        task = self._ledger.tasks.get(state.task) if state.task is not None else None
        lane = self._lanes.at(
            requirement, state.since, self._matching.now, call_back=task is not None
        )
        if state.alone:
            lane = self._lanes.first(requirement)
        visit = Visit(state.call_id, requirement, lane, state.queued_at, state.since, state.seq)
        visit.tried, visit.answered = state.tried, state.answered
        visit.climbed, visit.ladder_from = state.climbed, state.ladder_from
        visit.advised_at, visit.may_call_back = state.advised_at, state.may_call_back
        visit.number_known, visit.task = state.number_known, task
        visit.failed, visit.danger_since = frozenset(state.failed), state.danger_since
        visit.rests_until, visit.rests = state.rests_until, state.rests
        if state.came_by is not None:
            visit.came_by = self._ledger.tasks.get(state.came_by)
        if task is not None and not state.answered:
            task.visit = visit
        return visit

    def _load_offer(self, state: OfferState) -> None:
        agent = self._roster.agents[state.agent_id]
        visit = self._ledger.get(state.call_id)
        if visit is None or state.work is Work.WRAP_UP:
            visit = self._past(state)
        offer = Offer(state.offer_id, state.seq, visit, agent, state.units)
        offer.work, offer.since = state.work, state.since
        offer.emergency, offer.ask_number = state.emergency, state.ask_number
        agent.offers.append(offer)
        agent.used += offer.units
        if state.work is not Work.WRAP_UP:
            visit.offers.append(offer)
            self._matching.offers.hold(offer)
        if state.due_at is not None:
            self._matching.timers.set(offer, state.due_at)

    def _past(self, state: OfferState) -> Visit:
        """What was talked about, for a wrap-up: nothing is left of it but its name."""
        requirement = Requirement(queue=self._nurse_queue)
        lane = self._lanes.first(requirement)
        return Visit(state.call_id, requirement, lane, state.since, state.since, 0)

    def _arm(self, visit: Visit) -> None:
        if visit.lane.urgent:
            self._ladder.arm(visit)
        else:
            self._matching.stand_in(visit, visit.lane)

    def _served(self, requirement: Requirement, person_queue: QueueId) -> Requirement:
        if requirement.emergency or requirement.queue in self._lanes.queues:
            return requirement
        return replace(requirement, queue=person_queue)


def _agent_state(agent: Agent) -> AgentState:
    return AgentState(
        agent_id=agent.config.id,
        presence=agent.presence,
        pending=agent.pending,
        approved=agent.approved,
        reachable=agent.reachable,
        since=agent.since,
        ready_since=agent.ready_since,
        rests_until=agent.rests_until,
        pauses_until=agent.pauses_until,
        kept_until=agent.kept_until,
        unanswered=agent.unanswered,
        leaving=agent.config if agent.leaving else None,
    )


def _offer_state(offer: Offer) -> OfferState:
    return OfferState(
        offer_id=offer.id,
        seq=offer.seq,
        call_id=offer.visit.call_id,
        agent_id=offer.agent.config.id,
        units=offer.units,
        work=offer.work,
        since=offer.since,
        due_at=offer.timer[0] if offer.timer is not None else None,
        emergency=offer.emergency,
        ask_number=offer.ask_number,
    )


def _task_state(task: CallBackTask) -> TaskState:
    return TaskState(
        call_id=task.call_id,
        requirement=task.requirement,
        queue=task.queue,
        queued_at=task.queued_at,
        since=task.since,
        seq=task.seq,
        visit_open=task.visit_open,
        allowed=task.allowed,
        attempts=task.attempts,
        rounds=task.rounds,
        next_at=task.next_at,
        due=task.timer is not None,
        tried=task.tried,
        reached=task.reached,
        confirmed=task.confirmed,
    )
