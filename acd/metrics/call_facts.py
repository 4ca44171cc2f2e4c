"""What each fact about a call means for its visits, and how the call ends.

The rules are the distributor's own, see :mod:`acd.lifecycle`, applied to the facts it left behind.
"""

from __future__ import annotations

from dataclasses import replace

from acd.call_backs import CALL_BACK_TASK
from acd.metrics.books import SITE, Books, is_nurse
from acd.metrics.call import Call, RedFlag, Visit
from acd.metrics.cells import CallCell, VisitCell
from acd.models import QueueConfig
from calls.commands import OpenTask
from calls.facts import (
    CallArrived,
    CallBackChosen,
    CallBackOwed,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallQueued,
    CallReleased,
    SurveyAnswered,
    TaskClosed,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import QueueId
from calls.outcome import LEFT
from calls.requirement import Requirement

SATISFACTION = "satisfaction"
"""The question of a survey that is answered by points; the other is answered by yes or no."""


class CallFacts:
    """Takes in the facts about calls, each with its time."""

    __slots__ = ("_books",)

    def __init__(self, books: Books) -> None:
        self._books = books

    # --- arriving and waiting -------------------------------------------------------------------

    def arrived(self, fact: CallArrived, at: float) -> None:
        """A call begins. One that is known is told of a second time."""
        call = self._books.call(fact.call_id)
        if call.cell is None:
            call.cell = self._books.call_sheet.at(SITE, at)
            call.cell.arrived += 1
            call.caller = fact.caller
            if fact.caller:
                self._books.repeats.call(fact.caller, at)

    def queued(self, fact: CallQueued, at: float) -> None:
        """A visit begins, or what the caller needs changes."""
        call, wanted = self._books.call(fact.call_id), fact.requirement
        visit = call.visit
        emergency = wanted.emergency
        if visit is None:
            since, call.unserved_since = call.unserved_since, None
            emergency = emergency or since is not None
            # A red flag that was not served stays one, whatever the flow asks for next.
            wanted = replace(wanted, emergency=emergency)
            self._enter(call, self._queue(wanted.queue, emergency=emergency), at, since, emergency)
        elif not visit.answered:
            if visit.emergency and not emergency:
                return
            self._change(call, visit, wanted, at)
        if visit is None or not visit.answered:
            call.requirement = wanted
        if emergency and not self._with_nurse(call):
            self._raise(call, at - fact.heard_ago_s)

    def escalated(self, fact: CallEscalated, at: float) -> None:
        """An agent wants a nurse for a caller who waits; who speaks with somebody is released."""
        call = self._books.calls.get(fact.call_id)
        visit = call.waiting if call is not None else None
        if call is None or call.requirement is None or visit is None or visit.emergency:
            return
        wanted = replace(call.requirement, emergency=True)
        self._change(call, visit, wanted, at)
        call.requirement = wanted
        self._raise(call, at)

    def released(self, fact: CallReleased, at: float) -> None:
        """The agent is gone; the caller goes on with the flow or waits again."""
        call = self._books.calls.get(fact.call_id)
        visit = call.visit if call is not None else None
        if call is None or visit is None or not visit.answered:
            return
        self._end_legs(call, at)
        lost, call.phone_lost = call.phone_lost, False
        if not fact.requeued:
            visit.cell.returned += 1
            call.visit = None
            return
        if lost:
            visit.cell.cut_off += 1
        else:
            visit.cell.escalated += 1
        queue = self._queue(visit.queue.id, emergency=fact.emergency)
        self._enter(call, queue, at, None, fact.emergency)
        if lost and call.visit is not None:
            call.visit.sought_since = visit.sought_since
        if fact.emergency:
            self._raise(call, at)

    def call_back_chosen(self, fact: CallBackChosen, at: float) -> None:
        """The caller is to be called back: the visit outlives the call. A red flag stays."""
        call = self._books.calls.get(fact.call_id)
        visit = call.waiting if call is not None else None
        if call is not None and visit is not None and not visit.emergency:
            self._settle_call_back(call)
            call.kept, call.visit = visit, None
            call.call_off(at)

    def call_back_owed(self, fact: CallBackOwed, at: float) -> None:
        """A red flag was understood when the caller had left: nobody reached them."""
        call = self._books.calls.get(fact.call_id)
        self._settle_call_back(call)
        if call is None or call.red_flag is None:
            cell = self._books.call_sheet.at(SITE, at)
            cell.red_flags += 1
            cell.not_reached += 1
            self._books.unreached[fact.call_id] = RedFlag(since=at, cell=cell, over=True)

    # --- leaving --------------------------------------------------------------------------------

    def dequeued(self, fact: CallDequeued, at: float) -> None:
        """The flow takes the caller elsewhere. A red flag goes on waiting."""
        call = self._books.calls.get(fact.call_id)
        visit = call.waiting if call is not None else None
        if call is not None and visit is not None:
            if visit.emergency:
                call.unserved_since = visit.waits_since
            self._leave(call, visit, at, left=False)

    def gone(self, fact: CallerHungUp | CallFailed, at: float) -> None:
        """The caller hung up or was lost."""
        call = self._books.calls.get(fact.call_id)
        if call is not None:
            self._end_visit(call, at, left=True)

    def ended(self, fact: CallEnded, at: float) -> None:
        """The call is over, exactly once."""
        call = self._books.calls.get(fact.call_id)
        if call is None:
            return
        self._end_visit(call, at, left=fact.outcome in LEFT)
        flag = call.red_flag
        if call.cell is not None:
            call.cell.ended[fact.outcome] = call.cell.ended.get(fact.outcome, 0) + 1
            if flag is not None:
                ended = flag.cell.emergencies_ended
                ended[fact.outcome] = ended.get(fact.outcome, 0) + 1
        if flag is not None and not flag.over:
            flag.over = True
            flag.cell.not_reached += 1
            self._books.unreached[call.id] = flag
        if call.resolved_by is not None:
            by = call.resolved_by
            counts = [by.agent_cell.resolution]
            if by.visit_cell is not None:
                counts.append(by.visit_cell.resolution)
            self._books.repeats.ended(call.caller, at, tuple(counts))
        call.cell = call.resolved_by = call.red_flag = None
        if call.kept is None:
            call.call_off(at)
            del self._books.calls[call.id]

    def surveyed(self, fact: SurveyAnswered, _at: float) -> None:
        """The caller said how it went: of the agent who spoke with them last, if one did."""
        call = self._books.calls.get(fact.call_id)
        if call is None:
            return
        cells: list[CallCell | VisitCell] = [] if call.cell is None else [call.cell]
        if call.resolved_by is not None and call.resolved_by.visit_cell is not None:
            cells.append(call.resolved_by.visit_cell)
        for cell in cells:
            if fact.question == SATISFACTION:
                cell.survey.ratings += 1
                cell.survey.points += fact.score
            elif fact.score:
                cell.survey.settled += 1
            else:
                cell.survey.unsettled += 1

    def task_closed(self, fact: TaskClosed, _at: float) -> None:
        """A person took it upon themselves: nobody waits to be called back any more."""
        self._books.unreached.pop(fact.call_id, None)
        self._settle_call_back(self._books.calls.get(fact.call_id))

    def task_opened(self, order: OpenTask, _at: float) -> None:
        """After the last call-back that reached nobody it is left to a person."""
        call = self._books.calls.get(order.call_id)
        if call is not None and order.kind == CALL_BACK_TASK:
            self._settle_call_back(call)

    # --- outside --------------------------------------------------------------------------------

    def transferred(self, fact: TransferSucceeded, _at: float) -> None:
        """The caller was handed to somebody outside."""
        call = self._books.calls.get(fact.call_id)
        if call is None or call.transferred:
            return
        call.transferred = True
        if call.cell is not None:
            call.cell.transferred += 1
        if call.visited is not None and call.visited.answered:
            call.visited.cell.transferred += 1
        if call.red_flag is not None and not call.red_flag.over:
            call.red_flag.over = True
            call.red_flag.cell.handed_out += 1

    def transfer_failed(self, fact: TransferFailed, _at: float) -> None:
        """Nobody outside took the caller."""
        call = self._books.calls.get(fact.call_id)
        if call is not None and call.cell is not None:
            call.cell.transfers_failed += 1

    # --- how ------------------------------------------------------------------------------------

    def _queue(self, queue_id: QueueId, *, emergency: bool) -> QueueConfig:
        return self._books.queue(self._books.nurse_queue if emergency else queue_id)

    def _enter(
        self, call: Call, queue: QueueConfig, at: float, since: float | None, emergency: bool
    ) -> None:
        begun = at if since is None else since
        cell = self._books.visit_sheet.at(queue.id, at)
        cell.offered += 1
        call.visit = call.visited = Visit(
            queue=queue, cell=cell, waits_since=begun, sought_since=begun, emergency=emergency
        )

    def _change(self, call: Call, visit: Visit, wanted: Requirement, at: float) -> None:
        # What ended by itself until now was rung for what the caller needed then.
        call.settle(at)
        queue = self._queue(wanted.queue, emergency=wanted.emergency)
        if queue.id != visit.queue.id:
            visit.cell.flowed_out += 1
            self._enter(call, queue, at, visit.waits_since, wanted.emergency)
            assert call.visit is not None
            call.visit.sought_since = visit.sought_since
        else:
            visit.emergency = wanted.emergency
        if wanted != call.requirement and not self._books.tells_recalls:
            call.doubt()

    def _end_visit(self, call: Call, at: float, *, left: bool) -> None:
        call.unserved_since = None
        visit = call.visit
        if visit is None:
            return
        if visit.answered:
            self._end_legs(call, at)
            call.visit = None
        else:
            self._leave(call, visit, at, left=left)

    def _leave(self, call: Call, visit: Visit, at: float, *, left: bool) -> None:
        cell, waited_s = visit.cell, at - visit.waits_since
        if not left:
            cell.flowed_out += 1
        else:
            if at - visit.sought_since < visit.queue.short_abandon_s:
                cell.short += 1
            else:
                cell.abandoned += 1
            cell.abandoned_in_time += waited_s <= visit.queue.service_level_s
            cell.abandoned_after.add(waited_s)
        call.visit = None
        call.call_off(at)

    def _settle_call_back(self, call: Call | None) -> None:
        """Nobody calls back any more: it is a person's affair."""
        if call is None or call.kept is None:
            return
        call.kept.cell.flowed_out += 1
        call.kept = None
        if call.over:
            del self._books.calls[call.id]

    def _end_legs(self, call: Call, at: float) -> None:
        for offer_id, leg in call.legs.items():
            leg.agent.settle(at)
            leg.agent.hung_up(offer_id, at)
        call.legs.clear()
        call.call_off(at)

    def _raise(self, call: Call, since: float) -> None:
        """A red flag: the clock to the nurse runs, unless it does already."""
        if call.red_flag is None:
            cell = self._books.call_sheet.at(SITE, since)
            cell.red_flags += 1
            call.red_flag = RedFlag(since=since, cell=cell)

    def _with_nurse(self, call: Call) -> bool:
        return any(is_nurse(leg.agent.config) for leg in call.legs.values())
