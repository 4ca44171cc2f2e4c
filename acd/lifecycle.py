"""The life of a call with the distributor: what each fact about it means.

A visit to a queue goes this way::

    CallQueued -> waiting <-> offered -> answered -> ReturnToFlow | caller gone
                     |           |           |
                     |           |           +-> waiting again: escalated, or its agent's phone lost
                     +-----------+-> abandoned, short, flowed out, or called back later

One method per fact; those about an offer stand in :mod:`acd.answering`. What is late, told twice or
in a wrong name is counted and changes nothing. It is longer than a module should be: it lists what
each fact means for a call, and all of that shares the few ways into and out of a queue.
"""

from __future__ import annotations

from dataclasses import replace

from acd.agent import Agent
from acd.call_backs import RED_FLAG_TASK, CallBacks
from acd.ladder import Ladder
from acd.lanes import Lanes
from acd.ledger import Ledger, abandonment
from acd.matching import Matching
from acd.offer import Offer
from acd.totals import DropCount
from acd.visit import Visit
from calls.commands import Bridge, OpenTask, ReturnToFlow
from calls.facts import (
    CallBackChosen,
    CallBackForbidden,
    CallBackOwed,
    CallDequeued,
    CallEnded,
    CallerAdvised,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallQueued,
    TaskClosed,
)
from calls.ids import AgentId, CallId, QueueId
from calls.outcome import LEFT, Outcome, VisitOutcome
from calls.requirement import Requirement

_SERVED = (Outcome.HANDLED, Outcome.TRANSFERRED)
"""Ends of a call after which a red flag that met no nurse here needs no call-back."""


