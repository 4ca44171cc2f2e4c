"""A recorded day, lived again in virtual time by the production distributor.

Who was offered what depends on the configuration, and so does all that follows. What did not depend
on it is taken from the journal (:mod:`careline.recorded`). Nothing is drawn by chance: the same
journal and configuration give the same day.

What is assumed. Callers come when they came, in the queues that the flow then chose; a queue that
is no more is replaced by the one for a person. Who hung up is ready to wait as long as then; who
was answered has the patience of those who waited as long. Where the flow took a waiting caller
elsewhere, it does so after the same wait. A talk takes as long as it took; for callers who were not
answered then, as long as the queue's talks took on average; holds count as talk. Agents and phones
come and go as they did; a wrap-up lasts as configured, or as short as the agent made it. Agents
answer after their own mean time, and decline and let ring the same share of their offers, evenly
spread. Whoever is called back is reached. The number on call takes who it took then, after the same
wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappop, heappush
from math import inf

from calls.commands import (
    Bridge,
    CallBack,
    Command,
    OfferCall,
    OpenTask,
    RecallOffer,
    ReleaseAgent,
    ReturnToFlow,
)
from calls.facts import (
    AgentFact,
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallBackAnswered,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFact,
    CallQueued,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferUnanswered,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.outcome import Outcome
from careline.day import Day, measured, metrics_of
from careline.derived import derived
from careline.patience import Wait
from careline.recorded import Contact, Recorded, Talk
from careline.replaying import FindVersion, distributor_of
from config.site import Site


def live_again(day: Recorded, site: Site, site_id: str, find_version: FindVersion) -> Day:
    """Live a day in virtual time.

    Args:
        day: the people in it.
        site: the configuration that it begins with.
        site_id: whose facts the journal holds.
        find_version: finds the configurations that were published later; ``None`` for no change.
    """
    return _Run(day, site, site_id, find_version).live()


@dataclass(slots=True, eq=False)
class _Caller:
    """A contact in the run.

    Attributes:
        contact: as recorded; ``None`` for whoever is called back.
        stage: how many talks there have been.
        waiting: whether they wait.
        offers: those who speak with them.
    """

    call_id: CallId
    contact: Contact | None
    stage: int = 0
    waiting: bool = True
    offers: list[Bridge] = field(default_factory=list)

    @property
    def wait(self) -> Wait | None:
        """The recorded wait that this one stands for, if there was one."""
        if self.contact is None or self.stage >= len(self.contact.waits):
            return None
        return self.contact.waits[self.stage]

    @property
    def talk(self) -> Talk | None:
        """The recorded talk that this one stands for, if there was one."""
        if self.contact is None or self.stage >= len(self.contact.talks):
            return None
        return self.contact.talks[self.stage]


@dataclass(slots=True)
class _Shares:
    """How an agent's offers come to nothing, evenly spread."""

    declined: float = 0.5
    unanswered: float = 0.5


