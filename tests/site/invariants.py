"""What must hold after every step, whatever went wrong: DESIGN's promises 1 to 5.

The witness reads what became durable and asks the distributor for what everybody may ask. It
knows nothing of how either works.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from acd import Work
from calls.commands import Command, HangUp, OpenTask
from calls.facts import (
    CallArrived,
    CallConnected,
    CallEnded,
    CallEscalated,
    CallFailed,
    CallQueued,
    CallReleased,
    Fact,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from calls.ports import LineSnapshot
from careline.switchboard import Switchboard
from careline.turn import Turn

if TYPE_CHECKING:
    from tests.site.driver import Record

_TRACE = 40

_RINGING = (Work.RESERVED, Work.RINGING)


class Violation(AssertionError):
    """A promise was broken."""


class Place(NamedTuple):
    """Where a caller waits and since when."""

    call_id: CallId
    queue: str
    queued_at: float
    emergency: bool


class Witness:
    """Watches one site over all the lives of its brain.

    Args:
        nurses: who can take a red flag.
    """

    def __init__(self, nurses: Collection[str]) -> None:
        self._nurses = frozenset(nurses)
        self.arrived: dict[CallId, None] = {}
        self.ended: dict[CallId, Outcome] = {}
        self.tasks: dict[CallId, list[OpenTask]] = {}
        self.red: dict[CallId, None] = {}
        self.with_agent: dict[CallId, AgentId] = {}
        self.met: dict[CallId, None] = {}
        self.trace: deque[tuple[float, Fact | Command]] = deque(maxlen=_TRACE)
        self._owed: list[tuple[CallId, str]] = []
        self._meaning = {
            CallArrived: self._call_arrived,
            CallQueued: self._call_queued,
            CallEscalated: self._call_escalated,
            CallConnected: self._call_connected,
            CallReleased: self._call_released,
            CallFailed: self._call_failed,
            TransferSucceeded: self._transferred,
            CallEnded: self._call_ended,
            OpenTask: self._open_task,
        }

    # --- what became durable --------------------------------------------------------------------

    def read(self, batch: Iterable[Record]) -> None:
        """Take in what was written. Each input's records stand together."""
        trace, meaning = self.trace, self._meaning
        for entry in batch:
            trace.append((entry.at, entry.record))
            means = meaning.get(type(entry.record))
            if means is not None:
                means(entry.record)  # type: ignore[operator]
        for call_id, why in self._owed:
            if call_id not in self.tasks:
                raise Violation(f"{why}: {call_id} is nobody's task")
        self._owed.clear()

    def _call_arrived(self, fact: CallArrived) -> None:
        self.arrived[fact.call_id] = None

    def _call_queued(self, fact: CallQueued) -> None:
        if fact.requirement.emergency and self.with_agent.get(fact.call_id) not in self._nurses:
            self.red[fact.call_id] = None

    def _call_escalated(self, fact: CallEscalated) -> None:
        if self.with_agent.get(fact.call_id) == fact.agent_id:
            self.red[fact.call_id] = None

    def _call_connected(self, fact: CallConnected) -> None:
        self.with_agent[fact.call_id] = fact.agent_id
        # A call that was placed to call somebody back began when they answered.
        self.arrived.setdefault(fact.call_id)
        self.met[fact.call_id] = None
        if fact.agent_id in self._nurses:
            self.red.pop(fact.call_id, None)

    def _call_released(self, fact: CallReleased) -> None:
        self.with_agent.pop(fact.call_id, None)
        if fact.emergency:
            self.red[fact.call_id] = None

    def _call_failed(self, fact: CallFailed) -> None:
        call_id = fact.call_id
        if call_id in self.arrived and call_id not in self.ended and call_id not in self.met:
            self._owed.append((call_id, "the line lost a caller"))

    def _transferred(self, fact: TransferSucceeded) -> None:
        """Somebody outside has the caller: for a red flag the nurse on call."""
        self.red.pop(fact.call_id, None)

    def _call_ended(self, fact: CallEnded) -> None:
        call_id = fact.call_id
        if call_id not in self.arrived:
            raise Violation(f"{call_id} ended and never arrived")
        if call_id in self.ended:
            raise Violation(f"{call_id} ended twice")
        self.ended[call_id] = fact.outcome
        self.with_agent.pop(call_id, None)
        if call_id in self.red:
            del self.red[call_id]
            self._owed.append((call_id, "a red flag left before a nurse spoke with them"))

    def _open_task(self, command: OpenTask) -> None:
        self.tasks.setdefault(command.call_id, []).append(command)

    # --- how everything stands ------------------------------------------------------------------

    def look(self, board: Switchboard) -> None:
        """Hold the switchboard, whose every record is durable, against the promises."""
        distributor = board.distributor
        if board.faults:
            raise Violation("the switchboard caught a fault; its log says where")
        if not distributor.totals.balanced:
            raise Violation(f"visits do not add up: {distributor.totals}")
        if not distributor.offer_totals.balanced:
            raise Violation(f"offers do not add up: {distributor.offer_totals}")
        live = len(board.live_calls)
        if sum(board.outcomes.values()) != len(self.ended):
            raise Violation(f"outcomes do not add up: {board.outcomes}")
        if live + len(self.ended) != len(self.arrived):
            raise Violation(f"{len(self.arrived)} arrived, {len(self.ended)} ended, {live} live")
        self._offers(board)
        if self.red:
            self._red_flags(board)

    def _offers(self, board: Switchboard) -> None:
        agents: dict[AgentId, str] = {}
        calls: dict[CallId, list[Work]] = {}
        for offer in board.distributor.live_offers():
            other = agents.setdefault(offer.agent_id, offer.offer_id)
            if other != offer.offer_id:
                raise Violation(f"{offer.agent_id} has {other} and {offer.offer_id}")
            calls.setdefault(offer.call_id, []).append(offer.state)
        for call_id, states in calls.items():
            if len(states) > 1 and (call_id not in self.red or _answered(states)):
                raise Violation(f"{call_id} has {len(states)} offers at once")

    def _red_flags(self, board: Switchboard) -> None:
        """No nurse is free, or rung for a routine call, while a red flag waits unoffered."""
        snapshot = board.distributor.snapshot()
        rows = [row for queue in snapshot.queues for row in queue.waiting]
        unoffered = [row.call_id for row in rows if row.emergency and not row.offered_to]
        if not unoffered:
            return
        for agent in snapshot.agents:
            if agent.available and agent.agent_id in self._nurses:
                raise Violation(f"{unoffered[0]} waits and {agent.agent_id} is free")
        urgent = {row.call_id for row in rows if row.emergency}
        for offer in snapshot.offers:
            rings = offer.agent_id in self._nurses and offer.state in _RINGING
            if rings and offer.call_id not in urgent:
                raise Violation(f"{unoffered[0]} waits and {offer.agent_id} is rung for routine")

    def same(self, written: Sequence[Record], again: Sequence[Fact | Command]) -> None:
        """A replay of the journal decides the same (promise 5)."""
        if len(written) == len(again) and all(
            entry.record is record or entry.record == record
            for entry, record in zip(written, again, strict=True)
        ):
            return
        for index, (entry, record) in enumerate(zip(written, again, strict=False)):
            if entry.record != record:
                raise Violation(f"entry {index + 1} was {entry.record}, replayed it is {record}")
        raise Violation(f"{len(written)} entries were written, {len(again)} replayed")

    # --- over a restart -------------------------------------------------------------------------

    def standing(self, board: Switchboard, picture: LineSnapshot) -> list[Place]:
        """Who waits where, of those whose legs outlived whatever happened."""
        up = {call.call_id for call in picture.calls}
        return [
            Place(row.call_id, row.queue, row.queued_at, row.emergency)
            for queue in board.distributor.snapshot().queues
            for row in queue.waiting
            if row.call_id in up
        ]

    def reconciled(
        self, before: list[Place], board: Switchboard, picture: LineSnapshot, turn: Turn
    ) -> None:
        """Nobody whose leg is up lost their place or their waiting time (promise 4)."""
        after = {place.call_id: place for place in self.standing(board, picture)}
        order = [place.call_id for place in after.values()]
        expected = [place.call_id for place in before]
        for place in before:
            if after.get(place.call_id) != place:
                raise Violation(f"{place} became {after.get(place.call_id)} over a restart")
        if [call_id for call_id in order if call_id in set(expected)] != expected:
            raise Violation(f"the order {expected} became {order} over a restart")
        told = {command.call_id for command in turn.commands}
        for call in picture.calls:
            if not (call.connected_offers or call.call_back) and call.call_id not in told:
                raise Violation(f"{call.call_id} is up and hears nothing after a restart")
        hung_up = {one.call_id for one in turn.commands if isinstance(one, HangUp)}
        live = board.live_calls
        for call in picture.calls:
            ours = call.call_id in live or call.call_id in hung_up
            if not ours and call.call_id in self.arrived:
                raise Violation(f"{call.call_id} is up and nobody drives it")

    def told(self) -> str:
        """What happened last."""
        return "\n".join(f"  {at:.3f} {record}" for at, record in self.trace)


def _answered(states: list[Work]) -> bool:
    return any(state not in _RINGING for state in states)
