"""Callers whom no line shows for a while, and callers who are there although we had given them up.

Where several machines serve a site, one of them may be out of reach with its callers on it. What
follows is for the switchboard to carry out, one thing after the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from acd import RED_FLAG_TASK, Distributor
from calls.commands import Command, HangUp
from calls.facts import (
    AgentHungUp,
    CallArrived,
    CallDequeued,
    CallQueued,
    CallResumed,
    CallUnseen,
    Fact,
    OfferFailed,
    TaskClosed,
)
from calls.ids import AgentId, CallId, QueueId
from calls.ports import LineSnapshot
from calls.private import Private
from calls.requirement import Requirement
from careline.live_calls import LiveCalls
from careline.reconciliation import found_again
from careline.rescue import CALL_BACK
from careline.tasks import Tasks

_LINE = AgentId("line")
"""Answers for a task that needed no person."""


class OutOfSight:
    """Knows who cannot be seen now.

    Args:
        calls: those that are not over.
        distributor: who waits, and for whom phones ring.
        tasks: what people have to do.
    """

    def __init__(self, calls: LiveCalls, distributor: Distributor, tasks: Tasks) -> None:
        self._calls = calls
        self._distributor = distributor
        self._tasks = tasks
        self._apart: set[CallId] = set()
        self._hidden: set[CallId] = set()

    def __bool__(self) -> bool:
        """Whether a red flag who waits cannot be seen now."""
        return bool(self._hidden)

    def look(self, picture: LineSnapshot) -> None:
        """Note who speaks with an agent although we had given them up: they go on speaking."""
        talking = {up.call_id for up in picture.calls if up.connected_offers}
        self._apart = talking & self._calls.lost.keys()

    def speaks_apart(self, call_id: CallId) -> bool:
        """Whether it is one of those."""
        return call_id in self._apart

    def spoken(self, fact: AgentHungUp | OfferFailed) -> Iterator[Fact | Command]:
        """Their conversation is over: served, or in need of somebody else."""
        self._apart.discard(fact.call_id)
        if isinstance(fact, AgentHungUp):
            yield HangUp(call_id=fact.call_id)
        else:
            number = self._calls.lost.get(fact.call_id, Private(""))
            yield from self.found(found_again(fact.site, fact.call_id, number))

    def found(self, fact: CallArrived) -> Iterator[Fact]:
        """Somebody is on the line whom we had given up: nobody need call them back any more."""
        yield fact
        if fact.call_id not in self._calls:
            return
        for kind in (RED_FLAG_TASK, CALL_BACK):
            if self._tasks.of(fact.call_id, kind):
                yield TaskClosed(
                    site=fact.site, call_id=fact.call_id, kind=kind, by=_LINE, how="not-needed"
                )

    def hide(self, fact: CallUnseen) -> Iterator[Fact]:
        """No nurse is kept for a red flag whom she could not be connected to.

        One whose phone rings is not called off: where it rings the two may be together.
        """
        call_id, distributor = fact.call_id, self._distributor
        offered = any(offer.call_id == call_id for offer in distributor.live_offers())
        waits = distributor.position(call_id) is not None
        if waits and not offered and distributor.on_emergency_call(call_id):
            self._hidden.add(call_id)
            yield CallDequeued(site=fact.site, call_id=call_id)

    def show(self, fact: CallResumed, nurse_queue: QueueId) -> Iterator[Fact]:
        """A red flag can be reached again, and has the place they had."""
        live = self._calls.get(fact.call_id)
        if live is None or fact.call_id not in self._hidden:
            return
        self._hidden.discard(fact.call_id)
        yield CallQueued(
            site=fact.site,
            call_id=fact.call_id,
            requirement=Requirement(queue=nurse_queue, emergency=True),
            may_call_back=live.may_call_back,
            number_known=bool(live.number),
        )

    def ended(self, call_id: CallId) -> None:
        """The call is over."""
        self._hidden.discard(call_id)
