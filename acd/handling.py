"""What is known of handling times, rings, patience and arrivals: learned from the facts, bounded.

It takes in what the journal holds, like the metrics, so it is restored by a replay. Kept are the
latest samples of each kind, never anything about a caller.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.commands import Command, OfferCall, RecallOffer
from calls.facts import (
    AgentReady,
    CallBackChosen,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallFact,
    CallFailed,
    CallQueued,
    CallReleased,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferUnanswered,
)
from calls.ids import AgentId, CallId, OfferId, QueueId

KEPT = 200
"""So many of the latest samples of a kind count: a few hours of a clinic's queue."""

ARRIVALS_WITHIN_S = 3600.0
"""Arrivals are counted over this long."""


@dataclass(frozen=True, slots=True)
class Ring:
    """How an offer went.

    Attributes:
        after_s: seconds from the offer to its end.
        answered: by whoever was rung; else it was declined or rang in vain.
    """

    after_s: float
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How often calls come.

    Attributes:
        queue: where they wait.
        emergency: whether they are red flags.
        per_s: the mean rate.
    """

    queue: QueueId
    emergency: bool
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that was learned, as plain values.

    Attributes:
        talks_s: by queue, how long conversations lasted, holds included, shortest first.
        wrap_ups_s: by queue, after how long agents asked for the next call; infinite where they
            let the wrap-up run out.
        rings: how offers went, whatever the queue.
        patience_s: by queue, the mean patience; no entry where nobody has hung up.
        arrivals: how often calls come.
        talking_since: live conversations, seconds since the epoch.
    """

    talks_s: Mapping[QueueId, tuple[float, ...]] = field(default_factory=dict)
    wrap_ups_s: Mapping[QueueId, tuple[float, ...]] = field(default_factory=dict)
    rings: tuple[Ring, ...] = ()
    patience_s: Mapping[QueueId, float] = field(default_factory=dict)
    arrivals: tuple[Arrivals, ...] = ()
    talking_since: Mapping[CallId, float] = field(default_factory=dict)


