"""How long callers will wait: the distributor itself, run forward from where it stands.

A copy of the distributor goes on from the present state, again and again, each time with other
draws for what nobody knows: when conversations end, how long phones ring, who gives up, which red
flags come in between. So every rule that decides over callers, head starts and levels and the
nurses' reserve, is in the estimate without being written down a second time.

Whose wait is asked for is taken to be patient. A caller who gives up in a run keeps the place until
an agent is offered to it, and is gone in that instant without taking up any of the agent's time:
what they would have waited is known, and nobody behind them is held up. In the same way a call that
only asks how long it would wait costs nobody anything, so one run tells the waits of all callers
and of a newcomer to every queue at once.

Agents neither come nor go in a run, and a newcomer's phone call is answered at the first ring.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from acd.distributor import Distributor
from acd.draws import Draws
from acd.handling import Arrivals, Known
from acd.models import AgentConfig, EmergencyRules, QueueConfig
from acd.state import DistributorState
from acd.work import CONNECTED, OFFERED
from calls.commands import Bridge, CallBack, Command, OfferCall, ReleaseAgent
from calls.facts import (
    AgentReady,
    CallBackAnswered,
    CallerHungUp,
    CallQueued,
    Fact,
    OfferAccepted,
    OfferUnanswered,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.requirement import Requirement

RUNS = 100
HORIZON_S = 3600.0
"""A run is broken off after so long: a wait of an hour is told no better than "long"."""

_REACHED_AFTER_S = 15.0
"""When somebody who is called back answers: a few rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The configuration that a distributor has; as its constructor takes it."""

    queues: Mapping[QueueId, QueueConfig]
    agents: Mapping[AgentId, AgentConfig]
    nurse_queue: QueueId
    emergency: EmergencyRules


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForecast:
    """How long somebody waits from now on.

    Attributes:
        p50_s: answered by then in half of the runs; the horizon where fewer were answered at all.
        p90_s: the same for nine of ten runs.
        unanswered: runs in which they were not answered before the horizon.
    """

    p50_s: float
    p90_s: float
    unanswered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What came of all runs.

    Attributes:
        callers: by call, everybody in a routine queue who waits or is being offered to an agent.
        newcomers: by queue, a plain call that would join it now.
    """

    callers: Mapping[CallId, WaitForecast]
    newcomers: Mapping[QueueId, WaitForecast]


def forecast(
    state: DistributorState,
    setup: Setup,
    known: Known,
    uniform: Callable[[], float],
    *,
    newcomers: Iterable[QueueId] = (),
    runs: int = RUNS,
    horizon_s: float = HORIZON_S,
) -> Forecast:
    """Run the distributor forward.

    Args:
        state: where it stands.
        setup: the configuration it has.
        known: what was learned of handling times and the like; at least one conversation.
        uniform: chance: gives the next number, evenly spread over [0, 1).
        newcomers: queues, none of them the nurses' lane, for which a plain call asks.
        runs: how often, at least 1.
        horizon_s: how far.

    Raises:
        ValueError: nothing at all is known of conversations.
        KeyError: the state is of another configuration, or a queue does not exist.
    """
    start = _Start(state, setup, known, tuple(newcomers))
    draws = Draws(known, uniform)
    waits: dict[CallId, list[float]] = {call_id: [] for call_id in start.asked}
    for _ in range(runs):
        answered = _Run(start, draws, state.now + horizon_s).waits()
        for call_id, kept in waits.items():
            kept.append(answered.get(call_id, math.inf))
    told = {call_id: _quantiles(kept, horizon_s) for call_id, kept in waits.items()}
    return Forecast(
        callers={each.call_id: told[each.call_id] for each in start.waiting},
        newcomers={queue: told[call_id] for call_id, queue in start.newcomers.items()},
    )


def _quantiles(waits: list[float], horizon_s: float) -> WaitForecast:
    """The nearest rank: the shortest wait within which so large a share was answered."""
    row = sorted(waits)

    def within(share: float) -> float:
        return min(horizon_s, row[math.ceil(share * len(row)) - 1])

    unanswered = sum(math.isinf(each) for each in row)
    return WaitForecast(p50_s=within(0.5), p90_s=within(0.9), unanswered=unanswered)


