"""Bringing a call that waits and an agent who is free together.

What a fact means for a call is said elsewhere. Each operation leaves the floor's invariant intact:
no call waits that an agent could take. It is longer than a module should be: an offer that ends
frees an agent who is offered the next call, so giving calls away and taking them back are read
together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import islice

from acd.agent import WHOLE, Agent, Presence
from acd.floor import Choice, Floor
from acd.keeping import Keeping
from acd.lane import Lane
from acd.lanes import lane_after
from acd.offer import Offer
from acd.offers import ELAPSED, Offers
from acd.ringing import CutShort, cut_short, rings_with_all
from acd.rule import Rule
from acd.standing import Standing
from acd.timers import Timers
from acd.totals import OfferOutcome
from acd.visit import Place, Visit
from acd.work import Work
from calls.commands import Command

PAIR_REST_S = 10.0
"""So long a call of two people rests when one of them did not come; twice as long each time."""

PAIR_REST_MOST_S = 120.0
"""But no longer than this."""


class Matching:
    """Gives calls to agents, and takes them back.

    Args:
        floor: who could take what.

    Attributes:
        timers: the deadlines of offers, visits, agents and call-backs, and how late it is.
        standing: where agents stand.
        keeping: who is kept for a call of two people.
        offers: the live offers.
        alarms: red flags for whom every nurse is rung, in the order of their places.
        put_off: ends an attempt to call back that is made again after so many seconds.
    """

    __slots__ = (
        "_floor",
        "_open",
        "_out",
        "_serving",
        "alarms",
        "keeping",
        "offers",
        "put_off",
        "standing",
        "timers",
    )

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._out: list[Command] = []
        self._open: list[Agent] = []
        self._serving = False
        self.timers = Timers()
        self.standing = Standing(floor, self.timers)
        self.keeping = Keeping(floor, self.standing, self.timers)
        self.offers = Offers(floor, self.standing, self.timers, self.say)
        self.alarms: list[Visit] = []
        self.put_off: Callable[[Visit, float], None] | None = None

    @property
    def now(self) -> float:
        """The time of what is being handled, seconds since the epoch; never goes back."""
        return self.timers.now

    # --- commands -------------------------------------------------------------------------------

    def say(self, command: Command) -> None:
        """Add a command to those decided."""
        self._out.append(command)

    def commands(self) -> list[Command]:
        """Take the commands decided since the last time."""
        out, self._out = self._out, []
        return out

    # --- calls ----------------------------------------------------------------------------------

    def line_up(self, visit: Visit) -> None:
        """Let a call wait in its lane, and find an agent for it at once if there is one."""
        choice = self._floor.agents_for(visit)
        if choice is None and visit.lane.emergency and visit.task is None:
            agent = self._floor.to_be_taken_over(visit)
            if agent is not None:
                self._take_over(visit, agent)
                return
        if choice is None:
            self._floor.lanes.add(visit)
        elif visit.lane.emergency or not self._others_may_come_first():
            self._offer_to(visit, choice)
        else:
            self._floor.lanes.add(visit)
            self._serve((), visit)

    def _others_may_come_first(self) -> bool:
        """Whether a call or a break may be owed what a call that is lined up could be given.

        Within one event, before it is settled: a phone that is lost lowers the reserve and brings
        back what it was rung for.
        """
        floor = self._floor
        return floor.breaks_may_begin or (floor.held_back and floor.spare_nurses > 0)

    def line_up_again(self, visit: Visit, rung: Iterable[Agent]) -> None:
        """Let a call wait that has just been taken back from these agents; they may be given it.

        Or what stands before it: this settles them.
        """
        agents = tuple(dict.fromkeys(rung))
        self._floor.lanes.add(visit)
        for agent in agents:
            self.standing.stand_anew(agent)
        self._serve(agents, visit)
        if visit.waiting and visit.lane.urgent:
            # Nobody is free for it, but somebody may be rung for something else.
            self._floor.lanes.remove(visit)
            self.line_up(visit)
        for agent in agents:
            self._give_way(agent)

    def stand_in(self, visit: Visit, lane: Lane) -> None:
        """Let a call belong to a lane, or to where its time has carried it on from there."""
        visit.lane = lane = lane_after(lane, visit.since, self.timers.now)
        due = visit.since + lane.next_after_s
        if visit.rests_until is not None:
            due = min(due, visit.rests_until)
        if due < math.inf:
            self.timers.set(visit, due)
        elif not lane.emergency:
            self.timers.cancel(visit)

    def move_on(self, visit: Visit) -> None:
        """Time carries a call on to the next lane, or its rest is over: there may be an agent."""
        rested = visit.rests_until is not None and visit.rests_until <= self.now
        if visit.waiting or rested:
            self._floor.lanes.withdraw(visit)
            self.stand_in(visit, visit.lane)
            self.line_up(visit)
        else:
            self.stand_in(visit, visit.lane)

    def stop_waiting_for(self, agent: Agent) -> None:
        """Nobody waits for an agent alone who goes away, or cannot be rung."""
        for offer in agent.offers:
            if offer.visit.lane.wanted == agent.config.id and not offer.visit.answered:
                self.wait_for_anybody(offer.visit)
        for lane in [lane for lane in agent.lanes if lane.wanted == agent.config.id]:
            for visit in tuple(lane.waiting):
                self._floor.lanes.remove(visit)
                self.wait_for_anybody(visit)
                self.line_up(visit)

    def wait_for_anybody(self, visit: Visit) -> None:
        """A call that does not stand in its lane waits for one agent alone no longer."""
        if visit.lane.common is not None:
            self.stand_in(visit, visit.lane.common)

    def ring(self, visit: Visit, agent: Agent, rule: Rule) -> None:
        """Ring one agent for a call, besides those who are rung for it."""
        self._offer_to(visit, Choice((agent,), rule))

    def refuse(self, offer: Offer, outcome: OfferOutcome, cause: object) -> None:
        """An offer came to nothing: the call goes on to somebody else in its old place."""
        visit, agent = offer.visit, offer.agent
        self.offers.end(offer, outcome, cause)
        self.standing.pause(agent)
        rest_s = agent.config.rona_rest_s
        if outcome is OfferOutcome.UNANSWERED:
            agent.unanswered += 1
            self.standing.ready_from_now(agent)
            agent.rests_until = self.now + rest_s
        elif outcome is OfferOutcome.FAILED:
            visit.failed |= {agent.config.id}
        visit.tried_by(agent.config.id)
        self.wait_for_anybody(visit)
        put_off_s = 0.0 if outcome is OfferOutcome.UNANSWERED else rest_s
        self.call_off(visit, put_off_s, in_vain=True)
        self.settle(agent)

    def call_off(self, visit: Visit, put_off_s: float = 0.0, *, in_vain: bool = False) -> None:
        """One of a call's offers is over and nobody is connected: what becomes of the others.

        Of two people whom the call needs the other is let go again. Where several nurses are rung
        the others go on ringing.

        Args:
            visit: the call.
            put_off_s: for so long an attempt to call back rests, unless somebody is free who was
                not asked yet: nobody is on the line, and nobody's phone need ring again and again.
            in_vain: somebody refused, or was lost: a call of two people that nobody takes who was
                not asked yet rests, so that the other of the two is not rung again and again.
        """
        if visit.lane.companion is not None and visit.task is None and in_vain:
            self._begin_again(visit)
            return
        freed = []
        if visit.lane.companion is not None:
            for other in tuple(visit.offers):
                freed.append(other.agent)
                self.offers.let_go(other)
        if not visit.offers:
            if visit.task is not None and put_off_s > 0 and not self._somebody_new(visit):
                assert self.put_off is not None, "whoever makes attempts puts them off"
                self.put_off(visit, put_off_s)
            else:
                self.line_up(visit)
        for agent in freed:
            self.settle(agent)

    def _begin_again(self, visit: Visit) -> None:
        """One of two people did not come: somebody not asked yet is, or the call rests."""
        freed = self.let_go(visit.offers)
        for agent in freed:
            self.standing.stand_anew(agent)
        if self._somebody_new(visit):
            self.line_up_again(visit, freed)
        if not visit.offers:
            self._floor.lanes.withdraw(visit)
            rest_s = min(PAIR_REST_S * 2**visit.rests, PAIR_REST_MOST_S)
            visit.rests_until, visit.rests = self.now + rest_s, visit.rests + 1
            self._floor.lanes.resting.append(visit)
            self.stand_in(visit, visit.lane)
        self.settle_all(freed)

    def call_off_all(self, recalled: Iterable[Offer]) -> None:
        """The same for calls whose offers were recalled at once: in the order of the calls."""
        for visit in sorted({offer.visit for offer in recalled}, key=_place):
            self.call_off(visit)

    def _somebody_new(self, visit: Visit) -> bool:
        """Whether somebody is free for a call who was not asked yet."""
        choice = self._floor.agents_for(visit)
        return choice is not None and not any(
            agent.config.id in visit.tried for agent in choice.agents
        )

    def let_go(self, offers: Iterable[Offer]) -> tuple[Agent, ...]:
        """End offers; their agents are to be settled, once what comes of it waits as well."""
        offers = tuple(offers)
        for offer in offers:
            self.offers.let_go(offer)
        return tuple(offer.agent for offer in offers)

    def phone_lost(self, offer: Offer) -> None:
        """Give up an offer whose phone is gone or was never heard of."""
        self.refuse(offer, OfferOutcome.FAILED, self.offers.say_recall(offer))

    def recall_others(self, visit: Visit, taken: Offer) -> None:
        """Somebody has the call: nobody else is rung for it any more."""
        self.silence(visit)
        others = [other for other in visit.offers if other is not taken]
        for other in others:
            self.offers.recall(other)
        if others:
            self.settle_all(other.agent for other in others)

    def _take_over(self, visit: Visit, agent: Agent) -> None:
        """Let a red flag have an agent who is offered something else and speaks with nobody."""
        others = self.take_back(agent)
        self.ring(visit, agent, Rule.TAKEN_OVER)
        self.call_off_all(others)

    def take_back(self, agent: Agent) -> list[Offer]:
        """End what may be cut short for a red flag; :meth:`call_off_all` must follow."""
        others = [offer for offer in agent.offers if offer.work is not Work.WRAP_UP]
        for offer in others:
            self.offers.let_go(offer)
        return others

    def _offer_to(self, visit: Visit, choice: Choice) -> None:
        """Offer a call to an agent, or to the two it needs."""
        kept = [agent for agent in choice.agents if agent.free_nurse]
        self.offers.make(visit, choice)
        # Who was kept ready whole is so no more, and has room for what passed them over.
        if any(agent.room for agent in kept):
            self._serve(choice.agents)

    def silence(self, visit: Visit) -> None:
        """Ring no further nurses for a red flag."""
        if visit in self.alarms:
            self.alarms.remove(visit)

    # --- agents ---------------------------------------------------------------------------------

    def wrap_up(self, offer: Offer) -> None:
        """Begin the wrap-up after a conversation. Only a red flag may cut it short."""
        if offer.work is not Work.WRAP_UP:
            # It has: the very caller who was just cut off, it may be.
            return
        agent = offer.agent
        wrap_up_s = offer.visit.lane.queue.wrap_up_s
        if wrap_up_s > 0:
            self.timers.set(offer, self.timers.now + wrap_up_s)
            self.standing.ready_from_now(agent)
            self.settle(agent)
        else:
            self.end_wrap_up(offer, ELAPSED)

    def end_wrap_up(self, offer: Offer, cause: object = ELAPSED) -> None:
        """The agent is done with the last call: ready, or what they asked for meanwhile."""
        self.offers.drop(offer, cause)
        self.standing.ready_from_now(offer.agent)
        self.settle(offer.agent)

    def end_wrap_ups(self, agent: Agent, cause: object) -> None:
        """The agent is done with all that they wrap up; :meth:`settle` must follow."""
        for offer in tuple(agent.offers):
            if offer.work is Work.WRAP_UP:
                self.offers.drop(offer, cause)
                self.standing.ready_from_now(agent)

    def settle(self, agent: Agent) -> None:
        """Put an agent where they belong now; a call that waits for them is theirs."""
        self.standing.stand_anew(agent)
        floor = self._floor
        spare = floor.held_back and floor.spare_nurses > 0
        if spare or agent.room or agent.urgent or self.alarms:
            self._serve((agent,))
        if agent.nurse:
            self._give_way(agent)

    def settle_all(self, agents: Iterable[Agent]) -> None:
        """Put agents where they belong who are free at once: a call may need two of them."""
        agents = tuple(agents)
        for agent in agents:
            self.standing.stand_anew(agent)
        self._serve(agents)
        for agent in agents:
            self._give_way(agent)

    def _give_way(self, agent: Agent) -> None:
        """A nurse speaks with nobody any more, but is offered something: red flags come first.

        A call-back of a red flag was offered to her in its turn, and goes on.
        """
        if not agent.nurse or cut_short(agent) in (None, CutShort.CALL_BACK):
            return
        waiting = [lane for lane in agent.lanes if lane.urgent]
        if waiting:
            self._take_over(min(waiting, key=_head).waiting.first, agent)

    def _serve(self, agents: Iterable[Agent], newcomer: Visit | None = None) -> None:
        """Give agents who may have room what stands first of all that any of them may be given.

        A conversation that takes up a part of an agent can give them, or whom it pairs them with,
        room for what they were kept from: they are served together with those served already.

        Args:
            agents: who.
            newcomer: a call that has just begun to wait. Whoever is free for it is served as well.
        """
        if self._serving:
            self._open += (agent for agent in agents if agent not in self._open)
            return
        self._open += agents
        self._serving = True
        try:
            while self._serve_first(newcomer):
                pass
        finally:
            self._serving = False
            self._open.clear()

    def _serve_first(self, newcomer: Visit | None) -> bool:
        """Give one call away; ``False`` if there is none that may be given."""
        floor = self._floor
        takers = self._open
        if not self.keeping.idle:
            was_kept = self.keeping.renew()
            if was_kept is not None and was_kept not in takers:
                takers.append(was_kept)
        spending = floor.held_back and floor.spare_nurses > 0
        if floor.breaks_may_begin:
            self.standing.begin_breaks()
            spending = floor.held_back and floor.spare_nurses > 0
        if newcomer is not None and newcomer.waiting:
            takers = list(dict.fromkeys((*takers, *self._free_for(newcomer))))
        if spending:
            # More nurses are free than the reserve needs. What was kept from one of them may stand
            # before all that is there for the agent who made it so.
            takers = list(dict.fromkeys((*takers, *self._spare_nurses())))
            floor.held_back = False
        best: Visit | None = None
        polite: dict[Agent, Visit] = {}
        for agent in takers:
            if not agent.room and not agent.urgent and not self.alarms:
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
        # It waited for whoever comes free, and there is nobody else: which rule is told must not
        # depend on who else was looked at.
        waited = best is not newcomer and best.lane.companion is None
        nobody_else = len(takers) == 1 and not spending
        if waited and (nobody_else or floor.could_take(best).bit_count() == 1):
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

    def _free_for(self, newcomer: Visit) -> Iterable[Agent]:
        """Who is to be served because a call has begun to wait."""
        floor = self._floor
        choice = floor.agents_for(newcomer)
        if choice is not None and newcomer.failed and newcomer.lane.companion is None:
            # At one agent it may let another call go first, and at another it may not.
            return floor.roster.members(floor.could_take(newcomer))
        return choice.agents if choice is not None else ()

    def _spare_nurses(self) -> Iterable[Agent]:
        """Of the free nurses one for whom the call is that stands first; in doubt all of them."""
        floor = self._floor
        free = floor.free_nurses
        lane = floor.lanes.first_for(free)
        if lane is None or lane.companion is not None or lane.waiting.first.failed:
            return floor.roster.members(free)
        if floor.kept is not None or self.alarms:
            return floor.roster.members(free)
        return islice(floor.roster.members(free & lane.able), 1)

    def see_to_others(self) -> None:
        """After anything has happened: keep who is to be kept for a pair, let breaks begin."""
        if self._floor.breaks_may_begin or not self.keeping.idle:
            self._serve(())

    def _alarm_for(self, agent: Agent) -> Visit | None:
        """A red flag that every nurse is rung for, and this one is not yet.

        Whoever is on a break and lets it pass is not rung for it again.
        """
        alarms = (visit for visit in self.alarms if visit.lane.able & agent.bit)
        if agent.room == WHOLE or agent.urgent:
            return next(alarms, None)
        on_break = agent.presence is Presence.BREAK and agent.wrapping_up
        if not on_break or not rings_with_all(agent):
            return None
        return next((visit for visit in alarms if agent.config.id not in visit.tried), None)


def _place(visit: Visit) -> Place:
    return visit.place


def _head(lane: Lane) -> Place:
    assert lane.head is not None, "asked only of lanes in which somebody waits"
    return lane.head
