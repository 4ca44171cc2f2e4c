"""The metrics of a site, from the facts of its journal alone.

One pass over the records in their order; nothing of the distributor's state is used, so that any
journal of the same history gives the same numbers. Memory goes with the calls that are up, the
cells asked for, and seven days of callers. What each measure means stands in
:mod:`acd.metrics.measures` and in docs/metrics.md.

A journal that was written before recalls were kept is counted the same way. What is over with the
call, or with the agent's next offer, is over there as well. An offer that may have been recalled
because the caller's needs changed, or because one of two agents declined, is taken to have been
where nothing more is heard of it; until that is certain it rings.

A visit counts in the interval in which it was offered to its queue, a call in that in which it
arrived, an offer in that in which it was made, a conversation of an agent in that in which it
began, and a red flag in that in which its words ended; each with all that came of it later. Agents'
time alone is cut at the edges of the intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from math import inf
from typing import Any, TypeVar

from acd.agent import Presence
from acd.metrics.books import SITE, Books
from acd.metrics.call_facts import CallFacts
from acd.metrics.cells import AgentCell, CallCell, Cell, VisitCell
from acd.metrics.intervals import Every, Intervals
from acd.metrics.offer_facts import OfferFacts
from acd.metrics.results import Results
from acd.models import AgentConfig, QueueConfig
from calls import facts
from calls.commands import Command, OfferCall, OpenTask, RecallOffer, ReleaseAgent
from calls.facts import AgentFact, Fact
from calls.ids import AgentId, QueueId

C = TypeVar("C", bound=Cell)

Record = Fact | Command


class Metrics:
    """Reads a journal's records and counts.

    Args:
        queues: by id: their ``service_level_s``, ``short_abandon_s``, ``wrap_up_s``, ``at_once``
            and skills stand in no fact.
        agents: by id: so do their skills and ``rona_rest_s``.
        nurse_queue: where every emergency waits.
        zone: the site's time zone, in which days begin.
        every: how long an interval is.
        since: nothing before is counted, seconds since the epoch; it is read all the same, so that
            it is known who was signed in and who called before.
        until: nothing from then on is counted; what is read of it tells what became of what is.

    Raises:
        ValueError: ``until`` is before ``since``.
    """

    def __init__(
        self,
        *,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
        zone: tzinfo = UTC,
        every: Every = Every.WHOLE,
        since: float = -inf,
        until: float = inf,
    ) -> None:
        self._intervals = Intervals(every, zone, since=since, until=until)
        self._books = Books(queues, agents, nurse_queue, self._intervals)
        self._now = -inf
        calls, offers = CallFacts(self._books), OfferFacts(self._books)
        self._handlers: dict[type[Record], Callable[[Any, float], None]] = {
            facts.CallArrived: calls.arrived,
            facts.CallQueued: calls.queued,
            facts.CallEscalated: calls.escalated,
            facts.CallReleased: calls.released,
            facts.CallBackChosen: calls.call_back_chosen,
            facts.CallBackOwed: calls.call_back_owed,
            facts.CallDequeued: calls.dequeued,
            facts.CallerHungUp: calls.gone,
            facts.CallFailed: calls.gone,
            facts.CallEnded: calls.ended,
            facts.SurveyAnswered: calls.surveyed,
            facts.TaskClosed: calls.task_closed,
            facts.TransferSucceeded: calls.transferred,
            facts.TransferFailed: calls.transfer_failed,
            OpenTask: calls.task_opened,
            OfferCall: offers.offered,
            RecallOffer: offers.recalled,
            ReleaseAgent: offers.released,
            facts.OfferAccepted: offers.accepted,
            facts.OfferDeclined: offers.declined,
            facts.OfferUnanswered: offers.unanswered,
            facts.OfferFailed: offers.failed,
            facts.CallBackMissed: offers.call_back_missed,
            facts.CallConnected: offers.connected,
            facts.CallHeld: offers.changed,
            facts.CallRetrieved: offers.changed,
            facts.ConsultBegan: offers.changed,
            facts.ConsultEnded: offers.changed,
            facts.AgentHungUp: offers.hung_up,
            facts.AgentReady: self._ready,
            facts.AgentOnBreak: self._away,
            facts.AgentOut: self._away,
            facts.PhoneRegistered: self._phone,
            facts.PhoneUnregistered: self._phone,
            facts.JournalHole: self._hole,
        }

    @property
    def kinds(self) -> tuple[type[Record], ...]:
        """The records that count; :meth:`take` passes over all others."""
        return tuple(self._handlers)

    def take(self, at: float, record: Record) -> None:
        """Read one record.

        Args:
            at: when it happened, seconds since the epoch; a clock that goes back stands still.
            record: a fact or a decision, in the order of the journal.
        """
        handler = self._handlers.get(type(record))
        if handler is not None:
            if at > self._now:
                self._now = at
            handler(record, self._now)

    @property
    def balanced(self) -> bool:
        """Whether every call, visit and offer has come to exactly one end, or to none yet."""
        return self.results().balanced

    def results(self, as_of: float = -inf) -> Results:
        """What was counted so far; reading can go on afterwards.

        Args:
            as_of: until then agents' time is counted and callers wait; the time of the last
                record if that is later.
        """
        books, now = self._books, max(self._now, as_of)
        self._now = now
        books.repeats.settle(now)
        for agent in books.agents.values():
            agent.settle(now)
        visits = _copies(VisitCell, books.visit_sheet.cells.values())
        agents = _copies(AgentCell, books.agent_sheet.cells.values())
        calls = _copies(CallCell, books.call_sheet.cells.values())
        nowhere = (VisitCell(), AgentCell(), CallCell())
        for call in books.calls.values():
            if call.cell is not None:
                calls.get(id(call.cell), nowhere[2]).live += 1
            if call.red_flag is not None and not call.red_flag.over:
                calls.get(id(call.red_flag.cell), nowhere[2]).seeking += 1
            for visit in (call.waiting, call.kept):
                if visit is not None:
                    visits.get(id(visit.cell), nowhere[0]).waiting.add(now - visit.waits_since)
        for agent in books.agents.values():
            for offer in agent.offers.values():
                agents.get(id(offer.cell), nowhere[1]).pending += not offer.accepted
        return Results(
            as_of=now,
            visits={key: visits[id(cell)] for key, cell in books.visit_sheet.cells.items()},
            agents={key: agents[id(cell)] for key, cell in books.agent_sheet.cells.items()},
            calls={key[1]: calls[id(cell)] for key, cell in books.call_sheet.cells.items()},
            ends=self._ends(),
        )

    def _ends(self) -> dict[float, float]:
        sheets = (self._books.visit_sheet, self._books.agent_sheet, self._books.call_sheet)
        starts = sorted({start for sheet in sheets for _whom, start in sheet.cells})
        return {start: self._intervals.end(start) for start in starts}

    # --- agents ---------------------------------------------------------------------------------

    def _ready(self, fact: facts.AgentReady, at: float) -> None:
        self._books.agent(fact.agent_id, at).ready(at)

    def _away(self, fact: facts.AgentOnBreak | facts.AgentOut, at: float) -> None:
        out = isinstance(fact, facts.AgentOut)
        self._books.agent(fact.agent_id, at).away(Presence.OUT if out else Presence.BREAK)

    def _phone(self, fact: AgentFact, at: float) -> None:
        registered = isinstance(fact, facts.PhoneRegistered)
        self._books.agent(fact.agent_id, at).reachable(at, reachable=registered)

    # --- the journal itself -----------------------------------------------------------------------

    def _hole(self, fact: facts.JournalHole, at: float) -> None:
        cell = self._books.call_sheet.at(SITE, at)
        cell.turned_away += fact.turned_away
        cell.entries_lost += fact.entries


def _copies(make: type[C], cells: Any) -> dict[int, C]:  # noqa: ANN401 - an iterable of C
    """A copy of each cell, by the identity of the original."""
    copies: dict[int, C] = {}
    for cell in cells:
        copies[id(cell)] = copy = make()
        copy.absorb(cell)
    return copies