class _Start:
    """What is the same in every run."""

    def __init__(
        self,
        state: DistributorState,
        setup: Setup,
        known: Known,
        newcomers: tuple[QueueId, ...],
    ) -> None:
        self.state = state
        self.setup = setup
        self.known = known
        self.visits = {visit.call_id: visit for visit in state.visits}
        self.waiting = tuple(
            visit
            for visit in state.visits
            if not (visit.answered or visit.requirement.emergency or visit.task)
        )
        self.newcomers = {CallId(f"would join {queue}"): queue for queue in newcomers}
        self.asked = (*(visit.call_id for visit in self.waiting), *self.newcomers)
        self.overtaking = self._overtaking()

    def queue_of(self, requirement: Requirement) -> QueueId:
        return self.setup.nurse_queue if requirement.emergency else requirement.queue

    def _overtaking(self) -> tuple[Arrivals, ...]:
        """Calls yet to come that may go before one who waits: all others come behind."""
        queues = self.setup.queues
        asked = [visit.requirement.queue for visit in self.waiting]
        asked += self.newcomers.values()
        lowest = min((queues[queue].head_start_s for queue in asked if queue in queues), default=0)
        return tuple(
            each
            for each in self.known.arrivals
            if each.queue in queues
            and (
                each.emergency
                or queues[each.queue].head_start_s > lowest
                or queues[each.queue].deadline_s is not None
            )
        )


class _GivesUp:
    """A caller's patience is over."""

    __slots__ = ("call_id",)

    def __init__(self, call_id: CallId) -> None:
        self.call_id = call_id


