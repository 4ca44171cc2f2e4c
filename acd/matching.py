"""Offers and the agents' time: bringing a call that waits and an agent who is free together.

Everything here moves an agent from one state to the next; what a fact means for a call is said
elsewhere. Each operation leaves the floor's invariant intact: no call waits that an agent could
take. It is longer than a module should be: an offer that ends frees an agent who is offered the
next call, so the two halves call each other all the time and are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from acd.agent import WHOLE, Agent, Presence
from acd.floor import Choice, Floor
from acd.lane import Lane
from acd.offer import Offer
from acd.ringing import rings_for_routine
from acd.rule import Rule
from acd.timers import Timers
from acd.totals import OfferOutcome, OfferTotals
from acd.visit import Place, Visit
from acd.work import Work, WrapUpElapsed
from calls.commands import Command, OfferCall, RecallOffer, ReleaseAgent
from calls.ids import OfferId

RING_GRACE_S = 5.0
"""How long after ``ring_timeout_s`` a phone of which nothing is heard counts as failed. The line
reports the end of every ring; this is for the report that never comes."""

OUTAGE_S = 600.0
"""Where so much time passed unattended, offers are made now and not back then: a phone cannot be
rung in the past, and decades (a clock that was wrong) would be very many rings."""

_ELAPSED = WrapUpElapsed()

Witness = Callable[[Visit, Choice], None]
"""Is shown each decision before it is carried out, while everything stands as it was made."""


class Matching:
    """The live offers, the deadlines, and the commands decided so far.

    Args:
        floor: who could take what.

    Attributes:
        now: the time of what is being handled, seconds since the epoch; never goes back.
        until: the time up to which the driver lets everything happen now.
        made: how many offers were made.
        timers: the deadlines of offers, visits, agents and call-backs.
        alarms: red flags for whom every nurse is rung, in the order of their places.
        witness: is shown each decision.
        put_off: ends an attempt to call back that is made again after so many seconds.
    """

    __slots__ = (
        "_ended",
        "_floor",
        "_offers",
        "_open",
        "_out",
        "_serving",
        "alarms",
        "made",
        "now",
        "put_off",
        "timers",
        "until",
        "witness",
    )

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._offers: dict[OfferId, Offer] = {}
        self._out: list[Command] = []
        self._open: list[Agent] = []
        self._serving = False
        self.made = 0
        self._ended = dict.fromkeys(OfferOutcome, 0)
        self.timers = Timers()
        self.alarms: list[Visit] = []
        self.now = 0.0
        self.until = 0.0
        self.witness: Witness | None = None
        self.put_off: Callable[[Visit, float], None] | None = None

    # --- commands -----------------------------------------------------------------------------

    def say(self, command: Command) -> None:
        """Add a command to those decided."""
        self._out.append(command)

    def commands(self) -> list[Command]:
        """Take the commands decided since the last time."""
        out, self._out = self._out, []
        return out

    # --- offers -------------------------------------------------------------------------------

    def offers(self) -> Iterator[Offer]:
        """Live offers, ringing or connected, in the order they were made."""
        return iter(self._offers.values())

    def offer(self, offer_id: OfferId) -> Offer | None:
        """A live offer: ringing or connected."""
        return self._offers.get(offer_id)

    def hold(self, offer: Offer) -> None:
        """Hold an offer that was made before."""
        self._offers[offer.id] = offer

    def ended(self) -> dict[OfferOutcome, int]:
        """How the offers so far have ended."""
        return dict(self._ended)

    def restore(self, made: int, ended: Mapping[OfferOutcome, int]) -> None:
        """Go on counting from there."""
        self.made = made
        self._ended = {**dict.fromkeys(OfferOutcome, 0), **ended}

    def totals(self) -> OfferTotals:
        """What became of the offers made so far."""
        ended = self._ended
        return OfferTotals(
            made=self.made,
            accepted=ended[OfferOutcome.ACCEPTED],
            declined=ended[OfferOutcome.DECLINED],
            unanswered=ended[OfferOutcome.UNANSWERED],
            failed=ended[OfferOutcome.FAILED],
            recalled=ended[OfferOutcome.RECALLED],
            pending=sum(offer.ringing for offer in self._offers.values()),
        )

    def line_up(self, visit: Visit) -> None:
        """Let a call wait in its lane, and find an agent for it at once if there is one."""
        choice = self._floor.agents_for(visit)
        if choice is None and visit.lane.emergency and visit.task is None:
            agent = self._floor.ringing_for_routine(visit)
            if agent is not None:
                self._take_over(visit, agent)
                return
        if choice is None:
            self._floor.lanes.add(visit)
        else:
            self._offer_to(visit, choice)

    def line_up_again(self, visit: Visit, rung: Iterable[Agent]) -> None:
        """Let a call wait that has just been taken back from these agents; they may be given it.

        :meth:`settle` must follow for each of them.
        """
        agents = dict.fromkeys(agent for agent in rung if agent.pending is None)
        for agent in agents:
            self.stand(agent)
        choice = self._floor.agents_for(visit)
        if choice is not None:
            # Who was rung may have to take what stands before it.
            self._floor.lanes.add(visit)
            self._serve(dict.fromkeys((*agents, *choice.agents)))
            if not visit.waiting:
                return
            self._floor.lanes.remove(visit)
        self.line_up(visit)

    def stand_in(self, visit: Visit, lane: Lane) -> None:
        """Let a call belong to a lane, or to where its time has carried it on from there."""
        while lane.next is not None and visit.since + lane.next_after_s <= self.now:
            lane = lane.next
        visit.lane = lane
        if lane.next is not None:
            self.timers.set(visit, visit.since + lane.next_after_s)
        elif not lane.emergency:
            self.timers.cancel(visit)

    def move_on(self, visit: Visit) -> None:
        """Time carries a call on to the next lane; there may be an agent for it there."""
        before = visit.lane
        assert before.next is not None, "only a lane that leads on sets a deadline"
        if visit.waiting:
            self._floor.lanes.remove(visit)
            self.stand_in(visit, before.next)
            self.line_up(visit)
        else:
            self.stand_in(visit, before.next)

    def stop_waiting_for(self, agent: Agent) -> None:
        """Nobody waits for an agent who goes home."""
        for lane in [lane for lane in agent.lanes if lane.wanted == agent.config.id]:
            for visit in tuple(lane.waiting):
                self.move_on(visit)

    def ring(self, visit: Visit, agent: Agent, rule: Rule) -> None:
        """Ring one agent for a call, besides those who are rung for it."""
        self._offer_to(visit, Choice((agent,), rule))

    def accept(self, offer: Offer, cause: object) -> None:
        """The agent answered."""
        offer.work_on(cause, self.now)
        self._ended[OfferOutcome.ACCEPTED] += 1
        self.timers.cancel(offer)

    def resize(self, offer: Offer, units: int) -> None:
        """Let a call have another part of its agent: all that is left, where it needs more.

        :meth:`settle` must follow.
        """
        agent = offer.agent
        units = min(units, WHOLE - agent.used + offer.units)
        agent.used += units - offer.units
        offer.units = units

    def refuse(self, offer: Offer, outcome: OfferOutcome, cause: object) -> None:
        """An offer came to nothing: the call goes on to somebody else in its old place."""
        visit, agent = offer.visit, offer.agent
        offer.work_on(cause, self.now)
        self._end(offer, outcome)
        self.pause(agent)
        rest_s = agent.config.rona_rest_s
        if outcome is OfferOutcome.UNANSWERED:
            agent.unanswered += 1
            self._ready_from_now(agent)
            agent.rests_until = self.now + rest_s
        elif outcome is OfferOutcome.FAILED:
            visit.failed |= {agent.config.id}
        visit.tried_by(agent.config.id)
        if visit.lane.wanted is not None:
            self.move_on(visit)
        self.call_off(visit, 0.0 if outcome is OfferOutcome.UNANSWERED else rest_s)
        self.settle(agent)

    def call_off(self, visit: Visit, put_off_s: float = 0.0) -> None:
        """One of a call's offers is over and nobody is connected: what becomes of the others.

        Of two people whom the call needs the other is let go again. Where several nurses are rung
        the others go on ringing.

        Args:
            visit: the call.
            put_off_s: for so long an attempt to call back rests, unless somebody is free who was
                not asked yet: nobody is on the line, and nobody's phone need ring again and again.
        """
        freed = []
        if visit.lane.companion is not None:
            for other in tuple(visit.offers):
                freed.append(other.agent)
                self.let_go(other)
        if not visit.offers:
            if visit.task is not None and put_off_s > 0 and not self._somebody_new(visit):
                assert self.put_off is not None, "whoever makes attempts puts them off"
                self.put_off(visit, put_off_s)
            else:
                self.line_up(visit)
        for agent in freed:
            self.settle(agent)

    def _somebody_new(self, visit: Visit) -> bool:
        """Whether somebody is free for a call who was not asked yet."""
        choice = self._floor.agents_for(visit)
        return choice is not None and not any(
            agent.config.id in visit.tried for agent in choice.agents
        )

    def let_go(self, offer: Offer) -> None:
        """End an offer whose agent has done nothing wrong and nothing to wrap up."""
        if offer.ringing:
            self.recall(offer)
        else:
            self.release(offer)
            self._drop(offer, _ELAPSED)

    def phone_lost(self, offer: Offer) -> None:
        """Give up an offer whose phone is gone or was never heard of."""
        self.refuse(offer, OfferOutcome.FAILED, self._recall_command(offer))

    def recall(self, offer: Offer) -> None:
        """Stop an offer that rings. Agent and call are left for the caller of this to place."""
        offer.work_on(self._recall_command(offer), self.now)
        self._end(offer, OfferOutcome.RECALLED)

    def recall_others(self, visit: Visit, taken: Offer) -> None:
        """Somebody has the call: nobody else is rung for it any more."""
        self.silence(visit)
        if len(visit.offers) == 1:
            return
        for other in tuple(visit.offers):
            if other is not taken:
                self.recall(other)
                self.settle(other.agent)

    def disconnect(self, offer: Offer, cause: object) -> None:
        """End a conversation from the agent's side; :meth:`wrap_up` must follow."""
        offer.work_on(cause, self.now)
        self._unlink(offer)

    def release(self, offer: Offer) -> None:
        """Take the agent off a conversation, their phone too; :meth:`wrap_up` must follow."""
        command = ReleaseAgent(
            call_id=offer.visit.call_id, offer_id=offer.id, agent_id=offer.agent.config.id
        )
        self._out.append(command)
        self.disconnect(offer, command)

    def _take_over(self, visit: Visit, agent: Agent) -> None:
        """Let a red flag have the agent whose phone rings for a routine call."""
        routine = [offer for offer in agent.offers if offer.ringing]
        for offer in routine:
            self.recall(offer)
        self.ring(visit, agent, Rule.TAKEN_OVER)
        for offer in routine:
            self.call_off(offer.visit)

    def _offer_to(self, visit: Visit, choice: Choice) -> None:
        """Offer a call to an agent, or to the two it needs."""
        if self.until - self.now > OUTAGE_S:
            self.now = self.until
        if self.witness is not None:
            self.witness(visit, choice)
        lane = visit.lane
        kept = [agent for agent in choice.agents if agent.nurse and agent.room == WHOLE]
        if visit.waiting:
            self._floor.lanes.remove(visit)
        for agent in choice.agents:
            command = self._order(visit, agent, choice.rule)
            for wrapped in tuple(agent.offers):
                if lane.emergency and wrapped.work is Work.WRAP_UP:
                    self._drop(wrapped, command)
            # A call's id is unique for the life of a journal, so the offer's is too.
            offer = Offer(command.offer_id, self.made, visit, agent, lane.units)
            offer.emergency, offer.ask_number = command.emergency, command.ask_number
            visit.offers.append(offer)
            agent.offers.append(offer)
            agent.used += lane.units
            agent.kept_until = None
            self._offers[offer.id] = offer
            offer.work_on(command, self.now)
            self.stand(agent)
            self.timers.set(offer, self.now + lane.queue.ring_timeout_s + RING_GRACE_S)
            self._out.append(command)
        # Who was kept ready whole is so no more, and has room for what passed them over.
        if any(agent.room for agent in kept):
            self._serve(choice.agents)

    def _order(self, visit: Visit, agent: Agent, rule: Rule) -> OfferCall:
        lane = visit.lane
        self.made += 1
        return OfferCall(
            call_id=visit.call_id,
            offer_id=OfferId(f"{visit.call_id}/{self.made}"),
            agent_id=agent.config.id,
            ring_timeout_s=lane.queue.ring_timeout_s,
            emergency=lane.emergency,
            queue=lane.queue.id,
            rule=rule.value,
            call_back=visit.task is not None,
            ask_number=visit.ask_number,
        )

    def _recall_command(self, offer: Offer) -> RecallOffer:
        command = RecallOffer(
            call_id=offer.visit.call_id, offer_id=offer.id, agent_id=offer.agent.config.id
        )
        self._out.append(command)
        return command

    def silence(self, visit: Visit) -> None:
        """Ring no further nurses for a red flag."""
        if visit in self.alarms:
            self.alarms.remove(visit)

    def _end(self, offer: Offer, outcome: OfferOutcome) -> None:
        """An offer that was never answered is over; its agent is free of it."""
        self._ended[outcome] += 1
        self._unlink(offer)
        offer.agent.offers.remove(offer)
        offer.agent.used -= offer.units

    def _unlink(self, offer: Offer) -> None:
        del self._offers[offer.id]
        offer.visit.offers.remove(offer)
        self.timers.cancel(offer)

    def _drop(self, offer: Offer, cause: object) -> None:
        """End a wrap-up."""
        offer.work_on(cause, self.now)
        self.timers.cancel(offer)
        offer.agent.offers.remove(offer)
        offer.agent.used -= offer.units

    # --- agents -------------------------------------------------------------------------------

    def be_present(self, agent: Agent, presence: Presence) -> None:
        """Change what an idle agent asked for; :meth:`settle` must follow."""
        if presence is Presence.READY:
            self._ready_from_now(agent)
        self._presence(agent, presence)
        agent.since = self.now

    def reach(self, agent: Agent, *, reachable: bool) -> None:
        """The agent's phone came or went; :meth:`settle` must follow."""
        counted = self._floor.on_duty(agent)
        agent.reachable = reachable
        self._count_again(agent, counted)

    def pause(self, agent: Agent) -> None:
        """Offer the agent nothing for a moment: what they were last offered came to nothing.

        From this moment on, also where they had room for more; :meth:`settle` must follow.
        """
        agent.pauses_until = self.now + agent.config.retry_rest_s
        self._floor.place(agent, 0, urgent=False)

    def wrap_up(self, offer: Offer) -> None:
        """Begin the wrap-up after a conversation. Only a red flag may cut it short."""
        if offer.work is not Work.WRAP_UP:
            # It has: the very caller who was just cut off, it may be.
            return
        agent = offer.agent
        wrap_up_s = offer.visit.lane.queue.wrap_up_s
        if wrap_up_s > 0:
            self.timers.set(offer, self.now + wrap_up_s)
            self._ready_from_now(agent)
            self.settle(agent)
        else:
            self.end_wrap_up(offer, _ELAPSED)

    def end_wrap_up(self, offer: Offer, cause: object = _ELAPSED) -> None:
        """The agent is done with the last call: ready, or what they asked for meanwhile."""
        self._drop(offer, cause)
        self._ready_from_now(offer.agent)
        self.settle(offer.agent)

    def settle(self, agent: Agent) -> None:
        """Put an agent where they belong now; a call that waits for them is theirs."""
        if agent.pending is not None and not agent.offers and self._may_go(agent):
            self.be_present(agent, agent.pending)
            agent.pending, agent.approved = None, False
        self.stand(agent)
        floor = self._floor
        spare = floor.held_back and floor.spare_nurses > 0
        if spare:
            self._begin_breaks()
        if spare or agent.room or floor.urgent & agent.bit:
            self._serve((agent,))
        if agent.nurse and rings_for_routine(agent):
            self._give_way(agent)

    def _give_way(self, agent: Agent) -> None:
        """A nurse speaks with nobody any more while a routine call rings: red flags come first."""
        waiting = [lane for lane in agent.lanes if lane.urgent and lane.head is not None]
        if waiting:
            self._take_over(min(waiting, key=_head).waiting.first, agent)

    def _serve(self, agents: Iterable[Agent]) -> None:
        """Give agents who may have room what stands first of all that any of them may be given.

        A conversation that takes up a part of an agent can give them, or whom it pairs them with,
        room for what they were kept from: they are served together with those served already.
        """
        if self._serving:
            self._open += (agent for agent in agents if agent not in self._open)
            return
        self._open += agents
        self._serving = True
        try:
            while self._serve_first():
                pass
        finally:
            self._serving = False
            self._open.clear()

    def _serve_first(self) -> bool:
        """Give one call away; ``False`` if there is none that may be given."""
        floor = self._floor
        if floor.lanes.overdue_pairs:
            self._keep_for_pair()
        takers = self._open
        spending = floor.held_back and floor.spare_nurses > 0
        if spending:
            # More nurses are free than the reserve needs. What was kept from one of them may stand
            # before all that is there for the agent who made it so.
            takers = list(dict.fromkeys((*takers, *floor.roster.members(floor.free_nurses))))
            floor.held_back = False
        best: Visit | None = None
        polite: dict[Agent, Visit] = {}
        for agent in takers:
            if not agent.room and not floor.urgent & agent.bit:
                continue
            visit = floor.visit_for(agent)
            if visit is not None and visit.failed and visit.lets_go_first(agent.config.id):
                # Their phone could not be rung for it. Once for each time it lets another go first,
                # so that a call which cannot be rung at all does not hold up everybody behind it.
                polite[agent] = visit
                visit = floor.visit_for(agent, visit) or visit
            if visit is None or not visit.lane.urgent:
                alarm = self._alarm_for(agent)
                if alarm is not None:
                    floor.held_back |= spending
                    self.ring(alarm, agent, Rule.RING_ALL)
                    return True
            if visit is not None and (best is None or visit.place < best.place):
                best, taker = visit, agent
        if best is None:
            return False
        floor.held_back |= spending
        if len(takers) == 1 and best.lane.companion is None:
            choice: Choice | None = Choice((taker,), Rule.FIRST_FREE)
        else:
            choice = floor.agents_for(best)
        assert choice is not None, "only a call that somebody may be given is taken"
        self._offer_to(best, choice)
        for agent in choice.agents:
            first = polite.get(agent, best)
            if first is not best:
                first.failed -= {agent.config.id}
        return True

    def _begin_breaks(self) -> None:
        """There are more nurses free than the reserve needs: breaks come before routine calls."""
        for agent in tuple(self._floor.roster.members(self._floor.free_nurses)):
            if agent.pending is not None and not agent.offers and self._may_go(agent):
                self.settle(agent)

    def see_to_pairs(self) -> None:
        """After anything has happened: keep who is to be kept, let go whoever is not any more."""
        if self._floor.lanes.overdue_pairs:
            self._serve(())

    def _keep_for_pair(self) -> None:
        """Keep somebody for the first overdue call that needs two people; never two for one."""
        floor, now = self._floor, self.now
        pair, kept, before = floor.first_overdue_pair(), floor.kept, floor.kept_for
        floor.kept_for = pair
        if kept is not None:
            in_time = kept.kept_until is not None and now < kept.kept_until
            stays = in_time and pair is not None and bool(floor.may_be_of(pair) & kept.bit)
            if stays and pair is before:
                return
            if kept not in self._open:
                # There may be a call for them that they were kept from.
                self._open.append(kept)
            if stays:
                return
            if in_time:
                kept.kept_until = None
            floor.kept = None
            self.stand(kept)
        if pair is None:
            return
        free = floor.roster.members(floor.may_be_of(pair))
        fresh = [agent for agent in free if agent.kept_until is None]
        if fresh:
            floor.kept = min(fresh, key=_ready_key)
            floor.kept.kept_until = now + pair.lane.queue.keep_for_pair_s
            self.stand(floor.kept)

    def _alarm_for(self, agent: Agent) -> Visit | None:
        """A red flag that every nurse is rung for, and this one is not yet."""
        if agent.room != WHOLE and not self._floor.urgent & agent.bit:
            return None
        return next((visit for visit in self.alarms if visit.lane.able & agent.bit), None)

    def _may_go(self, agent: Agent) -> bool:
        """Whether the break or the going home that an idle agent asked for can begin.

        A nurse's break waits until as many others are ready as the reserve needs, unless a
        supervisor lets her go. Nobody is kept from going home.
        """
        if agent.pending is not Presence.BREAK or not agent.nurse or agent.approved:
            return True
        if not self._floor.on_duty(agent):
            return True
        needed = self._floor.reserve
        free_without = self._floor.free_nurses & ~agent.bit
        if free_without.bit_count() >= needed:
            return True
        self._floor.held_back = True
        return False

    def stand(self, agent: Agent) -> None:
        """Say what the agent can be given now, and when that changes by itself."""
        now = self.now
        self.timers.cancel(agent)
        away = (
            agent.presence is not Presence.READY
            or not agent.reachable
            or agent.leaving
            or (agent.pending is not None and agent.used > 0)
        )
        if away or agent.pauses_until > now:
            self._floor.place(agent, 0, urgent=False)
            if not away:
                self.timers.set(agent, agent.pauses_until)
            return
        resting = agent.rests_until > now
        idle = not agent.used
        self._floor.place(
            agent,
            0 if resting else WHOLE - agent.used,
            # A phone that nobody speaks on must not stay silent while a red flag waits.
            urgent=agent.nurse and agent.wrapping_up and (resting or not idle),
        )
        if resting:
            self.timers.set(agent, agent.rests_until)
        elif agent is self._floor.kept and agent.kept_until is not None:
            self.timers.set(agent, agent.kept_until)

    def _presence(self, agent: Agent, presence: Presence) -> None:
        counted = self._floor.on_duty(agent)
        agent.presence = presence
        self._count_again(agent, counted)

    def _count_again(self, agent: Agent, counted: bool) -> None:
        if agent.nurse:
            self._floor.count_on_duty(self._floor.on_duty(agent) - counted)

    def _ready_from_now(self, agent: Agent) -> None:
        """Begin to be ready now: last in the order of those who are free."""
        if agent.room:
            self._floor.place(agent, 0, urgent=False)
        agent.ready_since = self.now


def _ready_key(agent: Agent) -> tuple[float, int]:
    return agent.ready_key


def _head(lane: Lane) -> Place:
    assert lane.head is not None, "asked only of lanes in which somebody waits"
    return lane.head
