"""Calling people back: red flags who dropped, and callers who did not want to wait on the line.

An agent is found first, as for a caller on the line, and the number is dialled once the agent has
accepted: nobody is called back to wait again, and so no more are called than agents are free. A
caller who chose to be called back keeps their true place. An attempt that reaches nobody keeps it
too, and is made again after a while; a red flag who dropped is somebody's duty until a person says
that it is done, also after the last attempt.
"""

from __future__ import annotations

from dataclasses import replace

from acd.agent import Agent
from acd.call_back import CallBackTask
from acd.lanes import Lanes
from acd.ledger import Ledger
from acd.matching import Matching
from acd.models import EmergencyRules
from acd.offer import Offer
from acd.visit import Visit
from calls.commands import Bridge, CallBack, HangUp, OpenTask
from calls.facts import (
    AgentHungUp,
    CallBackMissed,
    CallBackOwed,
    OfferAccepted,
    OfferFailed,
)
from calls.ids import CallId, QueueId
from calls.outcome import VisitOutcome
from calls.requirement import Requirement

RED_FLAG_TASK = "red-flag-call-back"
"""The kind of task that a red flag leaves who dropped before a nurse spoke with them."""

CALL_BACK_TASK = "call-back"
"""The kind of task that is left where a promised call-back reached nobody."""