class _Run:
    """One run: a heap of what will happen, around the production distributor."""

    def __init__(self, start: _Start, draws: Draws, until: float) -> None:
        setup, state = start.setup, start.state
        self._start = start
        self._draws = draws
        self._until = until
        self._now = state.now
        self._site = state.site
        self._distributor = Distributor.from_state(
            state, setup.queues, setup.agents, setup.nurse_queue, setup.emergency
        )
        self._heap: list[tuple[float, int, Fact | _GivesUp | Arrivals]] = []
        self._count = 0
        self._open = set(start.asked)
        self._gone = set(start.newcomers)
        self._waits: dict[CallId, float] = {}
        self._queues = {
            call: start.queue_of(each.requirement) for call, each in start.visits.items()
        }
        self._talkers: dict[CallId, QueueId] = {}
        self._settled = {each.agent_id for each in state.agents if each.pending is not None}
        self._begin()

    def waits(self) -> dict[CallId, float]:
        """Run; the waits of those who were answered, in seconds from the start."""
        distributor, heap = self._distributor, self._heap
        while self._open:
            due = distributor.next_deadline()
            at = heap[0][0] if heap else None
            if at is None or (due is not None and due <= at):
                if due is None or due > self._until:
                    break
                self._now = max(self._now, due)
                self._carry_out(distributor.tick(self._now))
                continue
            if at > self._until:
                break
            self._now = max(self._now, at)
            self._happens(heappop(heap)[2])
        return self._waits

    # --- what will happen -----------------------------------------------------------------------

    def _begin(self) -> None:
        start, draws = self._start, self._draws
        talking: dict[CallId, float] = {}
        for offer in start.state.offers:
            spent_s = self._now - offer.since
            visit = start.visits.get(offer.call_id)
            if visit is None:
                continue
            if offer.work in OFFERED:
                self._ring(offer.call_id, offer.offer_id, offer.agent_id, spent_s)
            elif offer.work in CONNECTED and visit.answered:
                since = start.known.talking_since.get(offer.call_id, offer.since)
                talking.setdefault(offer.call_id, since)
            elif offer.work in CONNECTED and visit.task is not None:
                self._reach(offer.call_id, offer.offer_id, offer.agent_id)
        for call_id, since in talking.items():
            queue = self._queues[call_id]
            left_s = draws.talk_s(queue, max(0.0, self._now - since))
            self._later(left_s, CallerHungUp(site=self._site, call_id=call_id))
        for waiting in start.waiting:
            patience_s = draws.patience_s(self._queues[waiting.call_id])
            self._later(patience_s, _GivesUp(waiting.call_id))
        for source in start.overtaking:
            self._later(draws.interval_s(source.per_s), source)
        for call_id, queue in start.newcomers.items():
            self._queue(call_id, Requirement(queue=queue))

    def _later(self, delay_s: float, what: Fact | _GivesUp | Arrivals) -> None:
        if self._now + delay_s <= self._until:
            self._count += 1
            heappush(self._heap, (self._now + delay_s, self._count, what))

    def _happens(self, what: Fact | _GivesUp | Arrivals) -> None:
        if isinstance(what, Fact):
            self._carry_out(self._distributor.handle(what, self._now))
        elif isinstance(what, _GivesUp):
            self._gone.add(what.call_id)
        else:
            self._count += 1
            requirement = Requirement(queue=what.queue, emergency=what.emergency)
            self._queue(CallId(f"to come {self._count}"), requirement)
            self._later(self._draws.interval_s(what.per_s), what)

    def _queue(self, call_id: CallId, requirement: Requirement) -> None:
        self._queues[call_id] = self._start.queue_of(requirement)
        queued = CallQueued(
            site=self._site, call_id=call_id, requirement=requirement, number_known=False
        )
        self._carry_out(self._distributor.handle(queued, self._now))

    def _ring(
        self, call_id: CallId, offer_id: OfferId, agent_id: AgentId, spent_s: float = 0.0
    ) -> None:
        ring = self._draws.ring(spent_s)
        kind = OfferAccepted if ring.answered else OfferUnanswered
        self._later(
            ring.after_s,
            kind(site=self._site, call_id=call_id, offer_id=offer_id, agent_id=agent_id),
        )

    def _reach(self, call_id: CallId, offer_id: OfferId, agent_id: AgentId) -> None:
        self._later(
            _REACHED_AFTER_S,
            CallBackAnswered(
                site=self._site, call_id=call_id, offer_id=offer_id, agent_id=agent_id
            ),
        )

    # --- what the distributor decides -----------------------------------------------------------

    def _carry_out(self, decided: list[Command]) -> None:
        commands = deque(decided)
        while commands:
            match commands.popleft():
                case OfferCall() as offer if offer.call_id in self._gone:
                    self._gone.discard(offer.call_id)
                    self._answered(offer.call_id, self._draws.answer_s())
                    left = CallerHungUp(site=self._site, call_id=offer.call_id)
                    commands.extend(self._distributor.handle(left, self._now))
                case OfferCall() as offer:
                    self._ring(offer.call_id, offer.offer_id, offer.agent_id)
                case Bridge() as bridge if bridge.call_id not in self._talkers:
                    call_id = bridge.call_id
                    self._answered(call_id)
                    queue = self._queues.get(call_id, self._start.setup.nurse_queue)
                    self._talkers[call_id] = queue
                    talk_s = self._draws.talk_s(queue)
                    self._later(talk_s, CallerHungUp(site=self._site, call_id=call_id))
                case CallBack() as call_back:
                    self._reach(call_back.call_id, call_back.offer_id, call_back.agent_id)
                case ReleaseAgent() as release:
                    self._wrap_up(release)
                case _:
                    pass

    def _answered(self, call_id: CallId, ring_s: float = 0.0) -> None:
        if call_id in self._open:
            self._open.discard(call_id)
            self._waits[call_id] = self._now + ring_s - self._start.state.now

    def _wrap_up(self, release: ReleaseAgent) -> None:
        queue = self._talkers.get(release.call_id) or self._queues.get(release.call_id)
        if queue is None or release.agent_id in self._settled:
            # Who has asked for a break does not ask for calls.
            return
        wrap_up_s = self._draws.wrap_up_s(queue)
        if wrap_up_s < self._start.setup.queues[queue].wrap_up_s:
            ready = AgentReady(site=self._site, agent_id=release.agent_id)
            self._later(wrap_up_s, ready)