class Handling:
    """Learns from the facts of one site."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._waiting: dict[CallId, tuple[QueueId, float]] = {}
        self._talking: dict[CallId, tuple[QueueId, float, AgentId]] = {}
        self._ringing: dict[OfferId, float] = {}
        self._wrapping: dict[AgentId, tuple[QueueId, float]] = {}
        self._talks: dict[QueueId, deque[float]] = {}
        self._wrap_ups: dict[QueueId, deque[float]] = {}
        self._rings: deque[Ring] = deque(maxlen=KEPT)
        self._waits: dict[QueueId, deque[tuple[float, bool]]] = {}
        self._arrivals: dict[tuple[QueueId, bool], deque[float]] = {}

    def handle(self, record: Fact | Command, now: float) -> None:
        """Take in a record of the journal; what teaches nothing changes nothing.

        Args:
            record: a fact, or a decision.
            now: its time, seconds since the epoch.
        """
        if self._began is None:
            self._began = now
        match record:
            case OfferCall(offer_id=offer_id, agent_id=agent_id):
                self._offered(offer_id, agent_id, now)
            case OfferAccepted(offer_id=offer_id):
                self._rang(offer_id, now, answered=True)
            case OfferUnanswered(offer_id=offer_id) | OfferDeclined(offer_id=offer_id):
                self._rang(offer_id, now, answered=False)
            case OfferFailed(offer_id=offer_id) | RecallOffer(offer_id=offer_id):
                self._ringing.pop(offer_id, None)
            case AgentReady(agent_id=agent_id):
                self._wrapped_up(agent_id, now, asked=True)
            case CallQueued():
                self._queued(record, now)
            case CallConnected(call_id=call_id, agent_id=agent_id):
                waited = self._waited(call_id, now, gave_up=False)
                if waited is not None:
                    self._talking[call_id] = (waited, now, agent_id)
            case CallDequeued(call_id=call_id) | CallBackChosen(call_id=call_id):
                self._waited(call_id, now, gave_up=False)
            case CallReleased() | CallerHungUp() | CallFailed() | CallEnded():
                self._over(record, now)

    def known(self, now: float) -> Known:
        """What was learned until ``now``, seconds since the epoch."""
        return Known(
            talks_s={queue: tuple(sorted(kept)) for queue, kept in self._talks.items()},
            wrap_ups_s={queue: tuple(kept) for queue, kept in self._wrap_ups.items()},
            rings=tuple(self._rings),
            patience_s=self._patience(),
            arrivals=self._rates(now),
            talking_since={call_id: since for call_id, (_, since, _) in self._talking.items()},
        )

    # --- offers and agents ------------------------------------------------------------------------

    def _offered(self, offer_id: OfferId, agent_id: AgentId, now: float) -> None:
        self._ringing[offer_id] = now
        self._wrapped_up(agent_id, now, asked=False)

    def _rang(self, offer_id: OfferId, now: float, *, answered: bool) -> None:
        since = self._ringing.pop(offer_id, None)
        if since is not None:
            self._rings.append(Ring(now - since, answered))

    def _wrapped_up(self, agent_id: AgentId, now: float, *, asked: bool) -> None:
        ended = self._wrapping.pop(agent_id, None)
        if ended is not None:
            queue, since = ended
            _kept(self._wrap_ups, queue).append(now - since if asked else float("inf"))

    # --- calls ------------------------------------------------------------------------------------

    def _queued(self, fact: CallQueued, now: float) -> None:
        queue, emergency = fact.requirement.queue, fact.requirement.emergency
        before = self._waiting.get(fact.call_id)
        if before is None or before[0] != queue:
            times = self._arrivals.setdefault((queue, emergency), deque(maxlen=KEPT))
            times.append(now)
        self._waiting[fact.call_id] = (queue, now if before is None else before[1])

    def _waited(self, call_id: CallId, now: float, *, gave_up: bool) -> QueueId | None:
        """A wait is over; where it was."""
        waiting = self._waiting.pop(call_id, None)
        if waiting is None:
            return None
        queue, since = waiting
        self._waits.setdefault(queue, deque(maxlen=KEPT)).append((now - since, gave_up))
        return queue

    def _over(self, fact: CallFact, now: float) -> None:
        talked = self._talking.pop(fact.call_id, None)
        if talked is not None:
            queue, since, agent_id = talked
            _kept(self._talks, queue).append(now - since)
            self._wrapping[agent_id] = (queue, now)
            # A red flag goes on in the nurses' queue: their conversation teaches nothing here.
            if isinstance(fact, CallReleased) and fact.requeued and not fact.emergency:
                self._waiting[fact.call_id] = (queue, now)
        elif not isinstance(fact, CallReleased):
            self._waited(fact.call_id, now, gave_up=True)

    # --- sums -------------------------------------------------------------------------------------

    def _patience(self) -> dict[QueueId, float]:
        """The mean patience, as if it had no memory: all waiting over the number who gave up.

        That is its most likely value although most callers are answered before it runs out; see
        L. Brown et al., "Statistical analysis of a telephone call center", Journal of the American
        Statistical Association 100 (2005), section 5.
        """
        means = {}
        for queue, waits in self._waits.items():
            gave_up = sum(left for _waited_s, left in waits)
            total_s = sum(waited_s for waited_s, _left in waits)
            if gave_up and total_s > 0:
                means[queue] = total_s / gave_up
        return means

    def _rates(self, now: float) -> tuple[Arrivals, ...]:
        rates = []
        for (queue, emergency), times in self._arrivals.items():
            since = max(now - ARRIVALS_WITHIN_S, self._began or 0.0)
            if len(times) == KEPT:
                # Those before are not kept any more.
                since = max(since, times[0])
            count = sum(at > since for at in times)
            if count and now > since:
                rate = count / (now - since)
                rates.append(Arrivals(queue=queue, emergency=emergency, per_s=rate))
        return tuple(rates)


def _kept(samples: dict[QueueId, deque[float]], queue: QueueId) -> deque[float]:
    return samples.setdefault(queue, deque(maxlen=KEPT))
