"""The distributor: which caller speaks with which agent. Pure: facts in, commands out.

Time that passes is part of the facts: before a fact is handled, everything that fell due earlier is
done at the time it fell due. So the decisions depend on the facts and their times alone, however
late or often ``tick`` was called, and a replay without any ticks decides the same.

What a fact about a call means stands in :mod:`acd.lifecycle`, about an offer in
:mod:`acd.answering`, about an agent in :mod:`acd.attendance`; who gets which call in
:mod:`acd.floor`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from acd.agent import WHOLE, Agent, Presence
from acd.answering import Answering
from acd.archive import Archive
from acd.attendance import Attendance
from acd.call_back import CallBackTask
from acd.call_backs import CallBacks
from acd.explain import Explanation, explain
from acd.floor import Choice, Floor
from acd.ladder import Ladder
from acd.lanes import Lanes
from acd.ledger import Ledger
from acd.lifecycle import Lifecycle
from acd.matching import Matching
from acd.models import AgentConfig, EmergencyRules, QueueConfig
from acd.offer import Offer
from acd.offers import Witness
from acd.roster import Roster
from acd.snapshot import (
    CallBackView,
    LiveOffer,
    Snapshot,
    agent_view,
    live_offer,
    queue_view,
    task_view,
)
from acd.state import DistributorState
from acd.totals import DropCount, DroppedFacts, OfferTotals, VisitTotals, summed
from acd.visit import Visit
from acd.work import Work
from calls.commands import Command
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallBackAnswered,
    CallBackChosen,
    CallBackForbidden,
    CallBackMissed,
    CallBackOwed,
    CallDequeued,
    CallEnded,
    CallerAdvised,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallHeld,
    CallQueued,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    Fact,
    IdentityConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
    TaskClosed,
)
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement


class Distributor:
    """Queues, agents and offers of one site.

    Args:
        site: the site's id; facts of another site are refused.
        queues: by id.
        agents: by id. All begin out and unreachable.
        nurse_queue: where every emergency waits.
        emergency: how nurses are kept ready, and what happens until one answers; the usual rules
            unless said otherwise.

    Raises:
        ValueError: ``nurse_queue`` is not among the queues.
    """

    def __init__(
        self,
        site: str,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
        emergency: EmergencyRules | None = None,
    ) -> None:
        self.site = site
        self._build(queues, agents, nurse_queue, emergency or EmergencyRules())

    @classmethod
    def from_state(
        cls,
        state: DistributorState,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
        emergency: EmergencyRules | None = None,
    ) -> Distributor:
        """One that goes on from where another was, under the configuration that that one had.

        Args:
            state: what :meth:`state` gave.
            queues: as in the constructor.
            agents: as in the constructor.
            nurse_queue: as in the constructor.
            emergency: as in the constructor.

        Raises:
            ValueError: ``nurse_queue`` is not among the queues.
            KeyError: the state is of another configuration.
        """
        distributor = cls(state.site, queues, agents, nurse_queue, emergency)
        leavers = {each.agent_id: each.leaving for each in state.agents if each.leaving is not None}
        distributor._build(queues, agents, nurse_queue, emergency or EmergencyRules(), leavers)
        distributor._archive.load(state, nurse_queue)
        return distributor

    def state(self) -> DistributorState:
        """Everything as it stands, to go on from."""
        return self._archive.take()

    def reconfigure(
        self,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
        emergency: EmergencyRules,
        person_queue: QueueId,
        now: float,
    ) -> list[Command]:
        """Go on under another configuration. Nobody loses their place or a conversation.

        Callers of a queue that is no more wait on in ``person_queue``. An agent who is no more
        finishes what they are doing. What rings at somebody who may not take it any longer is
        recalled, and whoever can be served now is.

        Args:
            queues: as in the constructor.
            agents: as in the constructor.
            nurse_queue: as in the constructor.
            emergency: as in the constructor.
            person_queue: one of the queues.
            now: seconds since the epoch.

        Raises:
            ValueError: ``nurse_queue`` or ``person_queue`` is not among the queues. Nothing was
                changed.
        """
        if nurse_queue not in queues or person_queue not in queues:
            raise ValueError(f"{nurse_queue!r} or {person_queue!r} is not among the queues")
        self._catch_up(now)
        decided = self._matching.commands()
        state, witness = self.state(), self._matching.offers.witness
        departed = self._matching.standing.departures + sum(
            agent.presence is not Presence.OUT and not agent.leaving
            for agent_id, agent in self._roster.agents.items()
            if agent_id not in agents
        )
        leavers = {
            agent_id: agent.config
            for agent_id, agent in self._roster.agents.items()
            if agent.offers and agent_id not in agents
        }
        self._build(queues, agents, nurse_queue, emergency, leavers)
        self._archive.load(state, person_queue)
        self._matching.offers.witness = witness
        self._matching.standing.departures = departed
        self._match_again()
        self._matching.see_to_others()
        self._catch_up(now)
        return decided + self._matching.commands()

    def _build(
        self,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
        emergency: EmergencyRules,
        leavers: Mapping[AgentId, AgentConfig] | None = None,
    ) -> None:
        """Make all parts, with nothing in them yet."""
        if nurse_queue not in queues:
            raise ValueError(f"nurse queue {nurse_queue!r} is not among the queues")
        self._queues = dict(queues)
        self._roster = Roster(agents, leavers or {})
        self._lanes = Lanes(self._queues, self._roster, nurse_queue)
        self._roster.name_nurses(self._lanes.first(_plain_emergency(nurse_queue)).able)
        sizes = [WHOLE // queue.at_once for queue in queues.values()]
        self._floor = Floor(self._roster, self._lanes, sizes, emergency.keep_ready)
        self._ledger = Ledger(self._lanes, self._queues)
        self._matching = Matching(self._floor)
        self._drops = DropCount()
        self._ladder = Ladder(self._floor, self._matching, emergency, nurse_queue)
        self._call_backs = CallBacks(self._ledger, self._lanes, self._matching, emergency)
        self._archive = Archive(
            self.site,
            self._roster,
            self._lanes,
            self._floor,
            self._ledger,
            self._matching,
            self._ladder,
            self._drops,
            nurse_queue,
        )
        attendance = Attendance(self._roster, self._matching, self._drops)
        self._lifecycle = lifecycle = Lifecycle(
            self._lanes,
            self._ledger,
            self._matching,
            self._ladder,
            self._call_backs,
            self._drops,
            nurse_queue,
        )
        answering = Answering(
            self._ledger, self._matching, lifecycle, self._call_backs, self._drops
        )
        self._handlers: dict[type[Fact], Callable[[Any], None]] = {
            CallQueued: lifecycle.call_queued,
            CallEscalated: lifecycle.call_escalated,
            CallDequeued: lifecycle.call_dequeued,
            CallBackChosen: lifecycle.call_back_chosen,
            CallBackOwed: lifecycle.call_back_owed,
            CallBackForbidden: lifecycle.call_back_forbidden,
            CallerAdvised: lifecycle.caller_advised,
            CallerHungUp: lifecycle.caller_gone,
            CallFailed: lifecycle.caller_gone,
            CallEnded: lifecycle.call_ended,
            TaskClosed: lifecycle.task_closed,
            OfferRinging: answering.ringing,
            OfferAccepted: answering.accepted,
            OfferDeclined: answering.declined,
            OfferUnanswered: answering.unanswered,
            OfferFailed: answering.failed,
            CallHeld: answering.worked,
            CallRetrieved: answering.worked,
            ConsultBegan: answering.worked,
            ConsultEnded: answering.worked,
            AgentHungUp: answering.hung_up,
            CallBackAnswered: answering.call_back_answered,
            CallBackMissed: answering.call_back_missed,
            IdentityConfirmed: answering.identity_confirmed,
            AgentReady: attendance.ready,
            AgentOnBreak: attendance.away,
            AgentOut: attendance.away,
            PhoneRegistered: attendance.phone_registered,
            PhoneUnregistered: attendance.phone_unregistered,
        }

    # --- the engine ---------------------------------------------------------------------------

    def handle(self, fact: Fact, now: float) -> list[Command]:
        """Take in what happened at ``now`` and say what to do. See :class:`calls.engine.Engine`.

        Facts that are late, told twice or about somebody unknown are counted and dropped; facts
        that concern only other engines are ignored.

        Args:
            fact: what happened.
            now: seconds since the epoch; a clock that goes back counts as standing still.

        Raises:
            ValueError: ours: a fact of another site, or a queue that does not exist (an emergency
                goes to the nurses whatever queue it names). Nothing was changed.
        """
        if fact.site != self.site:
            raise ValueError(f"a fact of site {fact.site!r} reached site {self.site!r}")
        if isinstance(fact, CallQueued):
            needed = fact.requirement
            if needed.queue not in self._queues and not needed.emergency:
                raise ValueError(f"queue {needed.queue!r} does not exist")
        self._catch_up(now)
        handler = self._handlers.get(type(fact))
        if handler is not None:
            handler(fact)
            self._matching.see_to_others()
            self._catch_up(now)
        return self._matching.commands()

    def tick(self, now: float) -> list[Command]:
        """Do what is due at ``now``.

        Wrap-ups and rests that end, rings nobody reported on, calls whose needs change with the
        time they have waited, the emergency ladder, call-backs.
        """
        self._catch_up(now)
        return self._matching.commands()

    @property
    def kinds(self) -> tuple[type[Fact], ...]:
        """The facts that mean something here; all others are ignored."""
        return tuple(self._handlers)

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do, seconds since the epoch; ``None`` for never."""
        return self._matching.timers.next_deadline()

    def _catch_up(self, now: float) -> None:
        """Do everything that fell due until ``now``, each at the time it fell due."""
        matching, timers = self._matching, self._matching.timers
        timers.until = now
        while (due := timers.pop_due(now)) is not None:
            at, owner = due
            timers.now = max(timers.now, at)
            if isinstance(owner, Offer):
                if owner.work is Work.WRAP_UP:
                    matching.end_wrap_up(owner)
                else:
                    matching.phone_lost(owner)
            elif isinstance(owner, Agent):
                matching.settle(owner)
            elif isinstance(owner, CallBackTask):
                self._call_backs.due(owner)
            elif owner.lane.emergency:
                self._ladder.climb(owner)
            else:
                matching.move_on(owner)
            matching.see_to_others()
        timers.now = max(timers.now, now)

    def _match_again(self) -> None:
        """The configuration has changed: look at every call and every agent anew."""
        visits = sorted(self._ledger, key=lambda visit: visit.place)
        for visit in visits:
            if not visit.waiting and not visit.answered:
                self._lifecycle.offer_anew(visit)
        self._matching.settle_all(self._roster.agents.values())

    # --- what others may ask --------------------------------------------------------------------

    def watch(self, witness: Witness | None) -> None:
        """Show every decision to ``witness`` before it is carried out, as it was made."""
        self._matching.offers.witness = witness

    def explain(self, visit: Visit, choice: Choice) -> Explanation:
        """Why a decision was made; for a witness, while it is shown the decision."""
        return explain(self._floor, visit, choice, self._matching.now)

    def staffed(self, requirement: Requirement) -> bool:
        """Whether somebody who is not out and whose phone can be rung could take such a call.

        Now or after some waiting; for an emergency any nurse. For a call that needs two people both
        must be there.

        Raises:
            KeyError: the queue does not exist.
        """
        return self._floor.staffed(requirement)

    def signed_in(self, requirement: Requirement) -> bool:
        """Whether somebody with the skills is not out, be their phone there or not.

        Raises:
            KeyError: the queue does not exist.
        """
        return self._floor.on_duty_for(requirement) > 0

    @property
    def departures(self) -> int:
        """How often an agent has gone home, or was removed from the site while not out.

        It counts from 0 again where a distributor is built up from a state.
        """
        return self._matching.standing.departures

    def may_keep_place(self, call_id: CallId) -> bool:
        """Whether a caller who waits may be let go and called back: see ``CallBackChosen``."""
        visit = self._ledger.waiting(call_id)
        return visit is not None and self._lifecycle.may_keep_place(visit)

    def without_staff(self) -> list[CallId]:
        """Routine calls that wait and that nobody who is at work could ever take, in their order.

        That is, nobody who is not out and whose phone can be rung has the skills, however far they
        are relaxed by waiting; of a call that needs two people, one of the two is not there.
        """
        visits = [
            visit
            for visit in self._ledger
            if not (visit.answered or visit.offers or visit.lane.emergency or visit.task)
        ]
        return [
            visit.call_id
            for visit in sorted(visits, key=lambda visit: visit.place)
            if not self._floor.could_ever_take(visit.lane)
        ]

    def position(self, call_id: CallId) -> int | None:
        """The caller's place among those not answered in the same queue, from 1.

        ``None`` for a call that does not wait.
        """
        return self._ledger.position(call_id)

    def waited_s(self, call_id: CallId, now: float) -> float | None:
        """Seconds the caller has waited; ``None`` for a call that does not wait."""
        visit = self._ledger.waiting(call_id)
        return None if visit is None else max(0.0, now - visit.queued_at)

    def on_emergency_call(self, call_id: CallId) -> bool:
        """Whether the call is held here as a red flag.

        That is: waiting, ringing or connected as one, or taken out of the nurse queue by the flow
        without having met a nurse.
        """
        visit = self._ledger.get(call_id)
        return visit.lane.emergency if visit is not None else call_id in self._ledger.unserved

    def connected(self, call_id: CallId) -> bool:
        """Whether the caller speaks with an agent, or is on hold with one."""
        visit = self._ledger.get(call_id)
        return visit is not None and visit.answered

    def answers(self, call_id: CallId) -> CallId | None:
        """The earlier call that this attempt to call back answers; ``None`` for any other call."""
        visit = self._ledger.get(call_id)
        return None if visit is None or visit.task is None else visit.task.call_id

    def call_back(self, call_id: CallId) -> CallBackView | None:
        """The call-back that answers a call, if one is open."""
        task = self._ledger.tasks.get(call_id)
        return None if task is None else task_view(task)

    def live_offers(self) -> tuple[LiveOffer, ...]:
        """Every offer that rings or is connected, in the order they were made."""
        return tuple(live_offer(offer) for offer in self._matching.offers)

    @property
    def totals(self) -> VisitTotals:
        """Visits to all queues so far."""
        return summed(self._ledger.totals().values())

    @property
    def offer_totals(self) -> OfferTotals:
        """What became of the offers made so far."""
        return self._matching.offers.totals()

    @property
    def dropped(self) -> DroppedFacts:
        """Facts so far that had nothing to say any more."""
        return self._drops.total()

    def snapshot(self) -> Snapshot:
        """How everything stands, in values that do not change."""
        visits: dict[QueueId, list[Visit]] = {queue_id: [] for queue_id in self._queues}
        for visit in self._ledger:
            visits[visit.lane.queue.id].append(visit)
        totals = self._ledger.totals()
        return Snapshot(
            site=self.site,
            queues=tuple(
                queue_view(
                    config,
                    self._floor.on_duty_for(Requirement(queue=queue_id)),
                    self._floor.free_count(Requirement(queue=queue_id)),
                    visits[queue_id],
                    totals[queue_id],
                )
                for queue_id, config in self._queues.items()
            ),
            agents=tuple(agent_view(agent) for agent in self._roster.agents.values()),
            offers=self.live_offers(),
            tasks=tuple(task_view(task) for task in self._ledger.tasks.values()),
            offer_totals=self.offer_totals,
            dropped=self.dropped,
        )


def _plain_emergency(nurse_queue: QueueId) -> Requirement:
    return Requirement(queue=nurse_queue, emergency=True)