class Lifecycle:
    """Takes in the facts about calls.

    Args:
        lanes: where calls wait.
        ledger: holds them.
        matching: finds agents for them.
        ladder: climbs for red flags.
        call_backs: for those who dropped, or chose it.
        drops: counts what had nothing to say.
        nurse_queue: where every emergency waits.
    """

    __slots__ = (
        "_call_backs",
        "_drops",
        "_ladder",
        "_lanes",
        "_ledger",
        "_matching",
        "_nurse_queue",
    )

    def __init__(
        self,
        lanes: Lanes,
        ledger: Ledger,
        matching: Matching,
        ladder: Ladder,
        call_backs: CallBacks,
        drops: DropCount,
        nurse_queue: QueueId,
    ) -> None:
        self._lanes = lanes
        self._ledger = ledger
        self._matching = matching
        self._ladder = ladder
        self._call_backs = call_backs
        self._drops = drops
        self._nurse_queue = nurse_queue

    # --- into a queue and out of it -------------------------------------------------------------

    def call_queued(self, fact: CallQueued) -> None:
        """The flow wants an agent: a visit begins, or what it needs changes."""
        visit = self._ledger.get(fact.call_id)
        if visit is None:
            task = self._ledger.tasks.get(fact.call_id)
            if task is not None and not task.requirement.emergency:
                if not fact.requirement.emergency:
                    # They are to be called back: that stands.
                    self._drops.late += 1
                    return
                # Whoever is in danger is on the line, and not left to be called back.
                rung = self._call_backs.close(fact.call_id)
                self._begin(fact)
                self._matching.settle_all(rung)
                return
            self._begin(fact)
        elif visit.dialled:
            self._drops.late += 1
        elif not visit.answered:
            self._change(visit, fact)
        elif fact.requirement.emergency and not self.with_nurse(visit):
            self._note(visit, fact)
            self.to_nurses(visit, fact.requirement, self._heard_at(fact))
        elif fact.requirement.emergency and not visit.lane.emergency:
            self._note(visit, fact)
            self._know_of_danger(visit, self._heard_at(fact))
        else:
            self._drops.late += 1

    def call_escalated(self, fact: CallEscalated) -> None:
        """Who speaks with the caller, or has done so, wants a nurse for them.

        A nurse who is with them stays with them, unless it is she who wants another.
        """
        visit, now = self._ledger.get(fact.call_id), self._matching.now
        if visit is None or visit.dialled:
            self._drops.late += 1
        elif not visit.answered:
            if visit.lane.emergency:
                self._drops.duplicate += 1
            else:
                self._require(visit, self._for_nurse(visit.requirement), now)
        elif self._is_their_nurse(visit, fact.agent_id) or not self.with_nurse(visit):
            self.to_nurses(visit, visit.requirement, now)
        elif visit.lane.emergency:
            self._drops.duplicate += 1
        else:
            self._know_of_danger(visit, now)

    def call_dequeued(self, fact: CallDequeued) -> None:
        """The flow takes the caller elsewhere. A red flag stays somebody's duty."""
        visit = self._ledger.waiting(fact.call_id)
        if visit is None or visit.dialled:
            self._drops.late += 1
            return
        if visit.lane.emergency:
            self._ledger.unserved[visit.call_id] = visit
        self._leave(visit, VisitOutcome.FLOWED_OUT)

    def call_back_chosen(self, fact: CallBackChosen) -> None:
        """The caller leaves the line to be called back; a red flag stays on it.

        So does whoever cannot be called back: they keep waiting.
        """
        visit = self._ledger.waiting(fact.call_id)
        if visit is None or not self.may_keep_place(visit):
            self._drops.late += 1
            return
        self._withdraw(visit)
        self._call_backs.keep_place(visit)

    def may_keep_place(self, visit: Visit) -> bool:
        """Whether a caller who waits may be let go and called back.

        Not a red flag, and nobody who cannot be called, or who is to be called back for a red flag
        already.
        """
        if visit.lane.emergency or visit.dialled:
            return False
        callable_ = visit.may_call_back and visit.number_known
        return callable_ and visit.call_id not in self._ledger.tasks

    def call_back_owed(self, fact: CallBackOwed) -> None:
        """A red flag was understood when the caller had left; whoever is at it already goes on."""
        task = self._ledger.tasks.get(fact.call_id)
        at_it = task is not None and task.requirement.emergency
        if at_it or self._ledger.get(fact.call_id) is not None:
            self._drops.duplicate += 1
            return
        rung: tuple[Agent, ...] = ()
        if task is not None:
            # A call-back that they chose is not enough any more.
            fact = replace(fact, may_call_back=fact.may_call_back and task.allowed)
            rung = self._call_backs.close(fact.call_id)
        self._call_backs.owed(fact, self._nurse_queue)
        self._matching.settle_all(rung)

    def caller_advised(self, fact: CallerAdvised) -> None:
        """The caller may be speaking with 911 once they have hung up."""
        visit = self._ledger.get(fact.call_id) or self._ledger.unserved.get(fact.call_id)
        if visit is not None:
            visit.advised_at = self._matching.now

    def call_back_forbidden(self, fact: CallBackForbidden) -> None:
        """The caller must not be rung: not for what is agreed, nor when they drop."""
        call_id = fact.call_id
        visit = self._ledger.get(call_id) or self._ledger.unserved.get(call_id)
        if visit is not None:
            visit.may_call_back = False
        task = self._ledger.tasks.get(call_id)
        if task is not None:
            self._call_backs.forbid(task)

    def caller_gone(self, fact: CallerHungUp | CallFailed) -> None:
        """The caller hung up or was lost."""
        self._end(fact.call_id, Outcome.ABANDONED)

    def call_ended(self, fact: CallEnded) -> None:
        """The flow has ended the call. For one whose caller left before, nothing is left to do."""
        self._end(fact.call_id, fact.outcome)

    def task_closed(self, fact: TaskClosed) -> None:
        """A person says that what was to be done for a caller is done."""
        task = self._ledger.tasks.get(fact.call_id)
        if task is not None and fact.kind == self._call_backs.kind_of(task):
            self._matching.settle_all(self._call_backs.close(fact.call_id))

    # --- for other parts ------------------------------------------------------------------------

    def to_nurses(self, visit: Visit, requirement: Requirement, since: float) -> None:
        """Take a connected caller from their agents into the emergency lane.

        Args:
            visit: the conversation.
            requirement: what the caller needs.
            since: from when the clock to the nurse runs, seconds since the epoch.
        """
        emergency = self._for_nurse(requirement)
        offers = tuple(visit.offers)
        self._ledger.forget(visit)
        for offer in offers:
            self._matching.offers.release(offer)
        again = self.queue_again(visit, offers, emergency, self._matching.now, since)
        self._ladder.begin(again, since)

    def queue_again(
        self,
        visit: Visit,
        offers: tuple[Offer, ...],
        requirement: Requirement,
        queued_at: float,
        since: float,
    ) -> Visit:
        """Queue a caller whose conversation was cut off; whoever they spoke with comes last.

        Args:
            visit: what the conversation was.
            offers: those who spoke with the caller; they are off the call already.
            requirement: what the caller needs now.
            queued_at: since when they count as waiting, seconds since the epoch.
            since: from when their place counts.
        """
        self._matching.say(
            ReturnToFlow(
                call_id=visit.call_id,
                agent_id=offers[0].agent.config.id,
                requeued=True,
                emergency=requirement.emergency,
            )
        )
        again = self._ledger.enter(visit.call_id, requirement, queued_at, since)
        again.tried = tuple(offer.agent.config.id for offer in offers)
        again.may_call_back, again.number_known = visit.may_call_back, visit.number_known
        again.advised_at, again.came_by = visit.advised_at, visit.came_by
        for offer in offers:
            # Who has room for more is not rung at once for the caller they were cut off from.
            self._matching.standing.pause(offer.agent)
        self._line_up(again)
        if requirement.emergency:
            self._ladder.begin(again, self._matching.now)
        for offer in offers:
            self._matching.wrap_up(offer)
        return again

    def agent_lost(self, visit: Visit, offers: tuple[Offer, ...]) -> None:
        """Nobody said goodbye: the caller has the place again that they once had.

        Who turned out to be in danger while a nurse was there has that of a red flag.

        Args:
            visit: what the conversation was.
            offers: those who spoke with the caller; they are off the call already.
        """
        requirement, since = visit.requirement, visit.since
        if visit.danger_since is not None:
            requirement, since = self._for_nurse(requirement), visit.danger_since
        self.queue_again(visit, offers, requirement, visit.queued_at, since)

    def connect(self, visit: Visit) -> None:
        """Everybody whom a call needs has answered."""
        self._matching.timers.cancel(visit)
        self._ledger.answer(visit, self._matching.now)
        for each in visit.offers:
            self._matching.say(
                Bridge(call_id=visit.call_id, offer_id=each.id, agent_id=each.agent.config.id)
            )

    def offer_anew(self, visit: Visit) -> None:
        """After a change: those who are rung go on if they may still take the call.

        A phone that does not show that it is a red flag, or that the number is to be asked for, is
        rung again: hers first, if she is still the best. Of two people one may be enough now.
        Whoever of them has answered is not asked again: a caller who turns out to be in danger is
        connected to that nurse at once.
        """
        if visit.rests_until is not None or (visit.offers and self._fit(visit)):
            return
        if visit.dialled and visit.offers and all(each.connected for each in visit.offers):
            # Their phone may ring: whoever calls them back goes on, whatever was changed.
            return
        if visit in self._matching.alarms and self._ring_fewer(visit):
            return
        rung = [offer.agent for offer in visit.offers]
        enough = self._enough(visit)
        for offer in tuple(visit.offers):
            if offer is not enough:
                self._matching.offers.let_go(offer)
        if enough is None:
            self._matching.line_up_again(visit, rung)
            return
        if enough.connected:
            self._matching.offers.resize(enough, visit.lane.units)
            self.connect(visit)
        self._matching.settle_all(rung)

    def _ring_fewer(self, visit: Visit) -> bool:
        """Where every nurse is rung, only those are let go who may not take the call any more."""
        able = visit.lane.able
        unfit = [each for each in visit.offers if not (_may_ring(each, able) and _tells_all(each))]
        if len(unfit) == len(visit.offers):
            return False
        self._matching.settle_all(self._matching.let_go(unfit))
        return True

    def _enough(self, visit: Visit) -> Offer | None:
        """Which offer alone is enough now, of those to whom a call was offered."""
        lane = visit.lane
        if lane.companion is not None:
            return None
        able = [offer for offer in visit.offers if _may_ring(offer, lane.able)]
        answered = [offer for offer in able if offer.connected]
        rung = [offer for offer in able if offer.ringing and _tells_all(offer)]
        return next(iter((*answered, *rung)), None)

    def _fit(self, visit: Visit) -> bool:
        """Whether all who are rung, or wait for a second to answer, are still those it needs."""
        lane = visit.lane
        places = [lane.able] if lane.companion is None else [lane.able, lane.companion]
        if visit in self._matching.alarms:
            places *= len(visit.offers)
        return len(visit.offers) == len(places) and all(
            _may_ring(offer, able) and _tells_all(offer)
            for able, offer in zip(places, visit.offers, strict=True)
        )

    def with_nurse(self, visit: Visit) -> bool:
        """Whether the caller speaks with a nurse."""
        lane = self._lanes.at(replace(visit.requirement, emergency=True), 0.0, 0.0)
        return any(lane.able & offer.agent.bit for offer in visit.offers)

    # --- inside -----------------------------------------------------------------------------------

    def _begin(self, fact: CallQueued) -> None:
        now = self._matching.now
        requirement, queued_at = fact.requirement, now
        since = self._heard_at(fact) if requirement.emergency else now
        earlier = self._ledger.unserved.pop(fact.call_id, None)
        if earlier is not None:
            requirement = replace(requirement, emergency=True)
            queued_at, since = earlier.queued_at, earlier.since
        visit = self._ledger.enter(fact.call_id, requirement, queued_at, since)
        if earlier is not None:
            visit.advised_at, visit.tried = earlier.advised_at, earlier.tried
            visit.failed = earlier.failed
            visit.came_by = earlier.came_by
            visit.may_call_back, visit.number_known = earlier.may_call_back, earlier.number_known
        self._note(visit, fact)
        self._line_up(visit)
        if earlier is not None:
            self._ladder.resume(visit, earlier)
        elif visit.lane.emergency:
            self._ladder.begin(visit, since)

    def _line_up(self, visit: Visit) -> None:
        self._matching.stand_in(visit, visit.lane)
        self._matching.line_up(visit)

    def _change(self, visit: Visit, fact: CallQueued) -> None:
        """What a waiting call needs has changed: its waiting time stays."""
        before, requirement = visit.lane, fact.requirement
        if before.emergency and not requirement.emergency:
            # Acuity only rises: a red flag stays where it is.
            self._drops.late += 1
            return
        self._note(visit, fact)
        if visit.requirement != requirement:
            rises = requirement.emergency and not before.emergency
            self._require(visit, requirement, self._heard_at(fact) if rises else visit.since)
        elif not visit.waiting:
            self.offer_anew(visit)

    def _require(self, visit: Visit, requirement: Requirement, since: float) -> None:
        """A call that waits needs something else from now on.

        Args:
            visit: the call.
            requirement: what it needs.
            since: from when its place counts, seconds since the epoch.
        """
        before, first = visit.lane, self._lanes.first(requirement)
        rises = requirement.emergency and not before.emergency
        self._lanes.withdraw(visit)
        visit.rests = 0
        visit.requirement, visit.since = requirement, since
        self._ledger.changes_queue(before, first)
        self._matching.stand_in(visit, first)
        self.offer_anew(visit)
        if rises and not visit.answered:
            self._ladder.begin(visit, since)

    def _end(self, call_id: CallId, outcome: Outcome) -> None:
        visit = self._ledger.get(call_id)
        unserved = self._ledger.unserved.pop(call_id, None)
        if visit is not None and visit.answered:
            offers = tuple(visit.offers)
            self._ledger.forget(visit)
            for offer in offers:
                self._matching.offers.release(offer)
            for offer in offers:
                self._matching.wrap_up(offer)
            return
        if visit is not None and visit.dialled:
            # Nobody is on the line yet: the attempt goes on.
            self._drops.late += 1
            return
        dropped = unserved or (visit if visit is not None and visit.lane.emergency else None)
        rung: tuple[Agent, ...] = ()
        if visit is not None:
            left, now = outcome in LEFT, self._matching.now
            ended = abandonment(visit, now) if left else VisitOutcome.FLOWED_OUT
            self._ledger.end(visit, ended, now)
            rung = self._take_back(visit)
        if dropped is not None and outcome not in _SERVED and call_id not in self._ledger.tasks:
            # Before those who were rung are given anything else, or go on a break.
            self._call_back(dropped)
        self._matching.settle_all(rung)

    def _call_back(self, dropped: Visit) -> None:
        """A red flag dropped before a nurse had spoken with them."""
        task = self._ledger.came_by(dropped)
        if task is not None:
            # One person, one task: they were called back, and are lost again.
            self._call_backs.again(task, dropped)
            return
        self._matching.say(
            OpenTask(call_id=dropped.call_id, kind=RED_FLAG_TASK, queue=self._nurse_queue)
        )
        self._call_backs.red_flag(dropped)

    def _leave(self, visit: Visit, outcome: VisitOutcome) -> None:
        self._ledger.end(visit, outcome, self._matching.now)
        self._withdraw(visit)

    def _withdraw(self, visit: Visit) -> None:
        """Take a call that was not answered out of its lane and off every phone."""
        self._matching.settle_all(self._take_back(visit))

    def _take_back(self, visit: Visit) -> tuple[Agent, ...]:
        """The same; whoever was rung is to be settled."""
        self._matching.timers.cancel(visit)
        self._lanes.withdraw(visit)
        offers = tuple(visit.offers)
        self._matching.silence(visit)
        return self._matching.let_go(offers)

    def _for_nurse(self, requirement: Requirement) -> Requirement:
        return replace(requirement, queue=self._nurse_queue, emergency=True)

    def _know_of_danger(self, visit: Visit, since: float) -> None:
        """A nurse is with them already; should she be lost, they wait as a red flag."""
        if visit.danger_since is None:
            visit.danger_since = since

    def _is_their_nurse(self, visit: Visit, agent_id: AgentId) -> bool:
        """Whether it is a nurse who speaks with the caller now."""
        return any(
            offer.agent.nurse and offer.agent.config.id == agent_id for offer in visit.offers
        )

    def _heard_at(self, fact: CallQueued) -> float:
        return self._matching.now - max(0.0, fact.heard_ago_s)

    def _note(self, visit: Visit, fact: CallQueued) -> None:
        """Keep what matters should the caller drop; what was said once stays said."""
        if fact.advised_911:
            visit.advised_at = self._matching.now
        visit.may_call_back &= fact.may_call_back
        visit.number_known &= fact.number_known


def _may_ring(offer: Offer, able: int) -> bool:
    """Whether an offer may go on: somebody who is gone from the site is not rung any more."""
    agent = offer.agent
    return bool(able & agent.bit) and not (offer.ringing and agent.leaving)


def _tells_all(offer: Offer) -> bool:
    """Whether an offer takes up what its call needs now, and its phone shows what there is to know.

    Who has answered already hears it from the caller.
    """
    visit = offer.visit
    if offer.units != visit.lane.units:
        return False
    told = (offer.emergency, offer.ask_number) == (visit.lane.emergency, visit.ask_number)
    return offer.connected or told
