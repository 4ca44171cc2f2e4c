"""Offers and the agents' time: bringing a call that waits and an agent who is free together.

Everything here moves an agent from one state to the next; what a fact means for a call is the
distributor's affair. Each operation leaves the floor's invariant intact: no call waits that a free
agent could take.
"""

from __future__ import annotations

from collections.abc import Iterator

from acd.agent import Agent, Presence, Work, WrapUpElapsed
from acd.floor import Floor
from acd.ranking import Ranking
from acd.rule import offer_rule
from acd.timers import Timers
from acd.totals import OfferOutcome, OfferTotals
from acd.visit import Offer, Visit
from calls.commands import Command, OfferCall, RecallOffer, ReleaseAgent
from calls.ids import OfferId

RING_GRACE_S = 5.0
"""How long after ``ring_timeout_s`` a phone of which nothing is heard counts as failed. The line
reports the end of every ring; this is for the report that never comes."""

_ELAPSED = WrapUpElapsed()


class Matching:
    """The live offers, the agents' deadlines, and the commands decided so far.

    Attributes:
        now: the time of what is being handled, seconds since the epoch; never goes back.
    """

    __slots__ = ("_ended", "_floor", "_made", "_offers", "_out", "_ready_seq", "_timers", "now")

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._offers: dict[OfferId, Offer] = {}
        self._timers = Timers()
        self._out: list[Command] = []
        self._made = 0
        self._ended = dict.fromkeys(OfferOutcome, 0)
        self._ready_seq = 0
        self.now = 0.0

    # --- time and commands --------------------------------------------------------------------

    def catch_up(self, now: float) -> None:
        """Do everything that fell due until ``now``, each at the time it fell due."""
        while (due := self._timers.pop_due(now)) is not None:
            at, agent_id = due
            self.now = max(self.now, at)
            agent = self._floor.agents[agent_id]
            if agent.offer is not None:
                self.phone_lost(agent)
            elif agent.work is Work.WRAP_UP:
                self.end_wrap_up(agent, _ELAPSED)
            else:
                self.settle(agent)
        self.now = max(self.now, now)

    def next_deadline(self) -> float | None:
        """When :meth:`catch_up` has something to do."""
        return self._timers.next_deadline()

    def say(self, command: Command) -> None:
        """Add a command to those decided."""
        self._out.append(command)

    def commands(self) -> list[Command]:
        """Take the commands decided since the last time."""
        out, self._out = self._out, []
        return out

    # --- offers -------------------------------------------------------------------------------

    def offers(self) -> Iterator[Offer]:
        """Live offers in the order they were made."""
        return iter(self._offers.values())

    def offer(self, offer_id: OfferId) -> Offer | None:
        """A live offer: ringing or connected."""
        return self._offers.get(offer_id)

    def totals(self) -> OfferTotals:
        """What became of the offers made so far."""
        ended = self._ended
        return OfferTotals(
            made=self._made,
            accepted=ended[OfferOutcome.ACCEPTED],
            declined=ended[OfferOutcome.DECLINED],
            unanswered=ended[OfferOutcome.UNANSWERED],
            failed=ended[OfferOutcome.FAILED],
            recalled=ended[OfferOutcome.RECALLED],
            pending=sum(not offer.visit.answered for offer in self._offers.values()),
        )

    def line_up(self, visit: Visit) -> None:
        """Let a call wait in its lane, and find an agent for it at once if there is one."""
        visit.lane.waiting.add(visit.key, visit)
        choice = self._floor.agent_for(visit)
        if choice is not None:
            self._make_offer(visit, choice.agent, choice.reason)
        elif visit.lane.emergency:
            agent = self._floor.ringing_for_routine(visit)
            if agent is not None:
                self._take_over(visit, agent)

    def accept(self, offer: Offer, cause: object) -> None:
        """The agent answered: their conversation begins."""
        offer.agent.work_on(cause, self.now)
        self._ended[OfferOutcome.ACCEPTED] += 1
        self._timers.cancel(offer.agent.config.id)

    def refuse(self, offer: Offer, outcome: OfferOutcome, cause: object) -> None:
        """An offer came to nothing: the call goes on to somebody else in its old place."""
        visit, agent = offer.visit, offer.agent
        self._end(offer, outcome)
        agent.work_on(cause, self.now)
        self.pause(agent)
        if outcome is OfferOutcome.UNANSWERED:
            agent.unanswered += 1
            agent.rests_until = self.now + agent.config.rona_rest_s
            self._ready_from_now(agent)
        visit.tried_by(agent.config.id)
        self.line_up(visit)
        self.settle(agent)

    def phone_lost(self, agent: Agent) -> None:
        """Give up an offer whose phone is gone or was never heard of."""
        assert agent.offer is not None, "only an offer can be given up"
        self.refuse(agent.offer, OfferOutcome.FAILED, self._recall_command(agent.offer))

    def recall(self, offer: Offer) -> None:
        """Stop an offer that rings. Agent and call are left for the caller of this to place."""
        self._end(offer, OfferOutcome.RECALLED)
        offer.agent.work_on(self._recall_command(offer), self.now)

    def disconnect(self, offer: Offer, cause: object) -> None:
        """End a conversation from the agent's side; :meth:`wrap_up` must follow."""
        self._unlink(offer)
        offer.agent.work_on(cause, self.now)

    def release(self, offer: Offer) -> None:
        """Take the agent off a conversation, their phone too; :meth:`wrap_up` must follow."""
        command = ReleaseAgent(
            call_id=offer.visit.call_id, offer_id=offer.id, agent_id=offer.agent.config.id
        )
        self._out.append(command)
        self.disconnect(offer, command)

    def _take_over(self, visit: Visit, agent: Agent) -> None:
        """Let a red flag have the agent whose phone rings for a routine call."""
        assert agent.offer is not None, "only an agent who is being rung is taken over"
        routine = agent.offer.visit
        self.recall(agent.offer)
        self._make_offer(visit, agent, "taken from a routine call that rang there: ready")
        self.line_up(routine)

    def _make_offer(self, visit: Visit, agent: Agent, reason: str) -> None:
        queue = visit.lane.queue
        rule = offer_rule(visit, agent, reason, self.now)
        visit.lane.waiting.remove(visit.key)
        agent.put_on(None)
        self._made += 1
        # A call's id is unique for the life of a journal, so the offer's is too.
        offer_id = OfferId(f"{visit.call_id}/{self._made}")
        offer = Offer(id=offer_id, seq=self._made, visit=visit, agent=agent)
        visit.offer = agent.offer = self._offers[offer_id] = offer
        command = OfferCall(
            call_id=visit.call_id,
            offer_id=offer_id,
            agent_id=agent.config.id,
            ring_timeout_s=queue.ring_timeout_s,
            emergency=visit.lane.emergency,
            queue=queue.id,
            rule=rule,
        )
        agent.work_on(command, self.now)
        self._timers.set(agent.config.id, self.now + queue.ring_timeout_s + RING_GRACE_S)
        self._out.append(command)

    def _recall_command(self, offer: Offer) -> RecallOffer:
        command = RecallOffer(
            call_id=offer.visit.call_id, offer_id=offer.id, agent_id=offer.agent.config.id
        )
        self._out.append(command)
        return command

    def _end(self, offer: Offer, outcome: OfferOutcome) -> None:
        self._ended[outcome] += 1
        self._unlink(offer)

    def _unlink(self, offer: Offer) -> None:
        del self._offers[offer.id]
        offer.visit.offer = offer.agent.offer = None
        self._timers.cancel(offer.agent.config.id)

    # --- agents -------------------------------------------------------------------------------

    def be_present(self, agent: Agent, presence: Presence) -> None:
        """Change what an idle agent asked for; :meth:`settle` must follow."""
        agent.group.on_duty += (presence is not Presence.OUT) - (agent.presence is not Presence.OUT)
        if presence is Presence.READY:
            self._ready_from_now(agent)
        agent.presence = presence
        agent.since = self.now

    def pause(self, agent: Agent) -> None:
        """Offer the agent nothing for a moment: what they were last offered came to nothing."""
        agent.pauses_until = self.now + agent.config.retry_rest_s

    def wrap_up(self, agent: Agent, visit: Visit) -> None:
        """Begin the wrap-up after a conversation. Only a red flag may cut it short."""
        wrap_up_s = visit.lane.queue.wrap_up_s
        if wrap_up_s > 0:
            self._timers.set(agent.config.id, self.now + wrap_up_s)
            self._ready_from_now(agent)
            self.settle(agent)
        else:
            self.end_wrap_up(agent, _ELAPSED)

    def end_wrap_up(self, agent: Agent, cause: object) -> None:
        """The agent is done with the last call: ready, or what they asked for meanwhile."""
        agent.put_on(None)
        agent.work_on(cause, self.now)
        self._ready_from_now(agent)
        self.settle(agent)

    def settle(self, agent: Agent) -> None:
        """Put an agent without a call where they belong now; a call that waits is theirs."""
        if agent.work is Work.IDLE:
            shelf = self._shelf_of_idle(agent)
        elif agent.work is Work.WRAP_UP:
            # A phone that nobody speaks on must not stay silent while a red flag waits.
            away = agent.pending is not None or not agent.reachable
            paused = agent.pauses_until > self.now
            shelf = None if away or paused else agent.group.resting
        else:
            return
        agent.put_on(shelf)
        visit = self._floor.visit_for(agent) if shelf is not None else None
        if visit is not None:
            self._make_offer(visit, agent, "first free for the call: ready")

    def _shelf_of_idle(self, agent: Agent) -> Ranking[Agent] | None:
        if agent.pending is not None:
            self.be_present(agent, agent.pending)
            agent.pending = None
        self._timers.cancel(agent.config.id)
        if agent.presence is not Presence.READY or not agent.reachable:
            return None
        if agent.pauses_until > self.now:
            self._timers.set(agent.config.id, agent.pauses_until)
            return None
        if agent.rests_until > self.now:
            self._timers.set(agent.config.id, agent.rests_until)
            return agent.group.resting
        return agent.group.free

    def _ready_from_now(self, agent: Agent) -> None:
        self._ready_seq += 1
        agent.ready_from(self.now, self._ready_seq)
