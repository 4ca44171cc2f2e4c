"""The live offers, from the ring to the end of the conversation, and what became of the others.

An offer is made, answered and ended here, and the commands for it are said. Who gets the next call
is decided in :mod:`acd.matching`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from acd.agent import WHOLE, Agent
from acd.floor import Choice, Floor
from acd.offer import Offer
from acd.rule import Rule
from acd.standing import Standing
from acd.timers import Timers
from acd.totals import OfferOutcome, OfferTotals
from acd.visit import Visit
from acd.work import Work, WrapUpElapsed
from calls.commands import Command, OfferCall, RecallOffer, ReleaseAgent
from calls.ids import OfferId

RING_GRACE_S = 5.0
"""How long after ``ring_timeout_s`` a phone of which nothing is heard counts as failed. The line
reports the end of every ring; this is for the report that never comes."""

OUTAGE_S = 600.0
"""Where so much time passed unattended, offers are made now and not back then: a phone cannot be
rung in the past, and decades (a clock that was wrong) would be very many rings."""

ELAPSED = WrapUpElapsed()
"""Nobody asked for the end of the wrap-up."""

Witness = Callable[[Visit, Choice], None]
"""Is shown each decision before it is carried out, while everything stands as it was made."""


class Offers:
    """The live offers, ringing or connected, in the order in which they were made.

    Args:
        floor: who could take what.
        standing: where agents stand.
        timers: the deadlines of rings and wrap-ups.
        say: takes each command.

    Attributes:
        made: how many offers were made.
        witness: is shown each decision.
    """

    __slots__ = ("_ended", "_floor", "_live", "_say", "_standing", "_timers", "made", "witness")

    def __init__(
        self, floor: Floor, standing: Standing, timers: Timers, say: Callable[[Command], None]
    ) -> None:
        self._floor = floor
        self._standing = standing
        self._timers = timers
        self._say = say
        self._live: dict[OfferId, Offer] = {}
        self._ended = dict.fromkeys(OfferOutcome, 0)
        self.made = 0
        self.witness: Witness | None = None

    def __iter__(self) -> Iterator[Offer]:
        return iter(self._live.values())

    def get(self, offer_id: OfferId) -> Offer | None:
        """A live offer; ``None`` if it is over."""
        return self._live.get(offer_id)

    def hold(self, offer: Offer) -> None:
        """Hold an offer that was made before."""
        self._live[offer.id] = offer
        self._floor.red_flags_rung += offer.emergency and offer.ringing

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
            pending=sum(offer.ringing for offer in self._live.values()),
        )

    # --- the ring -------------------------------------------------------------------------------

    def make(self, visit: Visit, choice: Choice) -> None:
        """Offer a call to an agent, or to the two it needs."""
        timers = self._timers
        if timers.until - timers.now > OUTAGE_S:
            timers.now = timers.until
        if self.witness is not None:
            self.witness(visit, choice)
        lane = visit.lane
        if visit.waiting:
            self._floor.lanes.remove(visit)
        for agent in choice.agents:
            command = self._order(visit, agent, choice.rule)
            for wrapped in tuple(agent.offers):
                if lane.emergency and wrapped.work is Work.WRAP_UP:
                    self.drop(wrapped, command)
            # A call's id is unique for the life of a journal, so the offer's is too. Behind a hole
            # of the journal numbers come again: the agent tells what rings from what rang before.
            offer = Offer(command.offer_id, self.made, visit, agent, lane.units)
            offer.emergency, offer.ask_number = command.emergency, command.ask_number
            visit.offers.append(offer)
            agent.offers.append(offer)
            agent.used += lane.units
            agent.kept_until = None
            offer.work_on(command, timers.now)
            self.hold(offer)
            self._standing.stand(agent)
            timers.set(offer, timers.now + lane.queue.ring_timeout_s + RING_GRACE_S)
            self._say(command)

    def accept(self, offer: Offer, cause: object) -> None:
        """The agent answered."""
        offer.work_on(cause, self._timers.now)
        self._floor.red_flags_rung -= offer.emergency
        self._ended[OfferOutcome.ACCEPTED] += 1
        self._timers.cancel(offer)

    def recall(self, offer: Offer) -> None:
        """Stop an offer that rings. Agent and call are left for the caller of this to place."""
        self.end(offer, OfferOutcome.RECALLED, self.say_recall(offer))

    def say_recall(self, offer: Offer) -> RecallOffer:
        """Have the phone of an offer stopped; :meth:`end` must follow."""
        command = RecallOffer(
            call_id=offer.visit.call_id, offer_id=offer.id, agent_id=offer.agent.config.id
        )
        self._say(command)
        return command

    def end(self, offer: Offer, outcome: OfferOutcome, cause: object) -> None:
        """An offer that was never answered is over; its agent is free of it."""
        offer.work_on(cause, self._timers.now)
        self._floor.red_flags_rung -= offer.emergency
        self._ended[outcome] += 1
        self._unlink(offer)
        offer.agent.offers.remove(offer)
        offer.agent.used -= offer.units

    # --- the conversation -----------------------------------------------------------------------

    def resize(self, offer: Offer, units: int) -> None:
        """Let a call have another part of its agent: all that is left, where it needs more.

        The agent must be settled then.
        """
        agent = offer.agent
        units = min(units, WHOLE - agent.used + offer.units)
        agent.used += units - offer.units
        offer.units = units

    def let_go(self, offer: Offer) -> None:
        """End an offer whose agent has done nothing wrong and nothing to wrap up."""
        if offer.ringing:
            self.recall(offer)
        else:
            self.release(offer)
            self.drop(offer, ELAPSED)

    def disconnect(self, offer: Offer, cause: object) -> None:
        """End a conversation from the agent's side; the wrap-up must follow."""
        offer.work_on(cause, self._timers.now)
        self._unlink(offer)

    def release(self, offer: Offer) -> None:
        """Take the agent off a conversation, their phone too; the wrap-up must follow."""
        command = ReleaseAgent(
            call_id=offer.visit.call_id, offer_id=offer.id, agent_id=offer.agent.config.id
        )
        self._say(command)
        self.disconnect(offer, command)

    def drop(self, offer: Offer, cause: object) -> None:
        """End a wrap-up."""
        offer.work_on(cause, self._timers.now)
        self._timers.cancel(offer)
        offer.agent.offers.remove(offer)
        offer.agent.used -= offer.units

    # --- inside ---------------------------------------------------------------------------------

    def _order(self, visit: Visit, agent: Agent, rule: Rule) -> OfferCall:
        lane = visit.lane
        self.made += 1
        return OfferCall(
            call_id=visit.call_id,
            offer_id=OfferId(f"{visit.call_id}/{agent.config.id}/{self.made}"),
            agent_id=agent.config.id,
            ring_timeout_s=lane.queue.ring_timeout_s,
            emergency=lane.emergency,
            queue=lane.queue.id,
            rule=rule.value,
            call_back=visit.task is not None,
            ask_number=visit.ask_number,
        )

    def _unlink(self, offer: Offer) -> None:
        del self._live[offer.id]
        offer.visit.offers.remove(offer)
        self._timers.cancel(offer)
