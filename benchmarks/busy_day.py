"""A busy day at a site: whole lives of calls, recorded to be told to a distributor again.

The day is played once against a distributor, whose decisions say which phone rings and so what
happens next. What the distributor was told is kept: the same facts at the same times lead another
one to the same decisions, and no time goes into making them.

There are always so many callers who wait: whoever is answered or leaves is followed by another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any

from acd import RED_FLAG_TASK, Distributor, Work
from acd.floor import Choice
from acd.visit import Visit
from benchmarks.busy_site import NURSE_QUEUE, SITE, BusySite, a_red_flag, a_requirement
from calls.commands import (
    Bridge,
    CallBack,
    ClimbLadder,
    Command,
    HangUp,
    OfferCall,
    OpenTask,
    RecallOffer,
    ReleaseAgent,
    ReturnToFlow,
)
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallBackAnswered,
    CallBackChosen,
    CallBackMissed,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallHeld,
    CallQueued,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    Fact,
    IdentityConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
    TaskClosed,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.outcome import Outcome
from calls.requirement import Requirement
from routing.skills import meets

_OfOffer = OfferCall | Bridge | CallBack

Input = tuple[Fact | None, float]
"""What a distributor is told and when; ``None`` for a tick."""

_TALK_S = 170.0
_CHAT_S = 400.0
_PATIENCE_S = 900.0
_SHIFT_S = 3600.0
"""On the mean this long between an agent's breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A day.

    Attributes:
        inputs: in order.
        begin: the first of them that counts; before it the site fills up.
        lives: calls that ended from there on.
        commands: what was decided from there on.
        waiting: callers who were not answered, on the mean over those inputs.
        talking: conversations, likewise.
        counts: what happened on the whole day: facts by their names, offers by their rules, rungs.
    """

    inputs: list[Input]
    begin: int
    lives: int
    commands: int
    waiting: float
    talking: float
    counts: Counter[str]


def record(site: BusySite, *, waiting: int, lives: int, seed: int = 911) -> Recording:
    """Play a day.

    Args:
        site: where.
        waiting: callers who wait at any moment.
        lives: calls that end after the site has filled up.
        seed: of all chance; the same seed makes the same day.
    """
    day = _Day(site, waiting, Random(seed))  # noqa: S311 - a load, no secret
    day.open()
    day.run(len(site.agents) + 2 * waiting)
    begin, lives_before, commands_before = len(day.inputs), day.lives, day.commands
    day.waited, day.talked = 0, 0
    day.run(lives_before + lives)
    told = len(day.inputs) - begin
    return Recording(
        inputs=day.inputs,
        begin=begin,
        lives=day.lives - lives_before,
        commands=day.commands - commands_before,
        waiting=day.waited / told,
        talking=day.talked / told,
        counts=day.counts,
    )


class _Day:
    """Callers, phones and agents around a distributor."""

    def __init__(self, site: BusySite, waiting: int, chance: Random) -> None:
        self._site = site
        self._distributor: Distributor = site.distributor()
        self._distributor.watch(self._watched)
        self._target = waiting
        self._chance = chance
        self._now = 0.0
        self._seq = 0
        self._to_come: list[tuple[float, int, Callable[..., None], Any]] = []
        self._arriving = 0
        self._called = 0
        self._queue_of: dict[CallId, QueueId] = {}
        self._waiting: dict[CallId, Requirement] = {}
        self._ringing: dict[OfferId, OfferCall] = {}
        self._talking: dict[OfferId, CallId] = {}
        self._main_offer: dict[CallId, OfferId] = {}
        self.inputs: list[Input] = []
        self.lives = 0
        self.commands = 0
        self.waited = 0
        self.talked = 0
        self.counts: Counter[str] = Counter()

    def open(self) -> None:
        """Everybody comes, and callers begin to call."""
        for place, agent_id in enumerate(self._site.agents):
            self._now = place / 1000
            self._tell(PhoneRegistered(site=SITE, agent_id=agent_id))
            self._tell(AgentReady(site=SITE, agent_id=agent_id))
            self._in(self._chance.expovariate(1 / _SHIFT_S), self._break, agent_id)
        self._refill()

    def run(self, lives: int) -> None:
        """Go on until so many calls have ended since the beginning."""
        while self.lives < lives:
            due = self._distributor.next_deadline()
            at, _seq, happen, who = self._to_come[0]
            if due is not None and due <= at:
                self._now = max(self._now, due)
                self._carry_out(None, self._distributor.tick(self._now))
            else:
                heappop(self._to_come)
                self._now = max(self._now, at)
                happen(who)
            self._refill()

    # --- time -------------------------------------------------------------------------------------

    def _in(self, seconds: float, happen: Callable[..., None], who: object) -> None:
        self._seq += 1
        heappush(self._to_come, (self._now + seconds, self._seq, happen, who))

    def _tell(self, fact: Fact) -> None:
        self.counts[type(fact).__name__] += 1
        self._carry_out(fact, self._distributor.handle(fact, self._now))

    def _carry_out(self, fact: Fact | None, commands: list[Command]) -> None:
        self.inputs.append((fact, self._now))
        self.commands += len(commands)
        self.waited += len(self._waiting)
        self.talked += len(self._talking)
        for command in commands:
            self._obey(command)

    def _watched(self, visit: Visit, choice: Choice) -> None:
        """Count the rules that made a decision what it is."""
        lane, queue = visit.lane, visit.lane.queue
        self.counts["decision"] += 1
        self.counts[f"class {('emergency', 'overdue', 'routine')[lane.call_class]}"] += 1
        self.counts["call-back"] += visit.task is not None
        if lane.emergency:
            return
        self.counts["head start"] += lane.head_start_s > 0
        self.counts["relaxed"] += any(
            now.level < at_first.level
            for now, at_first in zip(lane.needs, queue.skills, strict=False)
        )
        self.counts["overflow"] += not meets(
            choice.agents[0].config.skills, [need for need in lane.needs if not need.preferred]
        )
        waited_for = visit.requirement.agent
        self.counts["wanted agent"] += waited_for == choice.agents[0].config.id

    def _obey(self, command: Command) -> None:
        match command:
            case OfferCall():
                self._ring(command)
            case RecallOffer():
                self._ringing.pop(command.offer_id, None)
            case ReleaseAgent():
                self._talking.pop(command.offer_id, None)
            case Bridge():
                self._talk(command)
            case CallBack():
                self._in(self._chance.uniform(8, 20), self._dialled, command)
            case ReturnToFlow():
                self._back(command)
            case OpenTask(kind=kind):
                self.counts[f"task {kind}"] += 1
                if kind == RED_FLAG_TASK:
                    self._in(1800.0, self._close, command.call_id)
            case ClimbLadder():
                self.counts[f"rung {command.rung.value}"] += 1
            case HangUp():
                self._waiting.pop(command.call_id, None)

    # --- callers ----------------------------------------------------------------------------------

    def _refill(self) -> None:
        while len(self._waiting) + self._arriving < self._target:
            self._arriving += 1
            self._in(self._chance.uniform(0.0, 2.0 * self._site.pace), self._arrive, None)

    def _arrive(self, _who: None) -> None:
        self._arriving -= 1
        self._called += 1
        call_id = CallId(f"call-{self._called:07}")
        if self._chance.random() < 0.015:
            self._queue(call_id, a_red_flag(self._chance), advised=self._chance.random() < 0.3)
        else:
            self._queue(call_id, a_requirement(self._site, self._chance))
        self._in(
            self._chance.expovariate(1 / (_PATIENCE_S * self._site.pace)), self._leave, call_id
        )
        if self._chance.random() < 0.1:
            self._in(self._chance.uniform(20, 300) * self._site.pace, self._change_mind, call_id)

    def _queue(self, call_id: CallId, requirement: Requirement, *, advised: bool = False) -> None:
        self._waiting[call_id] = requirement
        self._queue_of[call_id] = requirement.queue
        if requirement.emergency:
            self.counts["red flag"] += 1
        if requirement.companion:
            self.counts["companion"] += 1
        if any(need.preferred for need in requirement.skills):
            self.counts["preferred skill"] += 1
        self._tell(
            CallQueued(
                site=SITE,
                call_id=call_id,
                requirement=requirement,
                heard_ago_s=0.5 if requirement.emergency else 0.0,
                advised_911=advised,
            )
        )

    def _change_mind(self, call_id: CallId) -> None:
        """A caller who waits chooses a call-back or a message, needs something else, or worse."""
        requirement = self._waiting.get(call_id)
        if requirement is None:
            return
        chosen = self._chance.random()
        if chosen < 0.1:
            self._queue(call_id, a_red_flag(self._chance))
        elif requirement.emergency:
            return
        elif chosen < 0.4:
            del self._waiting[call_id]
            self._tell(CallBackChosen(site=SITE, call_id=call_id))
            self._end(call_id, Outcome.CONTAINED)
        elif chosen < 0.6:
            del self._waiting[call_id]
            self._tell(CallDequeued(site=SITE, call_id=call_id))
            self._end(call_id, Outcome.MESSAGE_TAKEN)
        else:
            self._queue(call_id, a_requirement(self._site, self._chance))

    def _leave(self, call_id: CallId) -> None:
        """The caller has waited long enough."""
        if self._waiting.pop(call_id, None) is not None:
            self.counts["abandoned"] += 1
            self._tell(CallerHungUp(site=SITE, call_id=call_id))
            self._end(call_id, Outcome.ABANDONED)

    def _end(self, call_id: CallId, outcome: Outcome) -> None:
        self._queue_of.pop(call_id, None)
        self.lives += "~" not in call_id
        self._tell(CallEnded(site=SITE, call_id=call_id, outcome=outcome))

    def _close(self, call_id: CallId) -> None:
        self._tell(
            TaskClosed(
                site=SITE, call_id=call_id, kind=RED_FLAG_TASK, by=AgentId("desk"), how="done"
            )
        )

    # --- phones -----------------------------------------------------------------------------------

    def _ring(self, offer: OfferCall) -> None:
        self.counts[f"rule {offer.rule}"] += 1
        self._ringing[offer.offer_id] = offer
        self._in(0.3, self._rings, offer)
        fate = self._chance.random()
        if fate < 0.89:
            self._in(self._chance.uniform(2.0, 6.0), self._accept, offer)
        elif fate < 0.94:
            self._in(3.0, self._refuse, (OfferDeclined, offer))
        elif fate < 0.98:
            self._in(offer.ring_timeout_s, self._refuse, (OfferUnanswered, offer))
        else:
            self._in(0.5, self._fail, offer)

    def _rings(self, offer: OfferCall) -> None:
        if offer.offer_id in self._ringing:
            self._about(OfferRinging, offer)

    def _accept(self, offer: OfferCall) -> None:
        if self._ringing.pop(offer.offer_id, None) is not None:
            self._talking[offer.offer_id] = offer.call_id
            self._about(OfferAccepted, offer)

    def _refuse(self, how: tuple[type[OfferFact], OfferCall]) -> None:
        kind, offer = how
        if self._ringing.pop(offer.offer_id, None) is not None:
            self._about(kind, offer)

    def _fail(self, offer: OfferCall) -> None:
        there = self._ringing.pop(offer.offer_id, None) or self._talking.pop(offer.offer_id, None)
        if there is not None:
            self._about(OfferFailed, offer, reason="unreachable")

    def _about(
        self, kind: type[OfferFact], offer: OfferCall | Bridge | CallBack, **more: str
    ) -> None:
        self._tell(
            kind(
                site=SITE,
                call_id=offer.call_id,
                offer_id=offer.offer_id,
                agent_id=offer.agent_id,
                **more,
            )
        )

    def _dialled(self, order: CallBack) -> None:
        if order.offer_id not in self._talking:
            return
        if self._chance.random() < 0.7:
            self._about(CallBackAnswered, order)
        else:
            del self._talking[order.offer_id]
            self._about(CallBackMissed, order, reason="no-answer")

    # --- conversations ----------------------------------------------------------------------------

    def _talk(self, bridge: Bridge) -> None:
        call_id = bridge.call_id
        if self._main_offer.get(call_id) in self._talking:
            return  # a second person joins
        self._main_offer[call_id] = bridge.offer_id
        self._waiting.pop(call_id, None)
        queue = self._site.queues.get(self._queue_of.get(call_id, QueueId("")))
        chat = queue is not None and queue.at_once > 1
        for_s = 5.0 + self._chance.expovariate(1 / (_CHAT_S if chat else _TALK_S))
        self.counts["chat"] += chat
        if self._chance.random() < 0.3:
            self._in(0.3 * for_s, self._during, (CallHeld, bridge))
            self._in(0.4 * for_s, self._during, (CallRetrieved, bridge))
        if self._chance.random() < 0.05:
            self._in(0.5 * for_s, self._during, (ConsultBegan, bridge))
            self._in(0.6 * for_s, self._during, (ConsultEnded, bridge))
        if "~" in call_id:
            self._in(5.0, self._during, (IdentityConfirmed, bridge))
        fate = self._chance.random()
        if fate < 0.003:
            self._in(0.7 * for_s, self._escalate, bridge)
        elif fate < 0.006:
            self._in(0.7 * for_s, self._fail, bridge)
        self._in(for_s, self._caller_goes if fate < 0.6 else self._agent_goes, bridge)

    def _during(self, what: tuple[type[OfferFact], Bridge]) -> None:
        kind, bridge = what
        if bridge.offer_id in self._talking:
            self._about(kind, bridge)

    def _escalate(self, bridge: Bridge) -> None:
        if bridge.offer_id in self._talking:
            self._tell(CallEscalated(site=SITE, call_id=bridge.call_id, agent_id=bridge.agent_id))

    def _caller_goes(self, bridge: Bridge) -> None:
        if bridge.offer_id in self._talking:
            self._tell(CallerHungUp(site=SITE, call_id=bridge.call_id))
            self._end(bridge.call_id, Outcome.HANDLED)

    def _agent_goes(self, bridge: Bridge) -> None:
        if self._talking.pop(bridge.offer_id, None) is not None:
            self._about(AgentHungUp, bridge)

    def _back(self, command: ReturnToFlow) -> None:
        """The agent is gone, the caller is not."""
        if command.requeued:
            self.counts["queued again"] += 1
            self._waiting[command.call_id] = Requirement(
                queue=NURSE_QUEUE, emergency=command.emergency
            )
            self._in(_PATIENCE_S * self._site.pace, self._leave, command.call_id)
        else:
            self._in(0.1, self._goes_on, command.call_id)

    def _goes_on(self, call_id: CallId) -> None:
        """The flow has the caller again: mostly it says goodbye."""
        if "~" not in call_id and self._chance.random() < 0.05:
            self.counts["transferred"] += 1
            self._queue(call_id, a_requirement(self._site, self._chance))
            self._in(_PATIENCE_S * self._site.pace, self._leave, call_id)
        else:
            self._end(call_id, Outcome.HANDLED)

    # --- agents -----------------------------------------------------------------------------------

    def _break(self, agent_id: AgentId) -> None:
        chosen = self._chance.random()
        if chosen < 0.8:
            approved = self._chance.random() < 0.1
            self._tell(AgentOnBreak(site=SITE, agent_id=agent_id, approved=approved))
            if "nurse" in self._site.agents[agent_id].skills and not approved:
                self.counts["deferred break"] += self._deferred(agent_id)
        elif chosen < 0.9:
            self._tell(AgentOut(site=SITE, agent_id=agent_id))
        else:
            self._tell(PhoneUnregistered(site=SITE, agent_id=agent_id))
            for offer_id, offer in tuple(self._ringing.items()):
                if offer.agent_id == agent_id:
                    del self._ringing[offer_id]
        self._in(600.0, self._return, agent_id)

    def _deferred(self, agent_id: AgentId) -> bool:
        views = self._distributor.snapshot().agents
        view = next(each for each in views if each.agent_id == agent_id)
        return view.work is Work.IDLE and view.pending is not None

    def _return(self, agent_id: AgentId) -> None:
        self._tell(PhoneRegistered(site=SITE, agent_id=agent_id))
        self._tell(AgentReady(site=SITE, agent_id=agent_id))
        self._in(self._chance.expovariate(1 / _SHIFT_S), self._break, agent_id)
