"""One agent's time, followed from the facts: what they do at every moment.

What no fact tells is derived from the configuration: a wrap-up ends by itself after the queue's
``wrap_up_s``, a rest after a ring without answer after the agent's ``rona_rest_s``, and an offer of
which nothing is heard after its ring time-out and a grace. An offer that an agent cannot take on
beside their wrap-up has ended it. That a break is put off to keep a nurse ready stands in no fact:
it counts from when it was asked for.
"""

from __future__ import annotations

from math import inf

from acd.agent import Presence
from acd.metrics.cells import AgentCell, Doing
from acd.metrics.conversation import Leg, Offer
from acd.metrics.intervals import Intervals
from acd.metrics.sheet import Sheet
from acd.models import AgentConfig
from calls.ids import AgentId, OfferId

_WHOLE = 1.0 + 1e-9
"""An agent, and what sums of thirds are off by."""


class AgentTrack:
    """Follows one agent.

    Every method that tells of something is to be called after :meth:`settle` for its time.

    Args:
        config: as ops staff wrote it.
        sheet: where their time is counted.
        intervals: how it is cut.

    Attributes:
        offers: what they are offered, or have accepted and are not connected to yet.
        legs: their conversations.
    """

    __slots__ = (
        "_intervals",
        "_pending",
        "_presence",
        "_reachable",
        "_rests_until",
        "_sheet",
        "_since",
        "_wrapping_up",
        "config",
        "legs",
        "offers",
    )

    def __init__(
        self, config: AgentConfig, sheet: Sheet[AgentId, AgentCell], intervals: Intervals
    ) -> None:
        self.config = config
        self.offers: dict[OfferId, Offer] = {}
        self.legs: dict[OfferId, Leg] = {}
        self._sheet = sheet
        self._intervals = intervals
        self._presence = Presence.OUT
        self._pending: Presence | None = None
        self._reachable = False
        self._rests_until = -inf
        self._wrapping_up: list[Leg] = []
        self._since = -inf

    # --- time -----------------------------------------------------------------------------------

    def settle(self, at: float) -> None:
        """Account for the time until ``at``, and for what ended by itself meanwhile."""
        while (due := self._next_due()) <= at:
            self._spend(due)
            for leg in [each for each in self._wrapping_up if each.wrap_up_until <= due]:
                self._wrapping_up.remove(leg)
                leg.finish(due)
            for offer in list(self.offers.values()):
                if offer.may_give_up and offer.gives_up_at <= due:
                    self._give_up(offer, due)
            if self._rests_until <= due:
                self._rests_until = -inf
            self._be_free()
        self._spend(at)

    def _next_due(self) -> float:
        due = self._rests_until if self._rests_until != -inf else inf
        for leg in self._wrapping_up:
            due = min(due, leg.wrap_up_until)
        for offer in self.offers.values():
            if offer.may_give_up:
                due = min(due, offer.gives_up_at)
        return due

    def _spend(self, until: float) -> None:
        if until > self._since:
            doing = self._doing()
            if doing is not None:
                for start, seconds in self._intervals.pieces(self._since, until):
                    time = self._sheet.at(self.config.id, start).time
                    time[doing] = time.get(doing, 0.0) + seconds
            self._since = until

    def _doing(self) -> Doing | None:
        """What they do now; the most demanding of several things. ``None`` while out."""
        if self.legs:
            doings = {leg.doing for leg in self.legs.values()}
            return next(each for each in (Doing.TALK, Doing.CONSULT, Doing.HOLD) if each in doings)
        if self.offers:
            return Doing.RINGING
        if self._wrapping_up:
            return Doing.WRAP_UP
        if self._presence is Presence.OUT:
            return None
        if self._presence is Presence.BREAK:
            return Doing.BREAK
        if not self._reachable:
            return Doing.UNREACHABLE
        return Doing.AVAILABLE if self._rests_until == -inf else Doing.RESTING

    # --- what they do themselves ----------------------------------------------------------------

    def ready(self, at: float) -> None:
        """They want calls: ends a break, a rest and a wrap-up."""
        self._presence = Presence.READY
        self._pending = None
        self._rests_until = -inf
        self._end_wrap_ups(at)

    def away(self, presence: Presence) -> None:
        """They want no calls: at once, or after what they are busy with."""
        self._pending = presence
        self._be_free()

    def reachable(self, at: float, *, reachable: bool) -> None:
        """Their phone is registered, or no longer: what rang there failed."""
        self._reachable = reachable
        if not reachable:
            for offer in [each for each in self.offers.values() if not each.accepted]:
                offer.cell.failed += 1
                offer.refused(at)
            self._be_free()

    # --- offers and conversations ---------------------------------------------------------------

    def offered(self, offer: Offer, at: float) -> None:
        """They are offered a call; whatever leaves no room for it is over.

        What rang before was recalled then. A journal says so, but for those that were written
        before recalls were kept.
        """
        if self._load() + offer.load > _WHOLE:
            self._end_wrap_ups(at)
        for other in [each for each in self.offers.values() if each.may_give_up]:
            if self._load() + offer.load > _WHOLE:
                other.recall()
        self.offers[offer.id] = offer

    def rest(self, at: float) -> None:
        """They are passed over for a while: after a ring without answer."""
        if self.config.rona_rest_s > 0:
            self._rests_until = at + self.config.rona_rest_s

    def hung_up(self, offer_id: OfferId, at: float) -> None:
        """One of their conversations is over, and its wrap-up begins."""
        self.wrap_up(self.legs.pop(offer_id), at)

    def wrap_up(self, leg: Leg, at: float) -> None:
        """The wrap-up of what they did begins."""
        leg.turn_to(Doing.WRAP_UP, at)
        leg.wrap_up_until = at + leg.wrap_up_s
        self._wrapping_up.append(leg)
        self.settle(at)

    def free(self) -> None:
        """Something they were busy with is over: what they asked for meanwhile may count now."""
        self._be_free()

    @staticmethod
    def _give_up(offer: Offer, at: float) -> None:
        # Of two people of whom neither is heard the first has failed, the other is let go.
        if offer.doubted or (offer.call.needs_two and not offer.call.awaits_first(offer)):
            offer.recall()
        else:
            offer.cell.failed += 1
            offer.refused(at)

    def _end_wrap_ups(self, at: float) -> None:
        for leg in self._wrapping_up:
            leg.finish(at)
        self._wrapping_up.clear()

    def _load(self) -> float:
        offered = sum(offer.load for offer in self.offers.values())
        return offered + sum(leg.load for leg in (*self.legs.values(), *self._wrapping_up))

    def _be_free(self) -> None:
        if self._pending is not None and not (self.offers or self.legs or self._wrapping_up):
            self._presence = self._pending
            self._pending = None
