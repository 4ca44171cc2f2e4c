"""What must hold after every step, whatever went wrong: DESIGN's promises 1 to 5.

The witness reads what became durable and asks the distributor for what everybody may ask. It
knows nothing of how either works. The module is a list of promises, and as long as they are.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from acd import Work
from calls.commands import Command, HangUp, OpenTask, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    CallArrived,
    CallBackChosen,
    CallBackMissed,
    CallConnected,
    CallEnded,
    CallEscalated,
    CallFailed,
    CallHeld,
    CallQueued,
    CallReleased,
    CallRetrieved,
    ConsultBegan,
    Fact,
    IdentityConfirmed,
    OfferFact,
    OfferFailed,
    QueueOverridden,
    SitePublished,
    TaskClosed,
    TimerFired,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.ports import Entry, LineSnapshot
from careline.switchboard import Switchboard
from careline.turn import Turn

_TRACE = 40

_RINGING = (Work.RESERVED, Work.RINGING)

_LOOK_AROUND_EVERY = 8
_LONGEST_WRAP_UP_S = 60.0

_COUNTED = {
    CallHeld: "holds",
    CallRetrieved: "retrievals",
    ConsultBegan: "consults",
    CallBackMissed: "missed call-backs",
    IdentityConfirmed: "identities confirmed",
    QueueOverridden: "queues overridden",
    SitePublished: "publications",
    TaskClosed: "tasks closed",
}


_CALL_BACK = "call-back"

_NOBODY = object()

_SERVED = (Outcome.HANDLED, Outcome.TRANSFERRED)


_MEMORY = ("arrived", "ended", "tasks", "red", "with_agents", "met", "pairs", "chosen", "personal")
"""What the witness knows of calls."""

Memory = dict[str, dict[CallId, Any]]


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
        self.heard_of: dict[CallId, None] = {}
        self.arrived: dict[CallId, None] = {}
        self.ended: dict[CallId, Outcome] = {}
        self.tasks: dict[CallId, list[OpenTask]] = {}
        self.red: dict[CallId, None] = {}
        self.with_agents: dict[CallId, dict[OfferId, AgentId]] = {}
        self.met: dict[CallId, None] = {}
        self.pairs: dict[CallId, None] = {}
        self.chosen: dict[CallId, None] = {}
        self.personal: dict[CallId, tuple[AgentId, float]] = {}
        self.counts: Counter[str] = Counter()
        self.trace: deque[tuple[float, Fact | Command]] = deque(maxlen=_TRACE)
        self._owed: list[tuple[CallId, str]] = []
        self._latest = self._highest = 0.0
        self._looks = 0
        self._offers_over: dict[OfferId, None] = {}
        self._behind_hole_once = False
        self._behind_hole = False
        self._meaning = {
            **dict.fromkeys(_COUNTED, self._counted),
            AgentHungUp: self._agent_gone,
            OfferFailed: self._agent_gone,
            AgentOnBreak: self._break,
            CallBackChosen: self._call_back_chosen,
            TaskClosed: self._task_closed,
            CallArrived: self._call_arrived,
            CallQueued: self._call_queued,
            CallEscalated: self._call_escalated,
            CallConnected: self._call_connected,
            CallReleased: self._call_released,
            CallFailed: self._call_failed,
            TransferSucceeded: self._transferred,
            CallEnded: self._call_ended,
            OpenTask: self._open_task,
            RecallOffer: self._offer_over,
            ReleaseAgent: self._offer_over,
        }

    # --- what became durable --------------------------------------------------------------------

    def memory(self) -> Memory:
        """What is known now, to begin again from."""
        return deepcopy({name: getattr(self, name) for name in _MEMORY})

    def forget(self, call_ids: Iterable[CallId]) -> None:
        """Calls that were not let in: whoever comes up from the journal has never heard of them."""
        for call_id in call_ids:
            for name in _MEMORY:
                getattr(self, name).pop(call_id, None)

    def begin_again(
        self, board: Switchboard, records: Iterable[Entry], memory: Memory | None = None
    ) -> None:
        """Forget what no journal tells, and go on from what a brain knows that came up from one.

        Args:
            board: the new brain's.
            records: what its replay made.
            memory: what was known where the replay began.
        """
        for name, kept in (deepcopy(memory) or {name: {} for name in _MEMORY}).items():
            setattr(self, name, kept)
        trace, counts = self.trace, self.counts
        self.trace, self.counts = deque(maxlen=0), Counter()
        self._behind_hole = self._behind_hole_once = True
        self.read(records)
        self._behind_hole = False
        self.trace, self.counts = trace, counts
        self.look(board)

    def read(self, batch: Iterable[Entry]) -> None:
        """Take in what was written. Each input's records stand together."""
        trace, meaning = self.trace, self._meaning
        for entry in batch:
            self._latest = entry.at
            self._highest = max(self._highest, entry.at)
            trace.append((entry.at, entry.record))
            means = meaning.get(type(entry.record))
            if means is not None:
                means(entry.record)  # type: ignore[operator]
        for call_id, why in self._owed:
            # Who is lost again while they are called back stays the same task.
            if not {call_id, CallId(call_id.partition("~")[0])} & set(self.tasks):
                raise Violation(f"{why}: {call_id} is nobody's task")
        self._owed.clear()
        self._chooses = None

    def _call_arrived(self, fact: CallArrived) -> None:
        self.arrived[fact.call_id] = self.heard_of[fact.call_id] = None

    def _counted(self, fact: Fact) -> None:
        self.counts[_COUNTED[type(fact)]] += 1

    def _break(self, fact: AgentOnBreak) -> None:
        self.counts["breaks approved"] += fact.approved

    def _task_closed(self, fact: TaskClosed) -> None:
        self._counted(fact)
        if fact.kind == _CALL_BACK:
            self.chosen.pop(fact.call_id, None)

    def _call_back_chosen(self, fact: CallBackChosen) -> None:
        """Until the call ends with it, nothing is promised: they may have to wait on."""
        self._chooses = fact.call_id

    _chooses: CallId | None = None

    def _call_queued(self, fact: CallQueued) -> None:
        with_nurse = not self._nurses.isdisjoint(self._spoken_with(fact.call_id))
        asked = fact.requirement
        if asked.agent is not None and asked.agent_wait_s > 0:
            self.counts["waited for their last agent"] += 1
            # The distributor does not follow a clock that steps back.
            self.personal[fact.call_id] = (asked.agent, self._highest + asked.agent_wait_s)
        if fact.requirement.companion:
            self.pairs[fact.call_id] = None
        if fact.requirement.emergency and not with_nurse:
            self.red[fact.call_id] = None
            self.counts["red flags"] += 1

    def _call_escalated(self, fact: CallEscalated) -> None:
        # A caller with whom a nurse speaks stays with her, unless it was she who asked for another.
        with_nurse = self._nurses & {*self._spoken_with(fact.call_id)}
        if not with_nurse - {fact.agent_id}:
            self.red[fact.call_id] = None
            self.counts["escalations"] += 1

    def _offer_over(self, command: RecallOffer | ReleaseAgent) -> None:
        self._offers_over[command.offer_id] = None

    def _spoken_with(self, call_id: CallId) -> Collection[AgentId]:
        return self.with_agents.get(call_id, {}).values()

    def _agent_gone(self, fact: OfferFact) -> None:
        """One of two; where it was the only one the call is released or ends."""
        agents = self.with_agents.get(fact.call_id, {})
        if len(agents) > 1 and agents.get(fact.offer_id) == fact.agent_id:
            del agents[fact.offer_id]

    def _call_connected(self, fact: CallConnected) -> None:
        if fact.offer_id in self._offers_over and not self._behind_hole_once:
            raise Violation(f"{fact.call_id} is connected by {fact.offer_id}, which is over")
        agents = self.with_agents.setdefault(fact.call_id, {})
        agents[fact.offer_id] = fact.agent_id
        self.counts["pairs"] += len(agents) == 2
        answers, _, attempt = fact.call_id.partition("~")
        if attempt:
            chose = self.chosen.pop(CallId(answers), _NOBODY) is None
            self.counts["chosen call-backs reached"] += chose
            self.counts["red flags called back"] += not chose and len(agents) == 1
        if attempt and fact.call_id in self.ended and self._behind_hole_once:
            # The journal does not tell of an attempt that had this name: that was another call.
            earlier = CallId(f"{fact.call_id}, {len(self.ended)}th to end")
            self.arrived[earlier], self.ended[earlier] = None, self.ended.pop(fact.call_id)
        # A call that was placed to call somebody back began when they answered.
        self.arrived.setdefault(fact.call_id)
        self.met[fact.call_id] = None
        if fact.agent_id in self._nurses:
            self.red.pop(fact.call_id, None)

    def _call_released(self, fact: CallReleased) -> None:
        self.with_agents.pop(fact.call_id, None)
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
        self.with_agents.pop(call_id, None)
        if fact.outcome is Outcome.REFUSED:
            # Never let in: nothing is kept of them by which a person could call them back.
            self._owed = [owed for owed in self._owed if owed[0] != call_id]
        if call_id == self._chooses and fact.outcome in (Outcome.CONTAINED, Outcome.MESSAGE_TAKEN):
            self.chosen[call_id] = None
            self.counts["places kept"] += 1
        if call_id in self.red:
            del self.red[call_id]
            # Behind a hole it is the journal that knows of the nurse.
            if not (self._behind_hole and fact.outcome in _SERVED):
                self._owed.append((call_id, "a red flag left before a nurse spoke with them"))

    def _open_task(self, command: OpenTask) -> None:
        self.tasks.setdefault(command.call_id, []).append(command)
        if command.kind == _CALL_BACK:
            self.chosen.pop(command.call_id, None)

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
        live = len(board.calls)
        if sum(board.calls.outcomes.values()) != len(self.ended):
            raise Violation(f"outcomes do not add up: {board.calls.outcomes}")
        if live + len(self.ended) != len(self.arrived):
            raise Violation(f"{len(self.arrived)} arrived, {len(self.ended)} ended, {live} live")
        self._offers(board)
        for call_id in self.chosen:
            if distributor.call_back(call_id) is None:
                raise Violation(f"{call_id} chose to be called back and is forgotten")
        self._looks += 1
        if self._looks % _LOOK_AROUND_EVERY == 0:
            self._nobody_idle(board)
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
            if len(states) > self._most_offers(call_id, states):
                raise Violation(f"{call_id} has {len(states)} offers at once")

    def _most_offers(self, call_id: CallId, states: list[Work]) -> int:
        if call_id in self.red and not _answered(states):
            return len(self._nurses)
        answers = CallId(call_id.partition("~")[0])
        return 2 if answers in self.pairs else 1

    def _nobody_idle(self, board: Switchboard) -> None:
        """Nobody waits whom somebody could serve who is no nurse, and no wrap-up lasts for ever."""
        snapshot, site = board.distributor.snapshot(), board.site
        due = board.next_deadline()
        if due is not None and due <= self._latest:
            return
        rules = site.emergency
        for task in snapshot.tasks:
            waits = task.allowed and not task.reached and task.under_way is None
            spent = task.emergency and task.attempts >= rules.call_back_attempts
            if waits and not spent and task.next_at < self._latest - 1.0:
                raise Violation(f"{task.call_id} is to be called back and nobody does")
        # One agent may be kept for a call of two people that waits; calls behind it pass them over.
        keeping = board.distributor._floor
        kept = keeping.kept if keeping.kept_for is not None and keeping.kept_for.waiting else None
        free = []
        for agent in snapshot.agents:
            passed_over = kept is not None and agent.agent_id == kept.config.id
            if agent.available and agent.agent_id in site.agents and not passed_over:
                free.append(site.agents[agent.agent_id])
            long_ago = self._latest - agent.since > _LONGEST_WRAP_UP_S
            if agent.work is Work.WRAP_UP and long_ago:
                raise Violation(f"{agent.agent_id} has been in wrap-up since {agent.since:.0f}")
        for queue in snapshot.queues:
            needs = site.queues[queue.queue_id].skills
            for row in queue.waiting:
                answers = CallId(row.call_id.partition("~")[0])
                if row.offered_to or row.emergency or answers in self.pairs:
                    continue
                for config in free:
                    wanted, until = self.personal.get(row.call_id, (config.id, 0.0))
                    if config.id != wanted and self._latest <= until:
                        continue  # they wait for whom they spoke with last
                    able = all(config.skills.get(need.skill, 0) >= need.level for need in needs)
                    if able and config.id not in self._nurses:
                        raise Violation(f"{row.call_id} waits and {config.id} is free")

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
        for queue in snapshot.queues:
            classes = [row.emergency for row in queue.waiting]
            if classes != sorted(classes, reverse=True):
                raise Violation(f"a red flag waits behind a routine call in {queue.queue_id}")
        urgent = {row.call_id for row in rows if row.emergency}
        # A caller who has left is called back by the next nurse; one on the line waits for no ring.
        there = [call_id for call_id in unoffered if "~" not in call_id]
        for offer in snapshot.offers:
            rings = offer.agent_id in self._nurses and offer.state in _RINGING
            if there and rings and offer.call_id not in urgent:
                raise Violation(f"{there[0]} waits and {offer.agent_id} is rung for routine")

    def same(
        self,
        written: Sequence[Entry],
        again: Sequence[Fact | Command],
        refused: Collection[CallId] = (),
        *,
        whole: bool = True,
    ) -> None:
        """A replay of the journal decides the same (promise 5).

        Args:
            written: what the journal holds.
            again: what its replay made.
            refused: calls that were not let in. How they went on is written, but not that they
                came: to a replay it means nothing, and their deadlines are none.
            whole: replayed from the first entry on, not from a snapshot, which does not have the
                deadlines that are void, and at which nothing was done.
        """
        if refused or not whole:
            written = [entry for entry in written if _matters(entry.record, refused)]
            again = [record for record in again if _matters(record, refused)]
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
        # An attempt that nobody is known to have answered has no place to lose: it is made again.
        up = {
            call.call_id
            for call in picture.calls
            if board.distributor.answers(call.call_id) is None
        }
        return [
            Place(row.call_id, row.queue, row.queued_at, row.emergency)
            for queue in board.distributor.snapshot().queues
            for row in queue.waiting
            if row.call_id in up
        ]

    def reconciled(
        self, before: list[Place], board: Switchboard, picture: LineSnapshot, turn: Turn
    ) -> None:
        """Nobody whose leg is up lost their place or their waiting time (promise 4).

        Behind a hole the line may know that somebody speaks already: they wait no more.
        """
        after = {place.call_id: place for place in self.standing(board, picture)}
        order = [place.call_id for place in after.values()]
        told = {each.call_id for each in turn.records if isinstance(each, CallConnected)}
        speak = {call.call_id for call in picture.calls if call.connected_offers} & told
        before = [place for place in before if place.call_id not in speak]
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
        live = board.calls
        for call in picture.calls:
            ours = call.call_id in live or call.call_id in hung_up
            if not ours and call.call_id in self.arrived:
                raise Violation(f"{call.call_id} is up and nobody drives it")

    def told(self) -> str:
        """What happened last."""
        return "\n".join(f"  {at:.3f} {record}" for at, record in self.trace)


def _matters(record: Fact | Command, refused: Collection[CallId]) -> bool:
    return not isinstance(record, TimerFired) and getattr(record, "call_id", None) not in refused


def _answered(states: list[Work]) -> bool:
    return any(state not in _RINGING for state in states)
