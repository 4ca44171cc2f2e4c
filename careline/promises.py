"""What the clinic owes callers who have left: to call them back, or to listen to their message.

It is kept in three places, each for its own readers: what people have to do
(:mod:`careline.tasks`), the numbers to dial (:mod:`careline.owed`) and what is known of the callers
(:mod:`careline.notes`). Here they are opened and closed together. What follows is for the
switchboard to carry out, one thing after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from acd import RED_FLAG_TASK, Distributor
from calls.commands import Command, OpenTask
from calls.facts import CallBackAnswered, CallBackChosen, CallBackOwed, CallerNoted, Fact
from calls.ids import CallId, QueueId
from calls.requirement import Requirement
from careline.call_back_call import CallBackCall
from careline.live_call import LiveCall
from careline.live_calls import LiveCalls
from careline.notes import Note, Notes, written
from careline.owed import OwedNumbers
from careline.rescue import CALL_BACK, Rescue
from careline.tasks import Tasks
from ivr import CallRules


class Promises:
    """Opens and closes what is owed.

    Args:
        site: the site's id.
        calls: those that are not over.
        distributor: calls people back.
        tasks: what people have to do.
        owed: whom to call back.
        notes: what is known of those who have left.
    """

    def __init__(
        self,
        site: str,
        calls: LiveCalls,
        distributor: Distributor,
        tasks: Tasks,
        owed: OwedNumbers,
        notes: Notes,
    ) -> None:
        self._site = site
        self._calls = calls
        self._distributor = distributor
        self._tasks = tasks
        self._owed = owed
        self._notes = notes

    def lost(self, call_id: CallId, rules: CallRules) -> Iterator[OpenTask]:
        """A caller whom the line lost, and nobody spoke with, is called back."""
        live = self._calls.get(call_id)
        if live is None or live.engine.was_connected or self._tasks.of(call_id):
            return
        if isinstance(live.engine, Rescue) and not live.engine.let_in:
            return
        yield OpenTask(call_id=call_id, kind=CALL_BACK, queue=rules.person_queue)

    def opened(self, order: OpenTask, now: float) -> OpenTask:
        """Something is a person's to do; the order as it is to be kept."""
        live = self._live(order.call_id)
        if live is not None and not live.may_call_back:
            order = replace(order, may_call_back=False)
        self._tasks.open(order, now)
        if order.number:
            self._owed.keep(live, order.number)
        return order

    def after_opening(self, order: OpenTask, rules: CallRules) -> Iterator[Fact]:
        """That of a red flag who left is the distributor's as well, which finds them a nurse."""
        live = self._live(order.call_id)
        if order.kind == RED_FLAG_TASK:
            number_known = self._owed.keep(live)
            agreed = self._distributor.call_back(order.call_id)
            if agreed is None or not agreed.emergency:
                yield CallBackOwed(
                    site=self._site,
                    call_id=order.call_id,
                    requirement=Requirement(queue=QueueId(rules.nurse_queue), emergency=True),
                    advised_911=live is not None and live.advised_911,
                    may_call_back=order.may_call_back,
                    number_known=number_known,
                )
        if live is not None and order.call_id not in self._calls:
            # They were gone already when somebody asked for it.
            yield from self._noted(live)

    def chosen(self, fact: CallBackChosen) -> None:
        """A caller prefers to be called back."""
        self._owed.keep(self._calls.get(fact.call_id), fact.number)

    def reached(
        self, fact: CallBackAnswered, answers: CallId, rules: CallRules, now: float
    ) -> tuple[LiveCall, list[Command]] | None:
        """Somebody who was called back is on the line: the call that begins, with its commands.

        Where they had answered before none does. That a call of this name is over says nothing:
        behind a hole of the journal names come again.
        """
        dialled = any(
            offer.offer_id == fact.offer_id and offer.dials is not None
            for offer in self._distributor.live_offers()
        )
        if not dialled or fact.call_id in self._calls:
            return None
        emergency = self._distributor.on_emergency_call(fact.call_id)
        engine = CallBackCall(fact.call_id, rules, emergency=emergency)
        number, shown_in = self._owed.of(answers), self._owed.shown_in.get(answers)
        known = self.known_of(answers)
        call = LiveCall(fact.call_id, engine, rules, number, shown_in, answers, known)
        return call, engine.start(now)

    def ended(self, live: LiveCall) -> Iterator[Fact]:
        """A call is over: what is owed to its caller needs what is known of them."""
        if self._notes.is_due(live.call_id):
            yield from self._noted(live)

    def let_go(self, call_id: CallId) -> None:
        """Forget a caller's number and what is known of them, unless they are still needed."""
        self._owed.let_go(call_id)
        # Who has just been called back may be handed on, or lost, and so be owed a call again.
        kept = (*self._calls.values(), *self._calls.answered.values())
        self._notes.let_go({live.answers for live in kept if live.answers is not None})

    def known_of(self, call_id: CallId) -> Note:
        """What is known of a caller who is there, or to whom something is owed."""
        live = self._calls.get(call_id)
        return self._notes.of(call_id) if live is None else live.note(self._owed.of(call_id))

    def _live(self, call_id: CallId) -> LiveCall | None:
        return self._calls.get(call_id) or self._calls.answered.get(call_id)

    def _noted(self, live: LiveCall) -> Iterator[CallerNoted]:
        note = written(live.note(self._owed.of(live.call_id)))
        yield CallerNoted(site=self._site, call_id=live.call_id, note=note)