class CallBacks:
    """The call-backs of a site.

    Args:
        ledger: holds them.
        lanes: where they wait.
        matching: makes the offers.
        rules: for red flags.
    """

    __slots__ = ("_lanes", "_ledger", "_matching", "_rules")

    def __init__(
        self, ledger: Ledger, lanes: Lanes, matching: Matching, rules: EmergencyRules
    ) -> None:
        self._ledger = ledger
        self._lanes = lanes
        self._matching = matching
        self._rules = rules
        matching.put_off = self._put_off

    # --- beginning and end ----------------------------------------------------------------------

    def keep_place(self, visit: Visit) -> None:
        """A caller who waits leaves the line to be called back."""
        task = _task(visit, visit.requirement, visit_open=True)
        self._ledger.forget(visit)
        self._ledger.tasks[task.call_id] = task
        if self._used_up(task):
            self._to_person(task)
        else:
            self._begin(task)

    def red_flag(self, visit: Visit) -> None:
        """A red flag dropped before a nurse spoke with them. Their visit has ended."""
        task = _task(visit, replace(visit.requirement, emergency=True), visit_open=False)
        self._ledger.tasks[task.call_id] = task
        self._after_advice(task, visit)

    def again(self, task: CallBackTask, visit: Visit) -> None:
        """Whoever had been reached dropped before a nurse had finished with them."""
        task.reached = task.confirmed = False
        task.allowed &= visit.may_call_back
        task.tried = visit.tried
        self._after_advice(task, visit)

    def owed(self, fact: CallBackOwed, nurse_queue: QueueId) -> None:
        """A red flag was understood when the caller had left."""
        now = self._matching.now
        task = CallBackTask(
            fact.call_id,
            replace(fact.requirement, emergency=True),
            nurse_queue,
            queued_at=now,
            since=now,
            seq=self._ledger.next_seq(),
            visit_open=False,
            allowed=fact.may_call_back and fact.number_known,
        )
        if fact.advised_911:
            task.next_at = now + self._rules.call_back_after_911_s
        self._ledger.tasks[task.call_id] = task
        self._wait(task)

    def close(self, call_id: CallId) -> tuple[Agent, ...]:
        """A call-back that is open is so no more; an attempt that is under way ends.

        Returns:
            Whoever was at that attempt; they are to be settled.

        Raises:
            KeyError: it is not open.
        """
        task = self._ledger.tasks.pop(call_id)
        self._matching.timers.cancel(task)
        self._ledger.settle_task(task, VisitOutcome.FLOWED_OUT, self._matching.now)
        visit, task.visit = task.visit, None
        if visit is None or visit.answered:
            return ()
        return self._withdraw(visit)

    def forbid(self, task: CallBackTask) -> None:
        """The line must not call them: an attempt that is under way ends, the rest is a person's.

        Whoever is on the line already stays on it.
        """
        task.allowed = False
        self._matching.timers.cancel(task)
        visit, task.visit = task.visit, None
        if not self._is_emergency(task):
            self._to_person(task)
        if visit is not None:
            self._matching.settle_all(self._withdraw(visit))

    @staticmethod
    def kind_of(task: CallBackTask) -> str:
        """The kind of task by which a person closes it."""
        return RED_FLAG_TASK if task.requirement.emergency else CALL_BACK_TASK

    def due(self, task: CallBackTask) -> None:
        """The time of the next attempt has come; so many may be allowed no more."""
        if task.visit is not None:
            return
        if not self._used_up(task):
            self._begin(task)
        elif not self._is_emergency(task):
            self._to_person(task)

    # --- an attempt -----------------------------------------------------------------------------

    def accepted(self, offer: Offer, fact: OfferAccepted) -> None:
        """An agent accepted: the number is dialled once all whom the call needs have."""
        self._matching.offers.accept(offer, fact)
        visit, task = offer.visit, offer.visit.task
        assert task is not None, "only an attempt is dialled"
        if not all(each.connected for each in visit.offers):
            return
        first = visit.offers[0]
        self._matching.say(
            CallBack(
                call_id=visit.call_id,
                answers=task.call_id,
                offer_id=first.id,
                agent_id=first.agent.config.id,
            )
        )

    def answered(self, offer: Offer) -> None:
        """A person answered and wants to be connected."""
        visit, task = offer.visit, offer.visit.task
        assert task is not None, "only an attempt is dialled"
        task.reached, task.visit = True, None
        self._matching.timers.cancel(visit)
        self._ledger.answer(visit, self._matching.now)
        self._ledger.settle_task(task, VisitOutcome.CALLED_BACK, self._matching.now)
        # No attempt any more, but a conversation like any other.
        visit.task = None
        if self._is_emergency(task):
            visit.came_by = task
        else:
            self._ledger.tasks.pop(task.call_id, None)
        for each in visit.offers:
            self._matching.say(
                Bridge(call_id=visit.call_id, offer_id=each.id, agent_id=each.agent.config.id)
            )

    def missed(self, offer: Offer, fact: CallBackMissed) -> None:
        """Nobody was reached. The agent's phone is up still, with nobody at the other end."""
        others = self._end_attempt(offer, fact)
        for other in others:
            self._matching.offers.release(other)
        self._tried_in_vain(offer)
        for each in (offer, *others):
            self._matching.wrap_up(each)

    def agent_left(self, offer: Offer, fact: AgentHungUp | OfferFailed) -> None:
        """The agent hung up before anybody answered.

        Whoever was dialled has been dialled: their phone may have rung, and is not rung again
        sooner or more often for it.
        """
        others = self._end_attempt(offer, fact)
        for other in others:
            self._matching.offers.let_go(other)
        task, agent = offer.visit.task, offer.agent
        assert task is not None, "only an attempt is dialled"
        task.tried = (*(each for each in task.tried if each != agent.config.id), agent.config.id)
        self._matching.standing.pause(agent)
        self._tried_in_vain(offer)
        self._matching.wrap_up(offer)
        self._matching.settle_all(other.agent for other in others)

    # --- inside -----------------------------------------------------------------------------------

    def _put_off(self, visit: Visit, seconds: float) -> None:
        """An attempt that agents would not take, or could not be rung for: it is made again later.

        It does not count: nobody was dialled.
        """
        task = visit.task
        assert task is not None, "only an attempt is put off"
        self._matching.timers.cancel(visit)
        self._ledger.forget(visit)
        task.visit, task.tried = None, visit.tried
        task.next_at = self._matching.now + seconds
        self._wait(task)

    def _wait(self, task: CallBackTask) -> None:
        """Begin the next attempt when it is time, if anybody may be called at all."""
        if not task.allowed:
            return
        if self._used_up(task):
            if not self._is_emergency(task):
                self._to_person(task)
        elif task.next_at > self._matching.now:
            self._matching.timers.set(task, task.next_at)
        else:
            self._begin(task)

    def _after_advice(self, task: CallBackTask, visit: Visit) -> None:
        """Call them, but not while they may be speaking with 911."""
        if visit.advised_at is not None:
            task.next_at = visit.advised_at + self._rules.call_back_after_911_s
        self._wait(task)

    def _begin(self, task: CallBackTask) -> None:
        now = self._matching.now
        lane = self._lanes.at(task.requirement, task.since, now, call_back=True)
        visit = Visit(
            self._next_id(task),
            task.requirement,
            lane,
            task.queued_at,
            task.since,
            task.seq,
        )
        visit.task = task
        visit.tried = task.tried
        task.visit = visit
        self._ledger.hold(visit)
        self._matching.stand_in(visit, lane)
        self._matching.line_up(visit)

    def _next_id(self, task: CallBackTask) -> CallId:
        """The id of the next attempt; of an earlier call-back of that call one may go on still."""
        while True:
            task.rounds += 1
            call_id = CallId(f"{task.call_id}~{task.rounds}")
            if self._ledger.get(call_id) is None and call_id not in self._ledger.unserved:
                return call_id

    def _end_attempt(self, offer: Offer, cause: object) -> list[Offer]:
        """Nobody will be on the line; the offers of the others who had accepted are left."""
        visit, task = offer.visit, offer.visit.task
        assert task is not None, "only an attempt is dialled"
        self._matching.say(HangUp(call_id=visit.call_id))
        others = [each for each in visit.offers if each is not offer]
        self._matching.timers.cancel(visit)
        self._ledger.forget(visit)
        self._matching.offers.disconnect(offer, cause)
        task.visit = None
        return others

    def _tried_in_vain(self, offer: Offer) -> None:
        """One attempt more is used up; after the last one it is left to a person."""
        task = offer.visit.task
        assert task is not None, "only an attempt is dialled"
        task.attempts += 1
        _limit, every_s = self._limits(task)
        task.next_at = self._matching.now + every_s
        if not self._used_up(task):
            self._wait(task)
        elif not self._is_emergency(task):
            self._to_person(task)

    def _used_up(self, task: CallBackTask) -> bool:
        """Whether it was tried as often as it may be; where that is never nobody is called."""
        limit, _every_s = self._limits(task)
        return task.attempts >= limit

    def _to_person(self, task: CallBackTask) -> None:
        """The line calls no more: whether the caller is rung is for a person to say."""
        self._ledger.tasks.pop(task.call_id, None)
        self._ledger.settle_task(task, VisitOutcome.FLOWED_OUT, self._matching.now)
        self._matching.say(OpenTask(call_id=task.call_id, kind=CALL_BACK_TASK, queue=task.queue))

    def _withdraw(self, visit: Visit) -> tuple[Agent, ...]:
        """End an attempt that nobody answered yet; whoever was at it is to be settled."""
        self._matching.timers.cancel(visit)
        self._ledger.forget(visit)
        if visit.waiting:
            self._lanes.remove(visit)
        offers = tuple(visit.offers)
        if any(offer.connected for offer in offers):
            self._matching.say(HangUp(call_id=visit.call_id))
        return self._matching.let_go(offers)

    def _limits(self, task: CallBackTask) -> tuple[int, float]:
        if self._is_emergency(task):
            return self._rules.call_back_attempts, self._rules.call_back_every_s
        queue = self._lanes.queues[task.queue]
        return queue.call_back_attempts, queue.call_back_every_s

    @staticmethod
    def _is_emergency(task: CallBackTask) -> bool:
        return task.requirement.emergency


def _task(visit: Visit, requirement: Requirement, *, visit_open: bool) -> CallBackTask:
    return CallBackTask(
        visit.call_id,
        requirement,
        visit.lane.queue.id,
        queued_at=visit.queued_at,
        since=visit.since,
        seq=visit.seq,
        visit_open=visit_open,
        allowed=visit.may_call_back and visit.number_known,
    )
