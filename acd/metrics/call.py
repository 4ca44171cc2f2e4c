"""One call as the facts tell of it: its visits, its offers, its conversations, its red flag."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.metrics.cells import CallCell, VisitCell
from acd.metrics.conversation import Leg, Offer
from acd.models import QueueConfig
from calls.ids import CallId, OfferId
from calls.private import Private
from calls.requirement import Requirement


@dataclass(slots=True, kw_only=True, eq=False)
class Visit:
    """A stay in a queue; once answered, until the conversation is over.

    Attributes:
        queue: which.
        cell: where it is counted: by when it was offered.
        waits_since: since when the caller has waited, earlier queues included, but for the time
            they spoke with somebody.
        sought_since: since when they have sought service: what a short abandon is measured from.
        emergency: a red flag.
        answered: an agent was connected.
    """

    queue: QueueConfig
    cell: VisitCell
    waits_since: float
    sought_since: float
    emergency: bool
    answered: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class RedFlag:
    """The search for a nurse.

    Attributes:
        since: the end of the words, or the key.
        cell: where it is counted: by ``since``.
        over: a nurse was reached, somebody outside took the caller, or the call ended.
    """

    since: float
    cell: CallCell
    over: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """A call that is up, or whose caller is to be called back.

    Attributes:
        id: the call.
        cell: where it is counted: by when it arrived; ``None`` if no arrival stands in the
            journal, or once it has ended.
        caller: the number shown.
        visit: its stay in a queue, waiting or answered.
        kept: the stay that goes on though the caller has left: they are to be called back.
        visited: the last stay, also when it is over.
        resolved_by: the last conversation.
        offers: what is offered to agents.
        legs: the conversations that are up.
        requirement: what it needs.
        unserved_since: a red flag that the flow took out of the nurse queue; since when it waits.
        red_flag: the search for a nurse.
        phone_lost: the agent's phone was lost a moment ago.
        transferred: handed to somebody outside; told a second time, it is counted once.
        answers: for an attempt to call somebody back, the call that it answers.
    """

    id: CallId
    cell: CallCell | None = None
    caller: Private = Private("")
    visit: Visit | None = None
    kept: Visit | None = None
    visited: Visit | None = None
    resolved_by: Leg | None = None
    offers: dict[OfferId, Offer] = field(default_factory=dict)
    legs: dict[OfferId, Leg] = field(default_factory=dict)
    requirement: Requirement | None = None
    unserved_since: float | None = None
    red_flag: RedFlag | None = None
    phone_lost: bool = False
    transferred: bool = False
    answers: CallId | None = None

    @property
    def waiting(self) -> Visit | None:
        """The visit, if it has not been answered."""
        return None if self.visit is None or self.visit.answered else self.visit

    @property
    def needs_two(self) -> bool:
        """Whether it waits for a second person; a red flag never does."""
        wanted = self.requirement
        if wanted is None or wanted.emergency or (self.visit is not None and self.visit.emergency):
            return False
        return bool(wanted.companion)

    def awaits_first(self, offer: Offer) -> bool:
        """Whether, of the offers that were not answered, it was made first."""
        return offer is next(each for each in self.offers.values() if not each.accepted)

    @property
    def over(self) -> bool:
        """Whether no fact can be about it any more."""
        goes_on = self.cell or self.visit or self.kept or self.offers or self.legs or self.red_flag
        return not goes_on and self.unserved_since is None

    def call_off(self, at: float, *, ringing: bool = False) -> None:
        """Nobody is rung for it any more; those who have answered are let go as well.

        The journal tells of each of them besides, but for those that were written before recalls
        were kept.

        Args:
            at: when, seconds since the epoch.
            ringing: only those who have not answered.
        """
        for offer in list(self.offers.values()):
            agent = offer.agent
            agent.settle(at)
            # It may have failed by itself meanwhile.
            if offer.id in self.offers and not (ringing and offer.accepted):
                offer.recall()
                agent.free()

    def settle(self, at: float) -> None:
        """Account for the time until ``at`` of all who are rung for it."""
        for offer in list(self.offers.values()):
            offer.agent.settle(at)

    def doubt(self) -> None:
        """Who is rung may be rung no more."""
        for offer in self.offers.values():
            offer.doubted = True