class _Run:
    """The virtual-time loop: what happens next is the next of the future, or a deadline."""

    def __init__(self, day: Recorded, site: Site, site_id: str, find_version: FindVersion) -> None:
        self._day = day
        self._site = site
        self._site_id = site_id
        self._find_version = find_version
        self._distributor = distributor_of(site, site_id)
        self._metrics = metrics_of(site)
        self._future: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._now = day.since
        self._callers: dict[CallId, _Caller] = {}
        self._ringing: dict[OfferId, OfferCall] = {}
        self._shares: dict[AgentId, _Shares] = {}
        self._away: set[AgentId] = set()
        self._ring_s: dict[AgentId, float] = {}
        self._talk_s: dict[str, float] = {}

    def live(self) -> Day:
        """From the first moment to the last."""
        day = self._day
        for at, published in day.published:
            self._at(at, partial(self._publish, published.version))
        for at, fact in day.staff:
            self._at(at, partial(self._attend, fact))
        for contact in day.contacts:
            self._at(contact.waits[0].since, partial(self._arrive, contact))
        while (at := self._next()) <= day.until:
            self._now = max(self._now, at)
            if self._future and self._future[0][0] <= self._now:
                heappop(self._future)[2]()
            else:
                self._carry_out(self._distributor.tick(self._now))
        return measured(self._metrics, day.until)

    # --- time ------------------------------------------------------------------------------------

    def _next(self) -> float:
        deadline = self._distributor.next_deadline()
        future = self._future[0][0] if self._future else inf
        return future if deadline is None else min(future, deadline)

    def _at(self, at: float, do: Callable[[], None]) -> None:
        if at < inf:
            self._count += 1
            heappush(self._future, (at, self._count, do))

    def _after(self, delay_s: float, do: Callable[[], None]) -> None:
        self._at(self._now + delay_s, do)

    # --- facts in, commands out ------------------------------------------------------------------

    def _tell(self, fact: Fact) -> None:
        self._metrics.take(self._now, fact)
        self._carry_out(self._distributor.handle(fact, self._now))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        returned = []
        for command in commands:
            match command:
                case OfferCall():
                    self._metrics.take(self._now, command)
                    self._ring(command)
                case RecallOffer() | ReleaseAgent():
                    self._metrics.take(self._now, command)
                    self._ringing.pop(command.offer_id, None)
                case Bridge():
                    self._metrics.take(self._now, derived(command, self._site_id))
                    self._bridge(command)
                case CallBack():
                    self._after(self._day.dial_s(), partial(self._reach, command))
                case ReturnToFlow():
                    self._metrics.take(self._now, derived(command, self._site_id))
                    if not command.requeued:
                        returned.append(command.call_id)
                case OpenTask():
                    self._metrics.take(self._now, command)
                case _:
                    pass
        for call_id in returned:
            self._end(call_id, Outcome.HANDLED)

    def _publish(self, version: str) -> None:
        site = self._find_version(version)
        if site is None or site.version == self._site.version:
            return
        self._site = site
        self._carry_out(
            self._distributor.reconfigure(
                site.queues,
                site.agents,
                QueueId(site.rules.nurse_queue),
                site.emergency,
                QueueId(site.rules.person_queue),
                self._now,
            )
        )

    def _attend(self, fact: AgentFact) -> None:
        if isinstance(fact, AgentReady | AgentOnBreak | AgentOut):
            self._away.discard(fact.agent_id)
            if not isinstance(fact, AgentReady):
                self._away.add(fact.agent_id)
        if fact.agent_id in self._site.agents:
            self._tell(fact)

    def _ready_again(self, agent_id: AgentId) -> None:
        """The wrap-up is over before its time, unless the agent is about to leave."""
        if agent_id not in self._away:
            self._tell(AgentReady(site=self._site_id, agent_id=agent_id))

    # --- callers ---------------------------------------------------------------------------------

    def _arrive(self, contact: Contact) -> None:
        caller = self._callers[contact.call_id] = _Caller(contact.call_id, contact)
        self._begin_wait(caller)
        self._tell(self._served(contact.first))

    def _served(self, fact: CallQueued) -> CallQueued:
        """The fact, in a queue that there is."""
        asked = fact.requirement
        if asked.emergency or asked.queue in self._site.queues:
            return fact
        person_queue = QueueId(self._site.rules.person_queue)
        return replace(fact, requirement=replace(asked, queue=person_queue))

    def _begin_wait(self, caller: _Caller) -> None:
        caller.waiting = True
        wait = caller.wait
        if wait is None:
            return
        stage = caller.stage
        self._after(wait.patience_s, partial(self._hang_up, caller, stage))
        for offset_s, fact in wait.facts:
            self._after(offset_s, partial(self._meanwhile, caller, stage, fact))

    def _hang_up(self, caller: _Caller, stage: int) -> None:
        if caller.waiting and caller.stage == stage:
            self._tell(CallerHungUp(site=self._site_id, call_id=caller.call_id))
            self._end(caller.call_id, Outcome.ABANDONED)

    def _meanwhile(self, caller: _Caller, stage: int, fact: CallFact) -> None:
        """What the flow did with a caller who waited, if they wait still."""
        if not caller.waiting or caller.stage != stage:
            return
        if isinstance(fact, CallQueued):
            self._tell(self._served(fact))
            return
        caller.waiting = False
        self._tell(fact)
        if isinstance(fact, CallDequeued):
            self._end(caller.call_id, Outcome.CONTAINED)

    def _end(self, call_id: CallId, outcome: Outcome) -> None:
        if self._callers.pop(call_id, None) is not None:
            self._tell(CallEnded(site=self._site_id, call_id=call_id, outcome=outcome))

    # --- agents ----------------------------------------------------------------------------------

    def _ring(self, order: OfferCall) -> None:
        self._ringing[order.offer_id] = order
        agent_id = order.agent_id
        kind, after_s = self._answer(agent_id, order.ring_timeout_s)
        self._after(after_s, partial(self._pick_up, order, kind))

    def _answer(
        self, agent_id: AgentId, ring_timeout_s: float
    ) -> tuple[type[OfferAccepted | OfferDeclined | OfferUnanswered], float]:
        """What an agent does about their next offer, and after how long."""
        ring_s = self._ring_s.setdefault(agent_id, self._day.ring_s(agent_id))
        habit = self._day.habits.get(agent_id)
        shares = self._shares.setdefault(agent_id, _Shares())
        if habit is not None and habit.offers:
            shares.unanswered += habit.unanswered / habit.offers
            shares.declined += habit.declined / habit.offers
        if shares.unanswered >= 1.0:
            shares.unanswered -= 1.0
            return OfferUnanswered, ring_timeout_s
        if shares.declined >= 1.0:
            shares.declined -= 1.0
            return OfferDeclined, min(ring_s, ring_timeout_s)
        if ring_s >= ring_timeout_s:
            return OfferUnanswered, ring_timeout_s
        return OfferAccepted, ring_s

    def _pick_up(self, order: OfferCall, kind: type[OfferFact]) -> None:
        if self._ringing.pop(order.offer_id, None) is not None:
            self._tell(self._about(order, kind))

    def _about(self, order: OfferCall | Bridge | CallBack, kind: type[OfferFact]) -> OfferFact:
        return kind(
            site=self._site_id,
            call_id=order.call_id,
            offer_id=order.offer_id,
            agent_id=order.agent_id,
        )

    def _reach(self, order: CallBack) -> None:
        self._callers[order.call_id] = _Caller(order.call_id, None)
        self._tell(self._about(order, CallBackAnswered))

    # --- conversations ---------------------------------------------------------------------------

    def _bridge(self, command: Bridge) -> None:
        caller = self._callers.get(command.call_id)
        if caller is None:
            return
        if not caller.waiting:
            caller.offers.append(command)
            return
        caller.waiting = False
        caller.offers = [command]
        talk = caller.talk
        length_s = talk.length_s if talk is not None else self._mean_talk_s(caller)
        self._after(length_s, partial(self._talked, caller, caller.stage, talk))

    def _mean_talk_s(self, caller: _Caller) -> float:
        group = caller.wait.group if caller.wait is not None else ""
        return self._talk_s.setdefault(group, self._day.talk_s(group))

    def _talked(self, caller: _Caller, stage: int, talk: Talk | None) -> None:
        """A conversation ends as it did."""
        if self._callers.get(caller.call_id) is not caller or caller.stage != stage:
            return
        end = talk.end if talk is not None else None
        with_whom = caller.offers[0]
        caller.stage += 1
        if talk is not None and talk.ready_after_s is not None:
            self._after(talk.ready_after_s, partial(self._ready_again, with_whom.agent_id))
        match end:
            case CallEscalated():
                self._begin_wait(caller)
                self._tell(replace(end, agent_id=with_whom.agent_id))
            case OfferFailed():
                self._begin_wait(caller)
                self._tell(replace(end, offer_id=with_whom.offer_id, agent_id=with_whom.agent_id))
            case CallQueued():
                self._begin_wait(caller)
                self._tell(end)
            case AgentHungUp():
                self._tell(self._about(with_whom, AgentHungUp))
            case _:
                self._tell(CallerHungUp(site=self._site_id, call_id=caller.call_id))
                self._end(caller.call_id, Outcome.HANDLED)
